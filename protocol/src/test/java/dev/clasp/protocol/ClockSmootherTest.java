package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The check values of wire.md 9.3, which the reference core gave. */
class ClockSmootherTest {

  private final ClockSmoother clock = new ClockSmoother();

  private void sample(long t1, long t2, long t3, long t4) {
    assertThat(clock.add(new ClockSample(t1, t2, t3, t4))).isTrue();
  }

  private void assertKnows(long offset, long roundTrip, long jitter, double quality) {
    assertThat(clock.offsetMicros()).as("offset").isEqualTo(offset);
    assertThat(clock.roundTripMicros()).as("round trip").isEqualTo(roundTrip);
    assertThat(clock.jitterMicros()).as("jitter").isEqualTo(jitter);
    assertThat(clock.quality()).as("quality").isCloseTo(quality, within(1e-9));
  }

  @Test
  void knowsNothingWithoutSamples() {
    assertKnows(0, 0, 0, 0);
  }

  @Test
  void theFirstSampleIsTakenAsItIs() {
    sample(1000, 1050, 1060, 1110);

    assertKnows(0, 100, 0, 0.816);
  }

  @Test
  void laterSamplesAreBlendedIn() {
    sample(0, 500, 510, 100);
    assertKnows(455, 90, 0, 0.8164);
    sample(1000, 1500, 1510, 1120);
    assertKnows(452, 96, 10, 0.83216);
    sample(2000, 2495, 2505, 2150);
    assertKnows(443, 109, 20, 0.84764);
    sample(3000, 3510, 3520, 3090);
    assertKnows(451, 100, 22, 0.8672);
  }

  @Test
  void aRouterBehindIsFollowedToo() {
    sample(1000, 400, 410, 1100);
    assertThat(clock.offsetMicros()).isEqualTo(-645);
    assertThat(clock.roundTripMicros()).isEqualTo(90);
    assertThat(clock.jitterMicros()).isZero();
    sample(2000, 1399, 1409, 2101);
    assertThat(clock.offsetMicros()).isEqualTo(-645);
    assertThat(clock.roundTripMicros()).isEqualTo(90);
    assertThat(clock.jitterMicros()).isZero();
  }

  @Test
  void impossibleSamplesAreDiscarded() {
    assertThat(clock.add(new ClockSample(1000, 1050, 1060, 900))).isFalse();
    assertThat(clock.add(new ClockSample(1000, 1060, 1050, 1100))).isFalse();

    assertKnows(0, 0, 0, 0);
    assertThat(clock.isDue(0, 30_000_000)).isTrue();
  }

  @Test
  void onlyTheLastTenRoundTripsMakeTheJitter() {
    sample(0, 0, 0, 1_000_000);
    for (int i = 0; i < 10; i++) {
      sample(0, 0, 0, 500);
    }

    assertThat(clock.jitterMicros()).isZero();
  }

  @Test
  void theWorstConnectionIsWorthOnlyItsSamples() {
    for (int i = 0; i < 20; i++) {
      sample(0, 0, 0, i % 2 == 0 ? 1L << 60 : 100_000);
    }

    assertThat(clock.quality()).isCloseTo(0.2, within(1e-9));
    assertThat(clock.jitterMicros()).isPositive();
  }

  @Test
  void aSampleIsDueAfterTheInterval() {
    assertThat(clock.isDue(5, 30_000_000)).isTrue();
    sample(1000, 1050, 1060, 1110);

    assertThat(clock.isDue(30_001_109, 30_000_000)).isFalse();
    assertThat(clock.isDue(30_001_110, 30_000_000)).isTrue();
  }
}
