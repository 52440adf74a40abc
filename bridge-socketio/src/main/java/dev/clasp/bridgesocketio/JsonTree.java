package dev.clasp.bridgesocketio;

import dev.clasp.protocol.Value;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.json.JSONArray;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;

/** Values as the objects that the library for clients has for JSON with bytes in it, and back. */
final class JsonTree {

  /** Deeper ones cannot be sent (wire.md 8). */
  private static final int MAX_DEPTH = 64;

  private JsonTree() {}

  /**
   * The value of an argument.
   *
   * @throws IllegalArgumentException it is too deep, or of no kind that JSON has
   */
  static Value value(@Nullable Object object) {
    return value(object, 0);
  }

  private static Value value(@Nullable Object object, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("more than " + MAX_DEPTH + " levels");
    }
    return switch (object) {
      case null -> Value.NULL;
      case Boolean bool -> Value.of((boolean) bool);
      case Integer number -> Value.of(number.longValue());
      case Long number -> Value.of((long) number);
      case BigInteger number ->
          number.bitLength() < 64 ? Value.of(number.longValue()) : Value.of(number.doubleValue());
      case Number number -> Value.of(number.doubleValue());
      case String text -> Value.of(text);
      case byte[] bytes -> new Value.Bytes(bytes);
      case JSONArray array -> {
        List<Value> values = new ArrayList<>(array.length());
        for (Object item : array) {
          values.add(value(item, depth + 1));
        }
        yield Value.of(values);
      }
      case JSONObject map -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        for (String key : map.keySet()) {
          entries.put(key, value(map.get(key), depth + 1));
        }
        yield Value.of(entries);
      }
      default -> {
        if (JSONObject.NULL.equals(object)) {
          yield Value.NULL;
        }
        throw new IllegalArgumentException("a " + object.getClass().getSimpleName());
      }
    };
  }

  static Object object(Value value) {
    return switch (value) {
      case Value.Null _ -> JSONObject.NULL;
      case Value.Bool(boolean bool) -> bool;
      case Value.Int(long number) -> number;
      case Value.Float(double number) -> Double.isFinite(number) ? number : JSONObject.NULL;
      case Value.Text(String text) -> text;
      case Value.Bytes bytes -> bytes.value();
      case Value.Array(var values) -> {
        JSONArray array = new JSONArray();
        values.forEach(each -> array.put(object(each)));
        yield array;
      }
      case Value.Map(var entries) -> {
        JSONObject map = new JSONObject();
        entries.forEach((key, each) -> map.put(key, object(each)));
        yield map;
      }
    };
  }
}
