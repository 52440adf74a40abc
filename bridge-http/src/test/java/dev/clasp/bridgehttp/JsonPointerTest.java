package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Places in documents, with the example of RFC 6901 section 5. */
class JsonPointerTest {

  private static final Value EXAMPLE =
      JsonValues.parse(
              "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
                  + "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}")
          .orElseThrow();

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "/foo,[\"bar\"~\"baz\"]",
        "/foo/0,\"bar\"",
        "/,0",
        "/a~1b,1",
        "/c%d,2",
        "/e^f,3",
        "/g|h,4",
        "/i\\j,5",
        "/k\"l,6",
        "/m~0n,8"
      })
  void theExamplesOfTheStandardAreFound(String pointer, String json) {
    assertThat(JsonPointer.parse(pointer).find(EXAMPLE).map(JsonValues::text))
        .contains(json.replace('~', ','));
  }

  @Test
  void theEmptyPointerIsTheWholeDocument() {
    assertThat(JsonPointer.parse("").find(EXAMPLE)).contains(EXAMPLE);
    assertThat(JsonPointer.parse("/ ").find(EXAMPLE)).contains(Value.of(7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/foo/2", "/foo/00", "/foo/-", "/foo/-1", "/foo/bar", "/none", "/foo/0/x"})
  void whatIsNotThereIsNotFound(String pointer) {
    assertThat(JsonPointer.parse(pointer).find(EXAMPLE)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo", "/a~", "/a~2b", "#/foo"})
  void whatIsNoPointerIsRefused(String text) {
    assertThatThrownBy(() -> JsonPointer.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStarGoesThroughEverythingAndSaysWhere() {
    Value lights =
        JsonValues.parse("{\"1\":{\"on\":[true,false]},\"2\":{\"on\":[false]},\"3\":{}}")
            .orElseThrow();
    List<String> found = new ArrayList<>();
    int count =
        JsonPointer.parse("/*/on/*")
            .each(lights, (stars, value) -> found.add(stars + JsonValues.text(value)));
    assertThat(count).isEqualTo(3);
    assertThat(found).containsExactly("[1, 0]true", "[1, 1]false", "[2, 0]false");
  }
}
