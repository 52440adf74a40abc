package dev.clasp.security;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern as a non-deterministic automaton over characters, by the textbook (Thompson 1968, with
 * the silent moves taken out as Glushkov does). It has one state for each character or wildcard of
 * the text, so that alternatives cost what they are long, never what they multiply to; and asking
 * costs at most address × pattern, whatever the pattern.
 *
 * <p>Immutable and thread-safe.
 */
final class PatternProgram {

  /** Kinds of states: what they consume. */
  static final byte CHARACTER = 0;

  static final byte SET = 1;

  /** Any number of characters that are no slash. */
  static final byte SEGMENT = 2;

  /** Any number of characters. */
  static final byte ANYTHING = 3;

  private static final byte FORK = 4;

  /** So many states, with the one that accepts, fit into one word. */
  private static final int WORD = 64;

  /**
   * Sets of states of long programs while they run. One array per thread, because {@link #matches}
   * is asked on the threads that route and must not allocate.
   */
  private static final ThreadLocal<long[]> SCRATCH = ThreadLocal.withInitial(() -> new long[0]);

  private static final CodePointSet NO_SET = CodePointSet.of(List.of());

  private final byte[] prefix;
  private final String prefixText;
  private final byte[] kinds;
  private final int[] characters;
  private final CodePointSet[] sets;
  private final int[] start;
  private final int[][] follow;

  /** The same as {@link #follow} and {@link #start} for programs that fit into a word. */
  private final long startMask;

  private final long @Nullable [] followMasks;

  /** States from which on everything is accepted. */
  private final BitSet open;

  private final boolean prefixIsAll;
  private final boolean anythingBehindPrefix;

