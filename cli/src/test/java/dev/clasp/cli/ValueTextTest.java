package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTextTest {

  private static Value everything() {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("i", Value.of(1));
    map.put("f", Value.of(1.0));
    map.put("t", Value.of("a\"b\\c\n"));
    map.put("a", Value.of(List.of(Value.TRUE, Value.NULL)));
    map.put("b", Value.of(new byte[] {1, -1}));
    map.put("e", Value.of(List.of()));
    map.put("m", Value.of(Map.of()));
    return Value.of(map);
  }

  @Test
  void jsonIsCompact() {
    assertThat(ValueText.json(everything()))
        .isEqualTo(
            "{\"i\":1,\"f\":1.0,\"t\":\"a\\\"b\\\\c\\n\",\"a\":[true,null],"
                + "\"b\":{\"$bytes\":\"Af8=\"},\"e\":[],\"m\":{}}");
  }

  @Test
  void forPeopleItHasSpacesAndBytesInHexadecimal() {
    assertThat(ValueText.human(everything()))
        .isEqualTo(
            "{\"i\": 1, \"f\": 1.0, \"t\": \"a\\\"b\\\\c\\n\", \"a\": [true, null], \"b\": 0x01ff,"
                + " \"e\": [], \"m\": {}}");
  }

  @Test
  void numbersThatJsonDoesNotHaveAreStrings() {
    assertThat(ValueText.json(Value.of(Double.NaN))).isEqualTo("\"NaN\"");
    assertThat(ValueText.json(Value.of(Double.NEGATIVE_INFINITY))).isEqualTo("\"-Infinity\"");
    assertThat(ValueText.human(Value.of(Double.NaN))).isEqualTo("NaN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b[31mred\u001b[0m",
        "\u009b2J",
        "bell\u0007",
        "del\u007f",
        "over\rwritten",
        "\u202egnp.exe",
        "zero\u200bwidth",
        "line\u2028separator",
        "\ud800 alone",
        "\udc00 alone",
        "tag\udb40\udc41",
        "soft\u00adhyphen"
      })
  void whatATerminalActsOnIsEscaped(String hostile) {
    assertThat(ValueText.human(Value.of(hostile))).matches("[\\x20-\\x7e]*").contains("\\");
    assertThat(ValueText.json(Value.of(Map.of(hostile, Value.NULL)))).matches("[\\x20-\\x7e]*");
    assertThat(Printable.escape(hostile)).matches("[\\x20-\\x7e]*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Grüße", "日本語", "emoji 🎭", "family 👩\u200d👧"})
  void ordinaryTextStaysAsItIs(String text) {
    assertThat(ValueText.human(Value.of(text))).isEqualTo('"' + text + '"');
    assertThat(Printable.escape(text)).isEqualTo(text);
  }

  @Test
  void whatIsPrintedCanBeReadBack() {
    for (String text :
        List.of("0.1", "-6", "1.0E300", "true", "null", "[1,{\"a\":\"\\u001b\"}]", "\"x\"")) {
      Value value = ValueParser.parse(text);
      assertThat(ValueParser.parse(ValueText.json(value))).isEqualTo(value);
      assertThat(ValueParser.parse(ValueText.human(value))).isEqualTo(value);
    }
  }
}
