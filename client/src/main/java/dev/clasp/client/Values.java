package dev.clasp.client;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Java objects to CLASP values and back. Thread-safe.
 *
 * {@snippet :
 * record Position(double x, double y, Optional<String> label) {}
 *
 * client.set("/spot/1/position", new Position(0.5, 0.2, Optional.empty())); // {"x": 0.5, "y": 0.2}
 * Position position = client.blocking().get("/spot/1/position").orElseThrow().as(Position.class);
 * }
 *
 * <p><b>Records are maps</b>, an entry for each component, under its name or that of {@link Named}.
 * An empty Optional is left out. Reading ignores entries that the record does not have, and refuses
 * a missing one unless its component is an Optional or annotated as {@code Nullable}. What the
 * constructor of the record throws is a refusal too. Generic records are not supported.
 *
 * <p><b>Sealed interfaces</b> whose implementations are records: each has an entry {@code type}
 * with the simple name of the record, or that of {@link Named}.
 *
 * <p><b>Enums are texts</b>: the name of the constant, or that of {@link Named}. Reading also takes
 * it in other letter case, and with hyphens for underscores.
 *
 * <p><b>Numbers.</b> Whole numbers become ints, others floats. Reading takes a whole float for an
 * int, since JavaScript knows no other numbers, and refuses what does not fit the Java type. {@link
 * java.time.Duration} and {@link java.time.Instant} are whole microseconds, the latter since 1970;
 * {@link java.util.UUID} and {@link java.net.URI} are texts.
 */
public final class Values {

  /** Deeper ones cannot be sent. */
  private static final int MAX_DEPTH = 64;

  private Values() {}

  /**
   * The value for an object: null, {@link Boolean}, integers up to 64 bits, {@link Float} and
   * {@link Double}, {@link CharSequence}, {@link Character}, {@code byte[]}, {@code double[]},
   * {@code float[]}, {@code int[]}, {@code long[]}, {@link Iterable}, {@code Object[]}, {@link Map}
   * with text keys, enums, records, {@link java.util.Optional} and its kin, {@link
   * java.time.Duration}, {@link java.time.Instant}, {@link java.util.UUID}, {@link java.net.URI},
   * or a value already.
   *
   * @throws ClaspException of kind INVALID: another class, or nested deeper than 64
   */
  public static Value of(@Nullable Object object) {
    return of(object, 0);
  }

