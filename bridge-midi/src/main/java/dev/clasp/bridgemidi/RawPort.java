package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * MIDI as plain bytes over something that we open, and open again when it is lost: after half a
 * second, later every five.
 */
final class RawPort implements MidiPort {

  /** Opens the wire; may wait some seconds. */
  interface Opener {
    Wire open() throws IOException;
  }

  /** Bytes that wait for a wire: a large SysEx, or 20 s of a DIN cable. */
  static final int CAPACITY = 64 * 1024;

  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(5);

  private final String name;
  private final Opener opener;
  private final boolean reads;
  private final boolean writes;
  private final EndpointContext context;
  private final PacedLine line;
  private final int rate;
  private volatile @Nullable WireLink link;
  private volatile boolean closed;
  private volatile Runnable cancel = () -> {};
  private volatile MidiPort.@Nullable Listener listener;
  private volatile @Nullable Thread carrier;
  private long pause = FIRST_PAUSE;

  /**
   * @param rate bytes a second, 0 for no bound
   */
  RawPort(
      String name,
      Opener opener,
      boolean reads,
      boolean writes,
      int rate,
      boolean runningStatus,
      EndpointContext context) {
    this.name = name;
    this.opener = opener;
    this.reads = reads;
    this.writes = writes;
    this.rate = rate;
    this.context = context;
    this.line = new PacedLine(rate, CAPACITY, runningStatus);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean sends() {
    return writes;
  }

  @Override
  public boolean receives() {
    return reads;
  }

  @Override
  public void open(Listener told) {
    listener = told;
    start(told);
  }

  private synchronized void start(Listener told) {
    if (!closed) {
      carrier = Thread.ofPlatform().daemon().name("midi-" + name).start(() -> carry(told));
    }
  }

  private void carry(Listener told) {
    String why;
    try {
      Wire wire = opener.open();
      WireLink opened = new WireLink(name, wire, line, told, System::nanoTime);
      link = opened;
      if (closed) {
        opened.close();
        return;
      }
      pause = FIRST_PAUSE;
      told.up(name);
      why = name + " is lost: " + opened.run(reads, writes);
    } catch (IOException | RuntimeException e) {
      // A driver that fails otherwise is tried again, too.
      why = "cannot open " + name + ": " + e.getMessage();
    }
    link = null;
    if (!closed) {
      // Before it can be up again.
      told.down(why);
    }
    synchronized (this) {
      if (closed) {
        return;
      }
      cancel = context.schedule(() -> start(told), pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }

  @Override
  public void send(byte[] message, long nanos) {
    Listener told = listener;
    if (told == null || closed) {
      return;
    }
    if (link == null) {
      told.lost(name + " is not open");
    } else if (!line.offer(message)) {
      told.lost(name + " cannot take so much: " + line.pending() + " bytes wait");
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("waiting_bytes", Value.of(line.pending()));
    details.put("coalesced", Value.of(line.coalesced()));
    if (rate > 0) {
      details.put("bytes_per_second", Value.of(rate));
    }
    return details;
  }

  @Override
  public void flush(long nanos) {
    Flushing.await(() -> link == null || line.pending() == 0, nanos);
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      cancel.run();
      running = carrier;
    }
    WireLink open = link;
    if (open != null) {
      open.close();
    }
    Flushing.join(running);
  }
}
