package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FramingTest {

  private static String prefix(Framing framing, int frameLength) {
    byte[] out = new byte[3 + Framing.MAX_PREFIX + 3];
    Arrays.fill(out, (byte) 0xEE);
    framing.writePrefix(out, 3, frameLength);
    int length = framing.prefixLength(frameLength);
    for (int i = 0; i < out.length; i++) {
      if (i < 3 || i >= 3 + length) {
        assertThat(out[i]).as("byte %s around the prefix", i).isEqualTo((byte) 0xEE);
      }
    }
    return Shorthand.hex(Arrays.copyOfRange(out, 3, 3 + length));
  }

  @ParameterizedTest
  @CsvSource({"5, 00000005", "65539, 00010003", "300, 0000012c"})
  void tcpHasAFourByteLength(int length, String expected) {
    assertThat(prefix(Framing.LENGTH_PREFIX, length)).isEqualTo(expected);
  }

  /** RFC 6455 section 5.2: final, binary, no mask, the shortest form of the length. */
  @ParameterizedTest
  @CsvSource({
    "0, 8200",
    "5, 8205",
    "125, 827d",
    "126, 827e007e",
    "65535, 827effff",
    "65536, 827f0000000000010000",
    "65547, 827f000000000001000b",
  })
  void webSocketHasAFrameHeader(int length, String expected) {
    assertThat(prefix(Framing.WEBSOCKET, length)).isEqualTo(expected);
  }

  @Test
  void bareFramesHaveNothing() {
    assertThat(prefix(Framing.BARE, 5)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void noPrefixIsLongerThanTheLongest(Framing framing) {
    for (int length : new int[] {0, 4, 125, 126, 65_535, 65_536, FrameDescriptor.MAX_FRAME}) {
      assertThat(framing.prefixLength(length)).isBetween(0, Framing.MAX_PREFIX);
    }
  }
}
