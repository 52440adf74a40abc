package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are messages, or are counted; the pieces they come in do not matter. */
class MidiParserFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
        Messages.hex("90 3C 64 3C 00 F8 F0 01 F8 02 F7 F1 05 F2 01 02 F3 01 F6"),
        Messages.hex("F0 7F 7F 01 01 21 02 03 04 F7 F4 F5 F9 FD 40 B0 65 00 64 01"),
        Messages.data(new Random(1), 200));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreMessagesOrAreCounted(byte[] bytes) {
    Messages whole = new Messages();
    MidiParser parser = new MidiParser(whole, 50);
    parser.feed(bytes);
    Messages single = new Messages();
    MidiParser slow = new MidiParser(single, 50);
    for (byte each : bytes) {
      slow.feed(each);
    }
    assertThat(single.messages).isEqualTo(whole.messages);
    assertThat(single.dropped).isEqualTo(whole.dropped);
    assertThat(parser.strayBytes() + parser.undefinedBytes()).isLessThanOrEqualTo(bytes.length);
    for (MidiMessage message : whole.messages) {
      assertThat(MidiParser.parse(MidiWriter.bytes(message))).contains(message);
    }
  }
}
