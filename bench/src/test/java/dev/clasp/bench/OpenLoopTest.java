package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The two ends of an open loop: what is due is sent, and time runs from when it was due. */
class OpenLoopTest {

  private static final long MILLI = 1_000_000;

  private final FrameTemplate frame = FrameTemplate.publish("/o", 8);
  private final FakeClock clock = new FakeClock();
  private final FakeOutlet out = new FakeOutlet();
  private final PacedSender sender = new PacedSender(out, clock, List.of(frame));
  private final OpenReceiver receiver = new OpenReceiver(clock, false);
  private final OpenSchedule schedule = new OpenSchedule(clock.nanos(), 1000, 0);

  @Test
  void sendsEachMessageWhenItIsDue() {
    sender.begin(schedule);
    sender.sendDue();
    assertThat(out.take()).containsExactly(0L);
    sender.sendDue();
    assertThat(out.take()).isEmpty();
    clock.advance(MILLI);
    sender.sendDue();
    assertThat(out.take()).containsExactly(1L);
  }

  @Test
  void sendsEverythingThatBecameDueMeanwhileInOneCall() {
    sender.begin(schedule);
    clock.advance(3 * MILLI);
    sender.sendDue();
    assertThat(out.take()).containsExactly(0L, 1L, 2L, 3L);
    assertThat(out.flushes).isEqualTo(1);
    assertThat(sender.lag().maxMicros()).isEqualTo(3000, offset(3.0));
  }

  @Test
  void isBehindWhileTheConnectionTakesNoMore() {
    sender.begin(schedule);
    out.writable = false;
    clock.advance(4 * MILLI);
    sender.sendDue();
    assertThat(out.take()).isEmpty();
    assertThat(sender.behind()).isEqualTo(5);
    out.writable = true;
    sender.sendDue();
    assertThat(sender.behind()).isZero();
  }

  @Test
  void aStallOfTheServerCountsForEveryMessageThatWaited() {
    // Nothing arrives for 100 ms, then all at once: a closed loop would have one slow message.
    receiver.begin(schedule, 0);
    clock.advance(100 * MILLI);
    for (long number = 0; number < 100; number++) {
      Frames.give(receiver, frame, number);
    }
    receiver.readComplete();
    assertThat(receiver.received()).isEqualTo(100);
    assertThat(receiver.latencies().maxMicros()).isEqualTo(100_000, offset(100.0));
    assertThat(receiver.latencies().micros(50)).isEqualTo(50_000, offset(100.0));
  }

  @Test
  void messagesOfAnEarlierPhaseDoNotCount() {
    receiver.begin(new OpenSchedule(clock.nanos(), 1000, 50), 50);
    Frames.give(receiver, frame, 49);
    Frames.give(receiver, frame, 50);
    receiver.readComplete();
    assertThat(receiver.received()).isEqualTo(1);
  }

  @Test
  void whatComesTwiceCountsOnce() {
    receiver.begin(schedule, 0);
    Frames.give(receiver, frame, 0);
    Frames.give(receiver, frame, 0);
    assertThat(receiver.received()).isEqualTo(1);
    assertThat(receiver.repeated()).isEqualTo(1);
  }

  @Test
  void aLaterPhaseGoesOnCounting() {
    sender.begin(schedule);
    clock.advance(MILLI);
    sender.sendDue();
    out.take();
    clock.advance(70 * MILLI);
    sender.begin(new OpenSchedule(clock.nanos(), 10, sender.sent()));
    sender.sendDue();
    assertThat(out.take()).containsExactly(2L);
    assertThat(sender.lag().maxMicros()).isZero();
  }
}
