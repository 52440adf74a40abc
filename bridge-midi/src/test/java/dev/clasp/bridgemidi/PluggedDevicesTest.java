package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgemidi.PluggedDevices.Plugged;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import javax.sound.midi.InvalidMidiDataException;
import javax.sound.midi.MidiMessage;
import javax.sound.midi.ShortMessage;
import javax.sound.midi.SysexMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Devices through all of {@code javax.sound.midi}; only the hardware itself is ours. */
class PluggedDevicesTest {

  private final FakeContext context = FakeContext.inRealTime();
  private final MidiProvider provider = new MidiProvider();
  private Endpoint endpoint = new MidiEndpoint(new MidiConfig(List.of()), context, none());

  private static MidiPorts none() {
    return new MidiPorts(List.of(), List.of());
  }

  private void start(String json) {
    Value.Map settings = (Value.Map) JsonValues.parse(json).orElseThrow();
    endpoint = provider.create(BridgeSettings.of(provider.settings(), settings.entries()), context);
    endpoint.start();
  }

  @AfterEach
  void close() {
    endpoint.close();
  }

  private void send(String path, SignalType type, Value value) {
    endpoint.send(Parcel.of(new MappedSignal(path, type, value)));
  }

  private static MidiMessage cc(int number, int value) {
    try {
      return new ShortMessage(ShortMessage.CONTROL_CHANGE, 0, number, value);
    } catch (InvalidMidiDataException e) {
      throw new AssertionError(e);
    }
  }

  private String next() {
    MappedSignal signal = context.next().signals().getFirst();
    return signal.address() + "=" + JsonValues.text(signal.value());
  }

  private static List<Integer> heard(Plugged device) {
    return FakeContext.taken(device.heard, "the device hears nothing");
  }

  @Test
  void carriesBothWays() throws Exception {
    try (Plugged device = PluggedDevices.plugIn("Alpha Keys")) {
      start("{\"port\": \"alpha*\", \"device_name\": \"keys\"}");
      assertThat(context.awaitTold("up")).isEqualTo("up keys: Alpha Keys in and out");
      device.says(cc(7, 64));
      assertThat(next()).isEqualTo("/keys/ch/0/cc/7=64");
      device.says(new SysexMessage(new byte[] {(byte) 0xF0, 1, 2, (byte) 0xF7}, 4));
      assertThat(context.next().signals().getFirst().value())
          .isEqualTo(Value.of(new byte[] {(byte) 0xF0, 1, 2, (byte) 0xF7}));
      send("/keys/ch/0/cc/10", SignalType.PARAM, Value.of(3));
      assertThat(heard(device)).containsExactly(0xB0, 10, 3);
      send("/keys/sysex", SignalType.EVENT, Value.of(new byte[] {(byte) 0xF0, 5, (byte) 0xF7}));
      assertThat(heard(device)).containsExactly(0xF0, 5, 0xF7);
    }
  }

  @Test
  void sysExInPiecesIsPutTogether() throws Exception {
    try (Plugged device = PluggedDevices.plugIn("Piecewise")) {
      start("{\"port\": \"Piecewise\"}");
      context.awaitTold("up");
      device.says(new SysexMessage(new byte[] {(byte) 0xF0, 1, 2}, 3));
      device.says(new SysexMessage(0xF7, new byte[] {3, (byte) 0xF7}, 2));
      assertThat(context.next().signals().getFirst().value())
          .isEqualTo(Value.of(new byte[] {(byte) 0xF0, 1, 2, 3, (byte) 0xF7}));
    }
  }

