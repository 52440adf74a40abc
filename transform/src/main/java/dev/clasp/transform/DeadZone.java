package dev.clasp.transform;

import dev.clasp.protocol.Value;

/** Values in the zone are 0.0; those outside stay as they are, also in kind. */
final class DeadZone extends NumberTransform {

  private final double min;
  private final double max;
  private final boolean inclusive;

  DeadZone(Value definition, double min, double max, boolean inclusive) {
    super(definition, null);
    this.min = min;
    this.max = max;
    this.inclusive = inclusive;
  }

  @Override
  Value number(Value value, double x, TransformState state, Moment moment) {
    boolean inside = inclusive ? x >= min && x <= max : x > min && x < max;
    return inside ? Value.of(0.0) : value;
  }
}
