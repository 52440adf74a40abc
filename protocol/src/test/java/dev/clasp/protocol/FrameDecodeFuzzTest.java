package dev.clasp.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a stream of frames: frames or a declared error. */
class FrameDecodeFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.concat(Vectors.allBytes(), Appendices.allFrames());
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreFramesOrADeclaredError(byte[] bytes) {
    CodecProperties.checkFrames(bytes);
  }
}
