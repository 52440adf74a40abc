package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LateJoinTest {

  @Test
  void eachPatternFindsTheFirstTenHundredAndSoOn() {
    assertThat(LateJoin.address(0)).isEqualTo("/bench/j/a/a/a/a/p0");
    assertThat(LateJoin.address(10)).isEqualTo("/bench/j/a/a/a/p10");
    assertThat(LateJoin.address(99_999)).isEqualTo("/bench/j/p99999");
    for (int count = 10, depth = 4; count <= 100_000; count *= 10, depth--) {
      String root = "/bench/j" + "/a".repeat(depth) + "/";
      assertThat(
              IntStream.range(0, 100_000)
                  .filter(parameter -> LateJoin.address(parameter).startsWith(root))
                  .toArray())
          .containsExactly(IntStream.range(0, count).toArray());
    }
  }
}
