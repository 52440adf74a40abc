package dev.clasp.transform;

import dev.clasp.protocol.Value;
import org.jspecify.annotations.Nullable;

/** One of two transforms. */
final class Conditional extends Transform {

  private final Condition condition;
  private final Transform yes;
  private final Transform no;
  private final boolean remembers;

  Conditional(Condition condition, Transform yes, Transform no) {
    super(
        TransformParser.map(
            "type",
            "conditional",
            "condition",
            condition.definition(),
            "if_true",
            yes.definition(),
            "if_false",
            no.definition()),
        null);
    this.condition = condition;
    this.yes = yes;
    this.no = no;
    this.remembers = yes.newState() != TransformState.NONE || no.newState() != TransformState.NONE;
  }

  @Override
  public TransformState newState() {
    if (!remembers) {
      return TransformState.NONE;
    }
    TransformState state = new TransformState(2);
    state.child(0, yes.newState());
    state.child(1, no.newState());
    return state;
  }

  @Override
  @Nullable Value run(Value value, TransformState state, Moment moment) {
    boolean holds = condition.test(value, moment);
    if (moment.explaining()) {
      moment.note("conditional: the condition is " + holds);
    }
    if (holds) {
      return yes.run(value, remembers ? state.child(0) : state, moment);
    }
    return no.run(value, remembers ? state.child(1) : state, moment);
  }
}
