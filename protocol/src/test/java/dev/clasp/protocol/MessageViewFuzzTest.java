package dev.clasp.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The view in place against the decoder, and looking at a value against reading it: the same
 * verdict, the same extents, whatever the limits are and whatever the view has seen before. The
 * input is a byte for the limits, the length of a first payload, that payload, and a second one.
 */
class MessageViewFuzzTest {

  static Stream<byte[]> seeds() {
    byte[] before = Shorthand.bytes("21f700022f613fe0000000000000000000000000000980000708");
    return MessageDecodeFuzzTest.seeds()
        .map(payload -> {
          byte[] seed = new byte[2 + before.length + payload.length];
          seed[0] = 0x44;
          seed[1] = (byte) before.length;
          System.arraycopy(before, 0, seed, 2, before.length);
          System.arraycopy(payload, 0, seed, 2 + before.length, payload.length);
          return seed;
        });
  }

  @MethodSource("seeds")
  @FuzzTest
  void theViewAcceptsWhatTheDecoderAccepts(byte[] bytes) {
    if (bytes.length < 2) {
      return;
    }
    int depth = bytes[0] & 0x0F;
    CodecLimits limits = new CodecLimits(depth, bytes[0] >> 4 & 0x07, 96);
    int first = Math.min(bytes[1] & 0xFF, bytes.length - 2);
    int second = bytes.length - 2 - first;
    MessageView view = new MessageView(limits);
    CodecProperties.checkView(bytes, 2, first, limits, view);
    CodecProperties.checkView(bytes, 2 + first, second, limits, view);
    if (second > 0) {
      int at = 2 + first;
      CodecProperties.checkValue(bytes, bytes[at] & 0xFF, at + 1, bytes.length, depth);
    }
  }
}
