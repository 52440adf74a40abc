package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A compiled expression (bridges.md 15.3). Immutable and thread-safe; what it calculates with is in
 * the {@link Registers}. Time and memory are bounded: no loops, at most 100,000 steps.
 */
final class Expression {

  private final Term term;
  private final int locals;
  private final boolean usesState;

  private Expression(Term term, int locals, boolean usesState) {
    this.term = term;
    this.locals = locals;
    this.usesState = usesState;
  }

  /**
   * Reads an expression.
   *
   * @param strict {@code expr/1} only
   * @param captures names that stand for parts of the address
   * @throws MappingException with the place and what is wrong there
   */
  static Expression parse(String text, boolean strict, List<String> captures, String where) {
    ExpressionParser parser = new ExpressionParser(text, strict, captures, where);
    Term term = parser.parse();
    return new Expression(term, parser.localCount(), parser.usesState);
  }

  /** True if it looks at the time or at its last result. */
  boolean usesState() {
    return usesState;
  }

  Term term() {
    return term;
  }

  /** Leaves the result in the registers; returns its kind. */
  int eval(Registers r) {
    r.begin(locals);
    return term.eval(r);
  }

  /** Null if there is no result; the registers know why if it is an error. */
  @Nullable Value value(Registers r) {
    return r.value(eval(r));
  }
}
