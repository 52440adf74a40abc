package dev.clasp.security;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Is every text of one set in the union of others? Walks the inner automaton and, beside it, the
 * set of all states in which the outer ones can be at the same time (product with the subset
 * construction made on the way). Where the inner one can end and no outer one can, or the outer
 * ones have no way left, a text is left out.
 *
 * <p>Characters that no state tells apart are tried once. The answer is exact as long as the work
 * is within its budget; some patterns would need exponential work, and for these the answer is no,
 * which is always safe: then each address is asked for on its own.
 */
final class Inclusion {

  /** States looked at, at most. Far above what patterns of people need, and below a millisecond. */
  private static final int BUDGET = 50_000;

  /** More than the states of one program, so that a number names a state of a certain program. */
  private static final int STRIDE = 1 << 12;

  private final List<PatternProgram> outer;
  private final PatternProgram inner;
  private final Numbers gathered = new Numbers();
  private int budget = BUDGET;

  /** A state of the inner program, and the states of the outer ones, ascending. */
  private record Pair(int inner, Subset outer) {}

  private static final class Subset {
    private final int[] states;
    private final int hash;

    Subset(int[] states) {
      this.states = states;
      this.hash = Arrays.hashCode(states);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Subset other && Arrays.equals(states, other.states);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private Inclusion(List<PatternProgram> outer, PatternProgram inner) {
    this.outer = outer;
    this.inner = inner;
  }

  /** Never true by mistake; false also if it would take too long to know. */
  static boolean test(List<PatternProgram> outer, PatternProgram inner) {
    String begin = inner.prefix();
    List<PatternProgram> candidates = new ArrayList<>();
    for (PatternProgram program : outer) {
      if (begin.startsWith(program.prefix())) {
        if (program.anythingBehindPrefix()) {
          return true;
        }
        candidates.add(program);
      } else if (program.prefix().startsWith(begin)) {
        candidates.add(program);
      }
    }
    return !candidates.isEmpty() && new Inclusion(candidates, inner).holds();
  }

  private boolean holds() {
    // All prefixes agree with that of the inner program, as far as they go. Where one goes further,
    // its rest is read character by character like the states of a program: see step().
    Subset first = afterPrefix();
    if (first.states.length == 0 || budget < 0) {
      return false;
    }
    if (isOpen(first)) {
      return true;
    }
    Set<Pair> seen = new HashSet<>();
    Deque<Pair> todo = new ArrayDeque<>();
    for (int state : inner.start()) {
      todo.add(new Pair(state, first));
    }
    while (!todo.isEmpty()) {
      Pair pair = todo.removeLast();
      if (!seen.add(pair)) {
        continue;
      }
      if (pair.inner == inner.acceptingState()) {
        if (!accepts(pair.outer)) {
          return false;
        }
        continue;
      }
      for (int c : charactersWorthTrying(pair)) {
        if (c > Character.MAX_CODE_POINT || !inner.accepts(pair.inner, c)) {
          continue;
        }
        Subset next = step(pair.outer, c);
        if (next.states.length == 0 || budget < 0) {
          return false;
        }
        if (!isOpen(next)) {
          for (int state : inner.follow(pair.inner)) {
            todo.addLast(new Pair(state, next));
          }
        }
      }
    }
    return true;
  }

  /**
   * States of a program k: {@code k * STRIDE + state}; and while its prefix is being read {@code k
   * * STRIDE + STRIDE - 1 - characters of it that are left}.
   */
  private Subset afterPrefix() {
    gathered.clear();
    int read = inner.prefix().codePointCount(0, inner.prefix().length());
    for (int k = 0; k < outer.size(); k++) {
      String prefix = outer.get(k).prefix();
      int all = prefix.codePointCount(0, prefix.length());
      if (all > read) {
        gathered.add(k * STRIDE + STRIDE - 1 - (all - read));
        continue;
      }
      // The inner prefix goes further: this program reads the rest of it.
      int[] rest = inner.prefix().codePoints().skip(all).toArray();
      Numbers states = new Numbers();
      begin(k, states);
      for (int i = 0; i < rest.length && budget >= 0; i++) {
        int[] before = states.toSet();
        states.clear();
        step(before, rest[i], states);
      }
      for (int state : states.toSet()) {
        gathered.add(state);
      }
    }
    return new Subset(gathered.toSet());
  }

  private void begin(int k, Numbers out) {
    for (int state : outer.get(k).start()) {
      out.add(k * STRIDE + state);
    }
  }

  private Subset step(Subset from, int c) {
    gathered.clear();
    step(from.states, c, gathered);
    return new Subset(gathered.toSet());
  }

  private void step(int[] from, int c, Numbers out) {
    budget -= from.length + 1;
    for (int number : from) {
      int k = number / STRIDE;
      int state = number % STRIDE;
      PatternProgram program = outer.get(k);
      int left = STRIDE - 1 - state;
      if (state < program.acceptingState()) {
        if (program.accepts(state, c)) {
          for (int next : program.follow(state)) {
            out.add(k * STRIDE + next);
          }
        }
      } else if (state > program.acceptingState() && prefixCharacter(program, left) == c) {
        if (left == 1) {
          begin(k, out);
        } else {
          out.add(number + 1);
        }
      }
    }
    budget -= out.size();
  }

  private static int prefixCharacter(PatternProgram program, int left) {
    String prefix = program.prefix();
    return prefix.codePointAt(prefix.offsetByCodePoints(prefix.length(), -left));
  }

  private boolean accepts(Subset subset) {
    for (int number : subset.states) {
      if (number % STRIDE == outer.get(number / STRIDE).acceptingState()) {
        return true;
      }
    }
    return false;
  }

  private boolean isOpen(Subset subset) {
    for (int number : subset.states) {
      if (outer.get(number / STRIDE).isOpen(number % STRIDE)) {
        return true;
      }
    }
    return false;
  }

  /** One of each kind of characters that the states tell apart. */
  private int[] charactersWorthTrying(Pair pair) {
    gathered.clear();
    gathered.add(0);
    inner.boundaries(pair.inner, gathered);
    for (int number : pair.outer.states) {
      PatternProgram program = outer.get(number / STRIDE);
      int state = number % STRIDE;
      if (state < program.acceptingState()) {
        program.boundaries(state, gathered);
      } else if (state > program.acceptingState()) {
        int c = prefixCharacter(program, STRIDE - 1 - state);
        gathered.add(c);
        gathered.add(c + 1);
      }
    }
    budget -= gathered.size();
    return gathered.toSet();
  }
}
