package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A transform of numbers; arrays and maps are transformed part by part. */
abstract class NumberTransform extends Transform {

  NumberTransform(Value definition, @Nullable Value inverse) {
    super(definition, inverse);
  }

  /**
   * One number.
   *
   * @param value the same as it came
   */
  abstract Value number(Value value, double x, TransformState state, Moment moment);

  @Override
  final Value run(Value value, TransformState state, Moment moment) {
    return switch (value) {
      case Value.Float(double x) -> number(value, x, state, moment);
      case Value.Int(long x) -> number(value, x, state, moment);
      case Value.Array(List<Value> values) -> array(values, state, moment);
      case Value.Map(Map<String, Value> entries) -> map(entries, state, moment);
      case Value.Null _, Value.Bool _, Value.Text _, Value.Bytes _ -> {
        if (moment.explaining()) {
          moment.note(type() + ": not a number, unchanged");
        }
        yield value;
      }
    };
  }

  // Values are at most 64 deep (wire.md 8), and so is this.
  private Value array(List<Value> values, TransformState state, Moment moment) {
    List<Value> results = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      results.add(part(i, values.get(i), state, moment));
    }
    return new Value.Array(results);
  }

  private Value map(Map<String, Value> entries, TransformState state, Moment moment) {
    Map<String, Value> results = new LinkedHashMap<>();
    for (Map.Entry<String, Value> entry : entries.entrySet()) {
      results.put(entry.getKey(), part(entry.getKey(), entry.getValue(), state, moment));
    }
    return new Value.Map(results);
  }

  private Value part(Object key, Value value, TransformState state, Moment moment) {
    if (state == TransformState.NONE) {
      return run(value, state, moment);
    }
    TransformState part = state.part(key, this, moment);
    if (part == null) {
      moment.note(type() + ": too many elements to remember, unchanged");
      return value;
    }
    return run(value, part, moment);
  }

  /** The result as a float; from a finite number nothing that is not. */
  final Value real(Value value, double x, double result, Moment moment) {
    if (!Double.isFinite(result) && Double.isFinite(x)) {
      if (moment.explaining()) {
        moment.note(type() + ": no finite result for " + Numbers.text(x) + ", unchanged");
      }
      return value;
    }
    return Value.of(result);
  }
}
