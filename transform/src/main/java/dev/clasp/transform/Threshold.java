package dev.clasp.transform;

import dev.clasp.protocol.Value;

/**
 * On or off. With a hysteresis, what is on goes off only when the value is as far on the other
 * side.
 */
final class Threshold extends NumberTransform {

  private static final double TOLERANCE = 0.001;

  private final double value;
  private final String mode;
  private final double hysteresis;
  private final boolean bool;

  Threshold(Value definition, double value, String mode, double hysteresis, boolean bool) {
    super(definition, null);
    this.value = value;
    this.mode = mode;
    this.hysteresis = hysteresis;
    this.bool = bool;
  }

  @Override
  public TransformState newState() {
    return hysteresis > 0 ? new TransformState(0) : TransformState.NONE;
  }

  @Override
  Value number(Value given, double x, TransformState state, Moment moment) {
    double slack = hysteresis > 0 && state.last == 1 ? hysteresis : 0;
    boolean on =
        switch (mode) {
          case "above" -> x > value - slack;
          case "at_least" -> x >= value - slack;
          case "below" -> x < value + slack;
          default -> Math.abs(x - value) < TOLERANCE + slack;
        };
    if (hysteresis > 0) {
      state.last = on ? 1 : 0;
    }
    return bool ? Value.of(on) : Value.of(on ? 1.0 : 0.0);
  }
}
