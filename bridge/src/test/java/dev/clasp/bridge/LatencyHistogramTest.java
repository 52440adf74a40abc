package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyHistogramTest {

  private final LatencyHistogram histogram = new LatencyHistogram();

  @Test
  void nothingIsNothing() {
    assertThat(histogram.summary()).isEqualTo(new LatencySummary(0, 0, 0, 0));
  }

  @Test
  void percentilesAreRightToWithinAFifth() {
    for (int micros = 1; micros <= 1000; micros++) {
      histogram.add(micros * 1000L);
    }
    LatencySummary summary = histogram.summary();
    assertThat(summary.count()).isEqualTo(1000);
    assertThat(summary.p50()).isBetween(500L, 625L);
    assertThat(summary.p99()).isBetween(990L, 1000L);
    assertThat(summary.max()).isEqualTo(1000);
  }

  @Test
  void anyTimeHasABucket() {
    histogram.add(-5);
    histogram.add(0);
    histogram.add(3_999);
    histogram.add(Long.MAX_VALUE);
    assertThat(histogram.summary().p50()).isZero();
    assertThat(histogram.summary().count()).isEqualTo(4);
  }
}
