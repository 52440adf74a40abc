package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A transform of each element of an array and each member of a map, with {@code i} for its place.
 * An element that is dropped stays as it was.
 */
final class Each extends Transform {

  private final Transform inner;
  private final boolean remembers;

  Each(Transform inner) {
    super(TransformParser.map("type", "each", "transform", inner.definition()), null);
    this.inner = inner;
    this.remembers = inner.newState() != TransformState.NONE;
  }

  @Override
  public TransformState newState() {
    return remembers ? new TransformState(0) : TransformState.NONE;
  }

  @Override
  public Optional<Transform> inverse() {
    return inner.inverse().map(Each::new);
  }

  @Override
  Value run(Value value, TransformState state, Moment moment) {
    int before = moment.index;
    Value result =
        switch (value) {
          case Value.Array(List<Value> values) -> {
            List<Value> results = new ArrayList<>(values.size());
            for (int i = 0; i < values.size(); i++) {
              moment.index = i;
              results.add(part(i, values.get(i), state, moment));
            }
            yield new Value.Array(results);
          }
          case Value.Map(Map<String, Value> entries) -> {
            Map<String, Value> results = new LinkedHashMap<>();
            moment.index = 0;
            for (Map.Entry<String, Value> entry : entries.entrySet()) {
              results.put(entry.getKey(), part(entry.getKey(), entry.getValue(), state, moment));
              moment.index++;
            }
            yield new Value.Map(results);
          }
          case Value.Null _,
              Value.Bool _,
              Value.Int _,
              Value.Float _,
              Value.Text _,
              Value.Bytes _ ->
              part(-1, value, state, moment);
        };
    moment.index = before;
    return result;
  }

  private Value part(Object key, Value value, TransformState state, Moment moment) {
    TransformState part = remembers ? state.part(key, inner, moment) : TransformState.NONE;
    if (part == null) {
      moment.note("each: too many elements to remember, unchanged");
      return value;
    }
    @Nullable Value result = inner.run(value, part, moment);
    return result == null ? value : result;
  }
}
