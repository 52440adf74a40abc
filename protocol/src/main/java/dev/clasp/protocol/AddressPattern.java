package dev.clasp.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
        return globMatches(p, s, 0, s.length);
      }
    }
  }

  private static final Segment ANY_ONE = new Segment.AnyOne();
  private static final Segment ANY_MANY = new Segment.AnyMany();

  private static final byte[] NOTHING = {};

  /** Kinds of segments in the form for matching. */
  private static final byte LITERAL = 0;

  private static final byte ONE = 1;
  private static final byte MANY = 2;
  private static final byte GLOB = 3;

  private final String text;
  private final List<Segment> segments;
  private final byte[] kinds;
  private final byte[][] bytes;
  private final boolean literal;
  private final byte[] literalBytes;
  private final GlobstarParent parent;

  private AddressPattern(String text, List<Segment> segments, GlobstarParent parent) {
    this.text = text;
    this.segments = List.copyOf(segments);
    this.parent = parent;
    this.kinds = new byte[segments.size()];
    this.bytes = new byte[segments.size()][];
    boolean onlyLiterals = true;
    for (int i = 0; i < kinds.length; i++) {
      Segment segment = segments.get(i);
      kinds[i] =
          switch (segment) {
            case Segment.Literal _ -> LITERAL;
            case Segment.AnyOne _ -> ONE;
            case Segment.AnyMany _ -> MANY;
            case Segment.Glob _ -> GLOB;
          };
      bytes[i] =
          switch (segment) {
            case Segment.Literal(String t) -> t.getBytes(StandardCharsets.UTF_8);
            case Segment.Glob(String t) -> t.getBytes(StandardCharsets.UTF_8);
            case Segment.AnyOne _, Segment.AnyMany _ -> NOTHING;
          };
      onlyLiterals &= kinds[i] == LITERAL;
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
      throw invalid("empty address; a pattern starts with '/', for example /lights/**");
    }
    if (text.charAt(0) != '/') {
      throw invalid("address must start with '/': " + Excerpt.of(text));
    }
    String violation = AddressRules.commonViolation(text);
    if (violation != null) {
      throw invalid(violation);
    }
    List<Segment> segments = new ArrayList<>();
    int start = 1;
    while (true) {
      int slash = text.indexOf('/', start);
      int end = slash < 0 ? text.length() : slash;
      if (end == start && slash >= 0) {
        throw invalid("empty segment in address: " + Excerpt.of(text));
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

  /** The beginning of the sentence is that of the reference. */
  private static PatternException invalid(String why) {
    return new PatternException("invalid address: " + why);
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

  /** As given to {@link #parse}. */
  public GlobstarParent globstarParent() {
    return parent;
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

  /** Does the address belong to the set? False for text that is not Unicode. */
  public boolean matches(String address) {
    try {
      byte[] b = Utf8.encode(address);
      return matches(b, 0, b.length);
    } catch (EncodeException e) {
      return false;
    }
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
      if (p < kinds.length) {
        if (kinds[p] == MANY) {
          retryPattern = p++;
          retryAt = at;
          continue;
        }
        int segmentEnd = segmentEnd(b, at, end);
        if (segmentMatches(p, b, at, segmentEnd)) {
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
    if (p == kinds.length - 1 && kinds[p] == MANY) {
      // The final ** is left with nothing.
      return parent == GlobstarParent.MATCHES;
    }
    return p == kinds.length;
  }

  private static int segmentEnd(byte[] b, int at, int end) {
    int i = at;
    while (i < end && b[i] != '/') {
      i++;
    }
    return i;
  }

  private boolean segmentMatches(int p, byte[] b, int from, int to) {
    byte[] pattern = bytes[p];
    return switch (kinds[p]) {
      case LITERAL -> Arrays.equals(pattern, 0, pattern.length, b, from, to);
      case GLOB -> globMatches(pattern, b, from, to);
      default -> true;
    };
  }

  private static boolean globMatches(byte[] pattern, byte[] b, int from, int to) {
    int p = 0;
    int at = from;
    int retryPattern = -1;
    int retryAt = 0;
    while (at < to) {
      if (p < pattern.length && pattern[p] == '*') {
        retryPattern = p++;
        retryAt = at;
      } else if (p < pattern.length && pattern[p] == b[at]) {
        p++;
        at++;
      } else if (retryPattern >= 0) {
        p = retryPattern + 1;
        at = ++retryAt;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p] == '*') {
      p++;
    }
    return p == pattern.length;
  }

  // --- set algebra -------------------------------------------------------------------------------

  /** Is there an address that both match? Exact; O(product of the lengths). */
  public boolean intersects(AddressPattern other) {
    PatternBlocks a = PatternBlocks.of(this);
    PatternBlocks b = PatternBlocks.of(other);
    if (a.hasGap() && b.hasGap()) {
      // Whatever is in the middle of one fits into a gap of the other; the ends have to agree.
      return a.startsLike(b) && a.endsLike(b);
    }
    return a.hasGap() ? a.embeds(b, SegmentSets::meet) : b.embeds(a, SegmentSets::meet);
  }

  /** Is every address that the other matches matched by this one too? Exact, and as cheap. */
  public boolean includes(AddressPattern other) {
    return PatternBlocks.of(this).embeds(PatternBlocks.of(other), SegmentSets::covers);
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
}
