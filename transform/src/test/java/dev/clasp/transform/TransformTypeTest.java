package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.Value;
import dev.clasp.transform.TransformParameter.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of transforms is what they are. */
class TransformTypeTest {

  static List<TransformType> types() {
    return TransformType.types();
  }

  private static TransformParameter parameter(String type, String name) {
    return types().stream()
        .filter(each -> each.type().equals(type))
        .flatMap(each -> each.parameters().stream())
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Something of the kind that is taken. */
  private static Value example(TransformParameter parameter) {
    return switch (parameter.kind()) {
      case NUMBER -> Value.of(parameter.least().orElse(parameter.above().orElse(0)) + 0.25);
      case WHOLE -> Value.of((long) parameter.most().orElse(1));
      case SWITCH -> Value.TRUE;
      case TEXT, ANY -> Value.of("a");
      case CHOICE -> Value.of(parameter.choices().getLast());
      case TABLE -> Value.of(Map.of("1", Value.of(2)));
      case EXPRESSION -> Value.of("value * 2");
      case JSON_PATH -> Value.of("$.a");
      case CURVE -> Value.of("ease_in");
      case CONDITION -> Value.of("value > 0");
      case TRANSFORM -> Value.of("negate");
      case TRANSFORMS -> Value.of(List.of(Value.of("negate"), Value.of("abs")));
      case KEYS -> Value.of(List.of(Value.of(0), Value.of("x")));
    };
  }

  private static Map<String, Value> least(TransformType type) {
    Map<String, Value> definition = new LinkedHashMap<>();
    definition.put("type", Value.of(type.type()));
    type.parameters().stream()
        .filter(TransformParameter::required)
        .forEach(each -> definition.put(each.name(), example(each)));
    return definition;
  }

  private static List<String> results(Map<String, Value> definition) {
    Transform transform = Transform.parse(Value.of(definition));
    TransformState state = transform.newState();
    List<String> results = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      double x = Math.sin(i / 7.0) * (i < 100 ? 1 : 20);
      results.add(String.valueOf(transform.apply(Value.of(x), state, i * 20_000_000L)));
    }
    return results;
  }

  @Test
  void everyTypeIsDescribedButTheOldSpellingOfLenses() {
    List<String> described = types().stream().map(TransformType::type).toList();
    assertThat(described).doesNotHaveDuplicates();
    List<String> known = new ArrayList<>(TransformParser.TYPES);
    known.remove("wasm");
    assertThat(described).containsExactlyInAnyOrderElementsOf(known);
  }

