package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValuesTest {

  @Test
  void numbersKeepTheirKind() {
    assertThat(JsonValues.parse("42")).contains(Value.of(42));
    assertThat(JsonValues.parse("25.5")).contains(Value.of(25.5));
    assertThat(JsonValues.parse("1.0")).contains(Value.of(1.0));
    assertThat(JsonValues.parse("9223372036854775807")).contains(Value.of(Long.MAX_VALUE));
    assertThat(JsonValues.parse("9223372036854775808")).contains(Value.of(0x1p63));
  }

  @Test
  void textAndBack() {
    String json = "{\"b\":true,\"a\":[1,2.5,null,\"h\u00e9llo \u2603\"],\"e\":{},\"n\":-1.0E-7}";
    assertThat(JsonValues.parse(json).map(JsonValues::text)).contains(json);
  }

  @Test
  void whatJsonDoesNotHave() {
    assertThat(JsonValues.text(Value.of(new byte[] {0, -1}))).isEqualTo("[0,255]");
    assertThat(JsonValues.text(Value.of(Double.NaN))).isEqualTo("null");
    assertThat(JsonValues.text(Value.of(List.of(Value.of(Double.POSITIVE_INFINITY)))))
        .isEqualTo("[null]");
    assertThat(JsonValues.text(Value.of(Map.of("\"", Value.of("\n")))))
        .isEqualTo("{\"\\\"\":\"\\n\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "1 2", "{", "[1,]", "nul", "'x'", "{\"a\"}", "01", "+5", "NaN"})
  void whatIsNoJsonIsNoValue(String text) {
    assertThat(JsonValues.parse(text)).isEmpty();
  }

  @Test
  void depthAndDigitsAreBounded() {
    assertThat(JsonValues.parse("[".repeat(64) + "]".repeat(64))).isPresent();
    assertThat(JsonValues.parse("[".repeat(65) + "]".repeat(65))).isEmpty();
    assertThat(JsonValues.parse("9".repeat(100_000))).isEmpty();
  }
}