  private static Value of(@Nullable Object object, int depth) {
    if (depth > MAX_DEPTH) {
      throw ClaspException.of(
          ClaspException.Kind.INVALID,
          "the value is nested deeper than " + MAX_DEPTH + " levels, or contains itself");
    }
    return switch (object) {
      case null -> Value.NULL;
      case Value value -> value;
      case Boolean bool -> Value.of(bool.booleanValue());
      case Long number -> Value.of(number.longValue());
      case Integer number -> Value.of(number.longValue());
      case Short number -> Value.of(number.longValue());
      case Byte number -> Value.of(number.longValue());
      case Double number -> Value.of(number.doubleValue());
      case Float number -> Value.of(number.doubleValue());
      case CharSequence text -> Value.of(text.toString());
      case Character character -> Value.of(character.toString());
      case Enum<?> constant -> Value.of(nameOf(constant));
      case Record record -> record(record, depth);
      case java.util.Optional<?> optional -> of(optional.orElse(null), depth);
      case OptionalDouble number ->
          number.isPresent() ? Value.of(number.getAsDouble()) : Value.NULL;
      case OptionalLong number -> number.isPresent() ? Value.of(number.getAsLong()) : Value.NULL;
      case java.util.OptionalInt number ->
          number.isPresent() ? Value.of((long) number.getAsInt()) : Value.NULL;
      case java.time.Duration duration -> Value.of(micros(duration));
      case java.time.Instant instant ->
          Value.of(micros(java.time.Duration.between(java.time.Instant.EPOCH, instant)));
      case java.util.UUID uuid -> Value.of(uuid.toString());
      case java.net.URI uri -> Value.of(uri.toString());
      case byte[] bytes -> Value.of(bytes);
      case double[] numbers -> {
        List<Value> values = new ArrayList<>(numbers.length);
        for (double number : numbers) {
          values.add(Value.of(number));
        }
        yield Value.of(values);
      }
      case float[] numbers -> {
        List<Value> values = new ArrayList<>(numbers.length);
        for (float number : numbers) {
          values.add(Value.of((double) number));
        }
        yield Value.of(values);
      }
      case long[] numbers -> {
        List<Value> values = new ArrayList<>(numbers.length);
        for (long number : numbers) {
          values.add(Value.of(number));
        }
        yield Value.of(values);
      }
      case int[] numbers -> {
        List<Value> values = new ArrayList<>(numbers.length);
        for (int number : numbers) {
          values.add(Value.of((long) number));
        }
        yield Value.of(values);
      }
      case Object[] objects -> {
        List<Value> values = new ArrayList<>(objects.length);
        for (Object each : objects) {
          values.add(of(each, depth + 1));
        }
        yield Value.of(values);
      }
      case Map<?, ?> map -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        map.forEach((key, value) -> {
          if (!(key instanceof CharSequence || key instanceof Enum<?>)) {
            throw ClaspException.of(
                ClaspException.Kind.INVALID, "the keys of a map value must be text, not " + key);
          }
          entries.put(
              key instanceof Enum<?> constant ? nameOf(constant) : key.toString(),
              of(value, depth + 1));
        });
        yield Value.of(entries);
      }
      case Iterable<?> objects -> {
        List<Value> values = new ArrayList<>();
        for (Object each : objects) {
          values.add(of(each, depth + 1));
        }
        yield Value.of(values);
      }
      default ->
          throw ClaspException.of(
              ClaspException.Kind.INVALID,
              "there is no CLASP value for a "
                  + object.getClass().getName()
                  + "; use null, boolean, number, text, byte[], enum, record, list or map");
    };
  }

  private static Value record(Record record, int depth) {
    RecordShape shape = RecordShape.of(record.getClass());
    Map<String, Value> entries = new LinkedHashMap<>();
    shape.tag().ifPresent(tag -> entries.put(RecordShape.TYPE, Value.of(tag)));
    for (RecordShape.Part part : shape.parts()) {
      Object component = RecordShape.read(part, record);
      boolean left =
          switch (component) {
            case java.util.Optional<?> optional -> optional.isEmpty();
            case OptionalDouble optional -> optional.isEmpty();
            case OptionalLong optional -> optional.isEmpty();
            case java.util.OptionalInt optional -> optional.isEmpty();
            case null, default -> false;
          };
      if (!left) {
        entries.put(part.name(), of(component, depth + 1));
      }
    }
    return Value.of(entries);
  }

  /** Rounded down. */
  private static long micros(java.time.Duration duration) {
    try {
      return Math.addExact(
          Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1000);
    } catch (ArithmeticException e) {
      throw ClaspException.of(
          ClaspException.Kind.INVALID, duration + " has more microseconds than an int can hold", e);
    }
  }

  /** What a constant is called in values. */
  static String nameOf(Enum<?> constant) {
    try {
      Named named =
          constant.getDeclaringClass().getField(constant.name()).getAnnotation(Named.class);
      return named == null ? constant.name() : named.value();
    } catch (NoSuchFieldException e) {
      return constant.name();
    }
  }

  /**
   * The value as an object of this class: a number type, boolean, {@link String}, {@code byte[]},
   * an enum, a record, a sealed interface of records, or an array of these; see {@link Values}.
   *
   * @throws ClaspException of kind INVALID: it is something else; the message says what, and where
   *     in the value
   */
  public static <T> T as(Value value, Class<T> type) {
    return boxed(type).cast(ValueReader.read(value, type, type.getSimpleName()));
  }

  /**
   * A list value as an unmodifiable list of objects of this class.
   *
   * @throws ClaspException as {@link #as}
   */
  public static <T> List<T> listOf(Value value, Class<T> element) {
    if (!(value instanceof Value.Array(var values))) {
      throw ClaspException.of(
          ClaspException.Kind.INVALID,
          "the value must be a list, not " + ValueReader.excerpt(value));
    }
    List<T> list = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      list.add(
          boxed(element)
              .cast(
                  ValueReader.read(
                      values.get(i), element, element.getSimpleName() + " at [" + i + "]")));
    }
    return java.util.Collections.unmodifiableList(list);
  }

  /**
   * A map value as an unmodifiable map to objects of this class.
   *
   * @throws ClaspException as {@link #as}
   */
  public static <T> Map<String, T> mapOf(Value value, Class<T> element) {
    if (!(value instanceof Value.Map(var entries))) {
      throw ClaspException.of(
          ClaspException.Kind.INVALID,
          "the value must be a map, not " + ValueReader.excerpt(value));
    }
    Map<String, T> map = new LinkedHashMap<>();
    entries.forEach((key, each) ->
        map.put(
            key,
            boxed(element)
                .cast(ValueReader.read(each, element, element.getSimpleName() + " at ." + key))));
    return java.util.Collections.unmodifiableMap(map);
  }

  @SuppressWarnings("unchecked") // A primitive class and its box have the same type parameter.
  private static <T> Class<T> boxed(Class<T> type) {
    return (Class<T>) java.lang.invoke.MethodType.methodType(type).wrap().returnType();
  }

  /**
   * Do two values mean the same? As {@code equals}, but an int and a float of the same number are
   * one value: what JavaScript has written comes back as a float.
   */
  public static boolean same(Value a, Value b) {
    return switch (a) {
      case Value.Int(long x) when b instanceof Value.Float(double y) -> isSame(x, y);
      case Value.Float(double x) when b instanceof Value.Int(long y) -> isSame(y, x);
      case Value.Float(double x) when b instanceof Value.Float(double y) ->
          x == y || Double.compare(x, y) == 0;
      case Value.Array(var x) when b instanceof Value.Array(var y) -> {
        boolean same = x.size() == y.size();
        for (int i = 0; same && i < x.size(); i++) {
          same = same(x.get(i), y.get(i));
        }
        yield same;
      }
      case Value.Map(var x) when b instanceof Value.Map(var y) -> {
        boolean same = x.size() == y.size();
        for (Map.Entry<String, Value> entry : x.entrySet()) {
          Value other = y.get(entry.getKey());
          same = same && other != null && same(entry.getValue(), other);
        }
        yield same;
      }
      case Value.Null _,
          Value.Bool _,
          Value.Int _,
          Value.Float _,
          Value.Text _,
          Value.Bytes _,
          Value.Array _,
          Value.Map _ ->
          a.equals(b);
    };
  }

  /** Exact, also beyond 2^53. */
  private static boolean isSame(long x, double y) {
    return y >= -0x1p63 && y < 0x1p63 && (long) y == x && (double) x == y;
  }

  /**
   * The plain Java object of a value: null, {@link Boolean}, {@link Long}, {@link Double}, {@link
   * String}, {@code byte[]}, {@link List} or {@link Map}, the latter two unmodifiable with plain
   * objects inside.
   */
  public static @Nullable Object toObject(Value value) {
    return switch (value) {
      case Value.Null _ -> null;
      case Value.Bool(boolean bool) -> bool;
      case Value.Int(long number) -> number;
      case Value.Float(double number) -> number;
      case Value.Text(String text) -> text;
      case Value.Bytes bytes -> bytes.value();
      case Value.Array(var values) -> {
        List<@Nullable Object> list = new ArrayList<>(values.size());
        for (Value each : values) {
          list.add(toObject(each));
        }
        yield java.util.Collections.unmodifiableList(list);
      }
      case Value.Map(var entries) -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        entries.forEach((key, each) -> map.put(key, toObject(each)));
        yield java.util.Collections.unmodifiableMap(map);
      }
    };
  }

  /** An int or float as a double, a bool as 0 or 1; empty for everything else. */
  public static OptionalDouble number(Value value) {
    return switch (value) {
      case Value.Int(long number) -> OptionalDouble.of(number);
      case Value.Float(double number) -> OptionalDouble.of(number);
      case Value.Bool(boolean bool) -> OptionalDouble.of(bool ? 1 : 0);
      case Value.Null _, Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ ->
          OptionalDouble.empty();
    };
  }

  /**
   * An int, or a float that is a whole number of at most 2^53 (JavaScript sends all numbers as
   * floats); empty for everything else.
   */
  public static OptionalLong integer(Value value) {
    return switch (value) {
      case Value.Int(long number) -> OptionalLong.of(number);
      case Value.Float(double number)
          when number == Math.rint(number) && Math.abs(number) <= 0x1p53 ->
          OptionalLong.of((long) number);
      case Value.Null _,
          Value.Bool _,
          Value.Float _,
          Value.Text _,
          Value.Bytes _,
          Value.Array _,
          Value.Map _ ->
          OptionalLong.empty();
    };
  }
}
