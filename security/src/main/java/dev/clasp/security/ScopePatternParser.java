package dev.clasp.security;

import dev.clasp.security.CodePointSet.Range;
import java.util.ArrayList;
import java.util.List;

/** Reads what is between the signs of a {@link ScopePattern}. */
final class ScopePatternParser {

  private final int[] text;
  private final PatternProgram.Builder out = new PatternProgram.Builder();
  private int at;

  private ScopePatternParser(String text) {
    this.text = text.codePoints().toArray();
  }

  /** The text is known to be an address but for its wildcards. */
  static PatternProgram parse(String text) {
    if (text.indexOf('*') < 0) {
      return new PatternProgram.Builder().text(text).build();
    }
    ScopePatternParser parser = new ScopePatternParser(text);
    parser.sequence(0);
    return parser.out.build();
  }

  private boolean is(int index, char c) {
    return index >= 0 && index < text.length && text[index] == c;
  }

  /** Up to the end or, inside braces, up to a comma or the closing brace. */
  private void sequence(int depth) {
    while (at < text.length) {
      switch (text[at]) {
        case '*' -> stars();
        case '?' -> {
          at++;
          out.set(CodePointSet.NOT_SLASH);
        }
        case '[' -> set();
        case '{' -> alternatives(depth + 1);
        case '}' -> {
          if (depth == 0) {
            throw new ScopeException("a '}' has no '{' before it");
          }
          return;
        }
        case ',' -> {
          if (depth > 0) {
            return;
          }
          out.character(text[at++]);
        }
        default -> out.character(text[at++]);
      }
    }
    if (depth > 0) {
      throw new ScopeException("a '{' has no '}' behind it");
    }
  }

  private void stars() {
    int first = at;
    while (is(at, '*')) {
      at++;
    }
    if (at - first == 1) {
      out.segment();
    } else if (is(first - 1, '/') && is(at, '/')) {
      at++;
      out.segments();
    } else {
      out.anything();
    }
  }

  private void alternatives(int depth) {
    if (depth > ScopePattern.MAX_DEPTH) {
      throw new ScopeException("braces are more than " + ScopePattern.MAX_DEPTH + " levels deep");
    }
    int fork = out.fork();
    List<Integer> ends = new ArrayList<>();
    do {
      at++;
      out.goTo(fork, out.here());
      sequence(depth);
      ends.add(out.fork());
    } while (is(at, ','));
    at++;
    for (int end : ends) {
      out.goTo(end, out.here());
    }
  }

  private void set() {
    at++;
    boolean others = is(at, '!') || is(at, '^');
    at += others ? 1 : 0;
    List<Range> ranges = new ArrayList<>();
    // A closing bracket in the first place is one of the characters.
    for (boolean first = true; first || !is(at, ']'); first = false) {
      int from = setCharacter();
      int to = from;
      if (is(at, '-') && at + 1 < text.length && !is(at + 1, ']')) {
        at++;
        to = setCharacter();
      }
      if (to < from) {
        throw new ScopeException(
            "the range "
                + Character.toString(from)
                + "-"
                + Character.toString(to)
                + " in brackets is the wrong way round");
      }
      ranges.add(new Range(from, to));
    }
    at++;
    out.set(CodePointSet.of(ranges).withoutSlash(others));
  }

  private int setCharacter() {
    if (at >= text.length || text[at] == '/') {
      throw new ScopeException("a '[' has no ']' behind it in the same segment");
    }
    return text[at++];
  }
}
