package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads MessagePack values (msgpack spec, 2013) into {@link Value}: one pass, every length checked
 * before it is used, depth bounded.
 */
final class MessagePackReader {

  /** Members that a header makes us reserve room for; nested headers claim the same bytes again. */
  private static final int CLAIM = 16;

  private final byte[] b;
  private final int limit;
  private int at;
  private Map<Value, Long> large = Map.of();

  MessagePackReader(byte[] b, int offset, int limit) {
    this.b = b;
    this.at = offset;
    this.limit = limit;
  }

  /** Whether everything has been read. */
  boolean atEnd() {
    return at == limit;
  }

  /** Reads one value in which at most so many containers are nested. */
  Value read(int depth) {
    int code = Bytes.u8(b, take(1));
    if (code <= 0x7F) {
      return Value.of((long) code);
    }
    if (code <= 0x8F) {
      return map(code & 0x0F, depth);
    }
    if (code <= 0x9F) {
      return array(code & 0x0F, depth);
    }
    if (code <= 0xBF) {
      return Value.of(text(code & 0x1F));
    }
    if (code >= 0xE0) {
      return Value.of((long) (byte) code);
    }
    return switch (code) {
      case 0xC0 -> Value.NULL;
      case 0xC2 -> Value.FALSE;
      case 0xC3 -> Value.TRUE;
      case 0xC4 -> bytes(u8());
      case 0xC5 -> bytes(u16());
      case 0xC6 -> bytes(length32());
      case 0xCA -> Value.of((double) Float.intBitsToFloat(Bytes.i32(b, take(4))));
      case 0xCB -> Value.of(Double.longBitsToDouble(Bytes.i64(b, take(8))));
      case 0xCC -> Value.of((long) u8());
      case 0xCD -> Value.of((long) u16());
      case 0xCE -> Value.of(Integer.toUnsignedLong(Bytes.i32(b, take(4))));
      case 0xCF -> unsigned(Bytes.i64(b, take(8)));
      case 0xD0 -> Value.of((long) b[take(1)]);
      case 0xD1 -> Value.of((long) (short) Bytes.u16(b, take(2)));
      case 0xD2 -> Value.of((long) Bytes.i32(b, take(4)));
      case 0xD3 -> Value.of(Bytes.i64(b, take(8)));
      case 0xD9 -> Value.of(text(u8()));
      case 0xDA -> Value.of(text(u16()));
      case 0xDB -> Value.of(text(length32()));
      case 0xDC -> array(u16(), depth);
      case 0xDD -> array(length32(), depth);
      case 0xDE -> map(u16(), depth);
      case 0xDF -> map(length32(), depth);
      default -> throw MessagePackCodec.bad(String.format("code 0x%02x is not supported", code));
    };
  }

  /** The integers above the signed range, by identity of the float that stands for them. */
  Map<Value, Long> large() {
    return large;
  }

  /** Above the signed range an integer becomes a float, as in the reference. */
  private Value unsigned(long bits) {
    if (bits >= 0) {
      return Value.of(bits);
    }
    // Half of it, rounded to odd so that the conversion rounds it right, and twice that.
    Value value = Value.of(2 * (double) (bits >>> 1 | bits & 1));
    if (large.isEmpty()) {
      large = new IdentityHashMap<>();
    }
    large.put(value, bits);
    return value;
  }

  private Value array(long count, int depth) {
    List<Value> values = new ArrayList<>(Math.min(count(count, 1, depth), CLAIM));
    for (long i = 0; i < count; i++) {
      values.add(read(depth - 1));
    }
    return Value.of(values);
  }

  private Value map(long count, int depth) {
    Map<String, Value> entries =
        LinkedHashMap.newLinkedHashMap(Math.min(count(count, 2, depth), CLAIM));
    for (long i = 0; i < count; i++) {
      entries.put(key(), read(depth - 1));
    }
    return Value.of(entries);
  }

  private String key() {
    int code = u8();
    if (code >= 0xA0 && code <= 0xBF) {
      return text(code & 0x1F);
    }
    return switch (code) {
      case 0xD9 -> text(u8());
      case 0xDA -> text(u16());
      case 0xDB -> text(length32());
      default -> throw MessagePackCodec.bad("map keys must be text");
    };
  }

  private int count(long count, int leastBytes, int depth) {
    if (depth <= 0) {
      throw DecodeException.of(Kind.LIMIT_EXCEEDED, "arrays and maps are nested too deeply");
    }
    if (count * leastBytes > limit - at) {
      throw truncated();
    }
    return (int) count;
  }

  private String text(long length) {
    int n = length(length);
    int from = take(n);
    return Utf8.read(b, from, n);
  }

  private Value bytes(long length) {
    int n = length(length);
    int from = take(n);
    return Value.of(Arrays.copyOfRange(b, from, from + n));
  }

  private int length(long length) {
    if (length > limit - at) {
      throw truncated();
    }
    return (int) length;
  }

  private int u8() {
    return Bytes.u8(b, take(1));
  }

  private int u16() {
    return Bytes.u16(b, take(2));
  }

  private long length32() {
    return Integer.toUnsignedLong(Bytes.i32(b, take(4)));
  }

  /** Moves on and returns where the bytes are. */
  private int take(int n) {
    if (n > limit - at) {
      throw truncated();
    }
    at += n;
    return at - n;
  }

  private static DecodeException truncated() {
    return MessagePackCodec.bad("truncated");
  }
}
