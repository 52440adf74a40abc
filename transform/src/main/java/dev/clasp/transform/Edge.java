package dev.clasp.transform;

import dev.clasp.protocol.Value;
import org.jspecify.annotations.Nullable;

/** 1.0 when a number or boolean passes the threshold, and nothing the rest of the time. */
final class Edge extends Transform {

  private final double threshold;
  private final boolean rise;
  private final boolean fall;

  Edge(Value definition, double threshold, boolean rise, boolean fall) {
    super(definition, null);
    this.threshold = threshold;
    this.rise = rise;
    this.fall = fall;
  }

  @Override
  public TransformState newState() {
    return new TransformState(0);
  }

  @Override
  @Nullable Value run(Value value, TransformState state, Moment moment) {
    double x = value instanceof Value.Bool(boolean on) ? (on ? 1 : 0) : Numbers.of(value);
    if (Double.isNaN(x)) {
      return null;
    }
    boolean above = value instanceof Value.Bool(boolean on) ? on : x > threshold;
    boolean before = state.started && state.last == 1;
    // The first value rises if it is above; it cannot fall.
    boolean passed = above ? !before && rise : before && fall;
    state.started = true;
    state.last = above ? 1 : 0;
    return passed ? Value.of(above ? 1.0 : 0.0) : null;
  }
}
