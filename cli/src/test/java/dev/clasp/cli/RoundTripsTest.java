package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundTripsTest {

  @Test
  void extremesAreExactAndPercentilesToThreeDigits() {
    RoundTrips times = new RoundTrips();
    for (long i = 1; i <= 1000; i++) {
      times.add(i * 1_000);
    }
    assertThat(times.count()).isEqualTo(1000);
    assertThat(times.min()).isEqualTo(1_000);
    assertThat(times.max()).isEqualTo(1_000_000);
    assertThat(times.percentile(50)).isBetween(499_000L, 501_000L);
    assertThat(times.percentile(99)).isBetween(989_000L, 991_000L);
    assertThat(times.percentile(100)).isEqualTo(1_000_000);
  }

  @Test
  void oneTimeIsEveryPercentile() {
    RoundTrips times = new RoundTrips();
    times.add(123_457);
    assertThat(times.percentile(50)).isEqualTo(123_457);
    assertThat(times.percentile(99)).isEqualTo(123_457);
  }
}
