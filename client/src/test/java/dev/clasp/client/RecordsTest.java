package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Value;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records, enums and sealed interfaces as values. */
class RecordsTest {

  enum Mode {
    STROBE,
    @Named("colour-wheel")
    WHEEL
  }

  record Position(double x, double y, Optional<String> label) {}

  record Fixture(
      @Named("fixture_id") int id,
      String name,
      Position at,
      List<Mode> modes,
      Map<String, Position> presets,
      @Nullable String note) {}

  sealed interface Shape {}

  record Circle(double radius) implements Shape {}

  @Named("box")
  record Box(double width, double height) implements Shape {}

  record Scene(List<Shape> shapes) {}

  record Level(int percent) {
    Level {
      if (percent > 100) {
        throw new IllegalArgumentException("percent must be at most 100, not " + percent);
      }
    }
  }

  record Everything(
      byte a,
      short b,
      int c,
      long d,
      float e,
      double f,
      boolean g,
      char h,
      String i,
      byte[] j,
      double[] k,
      OptionalInt l,
      OptionalLong m,
      OptionalDouble n,
      Set<String> o,
      Duration p,
      Instant q,
      UUID r,
      URI s,
      Map<Mode, Integer> t,
      Value u) {}

  private static final Fixture FIXTURE =
      new Fixture(
          7,
          "spot",
          new Position(0.5, 1, Optional.of("left")),
          List.of(Mode.WHEEL, Mode.STROBE),
          Map.of("home", new Position(0, 0, Optional.empty())),
          null);

