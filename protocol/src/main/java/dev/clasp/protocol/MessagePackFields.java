package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one MessagePack map as message fields. An optional field that is nil is absent.
 * Whatever has the wrong type or range is refused with the name of the field.
 *
 * @param large unsigned 64-bit integers beyond the signed range, which the values hold as floats,
 *     by identity
 * @param depth arrays and maps that may be around a value of the protocol
 */
record MessagePackFields(Map<String, Value> values, Map<Value, Long> large, int depth) {

  /** Largest integer that a float of a sender without integers shows exactly, as a power of two. */
  private static final double TWO_TO_63 = 0x1p63;

  @Nullable Value optional(String name) {
    Value value = values.get(name);
    return value instanceof Value.Null ? null : value;
  }

  Value required(String name) {
    Value value = values.get(name);
    if (value == null) {
      throw MessagePackCodec.bad("missing field " + name);
    }
    return value;
  }

  String text(String name) {
    if (required(name) instanceof Value.Text(String text)) {
      return text;
    }
    throw MessagePackCodec.bad(name + " must be text");
  }

  Optional<String> optionalText(String name) {
    return optional(name) == null ? Optional.empty() : Optional.of(text(name));
  }

  /** Unsigned 64 bits. JavaScript may send whole numbers as floats. */
  long u64(String name) {
    Value value = required(name);
    Long exact = large.get(value);
    if (exact != null) {
      return exact;
    }
    return switch (value) {
      case Value.Int(long n) when n >= 0 -> n;
      case Value.Float(double d) when d >= 0 && d < TWO_TO_63 && d == Math.rint(d) -> (long) d;
      case Value.Null _,
          Value.Bool _,
          Value.Int _,
          Value.Float _,
          Value.Text _,
          Value.Bytes _,
          Value.Array _,
          Value.Map _ ->
          throw MessagePackCodec.bad(name + " must be an integer of 0 to 2^64-1");
    };
  }

  OptionalLong optional64(String name) {
    return optional(name) == null ? OptionalLong.empty() : OptionalLong.of(u64(name));
  }

  /** An integer of 0 to {@code max}, which is below 2^63. */
  long upTo(String name, long max) {
    long n = u64(name);
    if (n < 0 || n > max) {
      throw MessagePackCodec.bad(
          name + " must be 0 to " + max + ", not " + Long.toUnsignedString(n));
    }
    return n;
  }

  int u32(String name) {
    return (int) upTo(name, 0xFFFF_FFFFL);
  }

  OptionalInt optional32(String name) {
    return optional(name) == null ? OptionalInt.empty() : OptionalInt.of(u32(name));
  }

  /** False if absent. */
  boolean flag(String name) {
    return switch (optional(name)) {
      case null -> false;
      case Value.Bool(boolean value) -> value;
      default -> throw MessagePackCodec.bad(name + " must be true or false");
    };
  }

  double number(String name) {
    return number(name, required(name));
  }

  static double number(String name, Value value) {
    return switch (value) {
      case Value.Int(long n) -> n;
      case Value.Float(double d) -> d;
      default -> throw MessagePackCodec.bad(name + " must be a number");
    };
  }

  /** A value of the protocol, checked against the depth that values may have. */
  Value value(String name) {
    Value value = required(name);
    checkDepth(value, depth);
    return value;
  }

  /** Empty if absent. */
  List<Value> list(String name) {
    return optional(name) == null ? List.of() : requiredList(name);
  }

  List<Value> requiredList(String name) {
    if (required(name) instanceof Value.Array(List<Value> list)) {
      return list;
    }
    throw MessagePackCodec.bad(name + " must be an array");
  }

  /** The maps of a list. */
  List<MessagePackFields> maps(String name, List<Value> list) {
    List<MessagePackFields> maps = new ArrayList<>(list.size());
    for (Value value : list) {
      if (value instanceof Value.Map(Map<String, Value> entries)) {
        maps.add(inner(entries));
      } else {
        throw MessagePackCodec.bad(name + " must hold maps only");
      }
    }
    return maps;
  }

  /** Empty if absent. */
  List<String> texts(String name) {
    List<Value> list = list(name);
    List<String> texts = new ArrayList<>(list.size());
    for (Value value : list) {
      if (value instanceof Value.Text(String text)) {
        texts.add(text);
      } else {
        throw MessagePackCodec.bad(name + " must hold text only");
      }
    }
    return texts;
  }

  Optional<MessagePackFields> map(String name) {
    return switch (optional(name)) {
      case null -> Optional.empty();
      case Value.Map(Map<String, Value> entries) -> Optional.of(inner(entries));
      default -> throw MessagePackCodec.bad(name + " must be a map");
    };
  }

  private MessagePackFields inner(Map<String, Value> entries) {
    return new MessagePackFields(entries, large, depth);
  }

  private static void checkDepth(Value value, int left) {
    switch (value) {
      case Value.Array(List<Value> values) -> {
        checkLeft(left);
        values.forEach(v -> checkDepth(v, left - 1));
      }
      case Value.Map(Map<String, Value> entries) -> {
        checkLeft(left);
        entries.values().forEach(v -> checkDepth(v, left - 1));
      }
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ -> {}
    }
  }

  private static void checkLeft(int left) {
    if (left <= 0) {
      throw DecodeException.of(Kind.LIMIT_EXCEEDED, "arrays and maps are nested too deeply");
    }
  }
}
