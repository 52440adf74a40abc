package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThroughputTest {

  private static OpenLoad.Phase phase(
      long behind, long expected, long received, long lateNanos, boolean ended) {
    return new OpenLoad.Phase(
        1,
        expected,
        behind,
        expected,
        received,
        0,
        lateNanos,
        ended,
        new Latencies(),
        new Latencies());
  }

  @Test
  void passesIfEverythingArrivesInTime() {
    assertThat(Throughput.passes(phase(0, 100_000, 100_000, 1_000, false), 100_000)).isTrue();
    assertThat(Throughput.passes(phase(2_000, 100_000, 99_991, 100_000_000, false), 100_000))
        .isTrue();
  }

  @Test
  void failsByLoss() {
    assertThat(Throughput.passes(phase(0, 100_000, 99_990, 0, false), 100_000)).isFalse();
  }

  @Test
  void failsIfTheConnectionTakesLess() {
    assertThat(Throughput.passes(phase(2_001, 100_000, 100_000, 0, false), 100_000)).isFalse();
  }

  @Test
  void failsIfMessagesHavePiledUp() {
    assertThat(Throughput.passes(phase(0, 100_000, 100_000, 100_000_001, false), 100_000))
        .isFalse();
  }

  @Test
  void failsIfTheServerEndsTheConnection() {
    assertThat(Throughput.passes(phase(0, 100_000, 100_000, 0, true), 100_000)).isFalse();
  }
}
