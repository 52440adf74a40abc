package dev.clasp.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of bridges.md 8.3. */
class MqttPayloadTest {

  private static Value value(String payload) {
    return MqttPayload.value(payload.getBytes(UTF_8));
  }

  private static String payload(Value value) {
    return new String(MqttPayload.bytes(value), UTF_8);
  }

  @Test
  void jsonIsWhatItSays() {
    assertThat(value("42")).isEqualTo(Value.of(42));
    assertThat(value("21.7")).isEqualTo(Value.of(21.7));
    assertThat(value(" true ")).isEqualTo(Value.TRUE);
    assertThat(value("null")).isEqualTo(Value.NULL);
    assertThat(value("\"x\"")).isEqualTo(Value.of("x"));
    assertThat(value("{}")).isEqualTo(Value.of(Map.of()));
    assertThat(value("[1,\"on\"]")).isEqualTo(Value.of(List.of(Value.of(1), Value.of("on"))));
  }

  @ParameterizedTest
  @CsvSource({
    "+5,5",
    ".5,0.5",
    "5.,5",
    "inf,Infinity",
    "-INF,-Infinity",
    "1e400,Infinity",
    "-.5e1,-5"
  })
  void numbersThatJsonDoesNotHaveAreFloats(String payload, double expected) {
    assertThat(value(payload)).isEqualTo(Value.of(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ON", "0x10", "1f", "1 ", "+ 5", ".", "-", "2026-11-26", "{\"a\":"})
  void everythingElseIsText(String payload) {
    Value expected = payload.equals("1 ") ? Value.of(1) : Value.of(payload);
    assertThat(value(payload)).isEqualTo(expected);
  }

  @Test
  void whatIsNotUnicodeIsBytes() {
    byte[] payload = {(byte) 0xC3, 0x28};
    assertThat(MqttPayload.value(payload)).isEqualTo(Value.of(payload));
    assertThat(MqttPayload.bytes(Value.of(payload))).isEqualTo(payload);
  }

  @Test
  void floatsHaveNeitherExponentNorPointZero() {
    assertThat(payload(Value.of(42.0))).isEqualTo("42");
    assertThat(payload(Value.of(1e21))).isEqualTo("1000000000000000000000");
    assertThat(payload(Value.of(1e-7))).isEqualTo("0.0000001");
    assertThat(payload(Value.of(0.1 + 0.2))).isEqualTo("0.30000000000000004");
    assertThat(payload(Value.of(-0.0))).isEqualTo("-0");
    assertThat(payload(Value.of(Double.NaN))).isEqualTo("NaN");
    assertThat(payload(Value.of(Double.NEGATIVE_INFINITY))).isEqualTo("-inf");
  }

  @Test
  void textIsNotQuoted() {
    assertThat(payload(Value.of("h\u00e9llo"))).isEqualTo("h\u00e9llo");
    assertThat(payload(Value.of(Long.MIN_VALUE))).isEqualTo("-9223372036854775808");
    assertThat(payload(Value.TRUE)).isEqualTo("true");
    assertThat(payload(Value.NULL)).isEqualTo("null");
    assertThat(payload(Value.of(List.of(Value.of(1.5))))).isEqualTo("[1.5]");
  }
}
