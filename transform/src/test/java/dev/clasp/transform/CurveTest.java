package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CurveTest {

  private static final List<String> RISING =
      List.of(
          "linear",
          "quad_in",
          "quad_out",
          "quad_in_out",
          "ease_in",
          "ease_out",
          "ease_in_out",
          "cubic_in",
          "cubic_out",
          "cubic_in_out",
          "quart_in",
          "quart_out",
          "quart_in_out",
          "quint_in",
          "quint_out",
          "quint_in_out",
          "expo_in",
          "expo_out",
          "expo_in_out",
          "sine_in",
          "sine_out",
          "sine_in_out",
          "circ_in",
          "circ_out",
          "circ_in_out",
          "smoothstep");

  static Stream<List<String>> golden() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CurveTest.class.getResourceAsStream("curves.tsv"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<List<String>> rows =
          text.lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> List.of(line.split("\t")))
              .toList();
      assertThat(rows).hasSize(21);
      return rows.stream().skip(1);
    }
  }

  private static final double[] TIMES = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 1};

  @ParameterizedTest
  @MethodSource("golden")
  void hasTheValuesOfTheTable(List<String> row) {
    String name = row.getFirst();
    Value definition =
        name.startsWith("bezier")
            ? Json.of("{bezier: {x1: 0.25, y1: 0.1, x2: 0.25, y2: 1}}")
            : Value.of(name);
    Curve curve = Curve.parse(definition, "");
    for (int i = 0; i < TIMES.length; i++) {
      assertThat(curve.formula().applyAsDouble(TIMES[i]))
          .as("%s at %s", name, TIMES[i])
          .isCloseTo(Double.parseDouble(row.get(i + 1)), within(1e-6));
    }
  }

  @Test
  void quadIsEase() {
    for (String part : List.of("in", "out", "in_out")) {
      for (double t = 0; t <= 1; t += 0.01) {
        assertThat(at("quad_" + part, t)).isEqualTo(at("ease_" + part, t), within(1e-15));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "back_in", "back_out", "back_in_out", "bounce_in", "bounce_out", "bounce_in_out",
        "elastic_in", "elastic_out", "elastic_in_out", "quart_in", "quint_in_out", "smoothstep",
        "cubic-in-out"
      })
  void beginsAt0AndEndsAt1(String name) {
    assertThat(at(name, 0)).isCloseTo(0, within(1e-12));
    assertThat(at(name, 1)).isCloseTo(1, within(1e-12));
  }

  /** Penner's, to six digits, calculated by hand from the published formulas. */
  @Test
  void theOthersAreTheKnownOnes() {
    assertThat(at("back_in", 0.5)).isCloseTo(-0.087698, within(1e-6));
    assertThat(at("back_out", 0.5)).isCloseTo(1.087698, within(1e-6));
    assertThat(at("back_in_out", 0.25)).isCloseTo(-0.099682, within(1e-6));
    assertThat(at("bounce_in", 0.25)).isCloseTo(1 - 0.972656, within(1e-6));
    assertThat(at("bounce_in_out", 0.25)).isCloseTo((1 - 0.765625) / 2, within(1e-6));
    assertThat(at("elastic_in_out", 0.25)).isCloseTo(0.011969, within(1e-6));
    assertThat(at("quart_in", 0.5)).isEqualTo(0.0625);
    assertThat(at("quint_out", 0.5)).isEqualTo(0.96875);
    assertThat(at("exponential", 0.5)).isCloseTo(0.03125, within(1e-12));
    assertThat(at("logarithmic", 1)).isCloseTo(1, within(1e-12));
  }

  @Test
  void aTableIsLinearBetweenItsPoints() {
    Curve curve = Curve.parse(Json.of("{table: [0, 10, 40]}"), "");
    assertThat(curve.formula().applyAsDouble(0.25)).isEqualTo(5);
    assertThat(curve.formula().applyAsDouble(0.75)).isEqualTo(25);
    assertThat(curve.formula().applyAsDouble(1)).isEqualTo(40);
  }

  @Test
  void stepsGammaAndInputsOutsideTheRange() {
    assertThat(apply("{type: curve, curve_type: {steps: 4}}", 0.49)).isEqualTo(0.25);
    assertThat(apply("{type: curve, curve_type: {gamma: 2}}", 0.5)).isEqualTo(0.25);
    assertThat(apply("{type: curve, curve_type: ease_in}", 7)).isEqualTo(1);
    assertThat(apply("{type: curve, curve_type: ease_in}", -7)).isEqualTo(0);
  }

  @Test
  void everyRisingCurveIsTurnedAround() {
    for (String name : RISING) {
      Transform there = Transform.parse(Json.of("{type: curve, curve_type: " + name + "}"));
      Transform back = there.inverse().orElseThrow();
      for (double t = 0.02; t < 1; t += 0.02) {
        Value y = there.apply(Value.of(t), there.newState(), 0).orElseThrow();
        double x = Numbers.of(back.apply(y, back.newState(), 0).orElseThrow());
        assertThat(x).as(name).isCloseTo(t, within(1e-6));
      }
      assertThat(back.apply(Value.of(0.0), back.newState(), 0)).contains(Value.of(0.0));
      assertThat(back.apply(Value.of(1.0), back.newState(), 0)).contains(Value.of(1.0));
      assertThat(back.inverse()).contains(there);
    }
    for (String name : List.of("bounce_out", "elastic_in", "back_out")) {
      assertThat(Transform.parse(Json.of("{type: curve, curve_type: " + name + "}")).inverse())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ease_inn",
        "{bezier: {x1: 2, y1: 0, x2: 0, y2: 0}}",
        "{bezier: {x1: 1}}",
        "{}",
        "{steps: 0}",
        "{table: [1]}",
        "{table: [1, null]}",
        "{gamma: 0}",
        "{gamma: 2, steps: 3}"
      })
  void refusesWhatIsNoCurve(String definition) {
    Value value = definition.startsWith("{") ? Json.of(definition) : Value.of(definition);
    assertThatThrownBy(() -> Curve.parse(value, "here"))
        .isInstanceOf(MappingException.class)
        .hasMessageStartingWith("here");
  }

  private static double at(String name, double t) {
    return Curve.parse(Value.of(name), "").formula().applyAsDouble(t);
  }

  private static double apply(String definition, double x) {
    Transform transform = Transform.parse(Json.of(definition));
    return Numbers.of(transform.apply(Value.of(x), transform.newState(), 0).orElseThrow());
  }
}
