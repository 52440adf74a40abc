package dev.clasp.transform;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An address with open places, as a rule writes it: {@code *} one segment or a part of one, {@code
 * **} any number of segments, {@code {name}} and {@code {name**}} the same with a name, {@code
 * {name+1}} a number calculated from one. On one side of a rule it is a pattern ({@link
 * AddressMatcher}), on the other a template ({@link AddressTemplate}).
 *
 * <p>A star without a name has its number as name: 1 for the first. Immutable.
 *
 * @param text with a slash in front
 */
record AddressPath(String text, List<List<Part>> segments) {

  static final int MAX_LENGTH = 1024;
  private static final int MAX_SEGMENTS = 64;
  private static final int MAX_NAMES = 32;

  /** So that taking it from 18 digits does not overflow. */
  private static final long LARGEST = 100_000_000_000_000_000L;

  /** A piece of a segment. */
  sealed interface Part {
    record Literal(String text) implements Part {}

    /**
     * An open place.
     *
     * @param many any number of segments
     * @param least how many characters it needs
     */
    record Wild(String name, boolean many, int least) implements Part {}

    /**
     * A calculation with whole numbers.
     *
     * @param names in it
     * @param line how to take it back
     */
    record Sum(String expression, List<String> names, @Nullable Line line) implements Part {}
  }

  /** {@code factor * name + offset}. */
  record Line(String name, long factor, long offset) {

    /** What the name must be for this result; null if there is no such whole number. */
    @Nullable String back(String result) {
      if (!Numbers.isWhole(result)) {
        return null;
      }
      long rest = Long.parseLong(result) - offset;
      return rest % factor == 0 ? Long.toString(rest / factor) : null;
    }
  }

  AddressPath {
    segments = segments.stream().map(List::copyOf).toList();
  }

  /**
   * Reads one; a missing slash is put in front.
   *
   * @throws MappingException it cannot be used; says why
   */
  static AddressPath parse(String given, String where) {
    String text = given.startsWith("/") ? given : "/" + given;
    if (text.length() > MAX_LENGTH) {
      throw new MappingException(where, "has more than " + MAX_LENGTH + " characters");
    }
    return new Reader(text, where).read();
  }

  /** Every name that a pattern finds out. */
  Set<String> captured() {
    Set<String> names = new LinkedHashSet<>();
    for (List<Part> segment : segments) {
      for (Part part : segment) {
        switch (part) {
          case Part.Wild wild -> names.add(wild.name());
          case Part.Sum sum -> names.addAll(sum.names());
          case Part.Literal _ -> {}
        }
      }
    }
    return names;
  }

  /** The names that must be whole numbers, because they are calculated with. */
  Set<String> numbers() {
    Set<String> names = new LinkedHashSet<>();
    segments.forEach(segment ->
        segment.forEach(part -> {
          if (part instanceof Part.Sum sum) {
            names.addAll(sum.names());
          }
        }));
    return names;
  }

  /** The same with stars only, as one subscribes to it. */
  String pattern() {
    StringBuilder out = new StringBuilder();
    for (List<Part> segment : segments) {
      out.append('/');
      for (Part part : segment) {
        out.append(
            switch (part) {
              case Part.Literal literal -> literal.text();
              case Part.Wild wild -> wild.many() ? "**" : "*";
              case Part.Sum _ -> "*";
            });
      }
    }
    return out.toString();
  }

  boolean isLiteral() {
    return captured().isEmpty();
  }

  private static final class Reader {
    private final String text;
    private final String where;
    private final Set<String> names = new LinkedHashSet<>();
    private int stars;

    Reader(String text, String where) {
      this.text = text;
      this.where = where;
    }

    private MappingException mistake(String why) {
      return new MappingException(where, why + " in " + text);
    }

    AddressPath read() {
      List<List<Part>> segments = new ArrayList<>();
      int from = 1;
      while (true) {
        int end = end(from);
        segments.add(segment(text.substring(from, end)));
        if (segments.size() > MAX_SEGMENTS) {
          throw mistake("there are more than " + MAX_SEGMENTS + " segments");
        }
        if (end == text.length()) {
          break;
        }
        from = end + 1;
      }
      if (names.size() > MAX_NAMES) {
        throw mistake("there are more than " + MAX_NAMES + " names");
      }
      return new AddressPath(text, segments);
    }

    /** The next slash that is not between braces: {@code {ch/16}} is one segment. */
    private int end(int from) {
      int open = 0;
      for (int i = from; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '{') {
          open++;
        } else if (c == '}') {
          open--;
        } else if (c == '/' && open == 0) {
          return i;
        } else if (c < 0x20 || c == 0x7F) {
          throw mistake("there is a control character");
        }
      }
      return text.length();
    }

