package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BisectionTest {

  /** Runs against a server that can do exactly so much. */
  private static Bisection search(double limit, int maxProbes) {
    Bisection bisection = new Bisection(10_000, 100, 0.05, maxProbes);
    while (!bisection.done()) {
      bisection.result(bisection.next() <= limit);
    }
    return bisection;
  }

  @ParameterizedTest
  @ValueSource(doubles = {150, 9_999, 10_000, 10_001, 123_456, 5_000_000})
  void findsTheLimitFromBelowWithinFivePercent(double limit) {
    assertThat(search(limit, 100).best()).isBetween(limit * 0.95, limit);
  }

  @Test
  void stopsAfterTheLastProbeWithTheBestSoFar() {
    Bisection bisection = search(1e12, 10);
    assertThat(bisection.probes()).isEqualTo(10);
    assertThat(bisection.best()).isEqualTo(10_000 * 512.0);
  }

  @Test
  void aServerThatCanDoNothingHasRateZeroAfterAFewTries() {
    Bisection bisection = search(0, 100);
    assertThat(bisection.best()).isZero();
    assertThat(bisection.probes()).isEqualTo(8);
  }
}
