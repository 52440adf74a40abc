package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final SplittableRandom RANDOM = new SplittableRandom(1);

  private static double seconds(Backoff backoff, int attempt) {
    return backoff.delayNanos(attempt, RANDOM).orElseThrow() / 1e9;
  }

  @Test
  void thePublishedClientsDelays() {
    assertThat(seconds(Backoff.REFERENCE, 0)).isEqualTo(5);
    assertThat(seconds(Backoff.REFERENCE, 1)).isEqualTo(7.5);
    assertThat(seconds(Backoff.REFERENCE, 2)).isEqualTo(11.25);
    assertThat(seconds(Backoff.REFERENCE, 4)).isEqualTo(25.3125);
    assertThat(seconds(Backoff.REFERENCE, 5)).isEqualTo(30);
    assertThat(seconds(Backoff.REFERENCE, 9)).isEqualTo(30);
    assertThat(Backoff.REFERENCE.delayNanos(10, RANDOM)).isEqualTo(OptionalLong.empty());
  }

  @Test
  void jitterUsesTheWholeDelay() {
    for (int attempt : new int[] {0, 3, 7, 1000}) {
      long longest =
          Math.min(30_000_000_000L, (long) (250_000_000L * Math.pow(2, Math.min(attempt, 20))));
      long[] delays =
          LongStream.range(0, 10_000)
              .map(_ -> Backoff.DEFAULT.delayNanos(attempt, RANDOM).orElseThrow())
              .sorted()
              .toArray();

      assertThat(delays[0]).isBetween(0L, longest / 100);
      assertThat(delays[5000]).isBetween(longest * 45 / 100, longest * 55 / 100);
      assertThat(delays[9999]).isBetween(longest * 99 / 100, longest);
    }
  }

  @Test
  void withoutAnEnd() {
    assertThat(seconds(Backoff.DEFAULT, Integer.MAX_VALUE)).isBetween(0.0, 30.0);
  }

  @Test
  void aBaseOfZeroStaysZero() {
    Backoff at = new Backoff(Duration.ZERO, 2, Duration.ofSeconds(1), false, 0);

    assertThat(at.delayNanos(0, RANDOM)).hasValue(0);
    assertThat(at.delayNanos(1_000_000, RANDOM)).hasValue(0);
  }

  @Test
  void refusesWhatMakesNoSense() {
    Duration second = Duration.ofSeconds(1);
    for (double factor : new double[] {0.5, -1, Double.NaN}) {
      assertThatThrownBy(() -> new Backoff(second, factor, second, false, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("factor >= 1");
    }
    assertThatThrownBy(() -> new Backoff(second.negated(), 2, second, false, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backoff(second, 2, second.dividedBy(2), false, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backoff(second, 2, second, false, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
