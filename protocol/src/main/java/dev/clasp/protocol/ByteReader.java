package dev.clasp.protocol;

import java.util.Arrays;

/** Reads a message body; checks before every read. */
final class ByteReader {

  /** Members that every header may reserve room for. */
  private static final int FREE_CLAIM = 16;

  private final byte[] b;
  private final int limit;
  private int at;

  /**
   * Members that headers may still reserve room for. One for eight bytes: so many numbers are there
   * at most. A count alone cannot claim more than the remaining bytes, but nested headers can claim
   * the same bytes again and again.
   */
  private int unclaimed;

  ByteReader(byte[] b, int offset, int limit) {
    this.b = b;
    this.at = offset;
    this.limit = limit;
    this.unclaimed = (limit - offset) / 8;
  }

  int offset() {
    return at;
  }

  int remaining() {
    return limit - at;
  }

  int u8() {
    require(1);
    return b[at++] & 0xFF;
  }

  int u16() {
    require(2);
    at += 2;
    return Bytes.u16(b, at - 2);
  }

  int i32() {
    require(4);
    at += 4;
    return Bytes.i32(b, at - 4);
  }

  long i64() {
    require(8);
    at += 8;
    return Bytes.i64(b, at - 8);
  }

  double f64() {
    return Double.longBitsToDouble(i64());
  }

  String text() {
    int length = u16();
    require(length);
    String text = Utf8.read(b, at, length);
    at += length;
    return text;
  }

  byte[] bytes(int length) {
    require(length);
    at += length;
    return Arrays.copyOfRange(b, at - length, at);
  }

  /** A count of elements of at least so many bytes each, checked before anybody allocates by it. */
  int count(int leastBytes) {
    int count = u16();
    if ((long) count * leastBytes > remaining()) {
      throw DecodeException.truncated((long) count * leastBytes, remaining());
    }
    return count;
  }

  /** Of a count of members, how many to reserve room for; more have to prove themselves. */
  int claim(int count) {
    int claim = Math.min(count, Math.max(FREE_CLAIM, unclaimed));
    unclaimed -= Math.min(claim, unclaimed);
    return claim;
  }

  /** A reader of the next bytes only; this one goes on behind them. */
  ByteReader slice(int length) {
    require(length);
    at += length;
    return new ByteReader(b, at - length, at);
  }

  private void require(int n) {
    if (n > limit - at) {
      throw DecodeException.truncated(n, limit - at);
    }
  }
}
