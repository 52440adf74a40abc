package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SlowConsumerTest {

  @Test
  void staleIsWhatDiffersOrIsMissing() {
    Map<String, Long> truth = Map.of("/a", 5L, "/b", 6L, "/c", 7L);
    assertThat(SlowConsumer.stale(truth, truth)).isZero();
    assertThat(SlowConsumer.stale(truth, Map.of("/a", 5L, "/b", 5L))).isEqualTo(2);
  }
}