  private static Value map(@Nullable Object... entries) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put(String.valueOf(entries[i]), entries[i + 1]);
    }
    return Values.of(map);
  }

  private static String refusal(Value value, Class<?> type) {
    ClaspException[] caught = new ClaspException[1];
    assertThatExceptionOfType(ClaspException.class)
        .isThrownBy(() -> Values.as(value, type))
        .satisfies(e -> caught[0] = e);
    assertThat(caught[0].kind()).isEqualTo(Kind.INVALID);
    return caught[0].getMessage();
  }

  @Test
  void aRecordIsAMapAndComesBack() {
    Value value = Values.of(FIXTURE);

    assertThat(value).isInstanceOf(Value.Map.class);
    Map<String, Value> entries = ((Value.Map) value).entries();
    assertThat(entries).containsKeys("fixture_id", "name", "at", "modes", "presets", "note");
    assertThat(entries.get("modes"))
        .isEqualTo(Value.of(List.of(Value.of("colour-wheel"), Value.of("STROBE"))));
    assertThat(entries.get("presets")).isEqualTo(map("home", Map.of("x", 0.0, "y", 0.0)));
    assertThat(Values.as(value, Fixture.class)).isEqualTo(FIXTURE);
  }

  @Test
  void everyTypeComesBack() {
    Everything all =
        new Everything(
            (byte) -1,
            (short) 2,
            3,
            Long.MIN_VALUE,
            0.5f,
            1e300,
            true,
            'é',
            "text",
            new byte[] {1, 2},
            new double[] {0.25},
            OptionalInt.empty(),
            OptionalLong.of(5),
            OptionalDouble.of(1.5),
            Set.of("one"),
            Duration.ofMillis(-1500),
            Instant.ofEpochSecond(1_700_000_000, 123_456_000),
            new UUID(1, 2),
            URI.create("ws://localhost:7330"),
            Map.of(Mode.WHEEL, 4),
            Value.of(9));

    Everything back = Values.as(Values.of(all), Everything.class);

    assertThat(back).usingRecursiveComparison().isEqualTo(all);
  }

  @Test
  void aSealedInterfaceIsToldByItsType() {
    Scene scene = new Scene(List.of(new Circle(2), new Box(3, 4)));
    Value value = Values.of(scene);

    assertThat(value)
        .isEqualTo(
            map(
                "shapes",
                List.of(
                    map("type", "Circle", "radius", 2.0),
                    map("type", "box", "width", 3.0, "height", 4.0))));
    assertThat(Values.as(value, Scene.class)).isEqualTo(scene);
    assertThat(refusal(map("shapes", List.of(map("type", "star"))), Scene.class))
        .isEqualTo(
            "the value is no Scene: .shapes[0].type must be one of Circle, box, not the text"
                + " 'star'");
    assertThat(refusal(map("radius", 1), Shape.class))
        .isEqualTo("the value is no Shape: .type must be one of Circle, box, but is missing");
  }

  @Test
  void whatIsWrongIsToldWithItsPlace() {
    assertThat(refusal(map("x", 1, "y", "high"), Position.class))
        .isEqualTo("the value is no Position: .y must be a number, not the text 'high'");
    assertThat(refusal(map("x", 1), Position.class))
        .isEqualTo("the value is no Position: .y is missing");
    assertThat(refusal(map("x", 1, "y", null), Position.class))
        .isEqualTo("the value is no Position: .y is null");
    assertThat(refusal(Value.of(3), Position.class))
        .isEqualTo("the value is no Position: it must be a map, not 3");
    assertThat(refusal(map("percent", 101), Level.class))
        .startsWith("the value is no Level: it is refused by Level")
        .endsWith("percent must be at most 100, not 101");
    assertThat(refusal(Value.of("blink"), Mode.class))
        .isEqualTo(
            "the value is no Mode: it must be one of STROBE, colour-wheel, not the text 'blink'");
    assertThat(refusal(Value.of(300), byte.class))
        .isEqualTo("the value is no byte: it must be -128 to 127, not 300");
    assertThat(refusal(Value.of(0.5), int.class)).contains("must be a whole number, not 0.5");
    assertThat(refusal(Value.of("x".repeat(500)), int.class)).hasSizeLessThan(150);
    assertThat(refusal(Value.of(1), Thread.class)).contains("cannot be read as java.lang.Thread");
  }

  @Test
  void theAddressIsToldToo() {
    Parameter parameter =
        new Parameter("/a", Value.of("x"), 1, Optional.empty(), OptionalLong.empty());
    assertThatThrownBy(() -> parameter.as(double.class))
        .hasMessage("/a: the value is no double: it must be a number, not the text 'x'");
    Signal event = new Signal.Event("/b", Value.of(2), OptionalLong.empty());
    assertThat(event.as(double.class)).isEqualTo(2);
    assertThatThrownBy(() -> event.as(String.class)).hasMessageStartingWith("/b: ");
  }

  @Test
  void numbersOfJavaScriptFit() {
    assertThat(Values.as(Value.of(3.0), int.class)).isEqualTo(3);
    assertThat(Values.as(Value.of(3L), Double.class)).isEqualTo(3.0);
    assertThat(Values.as(Value.of("strobe"), Mode.class)).isEqualTo(Mode.STROBE);
    assertThat(Values.as(Value.of("COLOUR_WHEEL"), Mode.class)).isEqualTo(Mode.WHEEL);
    assertThat(Values.as(map("x", 1, "y", 2, "z", 3), Position.class))
        .isEqualTo(new Position(1, 2, Optional.empty()));
  }

  @Test
  void listsAndMapsOfAnything() {
    assertThat(Values.listOf(Values.of(List.of(1, 2)), Integer.class)).containsExactly(1, 2);
    assertThat(Values.mapOf(map("a", map("radius", 1)), Circle.class))
        .isEqualTo(Map.of("a", new Circle(1)));
    assertThatThrownBy(() -> Values.listOf(Values.of(List.of(1, "two")), int.class))
        .hasMessage("the value is no int at [1]: it must be a whole number, not the text 'two'");
    assertThatThrownBy(() -> Values.listOf(Value.of(1), int.class))
        .hasMessage("the value must be a list, not 1");
    assertThatThrownBy(() -> Values.mapOf(Value.of(1), int.class))
        .hasMessage("the value must be a map, not 1");
  }

  @Test
  void anIntAndAFloatOfTheSameNumberAreTheSame() {
    assertThat(Values.same(Value.of(42), Value.of(42.0))).isTrue();
    assertThat(Values.same(Value.of(List.of(Value.of(1))), Value.of(List.of(Value.of(1.0)))))
        .isTrue();
    assertThat(Values.same(map("a", 1), map("a", 1.0))).isTrue();
    assertThat(Values.same(map("a", 1), map("b", 1))).isFalse();
    assertThat(Values.same(Value.of(42), Value.of(42.5))).isFalse();
    assertThat(Values.same(Value.of(Long.MAX_VALUE), Value.of(0x1p63))).isFalse();
    assertThat(Values.same(Value.of((1L << 53) + 1), Value.of(0x1p53))).isFalse();
    assertThat(Values.same(Value.of(Double.NaN), Value.of(Double.NaN))).isTrue();
    assertThat(Values.same(Value.of(0.0), Value.of(-0.0))).isTrue();
    assertThat(Values.same(Value.of(1), Value.TRUE)).isFalse();
  }

  /** Values come from anybody: whatever they are, only our own exception comes out. */
  @Test
  void nothingElseThanARefusalComesOutOfAnyValue() {
    Random random = new Random(13);
    List<Class<?>> types =
        List.of(Fixture.class, Scene.class, Everything.class, Shape.class, Mode.class, Level.class);
    for (int i = 0; i < 20_000; i++) {
      Value value = random(random, 0);
      for (Class<?> type : types) {
        try {
          Values.as(value, type);
        } catch (ClaspException e) {
          assertThat(e.kind()).isEqualTo(Kind.INVALID);
        }
      }
    }
  }

  private static Value random(Random random, int depth) {
    String[] keys = {
      "fixture_id",
      "name",
      "at",
      "x",
      "y",
      "modes",
      "presets",
      "type",
      "shapes",
      "percent",
      "p",
      "q"
    };
    return switch (random.nextInt(depth > 3 ? 6 : 9)) {
      case 0 -> Value.NULL;
      case 1 -> Value.of(random.nextBoolean());
      case 2 -> Value.of(random.nextLong() >> random.nextInt(64));
      case 3 -> Value.of(random.nextInt(4) == 0 ? Double.NaN : random.nextGaussian() * 1e18);
      case 4 -> Value.of(random.nextBoolean() ? "Circle" : "STROBE");
      case 5 -> Value.of(new byte[random.nextInt(3)]);
      case 6 -> {
        List<Value> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          values.add(random(random, depth + 1));
        }
        yield Value.of(values);
      }
      default -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        for (int i = random.nextInt(8); i > 0; i--) {
          entries.put(keys[random.nextInt(keys.length)], random(random, depth + 1));
        }
        yield Value.of(entries);
      }
    };
  }

  record Twice(@Named("a") int one, @Named("a") int two) {}

  record Clash(String type) implements Marked {}

  sealed interface Marked {}

  @Test
  void aRecordThatCannotBeAMapSaysWhy() {
    assertThatThrownBy(() -> Values.of(new Twice(1, 2)))
        .hasMessageContaining("two entries of the name 'a'");
    assertThatThrownBy(() -> Values.of(new Clash("x")))
        .hasMessageContaining("one of which tells which record it is");
  }
}