  @Test
  void severalDevicesComeAndGo() {
    start(
        "{\"devices\": [{\"name\": \"a\", \"port\": \"Beta One\"}, {\"name\": \"b\", \"port\":"
            + " \"Beta Two\"}]}");
    context.awaitTold("down a: no input Beta One, no output Beta One");
    try (Plugged one = PluggedDevices.plugIn("Beta One")) {
      context.awaitTold("up a: Beta One in and out");
      one.says(cc(1, 2));
      assertThat(next()).isEqualTo("/a/ch/0/cc/1=2");
      try (Plugged two = PluggedDevices.plugIn("Beta Two")) {
        context.awaitTold("up a: Beta One in and out; b: Beta Two in and out");
        two.says(cc(1, 3));
        assertThat(next()).isEqualTo("/b/ch/0/cc/1=3");
        send("/b/ch/0/cc/5", SignalType.PARAM, Value.of(6));
        assertThat(heard(two)).containsExactly(0xB0, 5, 6);
        assertThat(one.heard).isEmpty();
        one.unplug();
        context.awaitTold("up a: no input Beta One");
        send("/b/ch/0/cc/5", SignalType.PARAM, Value.of(7));
        assertThat(heard(two)).containsExactly(0xB0, 5, 7);
      }
      context.awaitTold("down");
    }
  }

  @Test
  void notesOfADeviceThatIsPulledOutEnd() throws Exception {
    Plugged device = PluggedDevices.plugIn("Held Keys");
    start("{\"port\": \"Held Keys\", \"device_name\": \"keys\"}");
    context.awaitTold("up");
    device.says(new ShortMessage(ShortMessage.NOTE_ON, 0, 60, 100));
    assertThat(next()).startsWith("/keys/ch/0/note=").contains("\"on\":true");
    device.unplug();
    assertThat(next()).startsWith("/keys/ch/0/note=").contains("\"on\":false");
    context.awaitTold("down");
    send("/keys/note/60", SignalType.EVENT, Value.of(100));
    assertThat(context.awaitTold("dropped")).contains("keys: it is not there");
  }

  @Test
  void aDeviceThatComesBackIsToldTheLastValues() {
    Plugged before = PluggedDevices.plugIn("Gamma Synth");
    start("{\"port\": \"Gamma Synth\", \"device_name\": \"synth\"}");
    context.awaitTold("up");
    send("/synth/ch/2/cc/7", SignalType.PARAM, Value.of(90));
    assertThat(heard(before)).containsExactly(0xB2, 7, 90);
    before.unplug();
    context.awaitTold("down");
    try (Plugged again = PluggedDevices.plugIn("Gamma Synth")) {
      context.awaitTold("up");
      assertThat(heard(again)).containsExactly(0xB2, 7, 90);
      again.says(cc(1, 1));
      assertThat(next()).isEqualTo("/synth/ch/0/cc/1=1");
    }
  }

  @Test
  void whatIsHeldOnTheDeviceIsLetGoWhenTheBridgeStops() throws Exception {
    try (Plugged device = PluggedDevices.plugIn("Kappa Keys")) {
      start("{\"port\": \"Kappa Keys\", \"device_name\": \"keys\"}");
      context.awaitTold("up");
      device.says(new ShortMessage(ShortMessage.NOTE_ON, 0, 60, 100));
      device.says(cc(64, 127));
      assertThat(next()).contains("\"on\":true");
      assertThat(next()).isEqualTo("/keys/ch/0/cc/64=127");
      endpoint.letGo();
      assertThat(next()).startsWith("/keys/ch/0/note=").contains("\"on\":false");
      assertThat(next()).isEqualTo("/keys/ch/0/cc/64=0");
      device.says(new ShortMessage(ShortMessage.NOTE_ON, 0, 60, 100));
      device.says(cc(64, 127));
      assertThat(next()).as("it goes on").contains("\"on\":true");
      assertThat(next()).isEqualTo("/keys/ch/0/cc/64=127");
      endpoint.close();
      assertThat(next()).startsWith("/keys/ch/0/note=").contains("\"on\":false");
      assertThat(next()).isEqualTo("/keys/ch/0/cc/64=0");
      endpoint.close();
      assertThat(context.parcels).as("once").isEmpty();
    }
  }

