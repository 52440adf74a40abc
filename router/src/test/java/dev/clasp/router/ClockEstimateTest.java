package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.clasp.protocol.Message;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What SYNC tells about the clock of a client. */
class ClockEstimateTest {

  private final TestRouter t = new TestRouter();

  private static Message sync(long t1) {
    return new Message.Sync(t1, OptionalLong.empty(), OptionalLong.empty());
  }

  private SessionStatus status() {
    return t.router.sessionStatus().getFirst();
  }

  @Test
  void aSessionThatNeverAskedHasNone() {
    t.client("a");
    assertThat(status().clockOffsetMicros()).isEmpty();
    assertThat(status().clockJitterMicros()).isEmpty();
  }

  @Test
  void aSteadyClockShowsItsOffsetWithoutJitter() {
    TestPeer a = t.client("a");
    for (int i = 0; i < 10; i++) {
      a.send(sync(t.time.unixMicros() - 5_000));
      t.passMillis(100);
    }
    assertThat(status().clockOffsetMicros()).hasValue(5_000);
    assertThat(status().clockJitterMicros()).hasValue(0);
  }

  @Test
  void jitterIsTheSmoothedDeviationOfRfc3550() {
    TestPeer a = t.client("a");
    a.send(sync(t.time.unixMicros() - 1_000)).send(sync(t.time.unixMicros() - 1_160));
    assertThat(status().clockOffsetMicros().orElseThrow()).isEqualTo(1_010, within(1e-9));
    assertThat(status().clockJitterMicros().orElseThrow()).isEqualTo(10, within(1e-9));
    a.send(sync(t.time.unixMicros() - 1_000));
    assertThat(status().clockJitterMicros().orElseThrow())
        .isEqualTo(10 + (160 - 10) / 16.0, within(1e-9));
    for (int i = 0; i < 500; i++) {
      a.send(sync(t.time.unixMicros() - (i % 2 == 0 ? 1_000 : 1_160)));
    }
    assertThat(status().clockJitterMicros().orElseThrow()).isEqualTo(160, within(1.0));
    assertThat(status().clockOffsetMicros().orElseThrow()).isEqualTo(1_080, within(10.0));
  }

  @Test
  void aClockAheadOfTheRoutersHasANegativeOffset() {
    t.client("a").send(sync(t.time.unixMicros() + 7_000));
    assertThat(status().clockOffsetMicros()).hasValue(-7_000);
  }

  @Test
  void nonsenseIsAnsweredAndIgnored() {
    TestPeer a = t.client("a").send(sync(-1));
    assertThat(a.received()).hasSize(1);
    assertThat(status().clockOffsetMicros()).isEmpty();
    a.send(sync(Long.MAX_VALUE)).send(sync(0));
    assertThat(status().clockOffsetMicros().orElseThrow()).isFinite();
  }
}
