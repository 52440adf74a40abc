package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes become signals with addresses that are allowed, and all of these can be sent. */
class MidiMappingFuzzTest {

  private static final List<Map<String, Value>> SETTINGS =
      List.of(
          Map.of(),
          Map.of("cc14", Value.of("0-31"), "bank", Value.TRUE, "normalize", Value.TRUE),
          Map.of("mpe", Value.of("lower"), "notes", Value.of("both")),
          Map.of("mpe", Value.of("auto"), "touches", Value.of("event"), "normalize", Value.TRUE),
          Map.of("rpn", Value.FALSE, "msc", Value.FALSE, "bend_range", Value.of("0..1")));

  static Stream<byte[]> seeds() {
    return Stream.of(
            "00 90 3C 64 80 3C 40 B0 07 40 C0 01 D0 02 E0 00 40 A0 3C 01 F8 FA FC F2 00 01 F3 01",
            "01 B0 07 64 B0 27 05 B0 00 01 B0 20 02 C0 03 B0 65 00 64 00 06 0C 26 00 60 00",
            "02 91 3C 64 D1 20 E1 00 60 B1 4A 10 81 3C 30 F0 7F 7F 01 01 21 02 03 04 F7",
            "03 F0 7F 7F 02 01 01 31 F7 F0 7F 7F 06 02 F7 F1 00 F1 10 F1 20 F6 FF FE")
        .map(each -> HexFormat.of().parseHex(each.replace(" ", "")));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreSignalsThatCanBeSent(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    MappedDevice device = new MappedDevice(SETTINGS.get((bytes[0] & 0xFF) % SETTINGS.size()));
    device.bytes(bytes);
    device.pass(10_000_000);
    assertThat(device.messages).isEmpty();
    MappedDevice other = new MappedDevice(SETTINGS.get((bytes[0] & 0xFF) % SETTINGS.size()));
    for (MappedSignal signal : device.signals) {
      assertThat(AddressRules.violation(signal.address())).isNull();
      other.send(signal);
    }
    // A zone that the device has made is one of that device.
    assertThat(other.dropped).allMatch(why -> why.contains("has no zone"));
    other.mapping.silence();
  }
}
