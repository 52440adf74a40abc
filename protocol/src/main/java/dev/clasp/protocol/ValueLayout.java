package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Layout of values (wire.md 4.1): type codes, in-place validation, reading and sizes. "Value data"
 * is what follows the type code.
 */
public final class ValueLayout {

  public static final int NULL = 0x00;
  public static final int BOOL = 0x01;
  public static final int I8 = 0x02;
  public static final int I16 = 0x03;
  public static final int I32 = 0x04;
  public static final int I64 = 0x05;
  public static final int F32 = 0x06;
  public static final int F64 = 0x07;
  public static final int TEXT = 0x08;
  public static final int BYTES = 0x09;
  public static final int ARRAY = 0x0A;
  public static final int MAP = 0x0B;

  private ValueLayout() {}

  /**
   * Checks value data without building anything and returns the offset behind it. Recursion is
   * bounded by {@code depth}.
   *
   * @param type type code
   * @param limit end of the message
   * @param depth containers that may still be opened
   * @throws DecodeException truncated, unknown type, bad UTF-8, or too deep
   */
  public static int skip(byte[] b, int type, int offset, int limit, int depth) {
    switch (type) {
      case NULL -> {
        return offset;
      }
      case BOOL, I8 -> {
        return require(offset, 1, limit);
      }
      case I16 -> {
        return require(offset, 2, limit);
      }
      case I32, F32 -> {
        return require(offset, 4, limit);
      }
      case I64, F64 -> {
        return require(offset, 8, limit);
      }
      case TEXT -> {
        return skipText(b, offset, limit);
      }
      case BYTES -> {
        require(offset, 2, limit);
        return require(offset + 2, Bytes.u16(b, offset), limit);
      }
      case ARRAY -> {
        int count = count(b, offset, limit, 1, depth);
        int at = offset + 2;
        for (int i = 0; i < count; i++) {
          require(at, 1, limit);
          at = skip(b, b[at] & 0xFF, at + 1, limit, depth - 1);
        }
        return at;
      }
      case MAP -> {
        int count = count(b, offset, limit, 3, depth);
        int at = offset + 2;
        for (int i = 0; i < count; i++) {
          at = skipText(b, at, limit);
          require(at, 1, limit);
          at = skip(b, b[at] & 0xFF, at + 1, limit, depth - 1);
        }
        return at;
      }
      default -> throw unknownType(type);
    }
  }

  /** Reads value data that {@link #skip} has checked, or checks while reading. */
  static Value read(ByteReader in, int type, int depth) {
    return switch (type) {
      case NULL -> Value.NULL;
      case BOOL -> Value.of(in.u8() != 0);
      case I8 -> Value.of((long) (byte) in.u8());
      case I16 -> Value.of((long) (short) in.u16());
      case I32 -> Value.of((long) in.i32());
      case I64 -> Value.of(in.i64());
      case F32 -> Value.of((double) Float.intBitsToFloat(in.i32()));
      case F64 -> Value.of(Double.longBitsToDouble(in.i64()));
      case TEXT -> Value.of(in.text());
      case BYTES -> Value.of(in.bytes(in.u16()));
      case ARRAY -> {
        int count = in.count(1);
        checkDepth(depth);
        List<Value> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          values.add(read(in, in.u8(), depth - 1));
        }
        yield Value.of(values);
      }
      case MAP -> {
        int count = in.count(3);
        checkDepth(depth);
        Map<String, Value> entries = LinkedHashMap.newLinkedHashMap(count);
        for (int i = 0; i < count; i++) {
          String key = in.text();
          entries.put(key, read(in, in.u8(), depth - 1));
        }
        yield Value.of(entries);
      }
      default -> throw unknownType(type);
    };
  }

  /** Value data of a known extent as an object, for whoever looks at a stored value. */
  public static Value read(byte[] b, int type, int offset, int limit) {
    return read(new ByteReader(b, offset, limit), type, CodecLimits.DEFAULT.valueDepth());
  }

  /** Canonical type code of a value: i64 for integers, f64 for floats. */
  public static int typeOf(Value value) {
    return switch (value) {
      case Value.Null _ -> NULL;
      case Value.Bool _ -> BOOL;
      case Value.Int _ -> I64;
      case Value.Float _ -> F64;
      case Value.Text _ -> TEXT;
      case Value.Bytes _ -> BYTES;
      case Value.Array _ -> ARRAY;
      case Value.Map _ -> MAP;
    };
  }

  /** Writes value data, without the type code. */
  static void write(ByteWriter out, Value value, int depth) {
    switch (value) {
      case Value.Null _ -> {}
      case Value.Bool(boolean v) -> out.u8(v ? 1 : 0);
      case Value.Int(long v) -> out.i64(v);
      case Value.Float(double v) -> out.i64(Double.doubleToRawLongBits(v));
      case Value.Text(String v) -> out.text(v);
      case Value.Bytes bytes -> {
        byte[] v = bytes.value();
        out.count(v.length);
        out.bytes(v);
      }
      case Value.Array(List<Value> values) -> {
        checkEncodeDepth(depth);
        out.count(values.size());
        for (Value v : values) {
          out.u8(typeOf(v));
          write(out, v, depth - 1);
        }
      }
      case Value.Map(Map<String, Value> entries) -> {
        checkEncodeDepth(depth);
        out.count(entries.size());
        entries.forEach((key, v) -> {
          out.text(key);
          out.u8(typeOf(v));
          write(out, v, depth - 1);
        });
      }
    }
  }

  private static int skipText(byte[] b, int offset, int limit) {
    require(offset, 2, limit);
    int length = Bytes.u16(b, offset);
    int end = require(offset + 2, length, limit);
    Utf8.validate(b, offset + 2, length);
    return end;
  }

  private static int count(byte[] b, int offset, int limit, int least, int depth) {
    require(offset, 2, limit);
    int count = Bytes.u16(b, offset);
    require(offset + 2, (long) count * least, limit);
    checkDepth(depth);
    return count;
  }

  private static int require(int offset, long length, int limit) {
    if (length > limit - offset) {
      throw DecodeException.truncated(length, limit - offset);
    }
    return offset + (int) length;
  }

  private static void checkDepth(int depth) {
    if (depth <= 0) {
      throw DecodeException.of(Kind.LIMIT_EXCEEDED, "arrays and maps are nested too deeply");
    }
  }

  private static void checkEncodeDepth(int depth) {
    if (depth <= 0) {
      throw new EncodeException("arrays and maps are nested too deeply");
    }
  }

  private static DecodeException unknownType(int type) {
    return DecodeException.of(
        Kind.UNKNOWN_VALUE_TYPE, String.format("unknown value type: 0x%02x", type));
  }
}
