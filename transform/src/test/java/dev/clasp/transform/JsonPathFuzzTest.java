package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text is a path that finds a bounded number of values, or a sentence. */
class JsonPathFuzzTest {

  private static final Value VALUE =
      Json.of("{a: [1, 2.5, {b: 'x', c: [true, null]}], d: {a: {a: [[[]]]}}}");

  static Stream<byte[]> seeds() {
    return Stream.of(
            "$.a[2].b",
            "$..a[::-1]",
            "$..[?@.b == 'x' && (length(@.c) > 1 || !@.d)]",
            "$['a'][\"d\"][0, 1, -1:5:2]",
            "$[?count(@..*) >= value($.a[0])]")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyTextIsAPathOrAMistake(byte[] bytes) {
    JsonPath path;
    try {
      path = JsonPath.parse(new String(bytes, StandardCharsets.UTF_8), "");
    } catch (MappingException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(path.find(VALUE).size()).isLessThanOrEqualTo(JsonPath.MAX_STEPS);
    if (path.singular()) {
      assertThat(path.find(VALUE).size()).isLessThanOrEqualTo(1);
    }
  }
}
