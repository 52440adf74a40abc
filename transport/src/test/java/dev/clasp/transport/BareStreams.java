package dev.clasp.transport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Bare frames as bytes, and what a slow and simple reader finds in a stream of them. */
final class BareStreams {

  private BareStreams() {}

  /** A frame with this payload, no timestamp. */
  static byte[] frame(byte... payload) {
    return Wire.concat(
        new byte[] {0x53, 0x41, (byte) (payload.length >> 8), (byte) payload.length}, payload);
  }

  /** A frame with this payload and eight bytes of timestamp. */
  static byte[] stamped(byte... payload) {
    return Wire.concat(
        new byte[] {0x53, 0x61, (byte) (payload.length >> 8), (byte) payload.length},
        new byte[] {1, 2, 3, 4, 5, 6, 7, 8},
        payload);
  }

  /** Every frame from left to right; where none begins, the next byte is looked at. */
  static List<String> naive(byte[] stream, int maxFrame) {
    List<String> frames = new ArrayList<>();
    int at = 0;
    while (at < stream.length) {
      if (stream[at] != 0x53) {
        at++;
        continue;
      }
      if (stream.length - at < 4) {
        break;
      }
      int length =
          ((stream[at + 1] & 0x20) != 0 ? 12 : 4)
              + ((stream[at + 2] & 0xff) << 8)
              + (stream[at + 3] & 0xff);
      if (length > maxFrame) {
        at++;
      } else if (length > stream.length - at) {
        break;
      } else {
        frames.add(hex(Arrays.copyOfRange(stream, at, at + length)));
        at += length;
      }
    }
    return frames;
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Adds what arrives to a list. */
  static StreamCoding.Sink into(List<String> frames) {
    return (b, offset, length) -> frames.add(hex(Arrays.copyOfRange(b, offset, offset + length)));
  }
}
