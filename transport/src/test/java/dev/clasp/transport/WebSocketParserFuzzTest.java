package dev.clasp.transport;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes on a WebSocket: what the naive parser finds, in one piece and in many. The first byte
 * chooses the side, the limit and the pieces.
 */
class WebSocketParserFuzzTest {

  static Stream<byte[]> seeds() {
    SplittableRandom random = new SplittableRandom(1);
    return Stream.concat(
        Stream.of(new byte[] {0}, new byte[] {5}),
        Stream.of(true, false)
            .flatMap(masked -> {
              RandomStreams streams = new RandomStreams(random, masked);
              return Stream.generate(streams::next)
                  .limit(30)
                  .map(stream ->
                      Wire.concat(
                          new byte[] {(byte) (random.nextInt(128) << 1 | (masked ? 1 : 0))},
                          stream));
            }));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreFramesOrAViolation(byte[] bytes) {
    int choice = bytes.length == 0 ? 0 : bytes[0] & 0xFF;
    byte[] stream = Arrays.copyOfRange(bytes, Math.min(1, bytes.length), Math.max(1, bytes.length));
    int size = 1 + (choice >> 2);
    ParserProperties.check(stream, (choice & 1) == 1, (choice & 2) == 0 ? 70_000 : 300, _ -> size);
  }
}
