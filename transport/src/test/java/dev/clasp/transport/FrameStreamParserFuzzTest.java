package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.transport.FrameStreamParser.Garbage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any stream in any pieces gives the frames that a reader of the whole stream finds, whether
 * garbage is refused or skipped. The first byte chooses the pieces.
 */
class FrameStreamParserFuzzTest {

  /** Small, so that the limit is met. */
  private static final int MAX = 40;

  private static final String END = "refused";

  static Stream<byte[]> seeds() {
    byte[] two = {0x53, 1, 0, 3, 1, 2, 3, 0x53, 0x21, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    byte[] noisy = {7, 0x53, 1, 0, 1, 0x53, 8, 0x53, 1, 0, 0};
    byte[] tooLong = {0x53, 1, 0, 37, 0x53, 1, 0, 0, 0x53};
    return Stream.of(two, noisy, tooLong)
        .flatMap(b ->
            Stream.of((byte) 0, (byte) 2, (byte) 100)
                .map(piece -> Wire.concat(new byte[] {piece}, b)));
  }

  /** The frames of a stream, in the words of transports.md 1.4. */
  private static List<String> naive(byte[] b, Garbage garbage) {
    List<String> events = new ArrayList<>();
    int at = 0;
    while (at < b.length) {
      boolean wrong = b[at] != 0x53;
      if (!wrong && b.length - at < 4) {
        break;
      }
      int length =
          wrong
              ? 0
              : 4
                  + ((b[at + 1] & 0x20) == 0 ? 0 : 8)
                  + ((b[at + 2] & 0xff) << 8 | b[at + 3] & 0xff);
      if (wrong || length > MAX) {
        if (garbage == Garbage.REFUSE) {
          events.add(END);
          break;
        }
        at++;
      } else if (length > b.length - at) {
        break;
      } else {
        events.add(Arrays.toString(Arrays.copyOfRange(b, at, at + length)));
        at += length;
      }
    }
    return events;
  }

  private static List<String> inPieces(byte[] stream, int piece, Garbage garbage) {
    List<String> events = new ArrayList<>();
    FrameStreamParser parser = new FrameStreamParser(MAX, garbage);
    FrameStreamParser.Sink sink =
        (b, offset, length) ->
            events.add(Arrays.toString(Arrays.copyOfRange(b, offset, offset + length)));
    byte[] rest = {};
    for (int at = 0; at < stream.length; at += piece) {
      byte[] b =
          Wire.concat(rest, Arrays.copyOfRange(stream, at, Math.min(at + piece, stream.length)));
      try {
        int used = parser.parse(b, 0, b.length, sink);
        rest = Arrays.copyOfRange(b, used, b.length);
        if (rest.length > 0) {
          assertThat(parser.needed()).isGreaterThan(rest.length).isLessThanOrEqualTo(MAX);
        }
      } catch (Violation e) {
        events.add(END);
        rest = new byte[0];
      }
    }
    return events;
  }

  @MethodSource("seeds")
  @FuzzTest
  void piecesMakeNoDifference(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    byte[] stream = Arrays.copyOfRange(bytes, 1, bytes.length);
    int piece = 1 + (bytes[0] & 0xFF);
    for (Garbage garbage : Garbage.values()) {
      assertThat(inPieces(stream, piece, garbage))
          .as(garbage.name())
          .isEqualTo(naive(stream, garbage));
    }
  }
}