  @Test
  void notesEndWhenTheRouterIsAway() {
    try (Plugged device = PluggedDevices.plugIn("Lambda Synth")) {
      start("{\"port\": \"Lambda Synth\", \"device_name\": \"synth\"}");
      context.awaitTold("up");
      send("/synth/ch/3/note/60", SignalType.EVENT, Value.of(100));
      assertThat(heard(device)).containsExactly(0x93, 60, 100);
      endpoint.routerConnected(false);
      assertThat(heard(device)).containsExactly(0x83, 60, 64);
      endpoint.routerConnected(true);
      send("/synth/ch/3/note/61", SignalType.EVENT, Value.of(100));
      assertThat(heard(device)).containsExactly(0x93, 61, 100);
    }
  }

  @Test
  void notesEndWhenTheBridgeStops() {
    try (Plugged device = PluggedDevices.plugIn("Delta Synth")) {
      start("{\"port\": \"Delta Synth\", \"device_name\": \"synth\"}");
      context.awaitTold("up");
      send(
          "/synth/ch/3/note",
          SignalType.EVENT,
          Value.of(Map.of("note", Value.of(60), "velocity", Value.of(100))));
      assertThat(heard(device)).containsExactly(0x93, 60, 100);
      endpoint.close();
      assertThat(heard(device).subList(0, 2)).isEqualTo(List.of(0x83, 60));
      assertThat(device.isOpen()).isFalse();
    }
  }

  @Test
  void whatIsDueLaterLeavesThen() {
    try (Plugged device = PluggedDevices.plugIn("Epsilon")) {
      start("{\"port\": \"Epsilon\", \"device_name\": \"e\"}");
      context.awaitTold("up");
      endpoint.send(
          new Parcel(
              List.of(new MappedSignal("/e/ch/0/cc/1", SignalType.PARAM, Value.of(1))),
              false,
              OptionalLong.of(context.routerMicros + 2_000_000),
              java.util.Optional.empty()));
      send("/e/ch/0/cc/2", SignalType.PARAM, Value.of(2));
      assertThat(heard(device)).containsExactly(0xB0, 2, 2);
      assertThat(heard(device)).containsExactly(0xB0, 1, 1);
    }
  }

  @Test
  void sendsAClockAtATempo() {
    try (Plugged device = PluggedDevices.plugIn("Zeta Drums")) {
      start(
          "{\"port\": \"Zeta Drums\", \"device_name\": \"z\", \"clock_out\": true, \"tempo\": 300}");
      context.awaitTold("up");
      for (int i = 0; i < 50; i++) {
        assertThat(heard(device)).containsExactly(0xF8);
      }
      send("/z/transport", SignalType.EVENT, Value.of("start"));
      Eventually.is("the start comes", () -> heard(device).equals(List.of(0xFA)));
      assertThat(endpoint.details()).containsKey("late_us_p99");
    }
  }

  @Test
  void aPresetGivesNamesToControls() {
    try (Plugged device = PluggedDevices.plugIn("nanoKONTROL2 of the tests")) {
      start(
          "{\"port\": \"nanoKONTROL2 of*\", \"device_name\": \"nano\", \"preset\": \"nanokontrol2\"}");
      context.awaitTold("up");
      device.says(cc(3, 127));
      assertThat(next()).isEqualTo("/nano/fader/4=1.0");
      send("/nano/play", SignalType.PARAM, Value.TRUE);
      assertThat(heard(device)).containsExactly(0xB0, 41, 127);
      device.says(cc(80, 1));
      assertThat(next()).isEqualTo("/nano/ch/0/cc/80=1");
      send("/nano/fader/4", SignalType.PARAM, Value.of(0.2));
      device.says(cc(3, 120));
      device.says(cc(3, 20));
      assertThat(next()).as("picked up where it meets the value").startsWith("/nano/fader/4=0.157");
      assertThat(endpoint.stateful()).isTrue();
      assertThat(endpoint.repeats("/nano/fader/4")).isTrue();
      assertThat(endpoint.repeats("/nano/transport")).isFalse();
    }
  }

  @Test
  void pickUpWorksForControllersWithoutNames() {
    try (Plugged device = PluggedDevices.plugIn("Eta Faders")) {
      start("{\"port\": \"Eta Faders\", \"device_name\": \"f\", \"pickup\": true}");
      context.awaitTold("up");
      device.says(cc(7, 10));
      assertThat(next()).isEqualTo("/f/ch/0/cc/7=10");
      send("/f/ch/0/cc/7", SignalType.PARAM, Value.of(100));
      device.says(cc(7, 12));
      device.says(cc(7, 99));
      assertThat(next()).isEqualTo("/f/ch/0/cc/7=99");
    }
  }

