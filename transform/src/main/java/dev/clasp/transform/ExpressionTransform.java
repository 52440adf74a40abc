package dev.clasp.transform;

import dev.clasp.protocol.Value;
import org.jspecify.annotations.Nullable;

/** The result of an expression; the value itself where there is none. */
final class ExpressionTransform extends Transform {

  private final Expression expression;
  private final boolean strict;

  ExpressionTransform(Value definition, Expression expression) {
    super(definition, null);
    this.expression = expression;
    this.strict =
        definition instanceof Value.Map map
            && Value.of(TransformParser.STRICT).equals(map.entries().get("dialect"));
  }

  @Override
  public TransformState newState() {
    return expression.usesState() ? new TransformState(0) : TransformState.NONE;
  }

  @Override
  Value run(Value value, TransformState state, Moment moment) {
    Registers r = moment.registers;
    r.input = value;
    r.captures = moment.captures;
    r.index = moment.index;
    if (state != TransformState.NONE) {
      if (!state.started) {
        state.firstNanos = moment.nanos;
        state.kept = value;
      }
      r.previous = state.kept;
      r.seconds = (moment.nanos - state.firstNanos) / 1e9;
      r.elapsed = Filter.elapsed(state, moment);
    }
    Value result = result(value, expression.eval(r), r, moment);
    if (state != TransformState.NONE) {
      state.started = true;
      state.nanos = moment.nanos;
      state.kept = result;
    }
    return result;
  }

  private Value result(Value value, int kind, Registers r, Moment moment) {
    @Nullable String why = null;
    if (kind == Registers.ERROR) {
      why = r.error;
    } else if (kind == Registers.EMPTY || kind == Registers.TUPLE) {
      why = "the result is " + Registers.nameOf(kind);
    } else if (strict && kind == Registers.OTHER) {
      why = "the result is no number, boolean or string";
    } else if (kind == Registers.FLOAT && !Double.isFinite(r.number)) {
      double x = Numbers.of(value);
      if (Double.isFinite(x) || !Numbers.is(value)) {
        why = "the result is not finite";
      }
    }
    if (why != null) {
      if (moment.explaining()) {
        moment.note("expression: " + why + ", unchanged");
      }
      return value;
    }
    @Nullable Value result = r.value(kind);
    return result == null ? value : result;
  }
}
