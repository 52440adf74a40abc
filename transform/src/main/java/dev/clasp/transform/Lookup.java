package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A table from the text of a value to another value. */
final class Lookup extends Transform {

  private final Map<String, Value> table;
  private final @Nullable Value otherwise;

  Lookup(Value definition, Map<String, Value> table, @Nullable Value otherwise) {
    super(definition, null);
    this.table = table;
    this.otherwise = otherwise;
  }

  @Override
  Value run(Value value, TransformState state, Moment moment) {
    String key = key(value);
    Value found = key == null ? null : table.get(key);
    if (found != null) {
      return found;
    }
    if (moment.explaining()) {
      moment.note("lookup: " + Fields.shown(value) + " is not in the table");
    }
    return otherwise == null ? value : otherwise;
  }

  /** Null for what has no key. */
  private static @Nullable String key(Value value) {
    return switch (value) {
      case Value.Int(long x) -> Long.toString(x);
      case Value.Float(double x) -> Numbers.text(x);
      case Value.Text(String x) -> x;
      case Value.Bool(boolean x) -> Boolean.toString(x);
      case Value.Null _, Value.Bytes _, Value.Array _, Value.Map _ -> null;
    };
  }

  /**
   * If no two keys lead to the same: the table read backwards. Keys that are numbers give numbers.
   */
  @Override
  public Optional<Transform> inverse() {
    Map<String, Value> back = new LinkedHashMap<>();
    boolean numbers = table.keySet().stream().allMatch(key -> !Double.isNaN(Numbers.parse(key)));
    boolean bools = List.of("true", "false").containsAll(table.keySet());
    for (Map.Entry<String, Value> entry : table.entrySet()) {
      String key = key(entry.getValue());
      String text = entry.getKey();
      Value value =
          bools
              ? Value.of(text.equals("true"))
              : !numbers
                  ? Value.of(text)
                  : Numbers.isWhole(text)
                      ? Value.of(Long.parseLong(text))
                      : Value.of(Numbers.parse(text));
      if (key == null || back.put(key, value) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(
        Transform.parse(TransformParser.map("type", "lookup", "table", new Value.Map(back))));
  }
}
