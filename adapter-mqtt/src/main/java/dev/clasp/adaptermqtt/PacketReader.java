package dev.clasp.adaptermqtt;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Utf8;
import java.util.Arrays;

/** Reads the parts of one packet in place, and no further. Throws {@link PacketException}. */
final class PacketReader {

  private final byte[] b;
  private final int limit;
  private int at;

  PacketReader(byte[] b, int offset, int length) {
    this.b = b;
    this.at = offset;
    this.limit = offset + length;
  }

  int at() {
    return at;
  }

  int left() {
    return limit - at;
  }

  /** Where the next so many bytes end. */
  int require(int count) {
    if (count > limit - at) {
      throw PacketException.malformed("the packet ends too early");
    }
    return at + count;
  }

  int u8() {
    int next = require(1);
    int value = b[at] & 0xFF;
    at = next;
    return value;
  }

  int u16() {
    int next = require(2);
    int value = Bytes.u16(b, at);
    at = next;
    return value;
  }

  long u32() {
    int next = require(4);
    long value = Bytes.i32(b, at) & 0xFFFF_FFFFL;
    at = next;
    return value;
  }

  /** A number of one to four bytes, in the shortest form (section 1.5.5). */
  int varint() {
    int value = 0;
    for (int shift = 0; shift <= 21; shift += 7) {
      int next = u8();
      value |= (next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        if (next == 0 && shift > 0) {
          throw PacketException.malformed("a number is longer than it must be");
        }
        return value;
      }
    }
    throw PacketException.malformed("a number has more than four bytes");
  }

  /** Well-formed, and without the character zero (sections 1.5.4). */
  String text() {
    int length = u16();
    int end = require(length);
    for (int i = at; i < end; i++) {
      if (b[i] == 0) {
        throw PacketException.malformed("a text has a zero character");
      }
    }
    try {
      String text = Utf8.read(b, at, length);
      at = end;
      return text;
    } catch (DecodeException e) {
      throw PacketException.malformed("a text is not UTF-8");
    }
  }

  byte[] binary() {
    return bytes(u16());
  }

  byte[] rest() {
    return bytes(left());
  }

  private byte[] bytes(int length) {
    int end = require(length);
    byte[] copy = Arrays.copyOfRange(b, at, end);
    at = end;
    return copy;
  }

  void copy(int from, byte[] to, int offset) {
    System.arraycopy(b, from, to, offset, at - from);
  }

  void end() {
    if (at != limit) {
      throw PacketException.malformed("the packet is longer than what is in it");
    }
  }
}
