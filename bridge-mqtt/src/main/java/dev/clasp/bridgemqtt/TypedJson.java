package dev.clasp.bridgemqtt;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What JSON has no word for, as a map with one entry (bridges.md 2.6): {@code {"$bytes":"AQI="}},
 * {@code {"$float":"NaN"}} and likewise {@code inf} and {@code -inf}. A key that begins with {@code
 * $} gets another {@code $}. A float always has a point or an exponent, an integer never.
 */
final class TypedJson {

  private static final String BYTES = "$bytes";
  private static final String FLOAT = "$float";

  private TypedJson() {}

  /** A value that JSON can say. */
  static Value tagged(Value value) {
    return switch (value) {
      case Value.Bytes bytes ->
          Value.of(Map.of(BYTES, Value.of(Base64.getEncoder().encodeToString(bytes.value()))));
      case Value.Float(double number) when Double.isNaN(number) ->
          Value.of(Map.of(FLOAT, Value.of("NaN")));
      case Value.Float(double number) when Double.isInfinite(number) ->
          Value.of(Map.of(FLOAT, Value.of(number > 0 ? "inf" : "-inf")));
      case Value.Array(List<Value> values) ->
          Value.of(values.stream().map(TypedJson::tagged).toList());
      case Value.Map(Map<String, Value> entries) -> {
        Map<String, Value> tagged = LinkedHashMap.newLinkedHashMap(entries.size());
        entries.forEach(
            (key, each) -> tagged.put(key.startsWith("$") ? "$" + key : key, tagged(each)));
        yield Value.of(tagged);
      }
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _ -> value;
    };
  }

  /** Undoes {@link #tagged}; empty if a tag is none. */
  static Optional<Value> plain(Value value) {
    return switch (value) {
      case Value.Array(List<Value> values) -> {
        List<Value> all = new ArrayList<>(values.size());
        for (Value each : values) {
          Optional<Value> plain = plain(each);
          if (plain.isEmpty()) {
            yield Optional.empty();
          }
          all.add(plain.get());
        }
        yield Optional.of(Value.of(all));
      }
      case Value.Map(Map<String, Value> entries) -> map(entries);
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ ->
          Optional.of(value);
    };
  }

  private static Optional<Value> map(Map<String, Value> entries) {
    if (entries.size() == 1) {
      if (entries.get(BYTES) instanceof Value.Text(String base64)) {
        try {
          return Optional.of(Value.of(Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException e) {
          return Optional.empty();
        }
      }
      if (entries.get(FLOAT) instanceof Value.Text(String name)) {
        return switch (name) {
          case "NaN" -> Optional.of(Value.of(Double.NaN));
          case "inf" -> Optional.of(Value.of(Double.POSITIVE_INFINITY));
          case "-inf" -> Optional.of(Value.of(Double.NEGATIVE_INFINITY));
          default -> Optional.empty();
        };
      }
    }
    Map<String, Value> all = LinkedHashMap.newLinkedHashMap(entries.size());
    for (Map.Entry<String, Value> entry : entries.entrySet()) {
      Optional<Value> plain = plain(entry.getValue());
      if (plain.isEmpty()) {
        return Optional.empty();
      }
      String key = entry.getKey();
      all.put(key.startsWith("$$") ? key.substring(1) : key, plain.get());
    }
    return Optional.of(Value.of(all));
  }
}
