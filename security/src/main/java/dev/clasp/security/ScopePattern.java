package dev.clasp.security;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.Segment;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Utf8;
import java.util.List;

/**
 * A set of addresses, as scopes write it (operations.md 7.3). Knows more than {@link
 * AddressPattern}, which is for subscriptions:
 *
 * <ul>
 *   <li>{@code *}: any characters of one segment, none included
 *   <li>{@code **} as a segment: any number of segments; at the end at least one, so that {@code
 *       /a/**} has no {@code /a} in it. Beside other text: any characters, slashes included
 *   <li>{@code ?}: one character, no slash; {@code [a-z]}, {@code [!x]}: one of these, one of the
 *       others
 *   <li><code>{x,y}</code>: x or y, up to {@value #MAX_DEPTH} levels deep
 * </ul>
 *
 * <p>A text without any {@code *} is exactly that address: then the other signs are ordinary. That
 * is how the reference reads it, and a scope must not grant more here than there.
 *
 * <p>Immutable and thread-safe. Equality is that of the text.
 */
public final class ScopePattern {

  /** Levels of braces. */
  static final int MAX_DEPTH = 10;

  private final String text;
  private final PatternProgram program;

  private ScopePattern(String text, PatternProgram program) {
    this.text = text;
    this.program = program;
  }

  /**
   * Parses a pattern.
   *
   * @throws ScopeException it does not start with a slash, has an empty segment except the last, a
   *     control character, more than 1,024 bytes or 64 segments, or brackets that do not match
   */
  public static ScopePattern parse(String text) {
    if (!text.startsWith("/")) {
      throw new ScopeException("a pattern starts with '/', not with " + Quoted.start(text));
    }
    String violation = AddressRules.violation(text.replace('*', 'x'));
    if (violation != null) {
      throw new ScopeException(violation);
    }
    if (text.contains("//")) {
      throw new ScopeException("a pattern has no empty segment '//' inside");
    }
    return new ScopePattern(text, ScopePatternParser.parse(text));
  }

  /** As given to {@link #parse}. */
  public String text() {
    return text;
  }

  /** Does the address, in UTF-8, belong to the set? Allocates nothing. */
  public boolean matches(byte[] b, int offset, int length) {
    return program.matches(b, offset, length);
  }

  /** Does the address belong to the set? */
  public boolean matches(String address) {
    try {
      byte[] b = Utf8.encode(address);
      return program.matches(b, 0, b.length);
    } catch (EncodeException e) {
      return false;
    }
  }

  /**
   * Is every address of the other set in this one? Never true by mistake, but false if it would
   * take too long to know.
   */
  public boolean includes(ScopePattern other) {
    return Inclusion.test(List.of(program), other.program);
  }

  PatternProgram program() {
    return program;
  }

  /**
   * What a subscription asks for, as scopes count: a {@code **} at its end needs a segment. See
   * {@link Scopes#permitAll(Action, AddressPattern)}.
   */
  static PatternProgram strict(AddressPattern pattern) {
    PatternProgram.Builder out = new PatternProgram.Builder();
    List<Segment> segments = pattern.segments();
    boolean slash = false;
    for (int i = 0; i < segments.size(); i++) {
      if (!slash) {
        out.character('/');
      }
      slash = false;
      switch (segments.get(i)) {
        case Segment.Literal(String literal) -> out.text(literal);
        case Segment.AnyOne _ -> out.segment();
        case Segment.Glob(String glob) ->
            glob.codePoints()
                .forEach(c -> {
                  if (c == '*') {
                    out.segment();
                  } else {
                    out.character(c);
                  }
                });
        case Segment.AnyMany _ -> {
          if (i == segments.size() - 1) {
            out.anything();
          } else {
            out.segments();
            slash = true;
          }
        }
      }
    }
    return out.build();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ScopePattern other && text.equals(other.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
