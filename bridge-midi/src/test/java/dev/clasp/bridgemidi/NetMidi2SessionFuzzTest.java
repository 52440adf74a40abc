package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridgemidi.NetMidi2Lan.Station;
import dev.clasp.midi.MidiMessage;
import dev.clasp.protocol.Value;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever somebody sends, a session goes on with others and stays within its bounds. */
class NetMidi2SessionFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "10" + "4d49444901040200" + "4d79446576000000" + "3873685965336835",
            "18" + "4d494449010102014d794465" + "0c" + "4d494449ff010000" + "20903c64",
            "08" + "4d49444982000000" + "08" + "4d494449f0000100",
            "1c" + "4d494449ff040001" + "f00001010000001f0000000000000000" + "80010000")
        .map(HexFormat.of()::parseHex);
  }

  /** A byte says how long each datagram is, in bytes. */
  @MethodSource("seeds")
  @FuzzTest
  void itGoesOn(byte[] bytes) {
    NetMidi2Lan lan = new NetMidi2Lan(1);
    Station hall =
        lan.join(
            "10.0.0.2",
            NetMidi2Config.DEFAULT.with(
                Map.of("accept", Value.TRUE, "name", Value.of("Hall"), "sysex", Value.of(100L))));
    Station stage = lan.join("10.0.0.1", NetMidi2Config.DEFAULT);
    stage.session.invite("hall", hall.address);
    lan.pass(10);
    int at = 0;
    while (at < bytes.length) {
      int length = Math.min(bytes[at] & 0xFF, bytes.length - at - 1);
      byte[] datagram = Arrays.copyOfRange(bytes, at + 1, at + 1 + length);
      lan.put(FakeLan.address("10.0.0.9", 1000), hall.address, datagram);
      lan.pass(2);
      at += 1 + length;
    }
    stage.play(new MidiMessage.NoteOn(0, 1, 1));
    lan.pass(5);
    assertThat(hall.messages).contains("900101");
    assertThat(hall.others.size()).isLessThanOrEqualTo(2);
  }
}
