package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiWriter;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ControlsTest {

  private Controls controls = new Controls(List.of());

  private void of(String json) {
    controls = new Controls(ControlsReader.read(JsonValues.parse("[" + json + "]").orElseThrow()));
  }

  /** What becomes of a message: signals, then what goes back. */
  private String moved(MidiMessage message) {
    Controls.Effect effect = controls.moved(message).orElseThrow();
    List<String> all = new ArrayList<>();
    effect
        .signals()
        .forEach(signal -> all.add(signal.address() + "=" + JsonValues.text(signal.value())));
    effect.messages().forEach(each -> all.add(hex(each)));
    return String.join(" ", all);
  }

  private String told(String path, Value value) {
    return String.join(
        " ",
        controls.told(new MappedSignal(path, SignalType.PARAM, value)).orElseThrow().stream()
            .map(ControlsTest::hex)
            .toList());
  }

  private static String hex(MidiMessage message) {
    return HexFormat.of().formatHex(MidiWriter.bytes(message));
  }

  private static MidiMessage cc(int number, int value) {
    return new MidiMessage.ControlChange(0, number, value);
  }

  @Test
  void aFaderGoesFromZeroToOne() {
    of("{\"path\": \"/fader/{n}\", \"count\": 8, \"in\": \"ch/0/cc/0\"}");
    assertThat(moved(cc(0, 127))).isEqualTo("/fader/1=1.0");
    assertThat(moved(cc(7, 0))).isEqualTo("/fader/8=0.0");
    assertThat(controls.moved(cc(8, 1))).isEmpty();
    assertThat(controls.told(new MappedSignal("/other", SignalType.PARAM, Value.of(1)))).isEmpty();
  }

  @Test
  void aFaderIsPickedUpWhereItMeetsTheValue() {
    of("{\"path\": \"/f\", \"in\": \"ch/0/cc/1\", \"pickup\": true}");
    assertThat(moved(cc(1, 20))).startsWith("/f=");
    told("/f", Value.of(0.5));
    assertThat(moved(cc(1, 22))).isEmpty();
    assertThat(controls.waiting()).containsExactly("/f waits at 22 for 64");
    assertThat(moved(cc(1, 60))).isEmpty();
    assertThat(moved(cc(1, 66))).as("crossed").startsWith("/f=");
    assertThat(moved(cc(1, 90))).startsWith("/f=");
    assertThat(controls.waiting()).isEmpty();
  }

  @Test
  void afterAReconnectNobodyKnowsWhereTheFaderStands() {
    of("{\"path\": \"/f\", \"in\": \"ch/0/cc/1\", \"pickup\": true}");
    told("/f", Value.of(0.5));
    controls.lost();
    assertThat(moved(cc(1, 100))).isEmpty();
    assertThat(moved(cc(1, 63))).startsWith("/f=");
  }

  @Test
  void whatIsPressedOrTouchedOnADeviceThatGoesIsLetGo() {
    of(
        "{\"path\": \"/play\", \"in\": \"ch/0/note/94\", \"kind\": \"button\"},"
            + "{\"path\": \"/lamp\", \"in\": \"ch/0/note/95\", \"out\": \"ch/0/note/95\", \"kind\":"
            + " \"button\"},"
            + "{\"path\": \"/f\", \"in\": \"ch/0/bend\", \"touch\": \"ch/0/note/104\"}");
    moved(new MidiMessage.NoteOn(0, 94, 127));
    moved(new MidiMessage.NoteOn(0, 104, 127));
    told("/lamp", Value.TRUE);
    assertThat(controls.lost())
        .containsExactlyInAnyOrder(
            new MappedSignal("/play", SignalType.PARAM, Value.FALSE),
            new MappedSignal("/f/touch", SignalType.PARAM, Value.FALSE));
    assertThat(controls.lost()).isEmpty();
    assertThat(controls.all()).as("a lamp stays lit").hasSize(1);
  }

  @Test
  void aMotorFaderIsNotMovedWhileAHandIsOnIt() {
    of(
        "{\"path\": \"/f\", \"in\": \"ch/0/bend\", \"out\": \"ch/0/bend\", \"touch\":"
            + " \"ch/0/note/104\", \"echo\": true}");
    assertThat(told("/f", Value.of(0.0))).isEqualTo("e00000");
    assertThat(moved(new MidiMessage.NoteOn(0, 104, 127))).isEqualTo("/f/touch=true");
    assertThat(moved(new MidiMessage.PitchBend(0, 0))).startsWith("/f=0.5").doesNotContain(" e0");
    assertThat(told("/f", Value.of(1.0))).isEmpty();
    assertThat(moved(new MidiMessage.NoteOn(0, 104, 0)))
        .as("let go: the last value of all")
        .isEqualTo("/f/touch=false e07f7f");
    assertThat(told("/f", Value.of(0.5))).isEqualTo("e00040");
  }

  @Test
  void aMotorFaderStaysWhereTheHandHasLeftIt() {
    of(
        "{\"path\": \"/f\", \"in\": \"ch/0/bend\", \"out\": \"ch/0/bend\", \"touch\":"
            + " \"ch/0/note/104\", \"echo\": true}");
    moved(new MidiMessage.NoteOn(0, 104, 127));
    moved(new MidiMessage.PitchBend(0, 8191));
    assertThat(moved(new MidiMessage.NoteOn(0, 104, 0))).isEqualTo("/f/touch=false e07f7f");
  }

  @ParameterizedTest
  @CsvSource({"twos, 1, 127", "signed, 1, 65", "offset, 65, 63"})
  void anEncoderTellsSteps(String relative, int up, int down) {
    of(
        "{\"path\": \"/e\", \"in\": \"ch/0/cc/16\", \"kind\": \"encoder\", \"steps\": 10,"
            + " \"relative\": \""
            + relative
            + "\"}");
    assertThat(moved(cc(16, up))).isEqualTo("/e=0.1");
    assertThat(moved(cc(16, up))).isEqualTo("/e=0.2");
    assertThat(moved(cc(16, down))).isEqualTo("/e=0.1");
    assertThat(moved(cc(16, down))).isEqualTo("/e=0.0");
    assertThat(moved(cc(16, down))).as("at the end").isEmpty();
    told("/e", Value.of(0.9));
    assertThat(moved(cc(16, up))).isEqualTo("/e=1.0");
  }

  @Test
  void aRingShowsItsPart() {
    of(
        "{\"path\": \"/v\", \"in\": \"ch/0/cc/16\", \"out\": \"ch/0/cc/48\", \"kind\": \"encoder\","
            + " \"least\": 1, \"most\": 11, \"echo\": true}");
    assertThat(told("/v", Value.of(0.0))).isEqualTo("b03001");
    assertThat(told("/v", Value.of(1.0))).isEqualTo("b0300b");
    assertThat(moved(cc(16, 127))).endsWith(" b0300b");
  }

  @Test
  void aButtonIsTrueWhileItIsHeldAndItsLampIsToldWhatTheRouterSays() {
    of(
        "{\"path\": \"/b\", \"in\": \"ch/0/note/8\", \"out\": \"ch/0/note/0\", \"kind\": \"button\", \"on\": 1}");
    assertThat(moved(new MidiMessage.NoteOn(0, 8, 100))).isEqualTo("/b=true");
    assertThat(moved(new MidiMessage.NoteOff(0, 8, 0))).isEqualTo("/b=false");
    assertThat(told("/b", Value.TRUE)).isEqualTo("900001");
    assertThat(told("/b", Value.FALSE)).isEqualTo("900000");
  }

  @Test
  void aPadHasVelocityAndAColour() {
    of(
        "{\"path\": \"/p\", \"in\": \"ch/0/note/11\", \"out\": \"ch/0/note/11\", \"kind\": \"pad\", \"on\": 21}");
    assertThat(moved(new MidiMessage.NoteOn(0, 11, 127))).isEqualTo("/p=1.0");
    assertThat(told("/p", Value.of(5))).isEqualTo("900b05");
    assertThat(told("/p", Value.TRUE)).isEqualTo("900b15");
    assertThat(told("/p", Value.FALSE)).isEqualTo("900b00");
  }

  @Test
  void aWheelTellsStepsAsEvents() {
    of("{\"path\": \"/jog\", \"in\": \"ch/0/cc/60\", \"kind\": \"jog\", \"relative\": \"signed\"}");
    assertThat(moved(cc(60, 3))).isEqualTo("/jog=3");
    assertThat(moved(cc(60, 66))).isEqualTo("/jog=-2");
  }

  @Test
  void aDeviceThatComesBackIsToldEverything() {
    of("{\"path\": \"/f/{n}\", \"count\": 3, \"in\": \"ch/0/cc/1\", \"out\": \"ch/0/cc/1\"}");
    told("/f/1", Value.of(1.0));
    told("/f/3", Value.of(0.0));
    assertThat(controls.all().stream().map(ControlsTest::hex)).containsExactly("b0017f", "b00300");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"path\": \"/f\"}|needs in",
        "{\"path\": \"f\", \"in\": \"ch/0/cc/1\"}|path of a control",
        "{\"path\": \"/f\", \"in\": \"ch/16/cc/1\"}|a control is named like",
        "{\"path\": \"/f\", \"in\": \"ch/0/cc/1\", \"kind\": \"slider\"}|must be one of fader",
        "{\"path\": \"/f\", \"in\": \"ch/0/cc/1\", \"count\": 2}|needs {n}",
        "{\"path\": \"/f/{n}\", \"in\": \"ch/0/cc/126\", \"count\": 3}|there are not so many controls",
        "{\"path\": \"/f\", \"in\": \"ch/0/cc/1\", \"colour\": 3}|a control has no colour",
        "{\"path\": \"/f\", \"in\": \"ch/0/cc/1\"}, {\"path\": \"/f\", \"in\": \"ch/0/cc/2\"}|two controls",
      })
  void saysWhatIsWrong(String json, String part) {
    assertThatThrownBy(() -> of(json))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining(part);
  }

  static List<String> presets() {
    return ControlsReader.PRESETS;
  }

  @ParameterizedTest
  @MethodSource("presets")
  void everyPresetCanBeReadAndSaysWhereItsFactsAreFrom(String name) {
    ControlsReader.Preset preset = ControlsReader.preset(name);
    assertThat(preset.controls()).isNotEmpty();
    assertThat(preset.sources()).isNotEmpty();
    assertThat(preset.title()).isNotBlank();
    PortPattern.parse(preset.match());
    List<ControlKey> keys =
        preset.controls().stream()
            .flatMap(shape -> java.util.stream.Stream.ofNullable(shape.in()))
            .toList();
    assertThat(keys).doesNotHaveDuplicates();
  }
}
