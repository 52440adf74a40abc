package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;

/** What a JSON path finds: null for nothing, the value itself for one, an array for several. */
final class PathTransform extends Transform {

  private final JsonPath path;

  PathTransform(Value definition, JsonPath path) {
    super(definition, null);
    this.path = path;
  }

  @Override
  Value run(Value value, TransformState state, Moment moment) {
    List<Value> found = path.find(value);
    return switch (found.size()) {
      case 0 -> Value.NULL;
      case 1 -> found.getFirst();
      default -> new Value.Array(found);
    };
  }
}
