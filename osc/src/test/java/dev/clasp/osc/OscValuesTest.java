package dev.clasp.osc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.osc.OscArgument.Bool;
import dev.clasp.osc.OscArgument.Float32;
import dev.clasp.osc.OscArgument.Float64;
import dev.clasp.osc.OscArgument.Impulse;
import dev.clasp.osc.OscArgument.Int32;
import dev.clasp.osc.OscArgument.Int64;
import dev.clasp.osc.OscArgument.Nil;
import dev.clasp.osc.OscArgument.Text;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OscValuesTest {

  private static final OscStyle WIDE = new OscStyle(true, false);
  private static final OscStyle NESTED = new OscStyle(false, true);

  @Test
  void noneOneAndSeveral() {
    assertThat(OscValues.value(List.of())).isEqualTo(Value.NULL);
    assertThat(OscValues.value(List.of(new Int32(42)))).isEqualTo(Value.of(42));
    assertThat(OscValues.value(List.of(new Float32(0.1f), Bool.TRUE)))
        .isEqualTo(Value.of(List.of(Value.of(0.10000000149011612), Value.TRUE)));
  }

  @Test
  void rareTypesKeepWhatTheySay() {
    assertThat(OscValues.value(new OscArgument.Char('x'))).isEqualTo(Value.of("x"));
    assertThat(OscValues.value(new OscArgument.Char(-1))).isEqualTo(Value.of("\uFFFD"));
    assertThat(OscValues.value(new OscArgument.Symbol("s"))).isEqualTo(Value.of("s"));
    assertThat(OscValues.value(new OscArgument.Rgba(0xFF8000C0))).isEqualTo(ints(255, 128, 0, 192));
    assertThat(OscValues.value(new OscArgument.Midi(0x01903C7F))).isEqualTo(ints(1, 0x90, 60, 127));
    assertThat(OscValues.value(Impulse.IMPULSE)).isEqualTo(Value.of(Double.POSITIVE_INFINITY));
    assertThat(OscValues.value(Nil.NIL)).isEqualTo(Value.NULL);
    assertThat(
            OscValues.value(new OscArgument.Time(OscTimeTag.ofUnixMicros(1_704_067_200_500_000L))))
        .isEqualTo(Value.of(1_704_067_200_500_000L));
    assertThat(OscValues.value(new OscArgument.Time(OscTimeTag.IMMEDIATELY))).isEqualTo(Value.NULL);
    assertThat(OscValues.value(new OscArgument.Array(List.of(new Int32(1), new Int32(2)))))
        .isEqualTo(ints(1, 2));
  }

  private static Value ints(long... numbers) {
    return Value.of(java.util.Arrays.stream(numbers).mapToObj(Value::of).toList());
  }

  @Test
  void numbersHave32BitsUnlessTheyDoNotFit() {
    assertThat(OscValues.arguments(Value.of(7), OscStyle.PLAIN)).containsExactly(new Int32(7));
    assertThat(OscValues.arguments(Value.of(1L << 31), OscStyle.PLAIN))
        .containsExactly(new Int64(1L << 31));
    assertThat(OscValues.arguments(Value.of(0.75), OscStyle.PLAIN))
        .containsExactly(new Float32(0.75f));
    assertThat(OscValues.arguments(Value.of(7), WIDE)).containsExactly(new Int64(7));
    assertThat(OscValues.arguments(Value.of(0.75), WIDE)).containsExactly(new Float64(0.75));
  }

  @Test
  void arraysAreFlatUnlessBracketsAreWanted() {
    Value value = Value.of(List.of(Value.of(1), ints(2, 3), Value.NULL));
    assertThat(OscValues.arguments(value, OscStyle.PLAIN))
        .containsExactly(new Int32(1), new Int32(2), new Int32(3), Nil.NIL);
    assertThat(OscValues.arguments(value, NESTED))
        .containsExactly(
            new Int32(1), new OscArgument.Array(List.of(new Int32(2), new Int32(3))), Nil.NIL);
  }

  @Test
  void mapsAreJson() {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("a\"\n", Value.of(List.of(Value.of(1), Value.of(0.5), Value.TRUE, Value.NULL)));
    map.put("b", Value.of(new byte[] {1, (byte) 255}));
    map.put("c", Value.of(Map.of()));
    map.put("d", Value.of(Double.NaN));
    map.put("e", Value.of(new byte[0]));
    map.put("f", Value.of("\u0001"));
    assertThat(OscValues.arguments(Value.of(map), OscStyle.PLAIN))
        .containsExactly(
            new Text(
                "{\"a\\\"\\n\":[1,0.5,true,null],\"b\":[1,255],\"c\":{},\"d\":null,\"e\":[],"
                    + "\"f\":\"\\u0001\"}"));
  }

  @Test
  void textNeverHasANul() {
    assertThat(OscValues.arguments(Value.of("a\0b"), OscStyle.PLAIN))
        .containsExactly(new Text("a\uFFFDb"));
  }

  @Test
  void receiversGetTheTypesTheyInsistOn() {
    assertThat(OscValues.arguments(Value.of(1), "f")).containsExactly(new Float32(1));
    assertThat(OscValues.arguments(Value.of(1.9), "i")).containsExactly(new Int32(1));
    assertThat(OscValues.arguments(ints(1, 2, 3), "if"))
        .containsExactly(new Int32(1), new Float32(2), new Float32(3));
    assertThat(OscValues.arguments(Value.of(0), "T")).containsExactly(Bool.FALSE);
    assertThat(OscValues.arguments(Value.TRUE, "i")).containsExactly(new Int32(1));
    assertThat(OscValues.arguments(Value.of("2.5"), "f")).containsExactly(new Float32(2.5f));
    assertThat(OscValues.arguments(Value.of(5), "s")).containsExactly(new Text("5"));
    assertThat(OscValues.arguments(Value.of(5), "")).isEmpty();
    assertThat(OscValues.arguments(Value.of(1L << 40), "i"))
        .containsExactly(new Int32(Integer.MAX_VALUE));
    assertThatThrownBy(() -> OscValues.arguments(Value.of("go"), "f"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the text go cannot be an OSC f");
    assertThatThrownBy(() -> OscValues.arguments(Value.of(1), "q")).hasMessageContaining("'q'");
  }

  @Test
  void theStandardProfileKnowsEvents() {
    OscProfile standard = OscProfile.STANDARD;
    for (List<OscArgument> bang :
        List.of(
            List.<OscArgument>of(),
            List.<OscArgument>of(Impulse.IMPULSE),
            List.<OscArgument>of(Nil.NIL))) {
      assertThat(standard.type(bang)).isEqualTo(SignalType.EVENT);
      assertThat(standard.value(bang)).isEqualTo(Value.NULL);
      assertThat(OscProfile.COMPATIBLE.type(bang)).isEqualTo(SignalType.PARAM);
    }
    assertThat(OscProfile.COMPATIBLE.value(List.of(Impulse.IMPULSE)))
        .isEqualTo(Value.of(Double.POSITIVE_INFINITY));
    assertThat(standard.type(List.of(new Int32(0)))).isEqualTo(SignalType.PARAM);
    assertThat(standard.arguments(SignalType.EVENT, Value.NULL, OscStyle.PLAIN)).isEmpty();
    assertThat(standard.arguments(SignalType.PARAM, Value.NULL, OscStyle.PLAIN))
        .containsExactly(Nil.NIL);
    assertThat(OscProfile.COMPATIBLE.arguments(SignalType.PARAM, Value.NULL, OscStyle.PLAIN))
        .isEmpty();
  }
}
