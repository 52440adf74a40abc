package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.clasp.protocol.ClockSync.Verdict;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClockSyncTest {

  private static final long SECOND = 1_000_000;

  private final ClockSync clock = new ClockSync();

  /** An exchange in which the router's clock is ahead by {@code offset} at the time. */
  private static ClockSample sample(long at, long offset, long there, long back) {
    long t2 = at + there + offset;
    return new ClockSample(at, t2, t2 + 5, at + there + 5 + back);
  }

  @Test
  void knowsNothingWithoutSamples() {
    assertThat(clock.isSynchronized()).isFalse();
    assertThat(clock.offsetMicros(77)).isZero();
    assertThat(clock.toRouter(77)).isEqualTo(77);
    assertThat(clock.quality()).isZero();
    assertThat(clock.isDue(0, 30 * SECOND)).isTrue();
  }

  @Test
  void theFirstSampleIsFollowedAtOnce() {
    assertThat(clock.add(sample(0, 1_000_000_000_000L, 400, 600))).isEqualTo(Verdict.BEST);

    assertThat(clock.isSynchronized()).isTrue();
    assertThat(clock.offsetMicros(2_000)).isEqualTo(1_000_000_000_000L - 100);
    assertThat(clock.toRouter(2_000)).isEqualTo(1_000_000_001_900L);
    assertThat(clock.roundTripMicros()).isEqualTo(1_000);
    assertThat(clock.boundMicros(1_005)).isEqualTo(500);
  }

  @Test
  void theFastestAnswerWins() {
    clock.add(sample(0, 5_000, 3_000, 9_000));
    assertThat(clock.add(sample(100_000, 5_000, 200, 200))).isEqualTo(Verdict.BEST);
    assertThat(clock.add(sample(200_000, 5_000, 300, 400))).isEqualTo(Verdict.KEPT);
    assertThat(clock.add(sample(300_000, 5_000, 200, 2_000))).isEqualTo(Verdict.OUTLIER);

    assertThat(clock.offsetMicros(400_000)).isEqualTo(5_000);
    assertThat(clock.bestOffsetMicros()).isEqualTo(5_000);
    assertThat(clock.roundTripMicros()).isEqualTo(400);
    assertThat(clock.samples()).isEqualTo(4);
    assertThat(clock.outliers()).isEqualTo(1);
  }

  @Test
  void impossibleSamplesChangeNothing() {
    clock.add(sample(0, 5_000, 200, 200));

    assertThat(clock.add(new ClockSample(1000, 9000, 9001, 900))).isEqualTo(Verdict.DISCARDED);
    assertThat(clock.add(new ClockSample(1000, 9001, 9000, 1200))).isEqualTo(Verdict.DISCARDED);

    assertThat(clock.offsetMicros(2_000)).isEqualTo(5_000);
    assertThat(clock.samples()).isEqualTo(1);
    assertThat(clock.discarded()).isEqualTo(2);
  }

  /** A path that became slower for good must not leave the clock on its last fast sample. */
  @Test
  void anOldFastSampleGivesWayToANewerSlowerOne() {
    clock.add(sample(0, 5_000, 50, 50));
    long at = 0;
    Verdict verdict = Verdict.BEST;
    int slow = 0;
    do {
      at += 30 * SECOND;
      verdict = clock.add(sample(at, 5_000, 1_500, 1_500));
      slow++;
    } while (verdict != Verdict.BEST && slow < 20);

    assertThat(slow).as("samples until the slow path is believed").isBetween(2, 8);
  }

  @Test
  void afterTheFirstFewSamplesTheOffsetGlides() {
    for (int i = 0; i < 5; i++) {
      clock.add(sample(i * 100_000L, 5_000, 2_000, 10_000));
    }
    long before = clock.offsetMicros(SECOND);
    clock.add(sample(SECOND, 5_000, 100, 100));
    long now = SECOND + 205;

    assertThat(before).isEqualTo(1_000);
    assertThat(clock.offsetMicros(now)).isEqualTo(before);
    assertThat(clock.offsetMicros(now + SECOND)).isEqualTo(before + 500);
    assertThat(clock.offsetMicros(now + 8 * SECOND)).isEqualTo(5_000);
    assertThat(clock.offsetMicros(now + 800 * SECOND)).isEqualTo(5_000);
  }

  @Test
  void convertedTimesNeverRunBackwards() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 5; i++) {
      clock.add(sample(i * 1_000L, 5_000, 20_000, 0));
    }
    long last = clock.toRouter(200_000);
    long at = 200_000;
    for (int i = 0; i < 2_000; i++) {
      if (random.nextInt(20) == 0) {
        clock.add(sample(at, 5_000, random.nextInt(20_000), random.nextInt(20_000)));
      }
      // Only what is read after the sample arrived counts.
      at += 50_000 + random.nextInt(50_000);
      long time = clock.toRouter(at);
      assertThat(time).isGreaterThanOrEqualTo(last);
      last = time;
    }
    assertThat(clock.offsetMicros(at)).isCloseTo(5_000, within(20_000L));
  }

  @Test
  void aClockThatWasSetIsFollowedAtOnce() {
    for (int i = 0; i < 8; i++) {
      clock.add(sample(i * SECOND, 5_000, 100, 100));
    }
    assertThat(clock.add(sample(9 * SECOND, 3_600 * SECOND, 400, 500))).isEqualTo(Verdict.BEST);

    assertThat(clock.offsetMicros(10 * SECOND)).isEqualTo(3_600 * SECOND - 50);
  }

  @Test
  void aLocalClockThatWasSetBackIsFollowedToo() {
    for (int i = 0; i < 8; i++) {
      clock.add(sample((100 + i) * SECOND, 0, 100, 100));
    }
    assertThat(clock.isDue(50 * SECOND, 30 * SECOND)).isTrue();
    assertThat(clock.add(sample(50 * SECOND, 60 * SECOND, 100, 200))).isEqualTo(Verdict.BEST);

    assertThat(clock.toRouter(51 * SECOND)).isEqualTo(111 * SECOND - 50);
    assertThat(clock.isDue(51 * SECOND, 30 * SECOND)).isFalse();
  }

  @Test
  void itIsDueAfterTheInterval() {
    ClockSample sample = sample(0, 5_000, 100, 100);
    clock.add(sample);

    assertThat(clock.isDue(sample.t4Micros() + 30 * SECOND - 1, 30 * SECOND)).isFalse();
    assertThat(clock.isDue(sample.t4Micros() + 30 * SECOND, 30 * SECOND)).isTrue();
  }

  @Test
  void qualityFollowsTheFormula() {
    clock.add(sample(0, 0, 50, 50));

    assertThat(clock.quality()).isCloseTo(0.4 * 0.99 + 0.4 + 0.02, within(1e-9));
  }

  /** Whatever the network does, the truth lies within the bound (checked against known clocks). */
  @Test
  void theTruthLiesWithinTheBound() {
    SplittableRandom random = new SplittableRandom(3);
    for (int run = 0; run < 50; run++) {
      ClockSync sync = new ClockSync();
      // Two clocks that drift apart by up to 30 millionths.
      long start = random.nextLong(-10 * SECOND, 10 * SECOND);
      double drift = random.nextDouble(-30e-6, 30e-6);
      long at = 0;
      for (int i = 0; i < 200; i++) {
        at += random.nextLong(100_000, 30 * SECOND);
        int there = 50 + (int) Math.exp(random.nextDouble(10));
        int back = 50 + (int) Math.exp(random.nextDouble(10));
        sync.add(sample(at, start + (long) (drift * at), there, back));
        long read = at + there + 5 + back;

        long best = sync.offsetMicros(read + 10_000 * SECOND);
        assertThat(Math.abs(best - start - (long) (drift * read)))
            .isLessThanOrEqualTo(sync.boundMicros(read) + 2);
      }
    }
  }
}
