package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClockSampleTest {

  @Test
  void theOffsetIsTheMiddleOfBothWays() {
    ClockSample sample = new ClockSample(1000, 1050, 1060, 1110);

    assertThat(sample.roundTripMicros()).isEqualTo(100);
    assertThat(sample.offsetMicros()).isZero();
    assertThat(sample.isPlausible()).isTrue();
  }

  /** wire.md 9.2: 0, 3, 4, 8 gives 0, not -1. */
  @Test
  void halfMicrosecondsGoTowardsZero() {
    assertThat(new ClockSample(0, 3, 4, 8).offsetMicros()).isZero();
    assertThat(new ClockSample(0, 5, 6, 8).offsetMicros()).isEqualTo(1);
    assertThat(new ClockSample(0, -7, -6, 0).offsetMicros()).isEqualTo(-6);
  }

  /** What wraps around to 18,446,744,073,709,551,476 µs in the reference (wire.md 9.3). */
  @Test
  void aRouterClockBehindGivesANegativeOffset() {
    ClockSample behind = new ClockSample(1000, 400, 410, 1100);

    assertThat(behind.offsetMicros()).isEqualTo(-645);
    assertThat(behind.roundTripMicros()).isEqualTo(90);
    assertThat(behind.isPlausible()).isTrue();
  }

  @Test
  void whatNoTwoClocksCanShowIsNotPlausible() {
    assertThat(new ClockSample(1000, 1050, 1060, 999).isPlausible()).as("set back").isFalse();
    assertThat(new ClockSample(1000, 1060, 1050, 1110).isPlausible()).as("t3 < t2").isFalse();
    assertThat(new ClockSample(1000, 1050, 1200, 1110).isPlausible()).as("kept longer").isFalse();
    assertThat(new ClockSample(0, -1, -1, 10).isPlausible()).as("origin does not matter").isTrue();
    assertThat(new ClockSample(-50, 1, 2, -40).isPlausible()).isTrue();
  }

  @Test
  void timesBeyondAnyClockAreNotPlausibleWhateverTheyAddUpTo() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      long[] t = new long[4];
      for (int k = 0; k < 4; k++) {
        t[k] = random.nextLong() >> random.nextInt(8);
      }
      ClockSample sample = new ClockSample(t[0], t[1], t[2], t[3]);

      if (sample.isPlausible()) {
        java.math.BigInteger roundTrip =
            big(t[3]).subtract(big(t[0])).subtract(big(t[2]).subtract(big(t[1])));
        java.math.BigInteger offset =
            big(t[1])
                .subtract(big(t[0]))
                .add(big(t[2]).subtract(big(t[3])))
                .divide(java.math.BigInteger.TWO);
        assertThat(big(sample.roundTripMicros())).isEqualTo(roundTrip);
        assertThat(big(sample.offsetMicros())).isEqualTo(offset);
      }
    }
    assertThat(new ClockSample(0, Long.MAX_VALUE, Long.MAX_VALUE, 1).isPlausible()).isFalse();
    assertThat(new ClockSample(0, Long.MIN_VALUE, Long.MAX_VALUE, 1).isPlausible()).isFalse();
  }

  private static java.math.BigInteger big(long n) {
    return java.math.BigInteger.valueOf(n);
  }

  @Test
  void anAnsweredSyncIsASample() {
    Message.Sync reply = new Message.Sync(1, OptionalLong.of(20), OptionalLong.of(30));

    assertThat(ClockSample.of(reply, 50)).hasValue(new ClockSample(1, 20, 30, 50));
    assertThat(ClockSample.of(Shorthand.sync(1), 50)).as("a request").isEmpty();
    assertThat(ClockSample.of(new Message.Sync(1, OptionalLong.of(2), OptionalLong.empty()), 50))
        .isEmpty();
  }

  @Test
  void helloAndWelcomeAreASample() {
    ClockSample sample = ClockSample.ofWelcome(1_000, 5_600, 1_200);

    assertThat(sample.offsetMicros()).isEqualTo(4_500);
    assertThat(sample.roundTripMicros()).isEqualTo(200);
  }
}
