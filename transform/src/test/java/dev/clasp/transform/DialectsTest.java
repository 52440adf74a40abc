package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mappings as others write them. */
class DialectsTest {

  private static List<MappedSignal> map(
      String definition, Direction direction, String address, Value value) {
    List<MappedSignal> out = new ArrayList<>();
    Mapping.parse(Json.of(definition), "/osc")
        .start()
        .map(direction, new MappedSignal(address, SignalType.PARAM, value), 0, out::add);
    return out;
  }

  private static List<String> addresses(String definition, Direction direction, String address) {
    return map(definition, direction, address, Value.of(1)).stream()
        .map(MappedSignal::address)
        .toList();
  }

  private static Value first(String definition, Direction direction, String address, double x) {
    return map(definition, direction, address, Value.of(x)).getFirst().value();
  }

  @Test
  void version32AsAListAndInAMap() {
    String rule =
        "{from: '/midi/*/cc/*', to: '/m/*/c/*', transform: {type: scale, from_min: 0, from_max:"
            + " 127, to_min: 0, to_max: 1}}";
    for (String definition : List.of("[" + rule + "]", "{mappings: [" + rule + "]}")) {
      assertThat(addresses(definition, Direction.IN, "/midi/dev/cc/7"))
          .containsExactly("/m/dev/c/7");
      assertThat(first(definition, Direction.IN, "/midi/dev/cc/7", 127)).isEqualTo(Value.of(1.0));
    }
    assertThat(addresses("[{from: /a, to: /b, transform: null}]", Direction.IN, "/a"))
        .containsExactly("/b");
    assertThat(
            first(
                "[{from: /a, to: /b, transform: {Clamp: {min: 0, max: 1}}}]",
                Direction.IN,
                "/a",
                3))
        .isEqualTo(Value.of(1.0));
    assertThat(first("[{from: /a, to: /b, transform: ToInt}]", Direction.IN, "/a", 2.9))
        .isEqualTo(Value.of(2));
  }

  @Test
  void theShapesOfTheDocumentation() {
    String documented =
        """
        {mapping: {prefix: /stage, strip_prefix: /TouchOSC,
          custom: {'/1/fader{n}': '/lights/{n}/dim', '/all/*': /one},
          filter: {include: ['/**'], exclude: ['/ping']},
          transforms: [{from: '/cc/{n}', to: '/cc/{n}', scale: [0, 127, 0, 1]},
                       {from: /half, to: /half, scale: 0.5},
                       {from: /pan, to: /pan, scale: {from: [0, 1], to: [-180, 180]}},
                       {from: /byte, to: /byte, scale: [0, 255]}]}}
        """;
    assertThat(addresses(documented, Direction.IN, "/TouchOSC/2/x")).containsExactly("/stage/2/x");
    assertThat(addresses(documented, Direction.IN, "/TouchOSCar/2"))
        .containsExactly("/stage/TouchOSCar/2");
    assertThat(addresses(documented, Direction.OUT, "/stage/2/x")).containsExactly("/TouchOSC/2/x");
    assertThat(addresses(documented, Direction.IN, "/1/fader7")).containsExactly("/lights/7/dim");
    assertThat(addresses(documented, Direction.OUT, "/lights/7/dim")).containsExactly("/1/fader7");
    assertThat(addresses(documented, Direction.IN, "/all/x")).containsExactly("/one");
    assertThat(addresses(documented, Direction.OUT, "/one")).isEmpty();
    assertThat(addresses(documented, Direction.IN, "/ping")).isEmpty();
    assertThat(first(documented, Direction.IN, "/cc/1", 127)).isEqualTo(Value.of(1.0));
    assertThat(first(documented, Direction.IN, "/half", 3)).isEqualTo(Value.of(1.5));
    assertThat(first(documented, Direction.IN, "/pan", 0.5)).isEqualTo(Value.of(0.0));
    assertThat(first(documented, Direction.IN, "/byte", 1)).isEqualTo(Value.of(255.0));
    assertThat(addresses("{mapping: {strip_prefix: false}}", Direction.OUT, "/osc/a"))
        .containsExactly("/osc/a");
  }

  /** bridges.md 15.6. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '`',
      value = {
        "direct → 0.3 → 0.3",
        "scale → 0.5 → 63.5",
        "{type: scale, inMin: 0, inMax: 10, outMin: 0, outMax: 0} → 5 → 0.0",
        "{type: scale, inMin: 3, inMax: 3, outMin: 7, outMax: 9} → 5 → 7.0",
        "invert → 0.25 → 0.75",
        "clamp → 7 → 1.0",
        "{type: round, decimals: 0} → -0.5 → 0.0",
        "{type: round, decimals: 1} → 0.25 → 0.3",
        "toggle → 0.5 → 0.0",
        "toggle → 0.6 → 1.0",
        "gate → 0.01 → 1.0",
        "trigger → -0.01 → 1.0",
        "threshold → 0.5 → 1.0",
        "{type: expression, expression: 'Math.sin(0) + value'} → 2 → 2.0",
        "deadzone → 0.4 → 0.0",
        "deadzone → 0.3 → 0.3",
        "quantize → 0.3 → 0.25",
        "{type: curve, curve: ease-in} → 0.5 → 0.25",
        "{type: curve, curve: exponential} → 1 → 1.0",
        "modulo → 1.5 → 0.5",
        "negate → 1 → -1.0",
        "power → 3 → 9.0",
        "wasm → 3 → 3.0",
      })
  void theDesktopApplication(String transform, double input, String expected) {
    String definition =
        "{version: 1, servers: [], bridges: [], mappings: [{id: x, enabled: true, name: n, source:"
            + " {protocol: osc, address: /a}, target: {protocol: clasp, address: /b}, transform: "
            + transform
            + "}]}";
    List<MappedSignal> out = map(definition, Direction.IN, "/a", Value.of(input));
    assertThat(out).extracting(MappedSignal::address).containsExactly("/b");
    double wanted = Numbers.of(Json.of(expected));
    assertThat(Numbers.of(out.getFirst().value())).isEqualTo(wanted);
  }

  @Test
  void theDesktopApplicationTowardsADevice() {
    String definition =
        "[{source: {protocol: CLASP, address: /a}, target: {protocol: midi, address: /cc/1}}]";
    assertThat(addresses(definition, Direction.OUT, "/a")).containsExactly("/cc/1");
    assertThat(addresses(definition, Direction.IN, "/cc/1")).containsExactly("/osc/cc/1");
  }

  @Test
  void saysWhatItCannotTakeOver() {
    assertThatThrownBy(() ->
            Mapping.parse(
                Json.of(
                    "[{source: {protocol: osc, address: /a}, target: {protocol: midi, address:"
                        + " /b}}]"),
                ""))
        .hasMessageStartingWith("rules[0]: goes from one protocol to another");
    assertThatThrownBy(() ->
            Mapping.parse(
                Json.of(
                    "{mappings: [{source: {protocol: osc, address: /a}, target: {protocol:"
                        + " clasp, address: /b}, transform: {type: javascript}}]}"),
                ""))
        .hasMessageStartingWith("mappings[0].transform.type: JavaScript is not run");
    assertThatThrownBy(() -> Mapping.parse(Json.of("{servers: []}"), ""))
        .hasMessageStartingWith("servers: is not known");
  }
}
