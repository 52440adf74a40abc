package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import org.junit.jupiter.api.Test;

class EchoFilterTest {

  private final EchoFilter filter = new EchoFilter();

  @Test
  void oneEchoForEachWrite() {
    filter.sent("/a", Value.of(1));
    assertThat(filter.isEcho("/b", Value.of(1))).isFalse();
    assertThat(filter.isEcho("/a", Value.of(1))).isTrue();
    assertThat(filter.isEcho("/a", Value.of(1))).isFalse();
  }

  @Test
  void theRouterMayLeaveValuesOut() {
    filter.sent("/a", Value.of(1));
    filter.sent("/a", Value.of(2));
    filter.sent("/a", Value.of(3));
    assertThat(filter.isEcho("/a", Value.of(2))).isTrue();
    assertThat(filter.isEcho("/a", Value.of(1))).isFalse();
    assertThat(filter.isEcho("/a", Value.of(3))).isTrue();
  }

  @Test
  void valuesOfOthersDoNotDisturb() {
    filter.sent("/a", Value.of(1));
    assertThat(filter.isEcho("/a", Value.of(9))).isFalse();
    assertThat(filter.isEcho("/a", Value.of(1))).isTrue();
  }

  @Test
  void memoryIsBounded() {
    for (int i = 0; i < 100_000; i++) {
      filter.sent("/a", Value.of(i));
    }
    assertThat(filter.isEcho("/a", Value.of(0))).isFalse();
    assertThat(filter.isEcho("/a", Value.of(99_999))).isTrue();
  }
}
