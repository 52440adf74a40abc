package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A transform of some elements of an array or members of a map; the others stay as they are. */
final class At extends Transform {

  private final Value at;
  private final List<Value> keys;
  private final Transform inner;
  private final boolean remembers;

  At(Value at, List<Value> keys, Transform inner) {
    super(TransformParser.map("type", "at", "at", at, "transform", inner.definition()), null);
    this.at = at;
    this.keys = List.copyOf(keys);
    this.inner = inner;
    this.remembers = inner.newState() != TransformState.NONE;
  }

  @Override
  public TransformState newState() {
    return remembers ? new TransformState(0) : TransformState.NONE;
  }

  @Override
  public Optional<Transform> inverse() {
    return inner.inverse().map(back -> new At(at, keys, back));
  }

  @Override
  Value run(Value value, TransformState state, Moment moment) {
    return switch (value) {
      case Value.Array(List<Value> values) -> {
        List<Value> results = new ArrayList<>(values);
        for (Value key : keys) {
          if (key instanceof Value.Int(long i) && i >= 0 && i < results.size()) {
            results.set((int) i, part(i, results.get((int) i), state, moment));
          }
        }
        yield new Value.Array(results);
      }
      case Value.Map(Map<String, Value> entries) -> {
        Map<String, Value> results = new LinkedHashMap<>(entries);
        for (Value key : keys) {
          if (key instanceof Value.Text(String name)) {
            results.computeIfPresent(name, (_, member) -> part(name, member, state, moment));
          }
        }
        yield new Value.Map(results);
      }
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ -> {
        moment.note("at: neither an array nor a map, unchanged");
        yield value;
      }
    };
  }

  private Value part(Object key, Value value, TransformState state, Moment moment) {
    TransformState part = remembers ? state.part(key, inner, moment) : TransformState.NONE;
    @Nullable Value result = part == null ? null : inner.run(value, part, moment);
    return result == null ? value : result;
  }
}
