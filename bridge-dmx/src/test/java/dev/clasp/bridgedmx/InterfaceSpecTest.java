package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgedmx.InterfaceSpec.Direction;
import dev.clasp.bridgedmx.InterfaceSpec.Kind;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterfaceSpecTest {

  private static DmxConfig config(Map<String, Value> given) {
    return DmxConfig.of(
        BridgeSettings.of(new DmxProvider().settings(), given), TypeProfile.COMPATIBLE);
  }

  @Test
  void aPortAloneIsAnOutputThatFindsOutItsKind() {
    InterfaceSpec spec = InterfaceSpec.parse("/dev/ttyUSB0");

    assertThat(spec.port()).isEqualTo("/dev/ttyUSB0");
    assertThat(spec.kind()).isEqualTo(Kind.AUTO);
    assertThat(spec.universe()).isZero();
    assertThat(spec.direction()).isEqualTo(Direction.OUT);
    assertThat(spec.rate()).isEqualTo(44);
  }

  @Test
  void everythingCanBeSaid() {
    InterfaceSpec spec =
        InterfaceSpec.parse(
            "usb:EN123?kind=enttec_pro&universe=3&universe2=4&direction=in&receive=changes"
                + "&api_key=ad88d0c8");

    assertThat(spec.kind()).isEqualTo(Kind.PRO);
    assertThat(spec.universe()).isEqualTo(3);
    assertThat(spec.second()).hasValue(4);
    assertThat(spec.onChange()).isTrue();
    assertThat(spec.apiKey()).containsExactly(0xAD, 0x88, 0xD0, 0xC8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x?universe=64000 | universe of an interface must be 0 to 63999",
        "x?universe=-1 | universe of an interface must be",
        "x?kind=usb | must be auto, pro, open or virtual",
        "x?colour=red | an interface has no setting colour; it has port, kind",
        "x?kind=open&direction=in | cannot receive",
        "x?kind=open&universe2=2 | has one universe",
        "x?rate=45 | must be 1 to 44 packets a second",
        "x?break=90 | break of an interface must be 92 to",
        "x?direction=both | must be out or in",
        "x?universe | behind ? stands name=value",
        "x?api_key=zz | four bytes",
        "tcp://host | a serial server is tcp://host:port",
      })
  void whatIsWrongIsSaid(String text, String complaint) {
    assertThatThrownBy(() -> InterfaceSpec.parse(text))
        .isInstanceOfSatisfying(BridgeException.class, e -> assertThat(e.lasting()).isTrue())
        .hasMessageContaining(complaint);
  }

  @Test
  void withoutAPortItIsVirtual() {
    DmxConfig config = config(Map.of("universe", Value.of(7)));

    assertThat(config.interfaces().getFirst().kind()).isEqualTo(Kind.VIRTUAL);
    assertThat(config.sends(7)).isTrue();
    assertThat(config.sends(0)).isFalse();
  }

  @Test
  void severalAreTextsOrMaps() {
    DmxConfig config =
        config(
            Map.of(
                "refresh_rate",
                Value.of(30),
                "interfaces",
                Value.of(
                    List.of(
                        Value.of("/dev/ttyUSB0?universe=1"),
                        Value.of(
                            Map.of(
                                "port", Value.of("/dev/ttyUSB1"),
                                "universe", Value.of(2),
                                "direction", Value.of("in"),
                                "rate", Value.of(20)))))));

    assertThat(config.interfaces().stream().map(InterfaceSpec::rate)).containsExactly(30.0, 20.0);
    assertThat(config.sends(1)).isTrue();
    assertThat(config.sends(2)).isFalse();
  }

  @Test
  void whatSeveralDoNotSayIsAsTheSettingsSay() {
    DmxConfig config =
        config(
            Map.of(
                "direction",
                Value.of("in"),
                "receive",
                Value.of("changes"),
                "break_us",
                Value.of(200),
                "mab_us",
                Value.of(20),
                "interfaces",
                Value.of(
                    List.of(
                        Value.of("/dev/ttyUSB0"),
                        Value.of("/dev/ttyUSB1?direction=out&break=300"),
                        Value.of(Map.of("port", Value.of("/dev/ttyUSB2"), "mab", Value.of(30)))))));

    assertThat(config.interfaces().stream().map(InterfaceSpec::sends))
        .containsExactly(false, true, false);
    assertThat(config.interfaces()).allMatch(InterfaceSpec::onChange);
    assertThat(config.interfaces().stream().map(each -> each.breakMicros().orElse(0)))
        .containsExactly(200, 300, 200);
    assertThat(config.interfaces().stream().map(each -> each.markMicros().orElse(0)))
        .containsExactly(20, 20, 30);
  }

  @Test
  void oneAndSeveralTogetherAreRefused() {
    assertThatThrownBy(() ->
            config(Map.of("port", Value.of("a"), "interfaces", Value.of(List.of(Value.of("b"))))))
        .hasMessageContaining("port is for a single interface");
    assertThatThrownBy(() ->
            config(
                Map.of("interfaces", Value.of(List.of(Value.of("b"), Value.of("b?universe=2"))))))
        .hasMessageContaining("names b twice");
  }

  @Test
  void theNamesOfOtherBridgesAreUnderstood() {
    assertThat(
            new DmxProvider()
                .fromService("/dev/ttyUSB0", "", Map.of("interface_type", Value.of("EnttecOpen"))))
        .containsEntry("port", Value.of("/dev/ttyUSB0"))
        .containsEntry("interface_type", Value.of("open"));
  }
}
