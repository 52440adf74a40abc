package dev.clasp.bench;

import java.time.Duration;
import java.util.List;

/**
 * An open loop of one publisher and some subscribers that each receive every message: {@code
 * hop-open}, {@code throughput}, and the healthy ones of {@code slow-consumer}.
 */
final class OpenLoad {

  /** Head start of a schedule, so that its first message is not late. */
  private static final long LEAD_NANOS = 2_000_000;

  /** Nothing arriving for so long: nothing more will. */
  private static final long QUIET_NANOS = 1_000_000_000L;

  private static final Duration SLICE = Duration.ofMillis(5);

  private final Rig rig;
  private final Member<PacedSender> publisher;
  private final List<Member<OpenReceiver>> subscribers;
  private long startNanos;
  private long firstNumber;

  /**
   * @param frames sent in turn
   * @param overload a connection that the server closes is a result, not a failure
   */
  OpenLoad(Rig rig, List<FrameTemplate> frames, int subscribers, String pattern, boolean overload) {
    this.rig = rig;
    this.subscribers = rig.members(subscribers, _ -> new OpenReceiver(rig.clock(), overload));
    this.publisher =
        rig.members(1, session -> new PacedSender(session, rig.clock(), frames)).getFirst();
    rig.subscribe(this.subscribers.stream().map(Member::session).toList(), pattern);
  }

  /**
   * What one phase gave.
   *
   * @param sent messages
   * @param behind messages that could not be sent in time because the connection took no more
   * @param expected deliveries
   * @param lateNanos from the end of sending to the last delivery
   * @param ended the server closed a connection
   * @param latencies from the intended time of sending
   * @param lag from there to the real time of sending
   */
  record Phase(
      double seconds,
      long sent,
      long behind,
      long expected,
      long received,
      long repeated,
      long lateNanos,
      boolean ended,
      Latencies latencies,
      Latencies lag) {

    double lossPercent() {
      return expected == 0 ? 0 : 100.0 * (expected - received) / expected;
    }
  }

  /** Sends at this rate for so long, then waits for what is on its way. */
  Phase run(double rate, Duration time) {
    begin(rate);
    rig.run(time);
    return end();
  }

  /** Starts a phase. */
  void begin(double rate) {
    firstNumber = rig.on(publisher.session().loop(), publisher.receiver()::sent);
    startNanos = rig.clock().nanos() + LEAD_NANOS;
    OpenSchedule schedule = new OpenSchedule(startNanos, rate, firstNumber);
    rig.onEach(subscribers, receiver -> receiver.begin(schedule, firstNumber));
    rig.onEach(List.of(publisher), sender -> sender.start(schedule, publisher.session().loop()));
  }

  /** Ends it: stops sending, waits for what is on its way. */
  Phase end() {
    Sent sent =
        rig.on(
            publisher.session().loop(),
            () -> {
              PacedSender sender = publisher.receiver();
              sender.stop();
              return new Sent(
                  sender.sent() - firstNumber, sender.behind(), rig.clock().nanos(), sender.lag());
            });
    long expected = sent.count * subscribers.size();
    Received received = received();
    while (received.count < expected
        && received.ended == 0
        && rig.clock().nanos() - Math.max(sent.at, received.newest) < QUIET_NANOS) {
      rig.run(SLICE);
      received = received();
    }
    Latencies latencies = new Latencies();
    rig.onEach(subscribers, receiver -> latencies.add(receiver.latencies()));
    return new Phase(
        (sent.at - startNanos) / 1e9,
        sent.count,
        sent.behind,
        expected,
        received.count,
        received.repeated,
        Math.max(0, received.newest - sent.at),
        received.ended > 0,
        latencies,
        sent.lag);
  }

  private record Sent(long count, long behind, long at, Latencies lag) {}

  /** What all subscribers have so far. */
  private static final class Received {
    private long count;
    private long repeated;
    private long newest = Long.MIN_VALUE;
    private int ended;
  }

  private Received received() {
    Received sum = new Received();
    rig.onEach(
        subscribers,
        receiver -> {
          sum.count += receiver.received();
          sum.repeated += receiver.repeated();
          if (receiver.received() > 0) {
            sum.newest = Math.max(sum.newest, receiver.newest());
          }
          sum.ended += receiver.ended() ? 1 : 0;
        });
    return sum;
  }

  /** Closes its sessions. */
  void close() {
    rig.close(subscribers.stream().map(Member::session).toList());
    rig.close(List.of(publisher.session()));
  }
}
