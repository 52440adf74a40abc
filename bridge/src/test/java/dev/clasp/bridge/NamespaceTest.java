package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceTest {

  @ParameterizedTest
  @ValueSource(strings = {"/mqtt", "mqtt", "/mqtt/", "mqtt//"})
  void slashesMayBeMissingOrTooMany(String text) {
    assertThat(Namespace.parse(text).prefix()).isEqualTo("/mqtt");
  }

  @Test
  void onlyWholeSegmentsBelongToIt() {
    Namespace osc = Namespace.parse("/osc");
    assertThat(osc.name("/osc/fader/1")).contains("fader/1");
    assertThat(osc.name("/oscillator/x")).isEmpty();
    assertThat(osc.name("/osc")).isEmpty();
    assertThat(osc.name("/osc/")).isEmpty();
    assertThat(osc.address("fader/1")).isEqualTo("/osc/fader/1");
    assertThat(osc.pattern()).isEqualTo("/osc/**");
  }

  @Test
  void nothingIsTheRoot() {
    for (String text : new String[] {"", "/"}) {
      Namespace root = Namespace.parse(text);
      assertThat(root.address("a/b")).isEqualTo("/a/b");
      assertThat(root.name("/a/b")).contains("a/b");
      assertThat(root.pattern()).isEqualTo("/**");
    }
  }

  @Test
  void wildcardsAreRefused() {
    assertThatThrownBy(() -> Namespace.parse("/mqtt/*"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no wildcards");
  }
}
