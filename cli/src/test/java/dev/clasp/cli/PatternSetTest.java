package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.protocol.PatternException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatternSetTest {

  @Test
  void aPatternThatAnotherCoversIsLeftOut() {
    PatternSet set = new PatternSet(List.of("/lights/1", "/cue/*", "/lights/**", "/lights/*/x"));
    assertThat(set.size()).isEqualTo(2);
    assertThat(set.text(0)).isEqualTo("/cue/*");
    assertThat(set.text(1)).isEqualTo("/lights/**");
  }

  @Test
  void ofPatternsThatOverlapTheFirstReports() {
    PatternSet set = new PatternSet(List.of("/a/*", "/*/b"));
    assertThat(set.size()).isEqualTo(2);
    assertThat(set.isFirst(0, "/a/b")).isTrue();
    assertThat(set.isFirst(1, "/a/b")).isFalse();
    assertThat(set.isFirst(1, "/c/b")).isTrue();
  }

  @Test
  void whatIsNoPatternIsRefused() {
    assertThatExceptionOfType(PatternException.class)
        .isThrownBy(() -> new PatternSet(List.of("lights")));
  }
}
