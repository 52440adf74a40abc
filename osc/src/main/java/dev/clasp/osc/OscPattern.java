package dev.clasp.osc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A pattern of addresses: {@code ?} is one character, {@code *} any number of them within a name,
 * {@code [a-z]} and {@code [!a-z]} one of a set or one outside it, {@code {foo,bar}} one of several
 * texts, {@code //} any number of levels (OSC 1.1), at the end everything below.
 *
 * <p>Compiled to a small program that runs all its possibilities at once, character by character
 * (Thompson 1968): O(pattern × address), whatever a stranger sends. A pattern may have 512
 * characters.
 *
 * <p>Immutable and thread-safe.
 */
public final class OscPattern {

  private static final int MAX_LENGTH = 512;

  /** Of one selection: some ten milliseconds. */
  private static final long MAX_STEPS = 4_000_000;

  // Instructions. An operand is a code point, the index of a set or the target of a jump.
  private static final byte CHARACTER = 0;

  /** Any but a slash. */
  private static final byte ANY = 1;

  private static final byte ANY_OR_SLASH = 2;
  private static final byte SET = 3;

  /** Goes on with the next instruction, and with the operand. */
  private static final byte FORK = 4;

  private static final byte JUMP = 5;
  private static final byte END = 6;

  /** Pairs of first and last; all others instead if inverted. Never a slash. */
  private record CharacterSet(boolean inverted, int[] ranges) {
    boolean contains(int c) {
      if (c == '/') {
        return false;
      }
      for (int i = 0; i < ranges.length; i += 2) {
        if (c >= ranges[i] && c <= ranges[i + 1]) {
          return !inverted;
        }
      }
      return inverted;
    }
  }

  private final String text;
  private final String literalStart;
  private final byte[] codes;
  private final int[] operands;
  private final List<CharacterSet> sets;

  private OscPattern(String text, Program program) {
    this.text = text;
    this.literalStart = text.substring(0, literalLength(text));
    this.codes = Arrays.copyOf(program.codes, program.size);
    this.operands = Arrays.copyOf(program.operands, program.size);
    this.sets = List.copyOf(program.sets);
  }

  /** Is it more than an address? */
  public static boolean isPattern(String address) {
    return literalLength(address) < address.length();
  }

  private static int literalLength(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      switch (text.charAt(i)) {
        case '?', '*', '[', '{' -> {
          return i;
        }
        case '/' -> {
          if (i + 1 < length && text.charAt(i + 1) == '/') {
            return i + 1;
          }
        }
        default -> {}
      }
    }
    return length;
  }

  /**
   * @throws OscException it has no slash in front, a bracket or brace that does not close, or more
   *     than 512 characters
   */
  public static OscPattern compile(String text) throws OscException {
    if (text.isEmpty() || text.charAt(0) != '/') {
      throw new OscException("an OSC pattern begins with a slash");
    }
    if (text.length() > MAX_LENGTH) {
      throw new OscException("an OSC pattern has at most " + MAX_LENGTH + " characters");
    }
    Program program = new Program();
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      switch (c) {
        case '?' -> program.add(ANY, 0);
        case '*' -> program.any(ANY);
        case '[' -> i = set(text, i, program);
        case '{' -> i = alternatives(text, i, program);
        case '/' -> {
          program.add(CHARACTER, '/');
          if (i + 1 < text.length() && text.charAt(i + 1) == '/') {
            while (i + 1 < text.length() && text.charAt(i + 1) == '/') {
              i++;
            }
            levels(program, i + 1 == text.length());
          }
        }
        default -> program.add(CHARACTER, c);
      }
      i += Character.charCount(text.codePointAt(i));
    }
    program.add(END, 0);
    return new OscPattern(text, program);
  }

  /** Behind a slash: nothing, or anything that ends with a slash; at the end, anything. */
  private static void levels(Program program, boolean last) {
    if (last) {
      program.add(ANY_OR_SLASH, 0);
      program.any(ANY_OR_SLASH);
      return;
    }
    int fork = program.add(FORK, 0);
    program.any(ANY_OR_SLASH);
    program.add(CHARACTER, '/');
    program.operands[fork] = program.size;
  }

  /**
   * @return where it closes
   */
  private static int set(String text, int open, Program program) throws OscException {
    int close = text.indexOf(']', open);
    if (close < 0) {
      throw new OscException("the OSC pattern " + text + " has a [ without a ]");
    }
    boolean inverted = text.charAt(open + 1) == '!';
    int[] points = text.substring(open + (inverted ? 2 : 1), close).codePoints().toArray();
    int[] ranges = new int[2 * points.length];
    int count = 0;
    for (int i = 0; i < points.length; i++) {
      // A minus at the end is one.
      boolean range = i + 2 < points.length && points[i + 1] == '-';
      int other = range ? points[i + 2] : points[i];
      ranges[count++] = Math.min(points[i], other);
      ranges[count++] = Math.max(points[i], other);
      i += range ? 2 : 0;
    }
    program.add(SET, program.sets.size());
    program.sets.add(new CharacterSet(inverted, Arrays.copyOf(ranges, count)));
    return close;
  }

  /**
   * @return where it closes
   */
  private static int alternatives(String text, int open, Program program) throws OscException {
    int close = text.indexOf('}', open);
    if (close < 0) {
      throw new OscException("the OSC pattern " + text + " has a { without a }");
    }
    String[] words = text.substring(open + 1, close).split(",", -1);
    int[] jumps = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      int fork = i + 1 < words.length ? program.add(FORK, 0) : -1;
      words[i].codePoints().forEach(c -> program.add(CHARACTER, c));
      jumps[i] = program.add(JUMP, 0);
      if (fork >= 0) {
        program.operands[fork] = program.size;
      }
    }
    for (int jump : jumps) {
      program.operands[jump] = program.size;
    }
    return close;
  }

  /** Grows while a pattern is compiled. */
  private static final class Program {
    byte[] codes = new byte[32];
    int[] operands = new int[32];
    int size;
    final List<CharacterSet> sets = new ArrayList<>();

    int add(byte code, int operand) {
      if (size == codes.length) {
        codes = Arrays.copyOf(codes, 2 * size);
        operands = Arrays.copyOf(operands, 2 * size);
      }
      codes[size] = code;
      operands[size] = operand;
      return size++;
    }

    /** Any number of what the instruction takes. */
    void any(byte code) {
      int fork = add(FORK, 0);
      add(code, 0);
      add(JUMP, fork);
      operands[fork] = size;
    }
  }

  /** As given to {@link #compile}. */
  public String text() {
    return text;
  }

  /** What every match begins with. */
  public String literalStart() {
    return literalStart;
  }

  public boolean matches(String address) {
    return address.startsWith(literalStart) && new Run().matches(address);
  }

  /**
   * Those that match, in their order.
   *
   * @throws OscException it would take too long: a pattern made for that, and many long addresses
   */
  public List<String> select(Iterable<String> addresses) throws OscException {
    List<String> selected = new ArrayList<>();
    Run run = new Run();
    for (String address : addresses) {
      if (address.startsWith(literalStart) && run.matches(address)) {
        selected.add(address);
      }
      if (run.steps > MAX_STEPS) {
        throw new OscException("the OSC pattern " + text + " takes too long to look for");
      }
    }
    return selected;
  }

  /** The possibilities that are alive, before and behind a character. */
  private final class Run {
    private int[] now = new int[codes.length];
    private int[] next = new int[codes.length];
    private final int[] todo = new int[codes.length];

    /** By instruction: the last step that reached it. */
    private final int[] reached = new int[codes.length];

    private int step;
    private int count;

    /** Instructions looked at. */
    private long steps;

    boolean matches(String address) {
      count = 0;
      step++;
      int alive = follow(0, now);
      int length = address.length();
      for (int i = 0; i < length && alive > 0; ) {
        int c = address.codePointAt(i);
        i += Character.charCount(c);
        count = 0;
        step++;
        steps += alive;
        int live = 0;
        for (int s = 0; s < alive; s++) {
          if (takes(now[s], c)) {
            live = follow(now[s] + 1, next);
          }
        }
        int[] swap = now;
        now = next;
        next = swap;
        alive = live;
      }
      for (int s = 0; s < alive; s++) {
        if (codes[now[s]] == END) {
          return true;
        }
      }
      return false;
    }

    private boolean takes(int at, int c) {
      return switch (codes[at]) {
        case CHARACTER -> c == operands[at];
        case ANY -> c != '/';
        case ANY_OR_SLASH -> true;
        case SET -> sets.get(operands[at]).contains(c);
        default -> false;
      };
    }

    /** Adds an instruction and all that can be reached from it without a character. */
    private int follow(int first, int[] out) {
      int open = 0;
      if (reached[first] != step) {
        reached[first] = step;
        todo[open++] = first;
      }
      while (open > 0) {
        int at = todo[--open];
        switch (codes[at]) {
          case FORK -> {
            open = push(operands[at], open);
            open = push(at + 1, open);
          }
          case JUMP -> open = push(operands[at], open);
          default -> out[count++] = at;
        }
      }
      return count;
    }

    private int push(int at, int open) {
      if (reached[at] == step) {
        return open;
      }
      reached[at] = step;
      todo[open] = at;
      return open + 1;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
