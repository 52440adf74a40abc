package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.clasp.cli.ValueParser.Kind;
import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueParserTest {

  @Test
  void integersStayIntegersAndDecimalsAreFloats() {
    assertThat(ValueParser.parse("1")).isEqualTo(Value.of(1));
    assertThat(ValueParser.parse("-6")).isEqualTo(Value.of(-6));
    assertThat(ValueParser.parse("1.0")).isEqualTo(Value.of(1.0));
    assertThat(ValueParser.parse("1e3")).isEqualTo(Value.of(1000.0));
    assertThat(ValueParser.parse("-0.0")).isEqualTo(Value.of(-0.0));
  }

  @Test
  void integersOf64BitsAreExactAndBeyondTheyAreFloats() {
    assertThat(ValueParser.parse("9223372036854775807")).isEqualTo(Value.of(Long.MAX_VALUE));
    assertThat(ValueParser.parse("-9223372036854775808")).isEqualTo(Value.of(Long.MIN_VALUE));
    assertThat(ValueParser.parse("9223372036854775808")).isEqualTo(Value.of(0x1p63));
  }

  @Test
  void jsonWordsAreValues() {
    assertThat(ValueParser.parse("true")).isEqualTo(Value.TRUE);
    assertThat(ValueParser.parse("false")).isEqualTo(Value.FALSE);
    assertThat(ValueParser.parse("null")).isEqualTo(Value.NULL);
    assertThat(ValueParser.parse("\"7\"")).isEqualTo(Value.of("7"));
  }

  @Test
  void jsonIsNested() {
    Map<String, Value> inner = new LinkedHashMap<>();
    inner.put("n", Value.of(1));
    inner.put("x", Value.of(List.of(Value.of(0.5), Value.NULL, Value.of(Map.of()))));
    assertThat(ValueParser.parse(" {\"n\": 1, \"x\": [0.5, null, {}]} "))
        .isEqualTo(Value.of(inner));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "hello", "True", "1 2", "1,", "{n: 1}", "[1", "007", "+5", "NaN", "0x10", "'a'"
      })
  void whatIsNotJsonIsText(String text) {
    assertThat(ValueParser.parse(text)).isEqualTo(Value.of(text));
  }

  @Test
  void nestingHasALimitAndBeyondItIsText() {
    String deep = "[".repeat(64) + "]".repeat(64);
    String tooDeep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(ValueParser.parse(deep)).isInstanceOf(Value.Array.class);
    assertThat(ValueParser.parse(tooDeep)).isEqualTo(Value.of(tooDeep));
  }

  @Test
  void brokenJsonIsRecognised() {
    assertThat(ValueParser.looksLikeBrokenJson("{n: 1}")).isTrue();
    assertThat(ValueParser.looksLikeBrokenJson("[1,")).isTrue();
    assertThat(ValueParser.looksLikeBrokenJson("{\"n\": 1}")).isFalse();
    assertThat(ValueParser.looksLikeBrokenJson("hello")).isFalse();
  }

  @Test
  void aKindCanBeForced() {
    assertThat(ValueParser.parse("007", Kind.STRING)).isEqualTo(Value.of("007"));
    assertThat(ValueParser.parse("true", Kind.STRING)).isEqualTo(Value.of("true"));
    assertThat(ValueParser.parse("0x10", Kind.INT)).isEqualTo(Value.of(16));
    assertThat(ValueParser.parse("1", Kind.FLOAT)).isEqualTo(Value.of(1.0));
    assertThat(ValueParser.parse("-inf", Kind.FLOAT)).isEqualTo(Value.of(Double.NEGATIVE_INFINITY));
    assertThat(ValueParser.parse("NaN", Kind.FLOAT)).isEqualTo(Value.of(Double.NaN));
    assertThat(ValueParser.parse("off", Kind.BOOL)).isEqualTo(Value.FALSE);
    assertThat(ValueParser.parse("[1]", Kind.JSON)).isEqualTo(Value.of(List.of(Value.of(1))));
    assertThat(ValueParser.parse("0x00ff", Kind.BYTES)).isEqualTo(Value.of(new byte[] {0, -1}));
    assertThat(ValueParser.parse("", Kind.BYTES)).isEqualTo(Value.of(new byte[0]));
  }

  @Test
  void aForcedKindThatDoesNotFitIsRefusedWithAReason() {
    for (Kind kind : List.of(Kind.INT, Kind.FLOAT, Kind.BOOL, Kind.JSON, Kind.BYTES)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ValueParser.parse("sal\u001b", kind))
          .withMessageStartingWith("'sal\\u001b' is not ");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> ValueParser.parse("1.5", Kind.INT));
    assertThatIllegalArgumentException().isThrownBy(() -> ValueParser.parse("abc", Kind.BYTES));
  }
}