  @ParameterizedTest
  @MethodSource("types")
  void whatIsRequiredIsEnoughAndEachOfItIsMissed(TransformType type) {
    Map<String, Value> definition = least(type);
    assertThat(Transform.parse(Value.of(definition)).type()).isEqualTo(type.type());
    for (TransformParameter parameter : type.parameters()) {
      if (parameter.required()) {
        Map<String, Value> without = new LinkedHashMap<>(definition);
        without.remove(parameter.name());
        assertThatThrownBy(() -> Transform.parse(Value.of(without)))
            .isInstanceOf(MappingException.class)
            .hasMessageContaining(parameter.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyParameterIsTakenAndHasASentence(TransformType type) {
    assertThat(type.help()).endsWith(".");
    for (TransformParameter parameter : type.parameters()) {
      assertThat(parameter.help()).as(type.type() + "." + parameter.name()).endsWith(".");
      Map<String, Value> definition = least(type);
      definition.put(parameter.name(), example(parameter));
      if (parameter.name().equals("min") || parameter.name().equals("low")) {
        // Less than the other end.
        definition.put(parameter.name(), Value.of(0.1));
      }
      if (parameter.name().equals("max") || parameter.name().equals("high")) {
        definition.put(parameter.name(), Value.of(0.9));
      }
      Transform.parse(Value.of(definition));
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void whatHoldsWithoutBeingGivenIsWhatIsSaid(TransformType type) {
    Map<String, Value> full = least(type);
    for (TransformParameter parameter : type.parameters()) {
      if (!parameter.standard().equals(Value.NULL)) {
        full.putIfAbsent(parameter.name(), parameter.standard());
      }
    }
    assertThat(results(full)).isEqualTo(results(least(type)));
  }

  @ParameterizedTest
  @MethodSource("types")
  void limitsAndChoicesAreThoseOfTheParser(TransformType type) {
    for (TransformParameter parameter : type.parameters()) {
      refused(type, parameter, parameter.least(), -1);
      refused(type, parameter, parameter.most(), 1);
      refused(type, parameter, parameter.above(), 0);
      for (String choice : parameter.choices()) {
        Map<String, Value> definition = least(type);
        definition.put(parameter.name(), Value.of(choice));
        Transform.parse(Value.of(definition));
      }
      if (parameter.kind() == Kind.CHOICE) {
        Map<String, Value> definition = least(type);
        definition.put(parameter.name(), Value.of("none of them"));
        assertThatThrownBy(() -> Transform.parse(Value.of(definition)))
            .hasMessageContaining(parameter.choices().getFirst());
      }
    }
  }

  private static void refused(
      TransformType type, TransformParameter parameter, OptionalDouble bound, double beyond) {
    if (bound.isPresent()) {
      Map<String, Value> definition = least(type);
      definition.put(parameter.name(), Value.of(bound.getAsDouble() + beyond));
      assertThatThrownBy(() -> Transform.parse(Value.of(definition)))
          .as(type.type() + "." + parameter.name())
          .isInstanceOf(MappingException.class);
    }
  }

  /** What a form must know beyond names. */
  @Test
  void kindsAreToldApart() {
    assertThat(parameter("curve", "curve_type").kind()).isEqualTo(Kind.CURVE);
    assertThat(parameter("expression", "expr").kind()).isEqualTo(Kind.EXPRESSION);
    assertThat(parameter("conditional", "if_true").kind()).isEqualTo(Kind.TRANSFORM);
    assertThat(parameter("chain", "transforms").kind()).isEqualTo(Kind.TRANSFORMS);
    assertThat(parameter("threshold", "mode").choices()).contains("above", "at_least");
    assertThat(parameter("scale", "to_max").standard()).isEqualTo(Value.of(1.0));
    assertThat(parameter("smooth", "seconds").standard()).isEqualTo(Value.NULL);
    assertThat(parameter("smooth", "seconds").above()).hasValue(0);
    assertThat(parameter("latch", "reset").standard()).isEqualTo(Value.NULL);
    assertThat(parameter("average", "window_size").most()).hasValue(1000);
  }

  @Test
  void curvesWithNamesAreDrawnAsTheyAreApplied() {
    for (CurveShape shape : Transform.curves(16)) {
      Transform transform =
          Transform.parse(
              Value.of(Map.of("type", Value.of("curve"), "curve_type", Value.of(shape.name()))));
      assertThat(shape.points()).hasSize(17);
      assertThat(transform.inverse().isPresent()).isEqualTo(shape.rising());
      for (int i = 0; i <= 16; i++) {
        assertThat(transform.apply(Value.of(i / 16.0), transform.newState(), 0))
            .hasValue(Value.of(shape.points().get(i)));
      }
    }
  }

  /**
   * The page draws curves with points of its own; console/test/curves.json is what it is held to.
   */
  @Test
  void thePageIsHeldToTheseCurves() throws IOException {
    Value file = Json.of(Files.readString(Path.of("..", "console", "test", "curves.json")));
    List<Value> cases = ((Value.Array) file).values();
    assertThat(cases).hasSizeGreaterThan(8);
    for (Value each : cases) {
      Map<String, Value> one = ((Value.Map) each).entries();
      Transform transform =
          Transform.parse(
              TransformParser.map(
                  "type", "curve", "curve_type", one.getOrDefault("curve", Value.NULL)));
      List<Value> points = ((Value.Array) one.getOrDefault("points", Value.NULL)).values();
      for (int i = 0; i < points.size(); i++) {
        double at = (double) i / (points.size() - 1);
        double is =
            Numbers.of(transform.apply(Value.of(at), transform.newState(), 0).orElseThrow());
        assertThat(is)
            .as(one.get("curve") + " at " + at)
            .isCloseTo(Numbers.of(points.get(i)), org.assertj.core.data.Offset.offset(1e-9));
      }
    }
  }
}
