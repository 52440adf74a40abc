package dev.clasp.bench;

import dev.clasp.protocol.MessageType;
import java.util.List;

/**
 * An open loop of SETs: sends each at its time and measures from there to its ACK. ACKs of a
 * session come in the order of its SETs. Loop thread.
 */
final class OpenAcks implements LoadSession.Receiver {

  private final NanoClock clock;
  private final LoadSession session;
  private final PacedSender sender;
  private final Latencies latencies = new Latencies();

  private OpenSchedule schedule = new OpenSchedule(Long.MAX_VALUE, 1, 0);
  private long acknowledged;
  private boolean reading;
  private long readAt;

  OpenAcks(LoadSession session, NanoClock clock, List<FrameTemplate> sets) {
    this.session = session;
    this.clock = clock;
    this.sender = new PacedSender(session, clock, sets).sleeping();
  }

  void start(double rate) {
    schedule = new OpenSchedule(clock.nanos(), rate, sender.sent());
    sender.start(schedule, session.loop());
  }

  void stop() {
    sender.stop();
  }

  /** Forgets what was measured so far. */
  void reset() {
    latencies.reset();
  }

  Latencies latencies() {
    return latencies;
  }

  @Override
  public void message(int type, byte[] b, int payload, int end) {
    if (type == MessageType.ACK && acknowledged < sender.sent()) {
      if (!reading) {
        reading = true;
        readAt = clock.nanos();
      }
      latencies.record(readAt - schedule.intended(acknowledged));
      acknowledged++;
    }
  }

  @Override
  public void readComplete() {
    reading = false;
  }
}
