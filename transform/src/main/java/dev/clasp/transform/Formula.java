package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A formula over one number that remembers nothing; the result is a float. */
final class Formula extends NumberTransform {

  private final DoubleUnaryOperator formula;

  Formula(Value definition, DoubleUnaryOperator formula, @Nullable Value inverse) {
    super(definition, inverse);
    this.formula = formula;
  }

  @Override
  Value number(Value value, double x, TransformState state, Moment moment) {
    return real(value, x, formula.applyAsDouble(x), moment);
  }
}
