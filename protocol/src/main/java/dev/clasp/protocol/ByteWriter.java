package dev.clasp.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes a message body into a growing array, never above the payload limit. */
final class ByteWriter {

  /** Room in front of the payload for the frame header. */
  private final int start;

  private byte[] b;
  private int at;

  ByteWriter(int start) {
    this.start = start;
    this.b = new byte[start + 124];
    this.at = start;
  }

  int length() {
    return at - start;
  }

  int offset() {
    return at;
  }

  byte[] array() {
    return b;
  }

  /** Everything written, header room included. */
  byte[] toBytes() {
    return Arrays.copyOf(b, at);
  }

  void u8(int value) {
    reserve(1);
    b[at++] = (byte) value;
  }

  void u16(int value) {
    reserve(2);
    Bytes.putU16(b, at, value);
    at += 2;
  }

  void i32(int value) {
    reserve(4);
    Bytes.putI32(b, at, value);
    at += 4;
  }

  void i64(long value) {
    reserve(8);
    Bytes.putI64(b, at, value);
    at += 8;
  }

  void f64(double value) {
    i64(Double.doubleToRawLongBits(value));
  }

  void bytes(byte[] value) {
    reserve(value.length);
    System.arraycopy(value, 0, b, at, value.length);
    at += value.length;
  }

  void bytes(Value.Bytes value) {
    reserve(value.length());
    value.copyTo(b, at);
    at += value.length();
  }

  /** A byte and 64 bits: a tagged number. */
  void tagged64(int tag, long value) {
    reserve(9);
    b[at] = (byte) tag;
    Bytes.putI64(b, at + 1, value);
    at += 9;
  }

  /** Makes room for so many bytes that are likely to come, as far as the limit allows. */
  void expect(int bytes) {
    int most = FrameDescriptor.MAX_PAYLOAD + start;
    if (at + bytes > b.length && b.length < most) {
      b = Arrays.copyOf(b, Math.min(at + bytes, most));
    }
  }

  /** A 16-bit count or length. */
  void count(int count) {
    checkSize(count);
    u16(count);
  }

  @SuppressWarnings(
      "deprecation") // getBytes(int, int, byte[], int) is the one copy of Latin-1 without garbage
  void text(String text) {
    // No character takes less than a byte: long text is refused before it is looked at.
    checkSize(text.length());
    int length = Utf8.encodedLength(text);
    count(length);
    reserve(length);
    if (length == text.length()) {
      text.getBytes(0, length, b, at);
    } else {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      System.arraycopy(utf8, 0, b, at, length);
    }
    at += length;
  }

  /** Fills in a count written earlier. */
  void patchU16(int offset, int value) {
    Bytes.putU16(b, offset, value);
  }

  private static void checkSize(long size) {
    if (size > FrameDescriptor.MAX_PAYLOAD) {
      throw EncodeException.payloadTooLarge(size);
    }
  }

  private void reserve(int n) {
    checkSize((long) length() + n);
    if (at + n > b.length) {
      b = Arrays.copyOf(b, Math.max(at + n, 2 * b.length));
    }
  }
}