    private List<Part> segment(String segment) {
      if (segment.equals("**")) {
        return List.of(wild(Integer.toString(++stars), true, 0));
      }
      List<Part> parts = new ArrayList<>();
      StringBuilder literal = new StringBuilder();
      int at = 0;
      while (at < segment.length()) {
        char c = segment.charAt(at);
        if (c == '*') {
          while (at < segment.length() && segment.charAt(at) == '*') {
            at++;
          }
          flush(literal, parts);
          add(parts, wild(Integer.toString(++stars), false, 0));
        } else if (c == '{') {
          int close = segment.indexOf('}', at);
          if (close < 0) {
            throw mistake("'}' is missing");
          }
          flush(literal, parts);
          add(parts, braces(segment.substring(at + 1, close).strip()));
          at = close + 1;
        } else if (c == '}') {
          throw mistake("'{' is missing");
        } else {
          literal.append(c);
          at++;
        }
      }
      flush(literal, parts);
      if (parts.size() > 1
          && parts.stream().anyMatch(part -> part instanceof Part.Wild wild && wild.many())) {
        throw mistake("{name**} must stand alone between slashes");
      }
      return parts;
    }

    private static void flush(StringBuilder literal, List<Part> parts) {
      if (!literal.isEmpty()) {
        parts.add(new Part.Literal(literal.toString()));
        literal.setLength(0);
      }
    }

    private void add(List<Part> parts, Part part) {
      if (!parts.isEmpty() && !(parts.getLast() instanceof Part.Literal)) {
        throw mistake("two open places touch each other; put something between them");
      }
      parts.add(part);
    }

    private Part.Wild wild(String name, boolean many, int least) {
      if (!names.add(name)) {
        throw mistake("{" + name + "} is there twice");
      }
      return new Part.Wild(name, many, least);
    }

    private Part braces(String inside) {
      if (inside.endsWith("**") && isName(inside.substring(0, inside.length() - 2))) {
        return wild(inside.substring(0, inside.length() - 2), true, 0);
      }
      if (isName(inside)) {
        return wild(inside, false, 1);
      }
      List<String> used = namesIn(inside);
      if (used.isEmpty()) {
        throw mistake("{" + inside + "} has no name in it");
      }
      Expression expression = Expression.parse(inside, false, used, where + " {" + inside + "}");
      if (expression.usesState()) {
        throw mistake("an address does not know t, dt and prev");
      }
      return new Part.Sum(inside, used, line(expression.term(), used));
    }

    private static boolean isName(String text) {
      if (text.isEmpty()) {
        return false;
      }
      boolean number = Character.isDigit(text.charAt(0));
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        boolean digit = c >= '0' && c <= '9';
        if (!digit && (number || !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'))) {
          return false;
        }
      }
      return true;
    }

    private static List<String> namesIn(String expression) {
      Set<String> names = new LinkedHashSet<>();
      int at = 0;
      while (at < expression.length()) {
        int from = at;
        while (at < expression.length() && isName("_" + expression.charAt(at))) {
          at++;
        }
        if (at == from) {
          at++;
        } else if (!Character.isDigit(expression.charAt(from))
            && !expression.substring(at).stripLeading().startsWith("(")) {
          names.add(expression.substring(from, at));
        }
      }
      return List.copyOf(names);
    }

    private static @Nullable Line line(Term term, List<String> names) {
      try {
        long[] parts = linear(term);
        return parts == null || parts[0] < 0 || parts[1] == 0 || Math.abs(parts[2]) > LARGEST
            ? null
            : new Line(names.get((int) parts[0]), parts[1], parts[2]);
      } catch (ArithmeticException e) {
        return null;
      }
    }

    /** Name (-1 for none), factor and offset; null if it is not a line. */
    private static long @Nullable [] linear(Term term) {
      return switch (term) {
        case Term.Constant constant ->
            constant.value instanceof dev.clasp.protocol.Value.Int(long x)
                ? new long[] {-1, 0, x}
                : null;
        case Term.Capture capture -> new long[] {capture.slot, 1, 0};
        case Term.Negate negate -> {
          long[] inner = linear(negate.operand);
          yield inner == null
              ? null
              : new long[] {inner[0], Math.negateExact(inner[1]), Math.negateExact(inner[2])};
        }
        case Term.Binary binary -> combined(binary.op, linear(binary.left), linear(binary.right));
        default -> null;
      };
    }

    private static long @Nullable [] combined(String op, long @Nullable [] a, long @Nullable [] b) {
      if (a == null || b == null || a[0] >= 0 && b[0] >= 0) {
        return null;
      }
      long name = Math.max(a[0], b[0]);
      return switch (op) {
        case "+" -> new long[] {name, Math.addExact(a[1], b[1]), Math.addExact(a[2], b[2])};
        case "-" ->
            new long[] {name, Math.subtractExact(a[1], b[1]), Math.subtractExact(a[2], b[2])};
        case "*" -> {
          long constant = a[0] < 0 ? a[2] : b[2];
          long[] line = a[0] < 0 ? b : a;
          yield new long[] {
            name, Math.multiplyExact(line[1], constant), Math.multiplyExact(line[2], constant)
          };
        }
        default -> null;
      };
    }
  }
}
