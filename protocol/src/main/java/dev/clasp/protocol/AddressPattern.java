package dev.clasp.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A set of addresses, written with wildcards (wire.md 11.4): {@code *} is any one segment (the
 * empty one included), {@code **} any number of segments, {@code *} inside a segment any characters
 * of that segment. Nothing else is special. Case-sensitive, on UTF-8 bytes.
 *
 * <p>{@code /a/**} matches {@code /a} unless the pattern is parsed with {@link
 * GlobstarParent#EXCLUDED}; then a {@code **} at the end needs at least one segment. In both modes
 * adjacent {@code **} are one.
 *
 * <p>Matching walks address and pattern with one backtracking point per level, O(pattern ×
 * address), without recursion or allocation. {@link #includes} and {@link #intersects} are exact.
 *
 * <p>Immutable and thread-safe. Equality is that of the canonical form ({@code ** **} = {@code **},
 * {@code a**b} = {@code a*b}).
 */
public final class AddressPattern {

  /** Whether {@code /a/**} contains {@code /a}. */
  public enum GlobstarParent {
    /** Delivery, snapshot, query. */
    MATCHES,
    /** Token scopes: a scope must not widen. */
    EXCLUDED
  }

  /** One part between slashes. */
  public sealed interface Segment {
    /** Exactly this text. */
    record Literal(String text) implements Segment {}

    /** {@code *}. */
    record AnyOne() implements Segment {}

    /** {@code **}. */
    record AnyMany() implements Segment {}

    /** Text with {@code *} in it, no two in a row. */
    record Glob(String text) implements Segment {
      /** Does the segment match this segment of an address? */
      public boolean matches(String segment) {
        byte[] p = text.getBytes(StandardCharsets.UTF_8);
        byte[] s = segment.getBytes(StandardCharsets.UTF_8);
        return globMatches(p, 0, p.length, s, 0, s.length);
      }
    }
  }

  private static final int MAX_STATES = 100_000;

  private static final Segment ANY_ONE = new Segment.AnyOne();
  private static final Segment ANY_MANY = new Segment.AnyMany();

  private final String text;
  private final List<Segment> segments;
  private final byte[][] bytes;
  private final boolean literal;
  private final byte[] literalBytes;
  private final GlobstarParent parent;

  private AddressPattern(String text, List<Segment> segments, GlobstarParent parent) {
    this.text = text;
    this.segments = List.copyOf(segments);
    this.parent = parent;
    this.bytes = new byte[segments.size()][];
    boolean onlyLiterals = true;
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] =
          switch (segments.get(i)) {
            case Segment.Literal(String t) -> t.getBytes(StandardCharsets.UTF_8);
            case Segment.Glob(String t) -> t.getBytes(StandardCharsets.UTF_8);
            case Segment.AnyOne _, Segment.AnyMany _ -> new byte[0];
          };
      onlyLiterals &= segments.get(i) instanceof Segment.Literal;
    }
    this.literal = onlyLiterals;
    this.literalBytes = text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Parses a pattern in which {@code /a/**} matches {@code /a}.
   *
   * @throws PatternException the text is not a pattern
   */
  public static AddressPattern parse(String text) {
    return parse(text, GlobstarParent.MATCHES);
  }

  /**
   * Parses a pattern.
   *
   * @throws PatternException the text is empty, does not start with a slash, has an empty segment
   *     except the last, a control character, more than 1,024 bytes or more than 64 segments
   */
  public static AddressPattern parse(String text, GlobstarParent parent) {
    if (text.isEmpty()) {
      throw new PatternException("invalid address: empty address");
    }
    if (text.charAt(0) != '/') {
      throw new PatternException("invalid address: address must start with '/': " + text);
    }
    byte[] b = text.getBytes(StandardCharsets.UTF_8);
    String violation = AddressRules.commonViolation(b, 0, b.length);
    if (violation != null) {
      throw new PatternException("invalid address: " + violation);
    }
    List<Segment> segments = new ArrayList<>();
    int start = 1;
    while (true) {
      int slash = text.indexOf('/', start);
      int end = slash < 0 ? text.length() : slash;
      if (end == start && slash >= 0) {
        throw new PatternException("invalid address: empty segment in address: " + text);
      }
      Segment segment = segment(text.substring(start, end));
      if (!(segment instanceof Segment.AnyMany
          && !segments.isEmpty()
          && segments.getLast() instanceof Segment.AnyMany)) {
        segments.add(segment);
      }
      if (slash < 0) {
        return new AddressPattern(text, segments, parent);
      }
      start = slash + 1;
    }
  }

  private static Segment segment(String text) {
    return switch (text) {
      case "*" -> ANY_ONE;
      case "**" -> ANY_MANY;
      default ->
          text.indexOf('*') < 0 ? new Segment.Literal(text) : glob(text.replaceAll("\\*+", "*"));
    };
  }

  private static Segment glob(String text) {
    return text.equals("*") ? ANY_ONE : new Segment.Glob(text);
  }

  /** As given to {@link #parse}. */
  public String text() {
    return text;
  }

  /** True without any wildcard: the pattern is an address. */
  public boolean isLiteral() {
    return literal;
  }

  /** In canonical form. */
  public List<Segment> segments() {
    return segments;
  }

  // --- matching ----------------------------------------------------------------------------------

  public boolean matches(String address) {
    byte[] b = address.getBytes(StandardCharsets.UTF_8);
    return matches(b, 0, b.length);
  }

  /** Does the address, in UTF-8, belong to the set? */
  public boolean matches(byte[] b, int offset, int length) {
    if (literal) {
      return Arrays.equals(literalBytes, 0, literalBytes.length, b, offset, offset + length);
    }
    if (length == 0 || b[offset] != '/') {
      return false;
    }
    int end = offset + length;
    int p = 0;
    // Start of the current address segment; end + 1 when all are consumed.
    int at = offset + 1;
    int retryPattern = -1;
    int retryAt = 0;
    while (at <= end) {
      if (p < bytes.length) {
        Segment segment = segments.get(p);
        if (segment instanceof Segment.AnyMany) {
          retryPattern = p++;
          retryAt = at;
          continue;
        }
        int segmentEnd = segmentEnd(b, at, end);
        if (segmentMatches(segment, bytes[p], b, at, segmentEnd)) {
          p++;
          at = segmentEnd + 1;
          continue;
        }
      }
      if (retryPattern < 0) {
        return false;
      }
      // Let the last ** take one segment more.
      p = retryPattern + 1;
      retryAt = segmentEnd(b, retryAt, end) + 1;
      at = retryAt;
    }
    if (p < bytes.length && segments.get(p) instanceof Segment.AnyMany) {
      // The final ** is left with nothing.
      return p + 1 == bytes.length && parent == GlobstarParent.MATCHES;
    }
    return p == bytes.length;
  }

  private static int segmentEnd(byte[] b, int at, int end) {
    int i = at;
    while (i < end && b[i] != '/') {
      i++;
    }
    return i;
  }

  private static boolean segmentMatches(
      Segment segment, byte[] pattern, byte[] b, int from, int to) {
    return switch (segment) {
      case Segment.AnyOne _, Segment.AnyMany _ -> true;
      case Segment.Literal _ -> Arrays.equals(pattern, 0, pattern.length, b, from, to);
      case Segment.Glob _ -> globMatches(pattern, 0, pattern.length, b, from, to);
    };
  }

  private static boolean globMatches(
      byte[] pattern, int pFrom, int pTo, byte[] b, int from, int to) {
    int p = pFrom;
    int at = from;
    int retryPattern = -1;
    int retryAt = 0;
    while (at < to) {
      if (p < pTo && pattern[p] == '*') {
        retryPattern = p++;
        retryAt = at;
      } else if (p < pTo && pattern[p] == b[at]) {
        p++;
        at++;
      } else if (retryPattern >= 0) {
        p = retryPattern + 1;
        at = ++retryAt;
      } else {
        return false;
      }
    }
    while (p < pTo && pattern[p] == '*') {
      p++;
    }
    return p == pTo;
  }

  // --- set algebra -------------------------------------------------------------------------------

  /** Is there an address that both match? O(product of the lengths). */
  public boolean intersects(AddressPattern other) {
    Automaton a = new Automaton(this);
    Automaton b = new Automaton(other);
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
      for (int c : Automaton.commonSymbols(a, pair[0], b, pair[1])) {
        for (int x : a.next(pair[0], c)) {
          for (int y : b.next(pair[1], c)) {
            todo.add(new int[] {x, y});
          }
        }
      }
    }
    return false;
  }

  /**
   * Is every address that the other matches matched by this one too? Exact: runs the other as an
   * automaton against the set of states that this one can be in. Exponential only in the number of
   * wildcards of this pattern, which the length limit and {@value #MAX_STATES} visited states
   * bound; beyond, the answer is no (safe for scopes).
   */
  public boolean includes(AddressPattern other) {
    if (this.equals(other)) {
      return true;
    }
    Automaton outer = new Automaton(this);
    Automaton inner = new Automaton(other);
    record Pair(int inner, BitSet outer) {}
    Set<Pair> seen = new HashSet<>();
    List<Pair> todo = new ArrayList<>();
    todo.add(new Pair(inner.start(), outer.closure(outer.start())));
    while (!todo.isEmpty()) {
      Pair pair = todo.removeLast();
      if (!seen.add(pair)) {
        continue;
      }
      if (seen.size() > MAX_STATES) {
        return false;
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

  @Override
  public boolean equals(Object o) {
    return o instanceof AddressPattern other
        && segments.equals(other.segments)
        && parent == other.parent;
  }

  @Override
  public int hashCode() {
    return segments.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /**
   * The pattern as a non-deterministic automaton over bytes. An address is "/" segment "/" segment
   * ...; one state before each pattern byte.
   */
  private static final class Automaton {

    /** Stands for every byte that neither pattern names and that is not a slash. */
    static final int OTHER = 256;

    private static final int SLASH = '/';
    private static final int[] NONE = {};

    /**
     * Per state: the byte it consumes to reach the next, or STAR (any but slash, stays), or MANY,
     * or END.
     */
    private final List<Integer> symbols = new ArrayList<>();

    /** Silent moves. */
    private final List<int[]> silent = new ArrayList<>();

    private static final int STAR = -1;
    private static final int ANYTHING = -2;
    private static final int END = -3;

    Automaton(AddressPattern pattern) {
      int n = pattern.bytes.length;
      for (int i = 0; i < n; i++) {
        Segment segment = pattern.segments.get(i);
        if (segment instanceof Segment.AnyMany) {
          // (/ any*)*: before it, either leave or take a slash into a state that consumes anything.
          int before = symbols.size();
          boolean mayBeEmpty = i + 1 < n || pattern.parent == GlobstarParent.MATCHES;
          add(SLASH, mayBeEmpty ? new int[] {before + 2} : NONE);
          // Leaves when what follows starts at a slash, or at the end.
          add(ANYTHING, new int[] {before + 2});
        } else {
          add(SLASH, NONE);
          switch (segment) {
            case Segment.AnyOne _ -> add(STAR, new int[] {symbols.size() + 1});
            case Segment.Literal _, Segment.Glob _ -> {
              for (byte c : pattern.bytes[i]) {
                if (c == '*' && segment instanceof Segment.Glob) {
                  add(STAR, new int[] {symbols.size() + 1});
                } else {
                  add(c & 0xFF, NONE);
                }
              }
            }
            case Segment.AnyMany _ -> throw new AssertionError();
          }
        }
      }
      add(END, NONE);
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
    static int[] commonSymbols(Automaton a, int x, Automaton b, int y) {
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
    int[] symbolsAgainst(int state, Automaton other) {
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
  }
}