  @Test
  void echoLightsTheLampsOfWhatWasPressed() {
    try (Plugged device = PluggedDevices.plugIn("Theta Pads")) {
      start("{\"port\": \"Theta Pads\", \"device_name\": \"p\", \"echo\": true}");
      context.awaitTold("up");
      device.says(cc(20, 127));
      assertThat(heard(device)).containsExactly(0xB0, 20, 127);
      assertThat(next()).isEqualTo("/p/ch/0/cc/20=127");
    }
  }

  @Test
  void onlyWhatIsNamedIsOpened() {
    try (Plugged device = PluggedDevices.plugIn("Iota In And Out")) {
      start("{\"in\": \"Iota*\", \"device_name\": \"i\"}");
      assertThat(context.awaitTold("up")).isEqualTo("up i: Iota In And Out in");
      assertThat(endpoint.sends()).isFalse();
      assertThat(String.valueOf(endpoint.details().get("i"))).doesNotContain("\"out\"");
      device.says(cc(1, 1));
      assertThat(next()).isEqualTo("/i/ch/0/cc/1=1");
    }
  }

  @Test
  void theSynthesizerOfJavaIsNoDevice() {
    start("{\"port\": \"G?rvill*\"}");
    assertThat(context.awaitTold("down default: no input G?rvill*")).contains("no output G?rvill*");
    endpoint.close();
    start("{\"out\": \"Gervill\"}");
    // Where there is no sound it cannot be opened, but only that name has tried to.
    Eventually.is(
        "it is tried",
        () ->
            context.told.removeIf(text ->
                text.matches("(up default: Gervill out|down default: cannot open Gervill.*)")));
  }

  @Test
  void saysWhatIsWrong() {
    for (String[] each :
        new String[][] {
          {"{\"devices\": []}", "devices must be a list of 1 to 64 maps"},
          {"{\"devices\": [{\"port\": \"a\"}, {\"port\": \"a\"}]}", "two devices are called a"},
          {"{\"devices\": [{\"port\": \"a\", \"colour\": 1}]}", "device 1 of the list"},
          {"{\"in\": \"none\", \"out\": \"none\"}", "neither input nor output"},
          {"{\"port\": \"a\", \"in\": \"b\", \"virtual\": \"c\"}", "give port, or in and out"},
          {"{\"in\": \"raw:/dev/midi1\"}", "is a port: write it there"},
          {"{\"device_name\": \"a b\"}", "letters, digits"},
          {"{\"port\": \"raw:midi\"}", "named like raw:/dev/snd/midiC1D0"},
          {"{\"port\": \"serial:/dev/ttyUSB0@1\"}", "300 to 12000000 baud"},
          {"{\"port\": \"tcp:here\"}", "tcp://HOST:PORT"},
          {"{\"port\": \"a\", \"options\": {\"speed\": 1}}", "there is no option speed"},
          {"{\"tempo\": 1}", "tempo must be from 5 to 999"},
        }) {
      assertThatThrownBy(() -> start(each[0]))
          .as(each[0])
          .isInstanceOf(BridgeException.class)
          .hasMessageContaining(each[1]);
    }
  }

  @Test
  void theServiceNamesPortsInItsWay() {
    assertThat(provider.fromService("default", "", Map.of())).isEmpty();
    assertThat(provider.fromService("Keys", "Synth", Map.of()))
        .isEqualTo(Map.of("in", Value.of("Keys"), "out", Value.of("Synth")));
    assertThat(provider.fromService("raw:/dev/midi1", "", Map.of()))
        .isEqualTo(Map.of("port", Value.of("raw:/dev/midi1")));
  }

  @Test
  void virtualPortsNeedASequencer() {
    assertThatThrownBy(() -> start("{\"virtual\": \"CLASP\"}"))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("default: ");
  }
}
