package dev.clasp.bench;

import dev.clasp.bench.LoadSession.Receiver;
import java.util.List;

/** Sends whenever the window has room, round the addresses. Loop thread. */
final class WindowPublisher implements Receiver {

  private final Outlet out;
  private final NanoClock clock;
  private final DeliveryWindow window;
  private final List<FrameTemplate> frames;

  private boolean running;
  private int address;

  WindowPublisher(Outlet out, NanoClock clock, DeliveryWindow window, List<FrameTemplate> frames) {
    this.out = out;
    this.clock = clock;
    this.window = window;
    this.frames = frames;
  }

  void start() {
    running = true;
    pump();
  }

  /** Sends nothing more. */
  void stop() {
    running = false;
  }

  /** Sends as much as the window and the connection take. */
  void pump() {
    if (!running || window.full() || !out.writable()) {
      return;
    }
    long now = clock.nanos();
    while (!window.full()) {
      out.append(frames.get(address), window.send(now));
      address = address + 1 == frames.size() ? 0 : address + 1;
    }
    out.flush();
  }

  @Override
  public void message(int type, byte[] b, int payload, int end) {}

  @Override
  public void writable() {
    pump();
  }
}
