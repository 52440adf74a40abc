package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.midi.Ump;
import dev.clasp.midi.Ump.Midi2;
import dev.clasp.midi.UmpValue;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A device that speaks packets of MIDI 2.0, on a port that the test plays. */
class UmpDeviceTest {

  private static final String FADER =
      "[{\"path\": \"/volume\", \"in\": \"ch/0/cc/7\", \"out\": \"ch/0/cc/7\"}]";

  private final FakeContext context = new FakeContext();
  private final PacketPort port = new PacketPort();
  private @Nullable MidiEndpoint open;

  @AfterEach
  void close() {
    MidiEndpoint endpoint = open;
    if (endpoint != null) {
      endpoint.close();
    }
  }

  /** Is up when the test says so. */
  private static final class PacketPort implements MidiPort, MidiScheme {
    final List<Ump> packets = new ArrayList<>();
    final List<String> messages = new ArrayList<>();
    private MidiPort.@Nullable Listener listener;

    /** What happens while the last messages leave. */
    Runnable leaving = () -> {};

    MidiPort.Listener listener() {
      return Objects.requireNonNull(listener);
    }

    @Override
    public List<String> names() {
      return List.of("test");
    }

    @Override
    public List<String> help() {
      return List.of("test:");
    }

    @Override
    public MidiPort port(String address, Map<String, Value> options, EndpointContext context) {
      return this;
    }

    @Override
    public String name() {
      return "test:";
    }

    @Override
    public void open(MidiPort.Listener to) {
      listener = to;
    }

    @Override
    public boolean packets() {
      return true;
    }

    @Override
    public void send(byte[] message, long nanos) {
      send(message, nanos, Double.NaN);
    }

    @Override
    public void send(byte[] message, long nanos, double exact) {
      messages.add(HexFormat.of().formatHex(message) + " " + exact);
    }

    @Override
    public void sendPackets(List<Ump> all) {
      packets.addAll(all);
    }

    @Override
    public void flush(long nanos) {
      leaving.run();
    }

    @Override
    public void close() {}
  }

  private MidiEndpoint device(Map<String, Value> more) {
    Map<String, Value> settings = new LinkedHashMap<>(more);
    settings.put("port", Value.of("test:"));
    settings.put("device_name", Value.of("net"));
    settings.put("normalize", Value.TRUE);
    MidiPorts ports = new MidiPorts(List.of(), List.of(port));
    MidiEndpoint made =
        new MidiEndpoint(
            MidiConfig.of(BridgeSettings.of(MidiConfig.SETTINGS, settings), ports.schemes()),
            context,
            ports);
    open = made;
    made.start();
    return made;
  }

  private MidiEndpoint deviceThatIsUp(Map<String, Value> more) {
    MidiEndpoint made = device(more);
    port.listener().up("here");
    return made;
  }

  private void comes(int opcode, int channel, int index, double value) {
    port.listener().packet(UmpValue.with(new Midi2(0, opcode, channel, index, 0), value), 0);
  }

  private static void send(MidiEndpoint to, String path, Value value) {
    to.send(
        new Parcel(
            List.of(new MappedSignal(path, SignalType.PARAM, value)),
            false,
            OptionalLong.empty(),
            Optional.empty()));
  }

  private MappedSignal heard() {
    return context.next().signals().getFirst();
  }

  /** Waits; what else comes in between is left out. */
  private MappedSignal heard(String path) {
    MappedSignal signal = heard();
    while (!signal.address().equals(path)) {
      signal = heard();
    }
    return signal;
  }

  private static double real(Value value) {
    return ((Value.Float) value).value();
  }

  @Test
  void theTempoOfAFlexMessageIsAParameter() {
    deviceThatIsUp(Map.of());
    Ump tempo = new Ump.Flex(0, Ump.Part.COMPLETE, 1, 0, 0, 0, 46_875_000, 0, 0);
    port.listener().packet(tempo, 0);
    assertThat(heard("/net/tempo"))
        .isEqualTo(new MappedSignal("/net/tempo", SignalType.PARAM, Value.of(128.0)));
  }

