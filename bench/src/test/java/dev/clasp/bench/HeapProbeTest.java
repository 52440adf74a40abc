package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HeapProbeTest {

  @Test
  void readsTheTotalOfAHistogram() {
    assertThat(
            HeapProbe.total(
                List.of(
                    " num     #instances         #bytes  class name (module)",
                    "   1:          8123         756824  [B (java.base@25)",
                    "Total         29137        1640392")))
        .isEqualTo(OptionalLong.of(1_640_392));
  }

  @Test
  void somethingElseHasNoTotal() {
    assertThat(HeapProbe.total(List.of("Total nonsense", "no such process"))).isEmpty();
  }

  @Test
  void aProcessThatIsNoJvmIsLeftAlone() throws Exception {
    Process cat = new ProcessBuilder("cat").start();
    try {
      BenchTarget target = BenchTarget.at(URI.create("ws://localhost:1"), cat.pid());
      assertThat(HeapProbe.of(target)).isEmpty();
      assertThat(cat.isAlive()).isTrue();
    } finally {
      cat.getOutputStream().close();
      cat.waitFor();
    }
  }
}
