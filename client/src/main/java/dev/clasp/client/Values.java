package dev.clasp.client;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Java objects to CLASP values and back. */
public final class Values {

  /** Deeper ones cannot be sent. */
  private static final int MAX_DEPTH = 64;

  private Values() {}

  /**
   * The value for an object: null, {@link Boolean}, integers up to 64 bits, {@link Float} and
   * {@link Double}, {@link CharSequence}, {@link Character}, {@code byte[]}, {@code double[]},
   * {@code float[]}, {@code int[]}, {@code long[]}, {@link Iterable}, {@code Object[]}, {@link Map}
   * with text keys, enums (as their name), or a value already.
   *
   * @throws ClaspException of kind INVALID: another class, or nested deeper than 64
   */
  public static Value of(@Nullable Object object) {
    return of(object, 0);
  }

  private static Value of(@Nullable Object object, int depth) {
    if (depth > MAX_DEPTH) {
      throw new ClaspException(
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
      case Enum<?> constant -> Value.of(constant.name());
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
            throw new ClaspException(
                ClaspException.Kind.INVALID, "the keys of a map value must be text, not " + key);
          }
          entries.put(
              key instanceof Enum<?> constant ? constant.name() : key.toString(),
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
          throw new ClaspException(
              ClaspException.Kind.INVALID,
              "there is no CLASP value for a "
                  + object.getClass().getName()
                  + "; use null, boolean, number, text, byte[], list or map");
    };
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
