package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths with open places. */
class PathTemplateTest {

  @ParameterizedTest
  @CsvSource({
    "/doors/:name/open, /doors/front/open, {name=front}",
    "/doors/{name}/open, /doors/front/open, {name=front}",
    "/hooks/*rest, /hooks/a/b%20c, {rest=a/b c}",
    "/hooks/{rest**}, /hooks/a, {rest=a}",
    "/*/x/**, /a/x, '{1=a, 2=}'",
    "/*/x/**, /a/x/b/c, '{1=a, 2=b/c}'",
    "/plain, /plain, {}",
    "/plain, /pl%61in, {}",
    "/, /, {}",
    "/caf\u00e9, /caf%C3%A9, {}"
  })
  void aPathIsTakenApart(String template, String path, String found) {
    assertThat(PathTemplate.parse(template).match(path, true).map(Map::toString)).contains(found);
  }

  @ParameterizedTest
  @CsvSource({
    "/doors/:name, /doors",
    "/doors/:name, /doors/",
    "/doors/:name, /doors/a/b",
    "/doors/:name, /doors/a%2Fb",
    "/doors/:name, /doors/%00",
    "/doors/:name, /doors/%2a",
    "/doors/:name, /doors/%C3",
    "/hooks/*rest, /hooks",
    "/hooks/*rest, /hooks/a//b",
    "/plain, /Plain",
    "/plain, plain",
    "/plain, /plain/"
  })
  void anotherPathIsNot(String template, String path) {
    assertThat(PathTemplate.parse(template).match(path, true)).isEmpty();
  }

  @Test
  void addressesAreNotDecoded() {
    assertThat(PathTemplate.parse("/a/:x").match("/a/50%25", false)).contains(Map.of("x", "50%25"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "/*rest/more", "/:a/:a", "/:", "/x{a}", "/x*", "/:a b", "/**/x", "/{a"})
  void whatIsNoPathIsRefused(String text) {
    assertThatThrownBy(() -> PathTemplate.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
