package dev.clasp.protocol;

import static dev.clasp.protocol.Shorthand.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.DecodeException.Kind;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueLayoutTest {

  private static final int DEPTH = CodecLimits.DEFAULT.valueDepth();

  private static int skip(int type, String hex) {
    byte[] b = bytes(hex);
    return ValueLayout.skip(b, type, 0, b.length, DEPTH);
  }

  private static Value read(int type, String hex) {
    byte[] b = bytes(hex);
    return ValueLayout.read(b, type, 0, b.length);
  }

  /** Each line: type code, data, and how many bytes of it the value has. */
  @ParameterizedTest
  @CsvSource({
    "0, aabb, 0",
    "1, 01bb, 1",
    "2, 80bb, 1",
    "3, 8000bb, 2",
    "4, 80000000bb, 4",
    "5, 8000000000000000bb, 8",
    "6, 3f800000bb, 4",
    "7, 3ff0000000000000bb, 8",
    "8, 00026869bb, 4",
    "8, 0000, 2",
    "9, 0002ffffbb, 4",
    "9, 0000, 2",
    "10, 0000bb, 2",
    "10, 0003000001ffbb, 6",
    "11, 0000bb, 2",
    "11, 0001000000bb, 5",
    "11, 00020001610000016200bb, 10",
  })
  void skipEndsWhereReadEnds(int type, String hex, int length) {
    assertThat(skip(type, hex)).isEqualTo(length);
    byte[] exact = bytes(hex.substring(0, 2 * length));
    assertThat(ValueLayout.read(exact, type, 0, exact.length)).isEqualTo(read(type, hex));
    for (int shorter = 0; shorter < length; shorter++) {
      int limit = shorter;
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> ValueLayout.skip(exact, type, 0, limit, DEPTH))
          .matches(e -> e.kind() == Kind.TRUNCATED);
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> ValueLayout.read(exact, type, 0, limit))
          .matches(e -> e.kind() == Kind.TRUNCATED);
    }
  }

  @Test
  void narrowNumbersWiden() {
    assertThat(read(ValueLayout.I8, "80")).isEqualTo(Value.of(-128));
    assertThat(read(ValueLayout.I16, "8000")).isEqualTo(Value.of(-32_768));
    assertThat(read(ValueLayout.I32, "80000000")).isEqualTo(Value.of(Integer.MIN_VALUE));
    assertThat(read(ValueLayout.F32, "3dcccccd")).isEqualTo(Value.of((double) 0.1f));
  }

  @Test
  void allBitPatternsOfAFloatSurvive() {
    for (String hex : List.of("7ff8000000000001", "fff0000000000001", "8000000000000000")) {
      byte[] payload = bytes("210700022f76" + hex);
      byte[] again = MessageCodec.encode(MessageCodec.decode(payload, 0, payload.length));

      assertThat(Shorthand.hex(again)).isEqualTo(Shorthand.hex(payload));
    }
  }

  @Test
  void aRepeatedKeyKeepsTheLastValueAtTheFirstPlace() {
    Value map = read(ValueLayout.MAP, "0003000161010000016201000001610101");

    assertThat(map).isEqualTo(Value.of(Map.of("a", Value.TRUE, "b", Value.FALSE)));
    assertThat(((Value.Map) map).entries().keySet()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 13, 15, 16, 0x80, 0xFF})
  void unassignedTypeCodesAreRefused(int type) {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> skip(type, "0000000000000000"))
        .matches(e -> e.kind() == Kind.UNKNOWN_VALUE_TYPE)
        .withMessageContaining("0x");
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> read(type, "0000000000000000"))
        .matches(e -> e.kind() == Kind.UNKNOWN_VALUE_TYPE);
  }

  /** Arrays and maps in turn, each with members before and behind the inner one. */
  @Test
  void skipFindsItsWayBackThroughManyLevels() {
    Value value = Value.of("innermost");
    for (int depth = 1; depth <= DEPTH; depth++) {
      value =
          depth % 3 == 0
              ? Value.of(ordered("before", Value.NULL, "k", value, "behind", Value.of(depth)))
              : Value.of(List.of(Value.of(depth), value, Value.TRUE, Value.of("x")));
      byte[] payload = MessageCodec.encode(Shorthand.set("/v", value));

      MessageView view = new MessageView().wrap(payload, 0, payload.length);

      assertThat(view.end()).as("depth %s", depth).isEqualTo(payload.length);
      int type = view.valueType();
      int tooShallow = depth - 1;
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(
              () -> ValueLayout.skip(payload, type, view.valueOffset(), payload.length, tooShallow))
          .matches(e -> e.kind() == Kind.LIMIT_EXCEEDED);
    }
  }

  private static Map<String, Value> ordered(
      String k1, Value v1, String k2, Value v2, String k3, Value v3) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put(k1, v1);
    map.put(k2, v2);
    map.put(k3, v3);
    return map;
  }

  @Test
  void lookingAtFourLevelsAllocatesNothing() {
    Value deep = Value.of(List.of(Value.of(1), Value.of("text"), Value.of(new byte[3])));
    deep = Value.of(Map.of("pan", deep, "tilt", deep));
    deep = Value.of(List.of(deep, Value.NULL, deep));
    deep = Value.of(Map.of("a", deep, "b", Value.of(2.0)));
    byte[] payload = MessageCodec.encode(Shorthand.set("/fixture/1", deep));
    MessageView view = new MessageView();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    view.wrap(payload, 0, payload.length);
    threads.getCurrentThreadAllocatedBytes();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1_000; i++) {
      view.wrap(payload, 0, payload.length);
    }

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
  }
}
