package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Value;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Values to Java objects of a wanted type. The values come from outside: everything that does not
 * fit is refused with the place where it stands. The work is bounded by the value, whose size and
 * depth the protocol bounds.
 */
final class ValueReader {

  /** Longest excerpt of a value in a message. */
  private static final int EXCERPT = 60;

  /** It does not fit; learns on its way out where that is. */
  private static final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String path;

    Mismatch(String what, String path, @Nullable Throwable cause) {
      super(what, cause, false, false);
      this.what = what;
      this.path = path;
    }

    Mismatch in(String step) {
      return new Mismatch(what, step + path, getCause());
    }
  }

  private ValueReader() {}

  /**
   * @param name of what is wanted, for the message
   * @throws ClaspException of kind INVALID
   */
  static Object read(Value value, Type type, String name) {
    try {
      return required(value, type);
    } catch (Mismatch e) {
      throw ClaspException.of(
          Kind.INVALID,
          "the value is no " + name + ": " + (e.path.isEmpty() ? "it" : e.path) + " " + e.what,
          e.getCause());
    }
  }

  private static Object required(Value value, Type type) {
    Object object = read(value, type);
    if (object == null) {
      throw mismatch("is null");
    }
    return object;
  }

  /** Null only for the null value. */
  private static @Nullable Object read(Value value, Type type) {
    return switch (type) {
      case Class<?> c -> read(value, c);
      case ParameterizedType p -> read(value, p);
      case WildcardType w -> read(value, w.getUpperBounds()[0]);
      default -> throw unsupported(type);
    };
  }

  private static @Nullable Object read(Value value, ParameterizedType type) {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] arguments = type.getActualTypeArguments();
    if (raw == Optional.class) {
      return value instanceof Value.Null
          ? Optional.empty()
          : Optional.of(required(value, arguments[0]));
    }
    if (value instanceof Value.Null) {
      return null;
    }
    if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
      return list(value, arguments[0]);
    }
    if (raw == Set.class) {
      return Collections.unmodifiableSet(new LinkedHashSet<>(list(value, arguments[0])));
    }
    if (raw == Map.class) {
      return map(value, arguments[0], arguments[1]);
    }
    throw unsupported(type);
  }

  private static @Nullable Object read(Value value, Class<?> type) {
    if (Value.class.isAssignableFrom(type)) {
      if (!type.isInstance(value)) {
        throw mismatch("must be " + type.getSimpleName() + ", not " + excerpt(value));
      }
      return value;
    }
    if (type == Optional.class) {
      return Optional.ofNullable(Values.toObject(value));
    }
    boolean absent = value instanceof Value.Null;
    if (type == OptionalInt.class) {
      return absent ? OptionalInt.empty() : OptionalInt.of((int) integer(value, INT_MIN, INT_MAX));
    }
    if (type == OptionalLong.class) {
      return absent
          ? OptionalLong.empty()
          : OptionalLong.of(integer(value, Long.MIN_VALUE, Long.MAX_VALUE));
    }
    if (type == OptionalDouble.class) {
      return absent ? OptionalDouble.empty() : OptionalDouble.of(number(value));
    }
    return absent ? null : present(value, type);
  }

  private static final long INT_MIN = Integer.MIN_VALUE;
  private static final long INT_MAX = Integer.MAX_VALUE;

  private static Object present(Value value, Class<?> type) {
    if (type == double.class || type == Double.class) {
      return number(value);
    }
    if (type == long.class || type == Long.class) {
      return integer(value, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (type == int.class || type == Integer.class) {
      return (int) integer(value, INT_MIN, INT_MAX);
    }
    if (type == boolean.class || type == Boolean.class) {
      if (value instanceof Value.Bool(boolean bool)) {
        return bool;
      }
      throw mismatch("must be true or false, not " + excerpt(value));
    }
    if (type == String.class || type == CharSequence.class) {
      return text(value);
    }
    if (type.isRecord()) {
      return record(value, type);
    }
    if (type.isEnum()) {
      return constant(value, type);
    }
    if (type == float.class || type == Float.class) {
      return (float) number(value);
    }
    if (type == short.class || type == Short.class) {
      return (short) integer(value, Short.MIN_VALUE, Short.MAX_VALUE);
    }
    if (type == byte.class || type == Byte.class) {
      return (byte) integer(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
    if (type == char.class || type == Character.class) {
      String text = text(value);
      if (text.length() != 1) {
        throw mismatch("must be one character, not " + excerpt(value));
      }
      return text.charAt(0);
    }
    if (type == Number.class) {
      return value instanceof Value.Int(long n) ? (Object) n : (Object) number(value);
    }
    if (type == byte[].class) {
      if (value instanceof Value.Bytes bytes) {
        return bytes.value();
      }
      throw mismatch("must be bytes, not " + excerpt(value));
    }
    if (type.isArray()) {
      return array(value, type.getComponentType());
    }
    if (type.isSealed() && type.isInterface()) {
      return choice(value, type);
    }
    return other(value, type);
  }

  private static Object other(Value value, Class<?> type) {
    if (type == Object.class) {
      return java.util.Objects.requireNonNull(Values.toObject(value));
    }
    if (type == Duration.class) {
      return Duration.of(integer(value, Long.MIN_VALUE, Long.MAX_VALUE), ChronoUnit.MICROS);
    }
    if (type == Instant.class) {
      return Instant.EPOCH.plus(integer(value, Long.MIN_VALUE, Long.MAX_VALUE), ChronoUnit.MICROS);
    }
    if (type == UUID.class || type == URI.class) {
      try {
        return type == UUID.class ? UUID.fromString(text(value)) : URI.create(text(value));
      } catch (IllegalArgumentException e) {
        throw mismatch("must be a " + type.getSimpleName() + ", not " + excerpt(value));
      }
    }
    if (type == List.class || type == Collection.class || type == Iterable.class) {
      return list(value, Object.class);
    }
    if (type == Map.class) {
      return map(value, String.class, Object.class);
    }
    throw unsupported(type);
  }

  // --- the kinds ---------------------------------------------------------------------------------

  private static double number(Value value) {
    return switch (value) {
      case Value.Int(long n) -> n;
      case Value.Float(double d) -> d;
      case Value.Null _, Value.Bool _, Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ ->
          throw mismatch("must be a number, not " + excerpt(value));
    };
  }

  private static long integer(Value value, long min, long max) {
    long number =
        Values.integer(value)
            .orElseThrow(() -> mismatch("must be a whole number, not " + excerpt(value)));
    if (number < min || number > max) {
      throw mismatch("must be " + min + " to " + max + ", not " + number);
    }
    return number;
  }

  private static String text(Value value) {
    if (value instanceof Value.Text(String text)) {
      return text;
    }
    throw mismatch("must be a text, not " + excerpt(value));
  }

  private static List<Object> list(Value value, Type element) {
    List<Value> values = array(value);
    List<Object> list = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      try {
        list.add(required(values.get(i), element));
      } catch (Mismatch e) {
        throw e.in("[" + i + "]");
      }
    }
    return Collections.unmodifiableList(list);
  }

  private static Object array(Value value, Class<?> element) {
    List<Value> values = array(value);
    Object array = Array.newInstance(element, values.size());
    for (int i = 0; i < values.size(); i++) {
      try {
        Array.set(array, i, required(values.get(i), element));
      } catch (Mismatch e) {
        throw e.in("[" + i + "]");
      }
    }
    return array;
  }

  private static List<Value> array(Value value) {
    if (value instanceof Value.Array(List<Value> values)) {
      return values;
    }
    throw mismatch("must be a list, not " + excerpt(value));
  }

  private static Map<Object, Object> map(Value value, Type key, Type element) {
    Map<Object, Object> map = new LinkedHashMap<>();
    entries(value)
        .forEach((name, each) -> {
          try {
            map.put(key(name, key), required(each, element));
          } catch (Mismatch e) {
            throw e.in("." + name);
          }
        });
    return Collections.unmodifiableMap(map);
  }

  private static Object key(String name, Type type) {
    if (type instanceof Class<?> c && c.isEnum()) {
      return constant(Value.of(name), c);
    }
    if (type == String.class || type == Object.class) {
      return name;
    }
    throw unsupported(type);
  }

  private static Map<String, Value> entries(Value value) {
    if (value instanceof Value.Map(Map<String, Value> entries)) {
      return entries;
    }
    throw mismatch("must be a map, not " + excerpt(value));
  }

  private static Object record(Value value, Class<?> type) {
    Map<String, Value> entries = entries(value);
    RecordShape shape = RecordShape.of(type);
    @Nullable Object[] arguments = new @Nullable Object[shape.parts().size()];
    for (int i = 0; i < arguments.length; i++) {
      RecordShape.Part part = shape.parts().get(i);
      Value entry = entries.get(part.name());
      try {
        Object read = read(entry == null ? Value.NULL : entry, part.type());
        if (read == null && !part.nullable()) {
          throw mismatch(entry == null ? "is missing" : "is null");
        }
        if (entry == null && read instanceof Value) {
          throw mismatch("is missing");
        }
        arguments[i] = read;
      } catch (Mismatch e) {
        throw e.in("." + part.name());
      }
    }
    try {
      return shape.create(arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof Error error) {
        throw error;
      }
      throw new Mismatch("is refused by " + type.getSimpleName() + ": " + cause, "", cause);
    }
  }

  private static Object choice(Value value, Class<?> sealed) {
    Map<String, Value> entries = entries(value);
    Map<String, Class<?>> choices = RecordShape.choices(sealed);
    Value tag = entries.get(RecordShape.TYPE);
    Class<?> type = tag instanceof Value.Text(String name) ? choices.get(name) : null;
    if (type == null) {
      throw new Mismatch(
          "must be one of "
              + String.join(", ", choices.keySet())
              + (tag == null ? ", but is missing" : ", not " + excerpt(tag)),
          "." + RecordShape.TYPE,
          null);
    }
    return record(value, type);
  }

  private static Object constant(Value value, Class<?> type) {
    String text = text(value);
    String plain = plain(text);
    Object similar = null;
    List<String> names = new ArrayList<>();
    for (Object each : type.getEnumConstants()) {
      Enum<?> constant = (Enum<?>) each;
      String name = Values.nameOf(constant);
      if (name.equals(text)) {
        return constant;
      }
      if (plain(name).equals(plain)) {
        similar = constant;
      }
      names.add(name);
    }
    if (similar == null) {
      throw mismatch("must be one of " + String.join(", ", names) + ", not " + excerpt(value));
    }
    return similar;
  }

  /** Other languages write their constants in other ways. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  // --- messages ----------------------------------------------------------------------------------

  private static Mismatch mismatch(String what) {
    return new Mismatch(what, "", null);
  }

  private static Mismatch unsupported(Type type) {
    return mismatch(
        "cannot be read as "
            + type.getTypeName()
            + "; use numbers, boolean, String, enums, byte[], records, sealed interfaces of"
            + " records, Optional, List, Set, Map with text keys, Duration, Instant or Value");
  }

  static String excerpt(Value value) {
    String text =
        switch (value) {
          case Value.Null _ -> "null";
          case Value.Bool(boolean bool) -> String.valueOf(bool);
          case Value.Int(long n) -> String.valueOf(n);
          case Value.Float(double d) -> String.valueOf(d);
          case Value.Text(String t) -> "the text '" + t + "'";
          case Value.Bytes bytes -> bytes.length() + " bytes";
          case Value.Array(var values) -> "a list of " + values.size();
          case Value.Map(var entries) -> "a map of " + entries.size();
        };
    return text.length() <= EXCERPT ? text : text.substring(0, EXCERPT) + "…";
  }
}
