package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any words are packets that are written the same, and messages that can be sent. */
class UmpFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
        Messages.hex("21923C64 10F80000 30047E7F 06010000 30160102 03040506 30310700 00000000"),
        Messages.hex("40913C00 FFFF0000 40C00001 04000203 40300102 80000000"),
        Messages.hex("D0100000 02FAF080 00000000 00000000 F0010101 00000000 00000000 00000000"),
        Messages.hex("50030001 02030405 06070809 0A0B0C0D 00200001 B0000000 00000001 00000002"));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyWordsArePackets(byte[] bytes) {
    List<Integer> in = new ArrayList<>();
    List<Integer> out = new ArrayList<>();
    UmpTranslator translator = new UmpTranslator(0, 50);
    UmpReader reader =
        new UmpReader(packet -> {
          for (int word : packet.words()) {
            out.add(word);
          }
          for (MidiMessage message : translator.toMidi1(packet, why -> {})) {
            assertThat(MidiParser.parse(MidiWriter.bytes(message))).contains(message);
            if (message instanceof MidiMessage.Voice voice) {
              translator.toMidi2(voice);
            }
          }
        });
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.remaining() >= 4) {
      int word = buffer.getInt();
      in.add(word);
      reader.feed(word);
    }
    assertThat(out).isEqualTo(in.subList(0, out.size()));
    assertThat(in.size() - out.size()).isLessThan(4);
  }
}
