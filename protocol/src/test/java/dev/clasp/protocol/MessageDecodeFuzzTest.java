package dev.clasp.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a payload: a message or a declared error, and the view says the same. */
class MessageDecodeFuzzTest {

  static Stream<byte[]> seeds() {
    return FrameDecodeFuzzTest.seeds()
        .filter(MessageDecodeFuzzTest::isFrame)
        .map(frame ->
            Arrays.copyOfRange(frame, FrameDescriptor.payloadStart(frame[1]), frame.length));
  }

  /** Some vectors are HTTP or text, and some frames are cut in their header. */
  private static boolean isFrame(byte[] bytes) {
    return bytes.length > FrameDescriptor.HEADER_LENGTH
        && bytes[0] == FrameDescriptor.MAGIC
        && bytes.length > FrameDescriptor.payloadStart(bytes[1]);
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAMessageOrADeclaredError(byte[] bytes) {
    CodecProperties.checkPayload(bytes, 0, bytes.length);
  }
}
