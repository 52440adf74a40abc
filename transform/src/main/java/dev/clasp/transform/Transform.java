package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a value (bridges.md 15): a pure function of the value, the time and a state that
 * the caller holds. Immutable and thread-safe.
 *
 * <p>Transforms of numbers work on each element of an array and each member of a map; what is no
 * number passes unchanged. From a finite number comes never a NaN or an infinity: where a formula
 * has no result, the value passes unchanged.
 */
public abstract class Transform {

  private final Value definition;
  private final @Nullable Value inverse;

  /** Only this package has kinds of transforms. */
  Transform(Value definition, @Nullable Value inverse) {
    this.definition = definition;
    this.inverse = inverse;
  }

  /**
   * Reads a transform: a map with {@code type} and its parameters, the type alone, a list of
   * transforms one after the other, or a text that begins with {@code =} and is an expression.
   *
   * @throws MappingException says what is wrong and where
   */
  public static Transform parse(Value definition) {
    return TransformParser.parse(definition, "", List.of());
  }

  /**
   * The curves that have a name.
   *
   * @param steps into which 0 to 1 is divided, 1 to 1024
   */
  public static List<CurveShape> curves(int steps) {
    return Curve.shapes(Math.clamp(steps, 1, 1024));
  }

  /** As a map with {@code type}; {@link #parse} takes it. */
  public final Value definition() {
    return definition;
  }

  /** Its name in a definition, for example {@code scale}. */
  public final String type() {
    return definition instanceof Value.Map map
            && map.entries().get("type") instanceof Value.Text(String type)
        ? type
        : "";
  }

  /** Begins with nothing remembered. */
  public TransformState newState() {
    return TransformState.NONE;
  }

  /**
   * Transforms a value.
   *
   * @param state from {@link #newState} of this transform, for one address
   * @param nanos monotonic time
   * @return empty if the value goes nowhere
   */
  public final Optional<Value> apply(Value value, TransformState state, long nanos) {
    Moment moment = new Moment();
    moment.nanos = nanos;
    return Optional.ofNullable(run(value, state, moment));
  }

  /**
   * What takes the values back, if there is something. Where the way there loses a part of the
   * value (rounding, limits), it is lost.
   */
  public Optional<Transform> inverse() {
    return inverse == null ? Optional.empty() : Optional.of(parse(inverse));
  }

  /** Null drops the value. */
  abstract @Nullable Value run(Value value, TransformState state, Moment moment);

  /** Those are equal that have the same definition. */
  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof Transform transform && definition.equals(transform.definition);
  }

  @Override
  public final int hashCode() {
    return definition.hashCode();
  }

  @Override
  public final String toString() {
    return type();
  }
}