  @Test
  void aNamedControlKeepsItsBitsBothWays() {
    Value controls = JsonValues.parse(FADER).orElseThrow();
    MidiEndpoint endpoint = deviceThatIsUp(Map.of("controls", controls));
    comes(Midi2.CONTROL_CHANGE, 0, 7 << 8, 0.123_456_789);
    assertThat(real(heard("/net/volume").value())).isCloseTo(0.123_456_789, offset(1e-9));
    port.messages.clear();
    send(endpoint, "/net/volume", Value.of(0.987_654_321));
    assertThat(port.messages).containsExactly("b0077d 0.987654321");
  }

  /** As a fader of a mixing desk; near its end a bend and a part of the range look alike. */
  @Test
  void aFaderThatIsABendIsAPartOfItsRange() {
    Value controls = JsonValues.parse(FADER.replace("cc/7", "bend")).orElseThrow();
    MidiEndpoint endpoint = deviceThatIsUp(Map.of("controls", controls));
    comes(Midi2.PITCH_BEND, 0, 0, 0.98);
    assertThat(real(heard("/net/volume").value())).isCloseTo(0.99, offset(1e-9));
    comes(Midi2.PITCH_BEND, 0, 0, -0.25);
    assertThat(real(heard("/net/volume").value())).isCloseTo(0.375, offset(1e-9));
    port.messages.clear();
    send(endpoint, "/net/volume", Value.of(0.75));
    assertThat(port.messages).hasSize(1).first().asString().endsWith(" 0.5");
  }

  @Test
  void aBendFromZeroIsToo() {
    deviceThatIsUp(Map.of("bend_range", Value.of("0..1")));
    comes(Midi2.PITCH_BEND, 0, 0, 0.98);
    assertThat(real(heard("/net/ch/0/bend").value())).isCloseTo(0.99, offset(1e-9));
  }

  @Test
  void whatOneMessageSaysIsNotTakenForAnotherValueOfATouch() {
    deviceThatIsUp(Map.of("mpe", Value.of("lower")));
    comes(Midi2.NOTE_ON, 1, 60 << 8, 0.503);
    Value.Map start = (Value.Map) heard("/net/mpe/lower/touch").value();
    double velocity = real(Objects.requireNonNull(start.entries().get("velocity")));
    assertThat(velocity).isCloseTo(0.503, offset(1e-5));
    comes(Midi2.CHANNEL_PRESSURE, 1, 0, 0.507_123);
    Value.Map move = (Value.Map) heard("/net/mpe/lower/touch").value();
    assertThat(real(Objects.requireNonNull(move.entries().get("pressure"))))
        .isCloseTo(0.507_123, offset(1e-6));
    // 64 of 127, as the touch remembers it: not the pressure.
    assertThat(real(Objects.requireNonNull(move.entries().get("velocity"))))
        .isCloseTo(64 / 127.0, offset(1e-6));
  }

  @Test
  void nothingIsHeldThatComesAfterTheDeviceHasLetGo() {
    MidiEndpoint endpoint = deviceThatIsUp(Map.of());
    port.leaving =
        () -> {
          comes(Midi2.NOTE_ON, 0, 61 << 8, 1);
          comes(Midi2.NOTE_BEND, 0, 61 << 8, 1);
          port.listener().sysEx8(new byte[] {1}, 0);
        };
    comes(Midi2.NOTE_ON, 0, 60 << 8, 1);
    endpoint.close();
    assertThat(context.parcels)
        .extracting(parcel -> parcel.signals().getFirst().value().toString())
        .isNotEmpty()
        .noneMatch(value -> value.contains("61"))
        .noneMatch(value -> value.startsWith("Bytes"));
    assertThat(context.parcels)
        .extracting(parcel -> parcel.signals().getFirst().address())
        .noneMatch(address -> address.endsWith("/61/bend"));
  }

  @Test
  void whatIsForANoteOfADeviceThatIsAwayIsSaidToBeLost() {
    MidiEndpoint endpoint = device(Map.of());
    send(endpoint, "/net/ch/0/note/60/bend", Value.of(0.5));
    assertThat(context.awaitTold("dropped")).contains("/ch/0/note/60/bend is lost");
    assertThat(port.packets).isEmpty();
    port.listener().up("here");
    send(endpoint, "/net/ch/0/note/60/bend", Value.of(0.5));
    assertThat(port.packets).hasSize(1);
  }
}
