package dev.clasp.bench;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An open loop: sends each message at its intended time whatever the server does, round the
 * addresses. Loop thread.
 *
 * <p>The loop spins while this runs, unless it is told to sleep: a wake-up at the intended time
 * comes 50 to 100 us late, and that would count as the server's latency.
 */
final class PacedSender implements LoadSession.Receiver {

  /** Shortest sleep. */
  private static final long SLEEP_NANOS = 50_000;

  /** Messages of one turn, so that what arrives is looked at in between. */
  private static final int TURN = 2048;

  private final Outlet out;
  private final NanoClock clock;
  private final List<FrameTemplate> frames;
  private final Latencies lag = new Latencies();

  private OpenSchedule schedule;
  private boolean spinning = true;
  private boolean running;

  /** The next turn is waiting in the loop. */
  private boolean turning;

  private long sent;
  private int address;

  PacedSender(Outlet out, NanoClock clock, List<FrameTemplate> frames) {
    this.out = out;
    this.clock = clock;
    this.frames = frames;
    this.schedule = new OpenSchedule(Long.MAX_VALUE, 1, 0);
  }

  /** Leaves the core to others between messages; they leave a little late. */
  PacedSender sleeping() {
    spinning = false;
    return this;
  }

  /** Sends by this schedule, turn by turn, until {@link #stop}. */
  void start(OpenSchedule value, EventLoop loop) {
    begin(value);
    running = true;
    if (!turning) {
      turn(loop);
    }
  }

  /** Goes by this schedule from now on; forgets how late the messages were. */
  void begin(OpenSchedule value) {
    schedule = value;
    lag.reset();
  }

  private void turn(EventLoop loop) {
    turning = running;
    if (running) {
      sendDue();
      // Not execute(): a task that adds itself would keep the loop from its sockets.
      loop.schedule(() -> turn(loop), spinning ? 0 : sleep(), TimeUnit.NANOSECONDS);
    }
  }

  private long sleep() {
    return Math.max(SLEEP_NANOS, schedule.intended(sent) - clock.nanos());
  }

  /** Sends what is due, as far as the connection takes it. */
  void sendDue() {
    long now = clock.nanos();
    long due = Math.min(schedule.due(now), sent + TURN);
    if (due <= sent || !out.writable()) {
      return;
    }
    while (sent < due) {
      lag.record(now - schedule.intended(sent));
      out.append(frames.get(address), sent);
      address = address + 1 == frames.size() ? 0 : address + 1;
      sent++;
    }
    out.flush();
  }

  /** Sends nothing more. */
  void stop() {
    running = false;
  }

  @Override
  public void message(int type, byte[] b, int payload, int end) {}

  /** Number of the next message. */
  long sent() {
    return sent;
  }

  /** Messages that should have left but have not. */
  long behind() {
    return Math.max(0, schedule.due(clock.nanos()) - sent);
  }

  /** How much later than intended messages were sent: the generator's own fault. */
  Latencies lag() {
    return lag;
  }
}
