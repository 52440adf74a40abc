package dev.clasp.serial;

import static dev.clasp.serial.Lines.bytes;
import static dev.clasp.serial.Lines.into;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.serial.PacketCodingTest.Line;
import dev.clasp.transport.StreamCoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any stream in any pieces gives the frames that a simple reader of the whole stream finds. The
 * first byte chooses the coding and the pieces.
 */
class PacketCodingFuzzTest {

  /** Small, so that the limit is met. */
  private static final int MAX = 40;

  static Stream<byte[]> seeds() {
    byte[] frame = Lines.frame(bytes("00 c0 db dc dd 00"));
    return Arrays.stream(Line.values())
        .flatMap(line ->
            Stream.of(0, 5)
                .map(piece ->
                    Lines.concat(
                        new byte[] {(byte) (line.ordinal() + 4 * piece)},
                        line.simple(frame),
                        bytes("db c0 00 01"),
                        line.simple(frame))));
  }

  @MethodSource("seeds")
  @FuzzTest
  void piecesMakeNoDifference(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    Line line = Line.values()[bytes[0] & 3];
    int piece = 1 + ((bytes[0] & 0xFF) >> 2);
    byte[] stream = Arrays.copyOfRange(bytes, 1, bytes.length);
    List<String> frames = new ArrayList<>();
    StreamCoding coding = line.coding(MAX);
    for (int at = 0; at < stream.length; at += piece) {
      coding.decode(stream, at, Math.min(piece, stream.length - at), into(frames));
    }
    assertThat(frames).isEqualTo(line.read(stream, MAX));
  }
}
