package dev.clasp.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes values as MessagePack, each in its shortest form. */
final class MessagePackWriter {

  private MessagePackWriter() {}

  /**
   * Writes a value.
   *
   * @param depth containers that may be opened
   * @throws EncodeException too large, too deep, or text with an unpaired surrogate
   */
  static void write(ByteWriter out, Value value, int depth) {
    switch (value) {
      case Value.Null _ -> out.u8(0xC0);
      case Value.Bool(boolean v) -> out.u8(v ? 0xC3 : 0xC2);
      case Value.Int(long v) -> integer(out, v);
      case Value.Float(double v) -> {
        out.u8(0xCB);
        out.f64(v);
      }
      case Value.Text(String v) -> text(out, v);
      case Value.Bytes bytes -> {
        if (bytes.length() <= 0xFF) {
          out.u8(0xC4);
          out.u8(bytes.length());
        } else {
          out.u8(0xC5);
          out.count(bytes.length());
        }
        out.bytes(bytes);
      }
      case Value.Array(List<Value> values) -> {
        checkDepth(depth);
        array(out, values.size());
        values.forEach(v -> write(out, v, depth - 1));
      }
      case Value.Map(Map<String, Value> entries) -> {
        checkDepth(depth);
        map(out, entries.size());
        entries.forEach((key, v) -> {
          text(out, key);
          write(out, v, depth - 1);
        });
      }
    }
  }

  private static void checkDepth(int left) {
    if (left <= 0) {
      throw new EncodeException("arrays and maps are nested too deeply");
    }
  }

  /** Head of an array of so many members. */
  static void array(ByteWriter out, int count) {
    head(out, count, 0x90, 0xDC);
  }

  /** Head of a map of so many entries. */
  static void map(ByteWriter out, int count) {
    head(out, count, 0x80, 0xDE);
  }

  private static void head(ByteWriter out, int count, int small, int code16) {
    if (count <= 15) {
      out.u8(small | count);
    } else {
      out.u8(code16);
      out.count(count);
    }
  }

  static void text(ByteWriter out, String text) {
    int length = Utf8.encodedLength(text);
    if (length <= 31) {
      out.u8(0xA0 | length);
    } else if (length <= 0xFF) {
      out.u8(0xD9);
      out.u8(length);
    } else {
      out.u8(0xDA);
      out.count(length);
    }
    out.bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void integer(ByteWriter out, long v) {
    if (v >= 0) {
      unsigned(out, v);
    } else if (v >= -32) {
      out.u8((int) v);
    } else if (v >= Byte.MIN_VALUE) {
      out.u8(0xD0);
      out.u8((int) v);
    } else if (v >= Short.MIN_VALUE) {
      out.u8(0xD1);
      out.u16((int) v);
    } else if (v >= Integer.MIN_VALUE) {
      out.u8(0xD2);
      out.i32((int) v);
    } else {
      out.u8(0xD3);
      out.i64(v);
    }
  }

  /** An unsigned 64-bit integer. */
  static void unsigned(ByteWriter out, long v) {
    if (v < 0 || v > 0xFFFF_FFFFL) {
      out.u8(0xCF);
      out.i64(v);
    } else if (v > 0xFFFF) {
      out.u8(0xCE);
      out.i32((int) v);
    } else if (v > 0xFF) {
      out.u8(0xCD);
      out.u16((int) v);
    } else if (v > 0x7F) {
      out.u8(0xCC);
      out.u8((int) v);
    } else {
      out.u8((int) v);
    }
  }
}
