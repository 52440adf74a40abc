package dev.clasp.protocol;

import dev.clasp.protocol.AddressPattern.GlobstarParent;
import dev.clasp.protocol.AddressPattern.Segment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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

  /** A state of the search, how it was reached, and by which byte (-1: silently). */
  private record Step<S>(S state, @Nullable Step<S> before, int symbol) {

    /** The bytes on the way here; for any other byte, one that neither pattern names. */
    byte[] word(byte other) {
      Deque<Byte> word = new ArrayDeque<>();
      for (Step<S> step = this; step != null; step = step.before) {
        if (step.symbol >= 0) {
          word.addFirst(step.symbol == OTHER ? other : (byte) step.symbol);
        }
      }
      byte[] bytes = new byte[word.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = word.removeFirst();
      }
      return bytes;
    }
  }

  private static byte freeByte(AddressPattern a, AddressPattern b) {
    String taken = a.text() + b.text() + "*/";
    return (byte)
        IntStream.range('!', 127).filter(c -> taken.indexOf(c) < 0).findFirst().orElseThrow();
  }

  /** The shortest address that both match, if there is one. */
  static Optional<byte[]> common(AddressPattern one, AddressPattern other) {
    PatternAutomaton a = new PatternAutomaton(one);
    PatternAutomaton b = new PatternAutomaton(other);
    record Pair(int a, int b) {}
    Set<Pair> seen = new HashSet<>();
    Deque<Step<Pair>> todo = new ArrayDeque<>();
    todo.add(new Step<>(new Pair(a.start(), b.start()), null, -1));
    while (!todo.isEmpty()) {
      Step<Pair> step = todo.removeFirst();
      Pair pair = step.state;
      if (!seen.add(pair)) {
        continue;
      }
      if (a.accepts(pair.a) && b.accepts(pair.b)) {
        return Optional.of(step.word(freeByte(one, other)));
      }
      for (int x : a.silent(pair.a)) {
        todo.addFirst(new Step<>(new Pair(x, pair.b), step, -1));
      }
      for (int y : b.silent(pair.b)) {
        todo.addFirst(new Step<>(new Pair(pair.a, y), step, -1));
      }
      for (int c : commonSymbols(a, pair.a, b, pair.b)) {
        for (int x : a.next(pair.a, c)) {
          for (int y : b.next(pair.b, c)) {
            todo.addLast(new Step<>(new Pair(x, y), step, c));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** An address that the inner pattern matches and the outer does not, if any. Exponential. */
  static Optional<byte[]> leftOut(AddressPattern one, AddressPattern other) {
    PatternAutomaton outer = new PatternAutomaton(one);
    PatternAutomaton inner = new PatternAutomaton(other);
    record Pair(int inner, BitSet outer) {}
    Set<Pair> seen = new HashSet<>();
    Deque<Step<Pair>> todo = new ArrayDeque<>();
    todo.add(new Step<>(new Pair(inner.start(), outer.closure(outer.start())), null, -1));
    while (!todo.isEmpty()) {
      Step<Pair> step = todo.removeFirst();
      Pair pair = step.state;
      if (!seen.add(pair)) {
        continue;
      }
      if (inner.accepts(pair.inner) && pair.outer.stream().noneMatch(outer::accepts)) {
        return Optional.of(step.word(freeByte(one, other)));
      }
      for (int x : inner.silent(pair.inner)) {
        todo.addFirst(new Step<>(new Pair(x, pair.outer), step, -1));
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
          todo.addLast(new Step<>(new Pair(x, reached), step, c));
        }
      }
    }
    return Optional.empty();
  }
}
