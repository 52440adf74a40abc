package dev.clasp.dmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DmxSettingsTest {

  private static DmxSettings of(Map<String, Value> given) {
    return DmxSettings.of(
        BridgeSettings.of(DmxSettings.SETTINGS, given),
        TypeProfile.COMPATIBLE,
        DmxPath.Form.SACN,
        Duration.ofMillis(2500),
        OptionalInt.empty());
  }

  private static void refused(String part, Map<String, Value> given) {
    assertThatThrownBy(() -> of(given))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining(part);
  }

  private static Value map(String... pairs) {
    Map<String, Value> map = new java.util.LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      String text = pairs[i + 1];
      map.put(pairs[i], text.matches("\\d+") ? Value.of(Long.parseLong(text)) : Value.of(text));
    }
    return Value.of(map);
  }

  @Test
  void withoutAnythingTheStandardsHold() {
    DmxSettings settings = of(Map.of());
    assertThat(settings.input().merge()).isEqualTo(MergePolicy.standard(2_500_000_000L));
    assertThat(settings.output().pace().repeats()).isEqualTo(3);
    assertThat(settings.output().pace().intervalNanos()).isEqualTo(22_727_273L);
    assertThat(settings.output().floats()).isEqualTo(FloatMode.RAW);
  }

  @Test
  void fixturesHaveProfilesOfTheirOwnOrKnownOnes() {
    Patch patch =
        of(Map.of(
                "profiles", Value.of(Map.of("par", Value.of(List.of(Value.of("red"))))),
                "fixtures",
                    Value.of(
                        List.of(
                            map("name", "a", "universe", "1", "address", "1", "profile", "rgbw"),
                            map("name", "b", "universe", "1", "address", "5", "profile", "par")))))
            .patch();
    assertThat(patch.find("a", "white").orElseThrow().slot()).isEqualTo(3);
    assertThat(patch.find("b", "red").orElseThrow().slot()).isEqualTo(4);
  }

  @Test
  void whatIsWrongIsToldWithItsPlace() {
    refused("rate must be", Map.of("rate", Value.of(45)));
    refused("keep_alive must be", Map.of("keep_alive", Value.of("20s")));
    refused("limits.1/5", Map.of("limits", map("1/5", "256")));
    refused("1/5-3 are no slots", Map.of("limits", map("1/5-3", "25")));
    refused("scene: /1/513", Map.of("scene", map("/1/513", "25")));
    refused("there is no profile x", fixtures("a", "1", "1", "x"));
    refused("do not fit", fixtures("a", "1", "510", "rgbw"));
    refused("fixtures[0].universe", fixtures("a", "0", "510", "rgbw"));
    refused("fixtures[0].name", fixtures("a/b", "1", "510", "rgbw"));
    refused("fixtures must be a list", Map.of("fixtures", Value.of(1)));
    refused("submasters.front", Map.of("submasters", map("front", "9")));
  }

  private static Map<String, Value> fixtures(
      String name, String universe, String address, String profile) {
    return Map.of(
        "fixtures",
        Value.of(
            List.of(
                map("name", name, "universe", universe, "address", address, "profile", profile))));
  }
}
