package dev.clasp.transform;

import dev.clasp.protocol.Value;

/** Truncates towards zero; beyond 64 bits the largest and smallest, NaN is 0. */
final class ToInt extends NumberTransform {

  ToInt(Value definition) {
    super(definition, TransformParser.map("type", "identity"));
  }

  @Override
  Value number(Value value, double x, TransformState state, Moment moment) {
    return value instanceof Value.Int ? value : Value.of((long) x);
  }
}
