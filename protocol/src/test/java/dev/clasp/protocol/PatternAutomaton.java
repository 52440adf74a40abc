package dev.clasp.protocol;

import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.AddressPattern.Segment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The set algebra of patterns by the book: a pattern as a non-deterministic automaton over bytes,
 * intersection by the product, inclusion by the subset construction. One state before each byte of
 * the pattern; an address is "/" segment "/" segment and so on.
 */
final class PatternAutomaton {

  /** Stands for every byte that neither pattern names and that is not a slash. */
  static final int OTHER = 256;

  private static final int SLASH = '/';
  private static final int[] NONE = {};

  /**
   * Per state: the byte it consumes to reach the next, or STAR (any but slash, stays), or MANY, or
   * END.
   */
  private final List<Integer> symbols = new ArrayList<>();

  /** Silent moves. */
  private final List<int[]> silent = new ArrayList<>();

  private static final int STAR = -1;
  private static final int ANYTHING = -2;
  private static final int END = -3;

  private PatternAutomaton(AddressPattern pattern) {
    int n = pattern.segments().size();
    for (int i = 0; i < n; i++) {
      Segment segment = pattern.segments().get(i);
      if (segment instanceof Segment.AnyMany) {
        // (/ any*)*: before it, either leave or take a slash into a state that consumes anything.
        int before = symbols.size();
        // Every address has a segment, an empty one at least.
        boolean mayBeEmpty =
            i + 1 < n || n > 1 && pattern.globstarParent() == GlobstarParent.MATCHES;
        add(SLASH, mayBeEmpty ? new int[] {before + 2} : NONE);
        // Leaves when what follows starts at a slash, or at the end.
        add(ANYTHING, new int[] {before + 2});
      } else {
        add(SLASH, NONE);
        switch (segment) {
          case Segment.AnyOne _ -> add(STAR, new int[] {symbols.size() + 1});
          case Segment.Literal(String text) -> text(text);
          case Segment.Glob(String text) -> text(text);
          case Segment.AnyMany _ -> throw new AssertionError();
        }
      }
    }
    add(END, NONE);
  }

  private void text(String text) {
    for (byte c : text.getBytes(StandardCharsets.UTF_8)) {
      if (c == '*') {
        add(STAR, new int[] {symbols.size() + 1});
      } else {
        add(c & 0xFF, NONE);
      }
    }
  }

  private void add(int symbol, int[] moves) {
    symbols.add(symbol);
    silent.add(moves);
  }

  int start() {
    return 0;
  }

  boolean accepts(int state) {
    return symbols.get(state) == END;
  }

  int[] silent(int state) {
    return silent.get(state);
  }

  /** States after consuming a byte (or OTHER) in this state, silent moves not followed. */
  int[] next(int state, int c) {
    int symbol = symbols.get(state);
    return switch (symbol) {
      case END -> NONE;
      case STAR -> c == SLASH ? NONE : new int[] {state};
      case ANYTHING -> new int[] {state};
      default -> symbol == c ? new int[] {state + 1} : NONE;
    };
  }

  BitSet closure(int state) {
    BitSet reached = new BitSet();
    List<Integer> todo = new ArrayList<>();
    todo.add(state);
    while (!todo.isEmpty()) {
      int s = todo.removeLast();
      if (!reached.get(s)) {
        reached.set(s);
        for (int next : silent.get(s)) {
          todo.add(next);
        }
      }
    }
    return reached;
  }

  /** Bytes worth trying from two states at once. */
  private static int[] commonSymbols(PatternAutomaton a, int x, PatternAutomaton b, int y) {
    int s = a.symbols.get(x);
    int t = b.symbols.get(y);
    if (s >= 0) {
      return new int[] {s};
    }
    if (t >= 0) {
      return new int[] {t};
    }
    return new int[] {SLASH, OTHER};
  }

  /**
   * Bytes worth trying from a state: its own, or every byte the other names, the slash, and any
   * other.
   */
  int[] symbolsAgainst(int state, PatternAutomaton other) {
    int s = symbols.get(state);
    if (s >= 0) {
      return new int[] {s};
    }
    Set<Integer> all = new HashSet<>();
    for (int symbol : other.symbols) {
      if (symbol >= 0) {
        all.add(symbol);
      }
    }
    all.add(SLASH);
    all.add(OTHER);
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Is there an address that both match? */
  static boolean intersects(AddressPattern one, AddressPattern other) {
    PatternAutomaton a = new PatternAutomaton(one);
    PatternAutomaton b = new PatternAutomaton(other);
    Set<Long> seen = new HashSet<>();
    List<int[]> todo = new ArrayList<>();
    todo.add(new int[] {a.start(), b.start()});
    while (!todo.isEmpty()) {
      int[] pair = todo.removeLast();
      if (!seen.add((long) pair[0] << 32 | pair[1])) {
        continue;
      }
      if (a.accepts(pair[0]) && b.accepts(pair[1])) {
        return true;
      }
      for (int x : a.silent(pair[0])) {
        todo.add(new int[] {x, pair[1]});
      }
      for (int y : b.silent(pair[1])) {
        todo.add(new int[] {pair[0], y});
      }
      for (int c : commonSymbols(a, pair[0], b, pair[1])) {
        for (int x : a.next(pair[0], c)) {
          for (int y : b.next(pair[1], c)) {
            todo.add(new int[] {x, y});
          }
        }
      }
    }
    return false;
  }

  /** Is every address that the other matches matched by the one too? Exponential. */
  static boolean includes(AddressPattern one, AddressPattern other) {
    PatternAutomaton outer = new PatternAutomaton(one);
    PatternAutomaton inner = new PatternAutomaton(other);
    record Pair(int inner, BitSet outer) {}
    Set<Pair> seen = new HashSet<>();
    List<Pair> todo = new ArrayList<>();
    todo.add(new Pair(inner.start(), outer.closure(outer.start())));
    while (!todo.isEmpty()) {
      Pair pair = todo.removeLast();
      if (!seen.add(pair)) {
        continue;
      }
      if (inner.accepts(pair.inner) && pair.outer.stream().noneMatch(outer::accepts)) {
        return false;
      }
      for (int x : inner.silent(pair.inner)) {
        todo.add(new Pair(x, pair.outer));
      }
      for (int c : inner.symbolsAgainst(pair.inner, outer)) {
        BitSet reached = new BitSet();
        pair.outer.stream()
            .forEach(state -> {
              for (int next : outer.next(state, c)) {
                reached.or(outer.closure(next));
              }
            });
        for (int x : inner.next(pair.inner, c)) {
          todo.add(new Pair(x, reached));
        }
      }
    }
    return true;
  }
}
