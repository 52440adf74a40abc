package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any stream in any pieces gives the messages that a reader of the whole stream finds. The first
 * byte chooses the pieces.
 */
class LengthPrefixParserFuzzTest {

  /** Small, so that the limit is met. */
  private static final int MAX = 40;

  static Stream<byte[]> seeds() {
    byte[] stream = {0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 40};
    byte[] longest = Arrays.copyOf(stream, stream.length + 40);
    return Stream.of(longest, new byte[] {0, 0, 0, 41, 1}, new byte[] {-1, -1, -1, -1, 0})
        .flatMap(b ->
            Stream.of((byte) 0, (byte) 2, (byte) 100)
                .map(piece -> Wire.concat(new byte[] {piece}, b)));
  }

  /** A message, an empty one, or the end by a length that is not allowed. */
  private static List<String> naive(byte[] stream) {
    List<String> events = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(stream);
    while (in.remaining() >= 4) {
      long length = in.getInt() & 0xFFFF_FFFFL;
      if (length > MAX) {
        events.add("too long");
        break;
      }
      if (length > in.remaining()) {
        break;
      }
      byte[] message = new byte[(int) length];
      in.get(message);
      events.add(Arrays.toString(message));
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
    List<String> events = new ArrayList<>();
    LengthPrefixParser parser = new LengthPrefixParser(MAX);
    LengthPrefixParser.Sink sink =
        new LengthPrefixParser.Sink() {
          @Override
          public void message(byte[] b, int offset, int length) {
            assertThat(length).isPositive();
            events.add(Arrays.toString(Arrays.copyOfRange(b, offset, offset + length)));
          }

          @Override
          public void empty() {
            events.add("[]");
          }
        };
    byte[] rest = {};
    for (int at = 0; at < stream.length; at += piece) {
      byte[] b =
          Wire.concat(rest, Arrays.copyOfRange(stream, at, Math.min(at + piece, stream.length)));
      try {
        int used = parser.parse(b, 0, b.length, sink);
        rest = Arrays.copyOfRange(b, used, b.length);
        if (rest.length > 0) {
          assertThat(parser.needed()).isGreaterThan(rest.length).isLessThanOrEqualTo(MAX + 4);
        }
      } catch (Violation e) {
        events.add("too long");
        rest = new byte[0];
      }
    }
    assertThat(events).isEqualTo(naive(stream));
  }
}
