package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each transform by its formula, bridges.md 15.1 and 15.5 to 15.8. */
class TransformTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "identity → 7 → 7",
        "{type: scale, from_min: 0, from_max: 127, to_min: 0, to_max: 1} → 127 → 1.0",
        "{type: scale, from_min: 0, from_max: 10, to_min: 100, to_max: 200} → -5 → 50.0",
        "{type: scale, from_min: 0, from_max: 1, to_min: 10, to_max: 20, clamp: true} → 2.0 → 20.0",
        "{type: scale, from_min: 3, from_max: 3, to_min: 5, to_max: 9} → 3 → 5.0",
        "{type: scale, scale: 2, offset: 0.5} → 1 → 2.5",
        "{Scale: {scale: 2, offset: 0.5}} → 1 → 2.5",
        "{Threshold: {value: 0.5}} → 0.8 → true",
        "{type: clamp, min: 0, max: 1} → 3 → 1.0",
        "invert → 0.25 → 0.75",
        "{type: invert, min: 10, max: 20} → 12 → 18.0",
        "to_int → -2.7 → -2",
        "to_int → 1e300 → 9223372036854775807.0e0",
        "to_int → 5 → 5",
        "to_float → 2.7 → 2.7",
        "to_float → 2 → 2.0",
        "{type: lookup, table: {'1': on, '0': off}} → 1.0 → 'on'",
        "{type: lookup, table: {'1': on, true: yes}} → true → 'yes'",
        "{type: lookup, table: {'1.5': x}, default: none} → 2 → 'none'",
        "{type: lookup, table: {a: 1}} → 'b' → 'b'",
        "{type: curve, curve_type: ease_in} → 0.5 → 0.25",
        "{type: quantize, steps: 4} → 0.3 → 0.25",
        "{type: quantize, steps: 4} → 0.375 → 0.5",
        "{type: dead_zone, threshold: 0.1} → 0.05 → 0.0",
        "{type: dead_zone, threshold: 0.1} → 3 → 3",
        "{type: dead_zone, threshold: 0.1} → 0.1 → 0.1",
        "{type: dead_band} → 0.6 → 0.0",
        "{type: threshold, value: 0.5} → 0.5 → 0.0",
        "{type: threshold, value: 0.5, mode: at_least} → 0.5 → 1.0",
        "{type: threshold, value: 0.5, mode: below} → 0.4 → 1.0",
        "{type: threshold, value: 0.5, mode: equal} → 0.5009 → 1.0",
        "gate → 0.1 → 1.0",
        "gate → 0 → 0.0",
        "trigger → -1 → 1.0",
        "{type: modulo, divisor: 3} → -7 → -1.0",
        "abs → -3 → 3.0",
        "negate → 3 → -3.0",
        "{type: power, exponent: 3} → 2 → 8.0",
        "{type: power, exponent: 0.5} → -4.0 → -4.0",
        "{type: log, base: 2} → 8 → 3.0",
        "log → -1 → -1",
        "{type: exp, base: 2} → 3 → 8.0",
        "{type: round, decimals: 1} → 2.25 → 2.3",
        "{type: round, decimals: 0} → -0.5 → -1.0",
        "{type: round, decimals: 300} → 1e200 → 1e200",
        "[invert, {type: scale, to_max: 10}] → 0.25 → 7.5",
        "{type: conditional, condition: 'value > 2', if_true: negate} → 3 → -3.0",
        "{type: conditional, condition: 'value > 2', if_true: negate} → 1 → 1",
        "{type: json_path, path: '$.a.b'} → {a: {b: 3}} → 3",
        "{type: json_path, path: '$.a.c'} → {a: {b: 3}} → null",
        "{type: json_path, path: '$.*'} → [1, 2] → [1, 2]",
        "{type: json_path, path: '$.a'} → {a: {b: 3}} → {b: 3}",
        "{type: map_type, to_type: int} → '12' → 12",
        "{type: map_type, to_type: int} → 'x' → 'x'",
        "{type: map_type, to_type: int} → 2.7 → 2",
        "{type: map_type, to_type: int} → true → true",
        "{type: map_type, to_type: float} → 2.7 → 2.7",
        "{type: map_type, to_type: float} → '2.5e1' → 25.0",
        "{type: map_type, to_type: float} → 'NaN' → 'NaN'",
        "{type: map_type, to_type: bool} → 0.5 → true",
        "{type: map_type, to_type: bool} → 'true' → 'true'",
        "{type: map_type, to_type: string} → 1.0 → '1'",
        "{type: map_type, to_type: string} → 0.0000001 → '0.0000001'",
        "{type: map_type, to_type: string} → false → 'false'",
        "{type: bitwise, operation: and, operand: 6} → 3 → 2",
        "{type: bitwise, operation: or} → 3.9 → 3",
        "{type: bitwise, operation: xor, operand: 1} → 3 → 2",
        "{type: bitwise, operation: not} → 0 → -1",
        "{type: bitwise, operation: shift_left} → 3 → 6",
        "{type: bitwise, operation: shift_left, operand: 65} → 3 → 6",
        "{type: bitwise, operation: shift_right} → -3 → -2",
        "{type: bitwise, operation: get_bit, operand: 1} → 2 → 1",
        "{type: bitwise, operation: set_bit, operand: 2} → 1 → 5",
        "{type: bitwise, operation: clear_bit} → 3 → 2",
        "'= value * 2' → 3 → 6.0",
        "'= 10 / 3' → 0 → 3",
        "'= value / 0' → 1 → 1",
        "'= 1, 2' → 5 → 5",
        "'= [value, 1]' → 5 → [5.0, 1]",
        "'= [value / 0]' → 5 → 5",
        "{type: expression, expr: 'value + 1', dialect: 'expr/1'} → 'text' → 'text'",
        "invert → 'text' → 'text'",
        "invert → null → null",
        "invert → true → true",
        "invert → [0.25, x, [1]] → [0.75, 'x', [0.0]]",
        "invert → {x: 0, y: 1, name: pad} → {x: 1.0, y: 0.0, name: 'pad'}",
        "{type: at, at: [0], transform: invert} → [0, 0] → [1.0, 0]",
        "{type: at, at: x, transform: invert} → {x: 0, y: 0} → {x: 1.0, y: 0}",
        "{type: each, transform: '= value + i'} → [1, 1] → [1.0, 2.0]",
        "{type: wasm, module_id: moving_average, params: {window: 2}} → 4 → 4.0",
      })
  void calculates(String definition, String input, String expected) {
    Value wanted = expected.contains("e0") ? Value.of(Long.MAX_VALUE) : Json.of(expected);
    assertThat(apply(definition, Json.of(input))).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "{type: smooth, factor: 0.5} → 0 1 1 → 0 0.5 0.75",
        "{type: smooth, factor: 0} → 3 1 1 → 3 3 3",
        "{type: smooth, seconds: 1} → 0 1 → 0 0.632120558829",
        "{type: lowpass, alpha: 0.75} → 0 1 → 0 0.25",
        "{type: rate_limit, max_delta: 0.1} → 0 1 1 0 → 0 0.1 0.2 0.1",
        "{type: slew, per_second: 2} → 0 10 10 -10 → 0 2 4 2",
        "{type: slew, up: 1, down: 5} → 0 10 10 -10 → 0 1 2 -3",
        "hysteresis → 0.5 0.7 0.5 0.3 0.5 → 0 1 1 0 0",
        "{type: threshold, value: 0.5, hysteresis: 0.2} → 0.5 0.6 0.4 0.3 0.4 → 0 1 1 0 0",
        "{type: threshold, mode: below, hysteresis: 0.2} → 0.5 0.4 0.6 0.7 0.6 → 0 1 1 0 0",
        "toggle → 1 1 0 1 0 1 → 1 1 1 0 0 1",
        "{type: toggle, initial: 1} → 1 0 1 → 0 0 1",
        "latch → 0.2 0.8 0.1 0.6 0 → 0.2 0.8 0.8 0.6 0.6",
        "{type: latch, reset: 0} → 0.8 0.1 0 0.1 → 0.8 0.8 0 0.1",
        "{type: moving_average, window: 2} → 0 1 2 4 → 0 0.5 1.5 3",
        "{type: moving_average, window_size: 3} → 3 6 9 12 → 3 4.5 6 9",
        "{type: average} → 1 2 3 → 1 1.5 2",
        "{type: sum, window_size: 2} → 1 2 3 → 1 3 5",
        "min → 3 1 2 → 3 1 1",
        "max → 3 1 4 → 3 3 4",
        "latest → 3 1 → 3 1",
        "{type: first, window_size: 2} → 3 1 2 → 3 3 1",
        "{type: count, window_size: 2} → 9 9 9 → 1 2 2",
        "rate_of_change → 1 3 2 → 0 2 -1",
        "std_dev → 1 3 → 0 1",
        "'= prev + dt' → 5 0 0 → 5 6 7",
        "'= t' → 0 0 0 → 0 1 2",
      })
  void remembersFromOneSecondToTheNext(String definition, String inputs, String outputs) {
    Transform transform = Transform.parse(Json.of(definition));
    TransformState state = transform.newState();
    List<Double> results = new ArrayList<>();
    long nanos = -3_000_000_000L;
    for (String input : inputs.split(" ")) {
      Value value = Value.of(Double.parseDouble(input));
      results.add(Numbers.of(transform.apply(value, state, nanos).orElseThrow()));
      nanos += 1_000_000_000;
    }
    String[] wanted = outputs.split(" ");
    for (int i = 0; i < wanted.length; i++) {
      assertThat(results.get(i))
          .as("%s", results)
          .isCloseTo(Double.parseDouble(wanted[i]), within(1e-9));
    }
  }

  @Test
  void edgeGivesOneValueWhenAButtonIsPressed() {
    assertThat(sequence("edge", "0", "1", "1", "0", "true", "x"))
        .containsExactly(List.of(), List.of(1.0), List.of(), List.of(), List.of(1.0), List.of());
    assertThat(sequence("{type: edge, on: fall}", "0", "1", "0"))
        .containsExactly(List.of(), List.of(), List.of(0.0));
    assertThat(sequence("{type: edge, on: both}", "1", "0"))
        .containsExactly(List.of(1.0), List.of(0.0));
  }

  private static List<List<Double>> sequence(String definition, String... inputs) {
    Transform transform = Transform.parse(Json.of(definition));
    TransformState state = transform.newState();
    List<List<Double>> out = new ArrayList<>();
    for (String input : inputs) {
      out.add(
          transform
              .apply(Json.of(input), state, 0)
              .map(v -> List.of(Numbers.of(v)))
              .orElse(List.of()));
    }
    return out;
  }

  /** The paper's algorithm with numbers worked out beside it. */
  @Test
  void oneEuroFollowsFastMovesAndCalmsSlowOnes() {
    Transform transform =
        Transform.parse(Json.of("{type: one_euro, min_cutoff: 1, beta: 0, d_cutoff: 1}"));
    TransformState state = transform.newState();
    transform.apply(Value.of(0.0), state, 0);
    double y = Numbers.of(transform.apply(Value.of(1.0), state, 100_000_000).orElseThrow());
    assertThat(y).isCloseTo(1 / (1 + 1 / (2 * Math.PI * 0.1)), within(1e-12));
    Transform quick =
        Transform.parse(Json.of("{type: one_euro, min_cutoff: 1, beta: 10, d_cutoff: 1}"));
    TransformState other = quick.newState();
    quick.apply(Value.of(0.0), other, 0);
    double z = Numbers.of(quick.apply(Value.of(1.0), other, 100_000_000).orElseThrow());
    assertThat(z).isGreaterThan(y);
    // No time has passed: it stays.
    assertThat(Numbers.of(quick.apply(Value.of(9.0), other, 100_000_000).orElseThrow()))
        .isEqualTo(z);
  }

  @Test
  void everyNodeOfAChainHasItsOwnMemory() {
    Transform chain =
        Transform.parse(
            Json.of("[{type: smooth, factor: 0.5}, {type: rate_limit, max_delta: 0.1}]"));
    TransformState state = chain.newState();
    chain.apply(Value.of(0.0), state, 0);
    assertThat(chain.apply(Value.of(1.0), state, 1)).contains(Value.of(0.1));
    // The smoothing goes on from 0.5, not from 0.1.
    assertThat(chain.apply(Value.of(0.0), state, 2)).contains(Value.of(0.2));
  }

  @Test
  void everyElementHasItsOwnMemory() {
    Transform smooth = Transform.parse(Json.of("{type: smooth, factor: 0.5}"));
    TransformState state = smooth.newState();
    smooth.apply(Json.of("[0, 10]"), state, 0);
    assertThat(smooth.apply(Json.of("[1, 10]"), state, 1)).contains(Json.of("[0.5, 10.0]"));
    assertThat(smooth.apply(Json.of("{x: 4}"), state, 1)).contains(Json.of("{x: 4.0}"));
  }

  @Test
  void whatIsNotFiniteDoesNotStayInAMemory() {
    Transform smooth = Transform.parse(Json.of("{type: smooth, factor: 0.5}"));
    TransformState state = smooth.newState();
    smooth.apply(Value.of(1.0), state, 0);
    assertThat(smooth.apply(Value.of(Double.NaN), state, 1)).contains(Value.of(Double.NaN));
    assertThat(smooth.apply(Value.of(2.0), state, 2)).contains(Value.of(1.5));
    Transform wild = Transform.parse(Json.of("{type: smooth, factor: 1e200}"));
    TransformState other = wild.newState();
    wild.apply(Value.of(0.0), other, 0);
    wild.apply(Value.of(1e200), other, 1);
    assertThat(wild.apply(Value.of(3.0), other, 2)).contains(Value.of(3.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "{type: scal} → type: there is no transform 'scal'",
        "{} → type: is missing",
        "5 → a transform is a map, not 5",
        "{type: clamp, min: 2, max: 1} → min: must not be more than max: 2 is more than 1",
        "{type: clamp, min: x} → min: must be a finite number, not 'x'",
        "{type: clamp, mim: 1} → mim: is not known; the transform clamp takes type, min, max",
        "{type: quantize, steps: 0} → steps: must be more than 0, not 0",
        "{type: modulo, divisor: 0} → divisor: must not be 0",
        "{type: moving_average, window_size: 0} → window_size: must be a whole number from 1",
        "{type: log, base: -1} → base: must be more than 0",
        "{type: dead_zone} → threshold: is missing: a number",
        "{type: bitwise, operation: nand} → operation: must be one of and, or",
        "{type: map_type, to_type: date} → to_type: must be one of int, float",
        "{type: expression, expr: 'value +'} → expr: a value is missing at character 8",
        "{type: chain, transforms: [invert, {type: curve, curve_type: foo}]} →"
            + " transforms[1].curve_type: there is no curve 'foo'",
        "{type: json_path, path: 'a'} → path: a JSON path begins with $",
        "{type: wasm, module_id: mine} → module_id: WASM modules are not run",
        "{type: rate_limit, max_delta: -1} → max_delta: must not be negative",
        "{type: conditional, condition: {type: smaller}} → condition.type: must be one of",
      })
  void saysWhatIsWrongAndWhere(String definition, String message) {
    assertThatThrownBy(() -> Transform.parse(Json.of(definition)))
        .isInstanceOf(MappingException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void nestingIsBounded() {
    Value deep = Value.of("invert");
    for (int i = 0; i < 40; i++) {
      deep = new Value.Array(List.of(deep));
    }
    Value definition = deep;
    assertThatThrownBy(() -> Transform.parse(definition)).hasMessageContaining("16 deep");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "invert",
        "[invert, negate]",
        "{type: lookup, table: {'1': on}, default: 5}",
        "{type: curve, curve_type: {bezier: {x1: 0, y1: 1, x2: 1, y2: 0}}}",
        "{type: conditional, condition: ['value > 1', {type: in_range, min: 0, max: 2}],"
            + " if_true: {type: smooth}, if_false: '= value + 1'}",
        "{type: at, at: [x, 1], transform: {type: each, transform: toggle}}",
        "{Clamp: {min: 0, max: 1}}",
        "{type: ToInt}",
        "{type: wasm, module_id: lowpass}",
      })
  void isReadAgainFromItsDefinition(String definition) {
    Transform transform = Transform.parse(Json.of(definition));
    assertThat(Transform.parse(transform.definition())).isEqualTo(transform);
    assertThat(transform.type()).isNotEmpty();
  }

  @Test
  void whatHasAnInverseSaysSo() {
    assertThat(inverse("{type: scale, from_max: 127}"))
        .isEqualTo(
            Json.of("{type: scale, from_min: 0.0, from_max: 1.0, to_min: 0.0, to_max: 127.0}"));
    assertThat(inverse("[invert, {type: linear, scale: 4, offset: 1}]"))
        .isEqualTo(
            Json.of(
                "{type: chain, transforms: [{type: linear, scale: 0.25, offset: -0.25},"
                    + " {type: invert}]}"));
    assertThat(inverse("{type: lookup, table: {'1': on, '0': off}}"))
        .isEqualTo(Json.of("{type: lookup, table: {on: 1, off: 0}}"));
    assertThat(inverse("{type: lookup, table: {true: 1}}"))
        .isEqualTo(Json.of("{type: lookup, table: {'1': true}}"));
    for (String oneWay :
        List.of(
            "abs",
            "{type: smooth}",
            "{type: lookup, table: {a: 1, b: 1}}",
            "[invert, gate]",
            "{type: scale, to_max: 0}",
            "'= value'")) {
      assertThat(Transform.parse(Json.of(oneWay)).inverse()).as(oneWay).isEmpty();
    }
  }

  private static Value inverse(String definition) {
    return Transform.parse(Json.of(definition)).inverse().orElseThrow().definition();
  }

  private static Value apply(String definition, Value input) {
    Transform transform = Transform.parse(Json.of(definition));
    return transform.apply(input, transform.newState(), 0).orElseThrow();
  }
}
