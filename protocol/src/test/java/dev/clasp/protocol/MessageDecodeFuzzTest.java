package dev.clasp.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a payload: a message or a declared error, and the view says the same. */
class MessageDecodeFuzzTest {

  static Stream<byte[]> seeds() {
    return Vectors.allBytes().filter(MessageDecodeFuzzTest::isFrame).map(Vectors::payload);
  }

  /** Some vectors are HTTP or text. */
  private static boolean isFrame(byte[] bytes) {
    return bytes[0] == FrameDescriptor.MAGIC;
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAMessageOrADeclaredError(byte[] bytes) {
    CodecProperties.checkPayload(bytes, 0, bytes.length);
  }
}
