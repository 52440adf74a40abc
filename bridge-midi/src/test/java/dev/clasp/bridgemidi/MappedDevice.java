package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiParser;
import dev.clasp.midi.MidiWriter;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A device called keys with its mapping, for tests. */
final class MappedDevice implements MidiMappingSink {

  final List<MappedSignal> signals = new ArrayList<>();
  final List<MidiMessage> messages = new ArrayList<>();
  final List<String> dropped = new ArrayList<>();
  final MidiMapping mapping;
  private final MidiParser parser;
  long nanos = 1_000_000_000;

  MappedDevice(Map<String, Value> settings) {
    this(settings, TypeProfile.COMPATIBLE);
  }

  MappedDevice(Map<String, Value> settings, TypeProfile profile) {
    mapping =
        new MidiMapping(
            MidiMappingConfig.of(BridgeSettings.of(MidiMappingConfig.SETTINGS, settings), profile),
            "keys",
            this,
            nanos);
    parser = new MidiParser(message -> mapping.received(message, nanos));
  }

  @Override
  public void signal(MappedSignal signal) {
    signals.add(signal);
  }

  @Override
  public void message(MidiMessage message) {
    messages.add(message);
  }

  @Override
  public void dropped(String why) {
    dropped.add(why);
  }

  void bytes(String hex) {
    bytes(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  void bytes(byte[] bytes) {
    parser.feed(bytes);
  }

  /** Time goes by, and what is due is done when it is due. */
  void pass(long more) {
    long end = nanos + more;
    while (mapping.due() <= end) {
      nanos = Math.max(nanos, mapping.due());
      mapping.tick(nanos);
    }
    nanos = end;
  }

  void send(String path, Value value) {
    send(new MappedSignal(path, SignalType.PARAM, value));
  }

  void send(MappedSignal signal) {
    MidiPath path = MidiPath.of(signal.address(), List.of("keys")).orElseThrow();
    mapping.send(path.tail(), signal, nanos);
  }

  byte[] sent() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    messages.forEach(message -> bytes.writeBytes(MidiWriter.bytes(message)));
    return bytes.toByteArray();
  }

  String sentHex() {
    return HexFormat.ofDelimiter(" ").withUpperCase().formatHex(sent());
  }
}
