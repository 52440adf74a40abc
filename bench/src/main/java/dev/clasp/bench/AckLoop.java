package dev.clasp.bench;

import dev.clasp.protocol.MessageType;

/**
 * A closed loop: keeps a window of SETs on their way and takes the time of each until its ACK. ACKs
 * of a session come in the order of its SETs. Loop thread.
 */
final class AckLoop implements LoadSession.Receiver {

  private final Outlet out;
  private final NanoClock clock;
  private final FrameTemplate set;
  private final long[] sentAt;
  private final Latencies latencies = new Latencies();

  private boolean running;
  private long sent;
  private long acknowledged;
  private long countedFrom;
  private long since;

  /** When the socket read at hand began; valid while {@link #reading}. */
  private long readAt;

  private boolean reading;

  AckLoop(Outlet out, NanoClock clock, FrameTemplate set, int window) {
    this.out = out;
    this.clock = clock;
    this.set = set;
    this.sentAt = new long[window];
  }

  void start() {
    running = true;
    pump();
  }

  /** Sends nothing more; what is on its way is still counted. */
  void stop() {
    running = false;
  }

  /** Forgets what was measured so far. */
  void reset() {
    latencies.reset();
    countedFrom = acknowledged;
    since = clock.nanos();
  }

  /** ACKs since the last {@link #reset}. */
  long acknowledged() {
    return acknowledged - countedFrom;
  }

  /** ACKs per second since the last {@link #reset}. */
  double rate() {
    return acknowledged() * 1e9 / Math.max(1, clock.nanos() - since);
  }

  /** SETs that wait for their ACK. */
  long underway() {
    return sent - acknowledged;
  }

  Latencies latencies() {
    return latencies;
  }

  @Override
  public void message(int type, byte[] b, int payload, int end) {
    if (type != MessageType.ACK || acknowledged == sent) {
      return;
    }
    if (!reading) {
      reading = true;
      readAt = clock.nanos();
    }
    latencies.record(readAt - sentAt[(int) (acknowledged % sentAt.length)]);
    acknowledged++;
  }

  @Override
  public void readComplete() {
    reading = false;
    pump();
  }

  private void pump() {
    if (!running || underway() == sentAt.length) {
      return;
    }
    long now = clock.nanos();
    while (underway() < sentAt.length) {
      sentAt[(int) (sent % sentAt.length)] = now;
      out.append(set, sent);
      sent++;
    }
    out.flush();
  }
}
