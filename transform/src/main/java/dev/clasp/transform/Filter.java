package dev.clasp.transform;

import dev.clasp.protocol.Value;
import org.jspecify.annotations.Nullable;

/** A formula over a number and what was before it; the result is a float. */
final class Filter extends NumberTransform {

  /** Reads and writes the state; {@link TransformState#started} is set afterwards. */
  interface Step {
    double next(double x, TransformState state, Moment moment);
  }

  private final Step step;

  Filter(Value definition, Step step, @Nullable Value inverse) {
    super(definition, inverse);
    this.step = step;
  }

  @Override
  public TransformState newState() {
    return new TransformState(0);
  }

  /** What is not finite would stay in the memory for good, so it passes by. */
  @Override
  Value number(Value value, double x, TransformState state, Moment moment) {
    if (!Double.isFinite(x)) {
      return value;
    }
    if (!state.started) {
      state.firstNanos = moment.nanos;
    }
    double y = step.next(x, state, moment);
    if (!Double.isFinite(y)) {
      state.clear();
    } else {
      state.started = true;
      state.nanos = moment.nanos;
    }
    return real(value, x, y, moment);
  }

  /** Seconds since the value before; 0 for the first. */
  static double elapsed(TransformState state, Moment moment) {
    return state.started ? Math.max(0, (moment.nanos - state.nanos) / 1e9) : 0;
  }
}
