package dev.clasp.bridgedmx;

import dev.clasp.protocol.Value;
import dev.clasp.serial.SerialDevice;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An Open DMX interface at an open port: sends again and again, because nobody else does. */
final class OpenDriver implements Driver {

  /** Packets behind the last levels, so that a receiver that missed one has them. */
  private static final int LAST_PACKETS = 2;

  private static final long CLOSE_MILLIS = 500;

  private final SerialDevice device;
  private final OpenSender sender;
  private final Listener listener;
  private final String name;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger left = new AtomicInteger(-1);
  private volatile byte[] slots = new byte[WidgetInput.SLOTS];
  private final AtomicLong packets = new AtomicLong();
  private volatile boolean running;

  OpenDriver(SerialDevice device, InterfaceSpec spec, Ticker ticker, Listener listener) {
    this.device = device;
    this.sender = new OpenSender(device, spec, ticker);
    this.listener = listener;
    this.name = "Open DMX, " + Math.round(spec.rate()) + " packets a second at most";
  }

  @Override
  public void run() throws IOException, InterruptedException {
    running = true;
    try {
      while (left.get() != 0) {
        listener.bytes(0, sender.send(() -> slots));
        left.updateAndGet(count -> count > 0 ? count - 1 : count);
        if (packets.incrementAndGet() == 1) {
          listener.works(name);
        }
      }
      throw new IOException("the port was closed");
    } finally {
      ended.countDown();
      device.close();
    }
  }

  @Override
  public void output(int line, byte[] levels) {
    if (line == 0) {
      slots = levels;
    }
  }

  @Override
  public Map<String, Value> details() {
    return Map.of("device", Value.of("Open DMX"), "packets", Value.of(packets.get()));
  }

  @Override
  public void close() {
    left.compareAndSet(-1, LAST_PACKETS);
    try {
      if (!running || !ended.await(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        device.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      device.close();
    }
  }
}
