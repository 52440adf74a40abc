package dev.clasp.bench;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;

/** A subscriber of an open loop: times each message from when it should have left. Loop thread. */
final class OpenReceiver implements LoadSession.Receiver {

  private final NanoClock clock;
  private final boolean overload;
  private final Latencies latencies = new Latencies();

  private OpenSchedule schedule = new OpenSchedule(Long.MAX_VALUE, 1, 0);
  private long countFrom;
  private long expected;
  private long received;
  private long repeated;
  private long newest;
  private boolean ended;
  private boolean reading;
  private long readAt;

  /**
   * @param overload drops and a closed connection are results, not failures
   */
  OpenReceiver(NanoClock clock, boolean overload) {
    this.clock = clock;
    this.overload = overload;
  }

  /**
   * Measures by another schedule.
   *
   * @param from its first message; those below do not count any more
   */
  void begin(OpenSchedule value, long from) {
    schedule = value;
    countFrom = from;
    expected = from;
    received = 0;
    repeated = 0;
    latencies.reset();
  }

  @Override
  public void message(int type, byte[] b, int payload, int end) {
    int at = Messages.number(b, payload, end);
    if (at == Messages.NONE) {
      return;
    }
    long number = Bytes.i64(b, at);
    if (number < countFrom) {
      return;
    }
    if (number < expected) {
      repeated++;
      return;
    }
    expected = number + 1;
    received++;
    if (!reading) {
      reading = true;
      readAt = clock.nanos();
    }
    newest = readAt;
    latencies.record(readAt - schedule.intended(number));
  }

  @Override
  public void readComplete() {
    reading = false;
  }

  @Override
  public boolean error(Message.Error error) {
    return overload && error.code() == ErrorCode.OVERFLOW;
  }

  @Override
  public boolean closed(CloseReason reason) {
    ended = true;
    return overload;
  }

  /** The server has ended the connection. */
  boolean ended() {
    return ended;
  }

  /** Messages that count, each once. */
  long received() {
    return received;
  }

  /** Messages that came twice. */
  long repeated() {
    return repeated;
  }

  /** When the last one came. */
  long newest() {
    return newest;
  }

  Latencies latencies() {
    return latencies;
  }
}