  private PatternProgram(Builder b) {
    int prefixStates = b.prefixStates();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < prefixStates; i++) {
      text.appendCodePoint(b.characters.get(i));
    }
    prefixText = text.toString();
    prefix = prefixText.getBytes(StandardCharsets.UTF_8);
    int raw = b.kinds.size();
    int[] number = new int[raw + 1];
    int n = 0;
    for (int i = prefixStates; i < raw; i++) {
      number[i] = n;
      n += b.kinds.get(i) == FORK ? 0 : 1;
    }
    number[raw] = n;
    kinds = new byte[n];
    characters = new int[n];
    sets = new CodePointSet[n];
    follow = new int[n][];
    open = new BitSet(n);
    start = b.closure(prefixStates, number);
    for (int i = prefixStates; i < raw; i++) {
      byte kind = b.kinds.get(i);
      if (kind == FORK) {
        continue;
      }
      int state = number[i];
      kinds[state] = kind;
      characters[state] = b.characters.get(i);
      sets[state] = b.sets.get(i);
      follow[state] = b.closure(kind == SEGMENT || kind == ANYTHING ? i : i + 1, number);
      if (kind == ANYTHING && contains(follow[state], n)) {
        open.set(state);
      }
    }
    prefixIsAll = n == 0;
    anythingBehindPrefix = isOpen(start);
    if (n < WORD) {
      startMask = mask(start);
      followMasks = new long[n];
      for (int i = 0; i < n; i++) {
        followMasks[i] = mask(follow[i]);
      }
    } else {
      startMask = 0;
      followMasks = null;
    }
  }

  private static boolean contains(int[] states, int state) {
    return Arrays.binarySearch(states, state) >= 0;
  }

  private static long mask(int[] states) {
    long mask = 0;
    for (int state : states) {
      mask |= 1L << state;
    }
    return mask;
  }

  // --- matching ----------------------------------------------------------------------------------

  /** Is the text, in UTF-8, in the set? Allocates nothing. False for malformed UTF-8. */
  boolean matches(byte[] b, int offset, int length) {
    int end = offset + length;
    int at = offset + prefix.length;
    if (at > end || !Arrays.equals(prefix, 0, prefix.length, b, offset, at)) {
      return false;
    }
    if (prefixIsAll) {
      return at == end;
    }
    if (anythingBehindPrefix) {
      return true;
    }
    return followMasks == null ? matchesLong(b, at, end) : matchesShort(followMasks, b, at, end);
  }

  private boolean matchesShort(long[] masks, byte[] b, int from, int end) {
    long active = startMask;
    int at = from;
    while (at < end) {
      int c = Characters.at(b, at, end);
      if (c < 0) {
        return false;
      }
      at += Characters.bytes(c);
      long next = 0;
      for (long rest = active & ~(1L << kinds.length); rest != 0; rest &= rest - 1) {
        int state = Long.numberOfTrailingZeros(rest);
        if (accepts(state, c)) {
          next |= masks[state];
        }
      }
      if (next == 0) {
        return false;
      }
      active = next;
    }
    return (active & 1L << kinds.length) != 0;
  }

  private boolean matchesLong(byte[] b, int from, int end) {
    int words = (kinds.length >> 6) + 1;
    long[] scratch = SCRATCH.get();
    if (scratch.length < 2 * words) {
      scratch = new long[2 * words];
      SCRATCH.set(scratch);
    }
    int active = 0;
    int next = words;
    Arrays.fill(scratch, 0, words, 0);
    add(scratch, active, start);
    int at = from;
    while (at < end) {
      int c = Characters.at(b, at, end);
      if (c < 0) {
        return false;
      }
      at += Characters.bytes(c);
      Arrays.fill(scratch, next, next + words, 0);
      boolean alive = false;
      for (int w = 0; w < words; w++) {
        for (long rest = scratch[active + w]; rest != 0; rest &= rest - 1) {
          int state = (w << 6) + Long.numberOfTrailingZeros(rest);
          if (state < kinds.length && accepts(state, c)) {
            add(scratch, next, follow[state]);
            alive = true;
          }
        }
      }
      if (!alive) {
        return false;
      }
      int swap = active;
      active = next;
      next = swap;
    }
    return (scratch[active + (kinds.length >> 6)] & 1L << kinds.length) != 0;
  }

  private static void add(long[] words, int offset, int[] states) {
    for (int state : states) {
      words[offset + (state >> 6)] |= 1L << state;
    }
  }

  // --- for the comparison of sets ----------------------------------------------------------------

  /** What every text of the set begins with. */
  String prefix() {
    return prefixText;
  }

  /** Is the set everything that begins with the prefix? */
  boolean anythingBehindPrefix() {
    return anythingBehindPrefix;
  }

  /** The state that accepts: the number of all others. */
  int acceptingState() {
    return kinds.length;
  }

  boolean accepts(int state, int c) {
    return switch (kinds[state]) {
      case CHARACTER -> characters[state] == c;
      case SET -> sets[state].contains(c);
      case SEGMENT -> c != '/';
      default -> true;
    };
  }

  /** States in which reading begins, ascending, when the prefix has been read. */
  int[] start() {
    return start;
  }

  /** States behind the one that consumed something, ascending. */
  int[] follow(int state) {
    return follow[state];
  }

  /** Is one of the states such that whatever may come is accepted? */
  boolean isOpen(int[] states) {
    for (int state : states) {
      if (open.get(state)) {
        return true;
      }
    }
    return false;
  }

  boolean isOpen(int state) {
    return open.get(state);
  }

  /** Adds the characters at which it changes whether a state accepts. */
  void boundaries(int state, Numbers out) {
    switch (kinds[state]) {
      case CHARACTER -> {
        out.add(characters[state]);
        out.add(characters[state] + 1);
      }
      case SET -> {
        int[] bounds = sets[state].bounds();
        for (int i = 0; i < bounds.length; i += 2) {
          out.add(bounds[i]);
          out.add(bounds[i + 1] + 1);
        }
      }
      case SEGMENT -> {
        out.add('/');
        out.add('/' + 1);
      }
      default -> {}
    }
  }

  // --- building ----------------------------------------------------------------------------------

  /** Puts a program together from left to right. */
  static final class Builder {

    private final List<Byte> kinds = new ArrayList<>();
    private final List<Integer> characters = new ArrayList<>();
    private final List<CodePointSet> sets = new ArrayList<>();
    private final List<List<Integer>> targets = new ArrayList<>();

    private int add(byte kind, int character, CodePointSet set) {
      kinds.add(kind);
      characters.add(character);
      sets.add(set);
      targets.add(List.of());
      return kinds.size() - 1;
    }

    Builder character(int c) {
      add(CHARACTER, c, NO_SET);
      return this;
    }

    Builder text(String text) {
      text.codePoints().forEach(this::character);
      return this;
    }

    Builder set(CodePointSet set) {
      add(SET, 0, set);
      return this;
    }

    /** {@code *}. */
    Builder segment() {
      add(SEGMENT, 0, NO_SET);
      return this;
    }

    /** {@code **} at the end, or beside text. */
    Builder anything() {
      add(ANYTHING, 0, NO_SET);
      return this;
    }

    /** <code>**&#47;</code> behind a slash: nothing, or any segments with their slash. */
    Builder segments() {
      int fork = fork();
      goTo(fork, here());
      anything().character('/');
      goTo(fork, here());
      return this;
    }

    /** A place where ways part. */
    int fork() {
      int at = add(FORK, 0, NO_SET);
      targets.set(at, new ArrayList<>());
      return at;
    }

    void goTo(int fork, int place) {
      targets.get(fork).add(place);
    }

    /** The place of whatever is added next. */
    int here() {
      return kinds.size();
    }

    PatternProgram build() {
      return new PatternProgram(this);
    }

    private int prefixStates() {
      int n = 0;
      while (n < kinds.size() && kinds.get(n) == CHARACTER) {
        n++;
      }
      return n;
    }

    /** States that are reached from a place without consuming anything. */
    private int[] closure(int place, int[] number) {
      BitSet seen = new BitSet();
      BitSet states = new BitSet();
      List<Integer> todo = new ArrayList<>();
      todo.add(place);
      while (!todo.isEmpty()) {
        int at = todo.removeLast();
        if (seen.get(at)) {
          continue;
        }
        seen.set(at);
        if (at == kinds.size()) {
          states.set(number[at]);
          continue;
        }
        switch (kinds.get(at)) {
          case FORK -> todo.addAll(targets.get(at));
          case SEGMENT, ANYTHING -> {
            states.set(number[at]);
            todo.add(at + 1);
          }
          default -> states.set(number[at]);
        }
      }
      return states.stream().toArray();
    }
  }
}
