package dev.clasp.rdm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers and texts in octets; RDM is big-endian throughout. */
final class Octets {

  private Octets() {}

  static int u8(byte[] b, int at) {
    return b[at] & 0xFF;
  }

  static int u16(byte[] b, int at) {
    return u8(b, at) << 8 | u8(b, at + 1);
  }

  static long u32(byte[] b, int at) {
    return (long) u16(b, at) << 16 | u16(b, at + 2);
  }

  static long u48(byte[] b, int at) {
    return (long) u16(b, at) << 32 | u32(b, at + 2);
  }

  static void put16(byte[] b, int at, int value) {
    b[at] = (byte) (value >>> 8);
    b[at + 1] = (byte) value;
  }

  static void put32(byte[] b, int at, long value) {
    put16(b, at, (int) (value >>> 16));
    put16(b, at + 2, (int) value);
  }

  /** Text up to the first NUL. Octets that are no ASCII become question marks, controls too. */
  static String text(byte[] b, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    for (int i = from; i < to && b[i] != 0; i++) {
      text.append(b[i] >= ' ' && b[i] < 0x7F ? (char) b[i] : '?');
    }
    return text.toString();
  }

  /** ASCII, at most so many octets; what is not ASCII becomes a question mark. */
  static byte[] ascii(String text, int max) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return bytes.length <= max ? bytes : Arrays.copyOf(bytes, max);
  }
}
