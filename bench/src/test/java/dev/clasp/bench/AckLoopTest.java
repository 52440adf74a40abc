package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import org.junit.jupiter.api.Test;

class AckLoopTest {

  private final FakeClock clock = new FakeClock();
  private final FakeOutlet out = new FakeOutlet();

  private AckLoop loop(int window) {
    return new AckLoop(out, clock, FrameTemplate.set("/a", 8, Qos.CONFIRM), window);
  }

  @Test
  void keepsTheWindowFull() {
    AckLoop loop = loop(3);
    loop.start();
    assertThat(out.take()).containsExactly(0L, 1L, 2L);
    Frames.give(loop, Frames.ack(1));
    Frames.give(loop, Frames.ack(2));
    assertThat(out.take()).as("nothing before the end of the read").isEmpty();
    loop.readComplete();
    assertThat(out.take()).containsExactly(3L, 4L);
    assertThat(out.flushes).isEqualTo(2);
  }

  @Test
  void timesEachSetUntilItsOwnAck() {
    AckLoop loop = loop(2);
    loop.start();
    clock.advance(10_000);
    Frames.give(loop, Frames.ack(1));
    loop.readComplete();
    clock.advance(20_000);
    // The second of the first two, and the third, which was sent 10 us later.
    Frames.give(loop, Frames.ack(2));
    Frames.give(loop, Frames.ack(3));
    loop.readComplete();
    assertThat(loop.acknowledged()).isEqualTo(3);
    assertThat(loop.latencies().micros(1)).isEqualTo(10, offset(0.1));
    assertThat(loop.latencies().micros(50)).isEqualTo(20, offset(0.1));
    assertThat(loop.latencies().maxMicros()).isEqualTo(30, offset(0.1));
  }

  @Test
  void countsFromTheReset() {
    AckLoop loop = loop(2);
    loop.start();
    Frames.give(loop, Frames.ack(1));
    loop.readComplete();
    loop.reset();
    clock.advance(500_000_000);
    Frames.give(loop, Frames.ack(2));
    loop.readComplete();
    assertThat(loop.acknowledged()).isEqualTo(1);
    assertThat(loop.latencies().count()).isEqualTo(1);
    assertThat(loop.rate()).isEqualTo(2.0);
  }

  @Test
  void sendsNothingMoreAfterStop() {
    AckLoop loop = loop(1);
    loop.start();
    loop.stop();
    out.take();
    Frames.give(loop, Frames.ack(1));
    loop.readComplete();
    assertThat(out.take()).isEmpty();
    assertThat(loop.underway()).isZero();
  }

  @Test
  void ignoresWhatItDidNotAskFor() {
    AckLoop loop = loop(1);
    Frames.give(loop, Frames.ack(1));
    Frames.give(loop, new Message.Pong());
    assertThat(loop.acknowledged()).isZero();
  }
}
