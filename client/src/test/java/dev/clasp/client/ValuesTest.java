package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ValuesTest {

  @Test
  void convertsEveryKind() {
    assertThat(Values.of(null)).isEqualTo(Value.NULL);
    assertThat(Values.of(true)).isEqualTo(Value.TRUE);
    assertThat(Values.of((byte) 1)).isEqualTo(Value.of(1L));
    assertThat(Values.of((short) 1)).isEqualTo(Value.of(1L));
    assertThat(Values.of(1)).isEqualTo(Value.of(1L));
    assertThat(Values.of(Long.MIN_VALUE)).isEqualTo(Value.of(Long.MIN_VALUE));
    assertThat(Values.of(0.5f)).isEqualTo(Value.of(0.5));
    assertThat(Values.of(1.0)).isEqualTo(Value.of(1.0)).isNotEqualTo(Value.of(1L));
    assertThat(Values.of("é")).isEqualTo(Value.of("é"));
    assertThat(Values.of('x')).isEqualTo(Value.of("x"));
    assertThat(Values.of(TimeUnit.DAYS)).isEqualTo(Value.of("DAYS"));
    assertThat(Values.of(new byte[] {1})).isEqualTo(Value.of(new byte[] {1}));
    assertThat(Values.of(new int[] {1})).isEqualTo(Value.of(List.of(Value.of(1L))));
    assertThat(Values.of(new long[] {1})).isEqualTo(Value.of(List.of(Value.of(1L))));
    assertThat(Values.of(new double[] {1})).isEqualTo(Value.of(List.of(Value.of(1.0))));
    assertThat(Values.of(new float[] {1})).isEqualTo(Value.of(List.of(Value.of(1.0))));
    assertThat(Values.of(new Object[] {"a", null}))
        .isEqualTo(Value.of(List.of(Value.of("a"), Value.NULL)));
    assertThat(Values.of(Value.TRUE)).isSameAs(Value.TRUE);
  }

  @Test
  void convertsNestedOnesThereAndBack() {
    List<@Nullable Object> list = Arrays.asList(1L, 0.5, null, "text", true);
    Value value = Values.of(Map.of("list", list));

    assertThat(Values.toObject(value)).isEqualTo(Map.of("list", list));
  }

  @Test
  void keepsTheOrderOfMaps() {
    Value value = Value.of(new java.util.LinkedHashMap<>(Map.of("b", Value.NULL)));
    assertThat(Values.toObject(value)).isInstanceOf(Map.class);
  }

  @Test
  void refusesWhatHasNoValue() {
    assertThatThrownBy(() -> Values.of(new StringBuilder().getClass()))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("java.lang.Class");
    assertThatThrownBy(() -> Values.of(Map.of(1, 2)))
        .hasMessage("the keys of a map value must be text, not 1");
  }

  @Test
  void refusesAListThatContainsItself() {
    List<Object> list = new ArrayList<>();
    list.add(list);
    assertThatThrownBy(() -> Values.of(list)).hasMessageContaining("contains itself");
  }

  @Test
  void readsNumbers() {
    assertThat(Values.number(Value.of(3L))).hasValue(3);
    assertThat(Values.number(Value.of(0.5))).hasValue(0.5);
    assertThat(Values.number(Value.TRUE)).hasValue(1);
    assertThat(Values.number(Value.of("3"))).isEmpty();
    assertThat(Values.integer(Value.of(3L))).hasValue(3);
    assertThat(Values.integer(Value.of(3.0))).hasValue(3);
    assertThat(Values.integer(Value.of(3.5))).isEmpty();
    assertThat(Values.integer(Value.of(1e300))).isEmpty();
    assertThat(Values.integer(Value.of(Double.NaN))).isEmpty();
    assertThat(Values.integer(Value.NULL)).isEmpty();
  }
}
