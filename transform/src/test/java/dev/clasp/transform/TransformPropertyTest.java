package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds for every transform, with random parameters and values. */
class TransformPropertyTest {

  private static final int ROUNDS = 2000;

  /** N is a random number, P a random positive one. */
  private static final List<String> TEMPLATES =
      List.of(
          "identity",
          "{type: scale, from_min: N, from_max: N, to_min: N, to_max: N}",
          "{type: scale, from_min: 0, from_max: P, to_min: N, to_max: N, clamp: true}",
          "{type: linear, scale: N, offset: N}",
          "{type: clamp, min: -1, max: P}",
          "{type: invert, min: N, max: N}",
          "to_int",
          "to_float",
          "{type: curve, curve_type: back_in_out}",
          "{type: curve, curve_type: {gamma: P}}",
          "{type: quantize, steps: P}",
          "{type: dead_zone, threshold: P}",
          "{type: smooth, factor: N}",
          "{type: smooth, seconds: P}",
          "{type: lowpass, alpha: N}",
          "{type: one_euro, min_cutoff: P, beta: P}",
          "{type: rate_limit, max_delta: P}",
          "{type: slew, per_second: P}",
          "{type: threshold, value: N, hysteresis: P}",
          "toggle",
          "latch",
          "{type: modulo, divisor: P}",
          "abs",
          "negate",
          "{type: power, exponent: N}",
          "{type: log, base: 7}",
          "exp",
          "{type: round, decimals: 3}",
          "{type: moving_average, window: 3}",
          "std_dev",
          "rate_of_change",
          "{type: bitwise, operation: xor, operand: 5}",
          "'= value / (value - 1) ^ 0.5'",
          "'= prev * 2 + dt'",
          "[{type: smooth, factor: 0.5}, {type: scale, from_max: P}, toggle]",
          "{type: conditional, condition: 'value > 0', if_true: {type: smooth, factor: 0.1}}");

  private final Random random = new Random(15_1);

  private Transform transform() {
    String template = TEMPLATES.get(random.nextInt(TEMPLATES.size()));
    while (template.contains("N") || template.contains(": P")) {
      template = template.replaceFirst("\\bN\\b", Double.toString(number()));
      template = template.replaceFirst("\\bP\\b", Double.toString(Math.abs(number()) + 1e-6));
      if (!template.matches(".*\\b[NP]\\b.*")) {
        break;
      }
    }
    return Transform.parse(Json.of(template));
  }

  private double number() {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> random.nextInt(10) - 5;
      case 2 -> random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
      case 3 -> random.nextBoolean() ? Double.MAX_VALUE : -Double.MIN_VALUE;
      default -> random.nextDouble() * 2 - 1;
    };
  }

  private Value value() {
    return random.nextInt(4) == 0 ? Value.of(random.nextLong()) : Value.of(number());
  }

  @Test
  void fromFiniteNumbersComeFiniteNumbers() {
    for (int i = 0; i < ROUNDS; i++) {
      Transform transform = transform();
      TransformState state = transform.newState();
      long nanos = random.nextLong();
      for (int k = 0; k < 10; k++) {
        Value in = value();
        Value out = transform.apply(in, state, nanos).orElseThrow();
        assertThat(Numbers.of(out)).as("%s of %s", transform.definition(), in).isFinite();
        nanos += random.nextInt(2) * 10_000_000L;
      }
    }
  }

  @Test
  void theStateIsAllThatIsRemembered() {
    for (int i = 0; i < ROUNDS; i++) {
      Transform transform = transform();
      TransformState state = transform.newState();
      transform.apply(value(), state, 0);
      transform.apply(value(), state, 1_000_000);
      TransformState copy = state.copy();
      Value in = value();
      Optional<Value> tried = transform.apply(in, copy, 5_000_000);
      transform.apply(value(), copy, 6_000_000);
      assertThat(transform.apply(in, state, 5_000_000))
          .as("%s", transform.definition())
          .isEqualTo(tried);
    }
  }

  @Test
  void arraysAreAsManyNumbersSideBySide() {
    for (int i = 0; i < ROUNDS; i++) {
      Transform transform = transform();
      String type = transform.type();
      if (type.equals("expression") || type.equals("conditional") || type.equals("chain")) {
        continue;
      }
      TransformState state = transform.newState();
      List<TransformState> alone = List.of(transform.newState(), transform.newState());
      for (int k = 0; k < 5; k++) {
        List<Value> in = List.of(value(), value());
        List<Value> expected = new ArrayList<>();
        for (int e = 0; e < 2; e++) {
          expected.add(transform.apply(in.get(e), alone.get(e), k * 1000L).orElseThrow());
        }
        assertThat(transform.apply(new Value.Array(in), state, k * 1000L))
            .as("%s", transform.definition())
            .contains(new Value.Array(expected));
      }
    }
  }

  @Test
  void theInverseTakesValuesBack() {
    List<String> invertible =
        List.of(
            "{type: scale, from_min: 0, from_max: 127, to_min: 1, to_max: -1}",
            "{type: scale, from_min: -1, from_max: 1, to_min: 5, to_max: 9, clamp: true}",
            "{type: linear, scale: -3, offset: 2}",
            "invert",
            "{type: invert, min: -3, max: 12}",
            "negate",
            "{type: curve, curve_type: cubic_in_out}",
            "{type: curve, curve_type: {bezier: {x1: 0.4, y1: 0, x2: 0.2, y2: 1}}}",
            "{type: curve, curve_type: {table: [0, 0.1, 0.9, 1]}}",
            "{type: power, exponent: 3}",
            "log",
            "{type: exp, base: 3}",
            "[invert, {type: scale, to_max: 255}, negate]",
            "[{type: curve, curve_type: sine_in}, {type: each, transform: negate}]",
            "{type: at, at: [0], transform: negate}",
            "to_float");
    for (int i = 0; i < ROUNDS; i++) {
      Transform there = Transform.parse(Json.of(invertible.get(i % invertible.size())));
      Transform back = there.inverse().orElseThrow();
      double x = 0.05 + random.nextDouble() * 0.9;
      Value y = there.apply(Value.of(x), there.newState(), 0).orElseThrow();
      assertThat(Numbers.of(back.apply(y, back.newState(), 0).orElseThrow()))
          .as("%s", there.definition())
          .isCloseTo(x, within(1e-5));
    }
  }

  @Test
  void aChainIsOneAfterTheOther() {
    for (int i = 0; i < ROUNDS; i++) {
      List<Transform> parts = List.of(transform(), transform(), transform());
      Transform chain =
          Transform.parse(new Value.Array(parts.stream().map(Transform::definition).toList()));
      TransformState state = chain.newState();
      List<TransformState> states = parts.stream().map(Transform::newState).toList();
      for (int k = 0; k < 5; k++) {
        Value in = value();
        Value expected = in;
        for (int p = 0; p < parts.size(); p++) {
          expected = parts.get(p).apply(expected, states.get(p), k * 1000L).orElseThrow();
        }
        assertThat(chain.apply(in, state, k * 1000L)).contains(expected);
      }
    }
  }

  @Test
  void definitionsAreReadAgain() {
    for (int i = 0; i < ROUNDS; i++) {
      Transform transform = transform();
      assertThat(Transform.parse(transform.definition())).isEqualTo(transform);
    }
  }
}
