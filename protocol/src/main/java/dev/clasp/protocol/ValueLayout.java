package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Layout of values (wire.md 4.1): type codes, in-place validation, reading and writing. "Value
 * data" is what follows the type code; a "tagged value" is the code and the data.
 *
 * <p>{@link #skip} looks, {@link #read} builds: both refuse the same bytes with the same error.
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

  /**
   * Fewest bytes of an array element (a type code) and of a map entry (an empty key and a code).
   */
  private static final int LEAST_ELEMENT = 1;

  private static final int LEAST_ENTRY = 3;

  /** Open containers that fit {@link #skip}'s long: 17 bits each, 16 of count and one of kind. */
  private static final int NEAR = 3;

  private static final int NEAR_BITS = 17;
  private static final int NEAR_MASK = (1 << NEAR_BITS) - 1;

  private static final int[] NONE = {};

  private ValueLayout() {}

  // --- looking -----------------------------------------------------------------------------------

  /**
   * Checks value data without building anything and returns the offset behind it: bounds, counts,
   * UTF-8 of texts and keys, nesting, type codes.
   *
   * <p>Does not recurse, and allocates only below the fourth level of nesting.
   *
   * @param type type code, 0 to 255
   * @param limit end of the message
   * @param maxDepth arrays and maps that may be around a value, itself included
   * @throws DecodeException truncated, unknown type, bad UTF-8, or too deep
   */
  public static int skip(byte[] b, int type, int offset, int limit, int maxDepth) {
    return type == ARRAY || type == MAP
        ? skipContainer(b, type, offset, limit, maxDepth)
        : skipSimple(b, type, offset, limit);
  }

  private static int skipSimple(byte[] b, int type, int offset, int limit) {
    return switch (type) {
      case NULL -> offset;
      case BOOL, I8 -> require(offset, 1, limit);
      case I16 -> require(offset, 2, limit);
      case I32, F32 -> require(offset, 4, limit);
      case I64, F64 -> require(offset, 8, limit);
      case TEXT -> skipText(b, offset, limit);
      case BYTES -> {
        int data = require(offset, 2, limit);
        yield require(data, Bytes.u16(b, offset), limit);
      }
      default -> throw unknownType(type);
    };
  }

  /**
   * Walks through nested containers. Of the innermost one, {@code left} members are still to come;
   * what is left of those around it is packed into {@code near} and, deeper down, {@code far}.
   */
  private static int skipContainer(byte[] b, int type, int offset, int limit, int maxDepth) {
    boolean map = type == MAP;
    int left = count(b, map, offset, limit);
    checkDepth(maxDepth);
    int at = offset + 2;
    int around = 0;
    long near = 0;
    int[] far = NONE;
    while (true) {
      if (left == 0) {
        if (around == 0) {
          return at;
        }
        around--;
        int outer =
            around < NEAR ? (int) (near >>> around * NEAR_BITS) & NEAR_MASK : far[around - NEAR];
        left = outer >>> 1;
        map = (outer & 1) != 0;
        continue;
      }
      left--;
      if (map) {
        at = skipText(b, at, limit);
      }
      int data = require(at, 1, limit);
      int member = b[at] & 0xFF;
      if (member == ARRAY || member == MAP) {
        int count = count(b, member == MAP, data, limit);
        checkDepth(maxDepth - around - 1);
        int outer = left << 1 | (map ? 1 : 0);
        if (around < NEAR) {
          int shift = around * NEAR_BITS;
          near = near & ~((long) NEAR_MASK << shift) | (long) outer << shift;
        } else {
          if (around - NEAR == far.length) {
            far = Arrays.copyOf(far, Math.max(8, 2 * far.length));
          }
          far[around - NEAR] = outer;
        }
        around++;
        left = count;
        map = member == MAP;
        at = data + 2;
      } else {
        at = skipSimple(b, member, data, limit);
      }
    }
  }

  private static int skipText(byte[] b, int offset, int limit) {
    int data = require(offset, 2, limit);
    int length = Bytes.u16(b, offset);
    int end = require(data, length, limit);
    Utf8.validate(b, data, length);
    return end;
  }

  private static int count(byte[] b, boolean map, int offset, int limit) {
    int data = require(offset, 2, limit);
    int count = Bytes.u16(b, offset);
    require(data, count * (map ? LEAST_ENTRY : LEAST_ELEMENT), limit);
    return count;
  }

  private static int require(int offset, int length, int limit) {
    if (length > limit - offset) {
      throw DecodeException.truncated(length, limit - offset);
    }
    return offset + length;
  }

  // --- reading -----------------------------------------------------------------------------------

  /**
   * Value data as an object, with the default nesting limit.
   *
   * @param type type code, 0 to 255
   * @param limit end of the message; bytes behind the value are left alone
   * @throws DecodeException truncated, unknown type, bad UTF-8, or too deep
   */
  public static Value read(byte[] b, int type, int offset, int limit) {
    return read(new ByteReader(b, offset, limit), type, CodecLimits.DEFAULT.valueDepth());
  }

  /** Reads value data. Recursion is bounded by {@code depth}, the containers that may be opened. */
  static Value read(ByteReader in, int type, int depth) {
    return switch (type) {
      case NULL -> Value.NULL;
      case BOOL -> Value.of(in.u8() != 0);
      case I8 -> Value.of((long) (byte) in.u8());
      case I16 -> Value.of((long) (short) in.u16());
      case I32 -> Value.of((long) in.i32());
      case I64 -> Value.of(in.i64());
      case F32 -> Value.of((double) Float.intBitsToFloat(in.i32()));
      case F64 -> Value.of(in.f64());
      case TEXT -> Value.of(in.text());
      case BYTES -> Value.of(in.bytes(in.u16()));
      case ARRAY -> readArray(in, depth);
      case MAP -> readMap(in, depth);
      default -> throw unknownType(type);
    };
  }

  private static Value readArray(ByteReader in, int depth) {
    int count = in.count(LEAST_ELEMENT);
    checkDepth(depth);
    Value[] values = new Value[in.claim(count)];
    for (int i = 0; i < count; i++) {
      if (i == values.length) {
        values = Arrays.copyOf(values, Math.min(count, 4 * i));
      }
      values[i] = read(in, in.u8(), depth - 1);
    }
    return Value.of(List.of(values));
  }

  private static Value readMap(ByteReader in, int depth) {
    int count = in.count(LEAST_ENTRY);
    checkDepth(depth);
    return count <= SmallEntries.MAX
        ? readSmallMap(in, count, depth)
        : readLargeMap(in, count, depth);
  }

  private static Value readSmallMap(ByteReader in, int count, int depth) {
    SmallEntries.Builder entries = new SmallEntries.Builder(count);
    for (int i = 0; i < count; i++) {
      String key = in.text();
      entries.put(key, read(in, in.u8(), depth - 1));
    }
    return Value.of(entries.build());
  }

  private static Value readLargeMap(ByteReader in, int count, int depth) {
    Map<String, Value> entries = LinkedHashMap.newLinkedHashMap(in.claim(count));
    for (int i = 0; i < count; i++) {
      String key = in.text();
      entries.put(key, read(in, in.u8(), depth - 1));
    }
    return Value.of(entries);
  }

  // --- writing -----------------------------------------------------------------------------------

  /** Canonical type code of a value: i64 for integers, f64 for floats (wire.md 4.3). */
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

  /** Writes the type code and the data. */
  static void writeTagged(ByteWriter out, Value value, int depth) {
    switch (value) {
      case Value.Float(double v) -> out.tagged64(F64, Double.doubleToRawLongBits(v));
      case Value.Int(long v) -> out.tagged64(I64, v);
      case Value.Null _, Value.Bool _, Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ -> {
        out.u8(typeOf(value));
        write(out, value, depth);
      }
    }
  }

  /**
   * Writes value data, without the type code.
   *
   * @param depth containers that may be opened
   * @throws EncodeException too large, too deep, or text with an unpaired surrogate
   */
  static void write(ByteWriter out, Value value, int depth) {
    switch (value) {
      case Value.Null _ -> {}
      case Value.Bool(boolean v) -> out.u8(v ? 1 : 0);
      case Value.Int(long v) -> out.i64(v);
      case Value.Float(double v) -> out.f64(v);
      case Value.Text(String v) -> out.text(v);
      case Value.Bytes v -> {
        out.count(v.length());
        out.bytes(v);
      }
      case Value.Array(List<Value> values) -> {
        checkEncodeDepth(depth);
        out.count(values.size());
        out.expect(9 * values.size());
        for (Value v : values) {
          writeTagged(out, v, depth - 1);
        }
      }
      case Value.Map(Map<String, Value> entries) -> {
        checkEncodeDepth(depth);
        out.count(entries.size());
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
          out.text(entry.getKey());
          writeTagged(out, entry.getValue(), depth - 1);
        }
      }
    }
  }

  private static void checkDepth(int left) {
    if (left <= 0) {
      throw DecodeException.of(Kind.LIMIT_EXCEEDED, "arrays and maps are nested too deeply");
    }
  }

  private static void checkEncodeDepth(int left) {
    if (left <= 0) {
      throw new EncodeException("arrays and maps are nested too deeply");
    }
  }

  private static DecodeException unknownType(int type) {
    return DecodeException.of(
        Kind.UNKNOWN_VALUE_TYPE, "unknown value type: 0x" + DecodeException.hex(type));
  }
}
