package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One after the other, each with a state of its own. */
final class Chain extends Transform {

  private final Transform[] parts;
  private final boolean remembers;

  Chain(List<Transform> parts) {
    super(definition(parts), null);
    this.parts = parts.toArray(Transform[]::new);
    this.remembers = parts.stream().anyMatch(part -> part.newState() != TransformState.NONE);
  }

  private static Value definition(List<Transform> parts) {
    return TransformParser.map(
        "type",
        "chain",
        "transforms",
        new Value.Array(parts.stream().map(Transform::definition).toList()));
  }

  @Override
  public TransformState newState() {
    if (!remembers) {
      return TransformState.NONE;
    }
    TransformState state = new TransformState(parts.length);
    for (int i = 0; i < parts.length; i++) {
      state.child(i, parts[i].newState());
    }
    return state;
  }

  @Override
  @Nullable Value run(Value value, TransformState state, Moment moment) {
    Value current = value;
    for (int i = 0; i < parts.length; i++) {
      Transform part = parts[i];
      Value next = part.run(current, remembers ? state.child(i) : state, moment);
      if (moment.explaining() && !(part instanceof Chain)) {
        moment.stage(new MappingStep.Stage(part.type(), Optional.ofNullable(next)));
      }
      if (next == null) {
        return null;
      }
      current = next;
    }
    return current;
  }

  @Override
  public Optional<Transform> inverse() {
    List<Transform> back = new ArrayList<>();
    for (int i = parts.length - 1; i >= 0; i--) {
      Optional<Transform> inverse = parts[i].inverse();
      if (inverse.isEmpty()) {
        return Optional.empty();
      }
      back.add(inverse.get());
    }
    return Optional.of(new Chain(back));
  }

  /** The first that has no way back; null if all have one. */
  @Nullable Transform oneWay() {
    for (Transform part : parts) {
      if (part instanceof Chain chain) {
        Transform inner = chain.oneWay();
        if (inner != null) {
          return inner;
        }
      } else if (part.inverse().isEmpty()) {
        return part;
      }
    }
    return null;
  }
}
