package dev.clasp.bridgehttp;

import dev.clasp.protocol.AddressRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A path with open places: {@code /doors/:name/open}, {@code /hooks/*rest}; as patterns of
 * addresses are written, {@code /doors/{name}/open}, {@code /doors/*} and {@code /doors/**}, too.
 * What stands for several segments comes last. Places without a name are called 1, 2 and so on.
 * Immutable.
 */
final class PathTemplate {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int MAX_PATH = 4096;

  private final String source;
  private final List<Segment> segments = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  /**
   * @param text the segment itself, or the name of what stands there
   * @param least segments that the rest must have
   */
  private record Segment(Kind kind, String text, int least) {}

  private enum Kind {
    LITERAL,
    ONE,
    REST
  }

  private PathTemplate(String source) {
    this.source = source;
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException it is none
   */
  static PathTemplate parse(String text) {
    if (text.isEmpty() || text.charAt(0) != '/' || text.length() > AddressRules.MAX_BYTES) {
      throw new IllegalArgumentException("a path begins with a slash, not: " + start(text));
    }
    PathTemplate template = new PathTemplate(text);
    String[] parts = text.substring(1).split("/", -1);
    if (parts.length > AddressRules.MAX_SEGMENTS) {
      throw new IllegalArgumentException(
          "a path has at most " + AddressRules.MAX_SEGMENTS + " segments");
    }
    for (int i = 0; i < parts.length; i++) {
      template.add(parts[i], i == parts.length - 1);
    }
    return template;
  }

  private static String start(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "..." : text;
  }

  private void add(String part, boolean last) {
    if (part.equals("*")) {
      open(Kind.ONE, "" + (names.size() + 1), 1, last);
    } else if (part.equals("**")) {
      open(Kind.REST, "" + (names.size() + 1), 0, last);
    } else if (part.startsWith(":")) {
      open(Kind.ONE, part.substring(1), 1, last);
    } else if (part.startsWith("*")) {
      open(Kind.REST, part.substring(1), 1, last);
    } else if (part.startsWith("{") && part.endsWith("**}")) {
      open(Kind.REST, part.substring(1, part.length() - 3), 1, last);
    } else if (part.startsWith("{") && part.endsWith("}")) {
      open(Kind.ONE, part.substring(1, part.length() - 1), 1, last);
    } else if (part.indexOf('*') >= 0 || part.indexOf('{') >= 0) {
      throw new IllegalArgumentException(
          "an open place takes a whole segment: :name, *rest, {name}; not " + part);
    } else {
      segments.add(new Segment(Kind.LITERAL, part, 1));
    }
  }

  private void open(Kind kind, String name, int least, boolean last) {
    if (!name.matches("[0-9]{1,2}") && !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the name of an open place has letters, digits and _, not: " + name);
    }
    if (kind == Kind.REST && !last) {
      throw new IllegalArgumentException("what stands for several segments comes last: " + source);
    }
    if (names.contains(name)) {
      throw new IllegalArgumentException("two places are called " + name + " in " + source);
    }
    names.add(name);
    segments.add(new Segment(kind, name, least));
  }

  /** What its open places are called. */
  List<String> names() {
    return List.copyOf(names);
  }

  /** How many segments are no open places: the more, the more it means this very path. */
  int literals() {
    return (int) segments.stream().filter(segment -> segment.kind == Kind.LITERAL).count();
  }

  /**
   * Compares.
   *
   * @param encoded whether it is a path of a URL
   * @return what stands in the open places; empty if it is another path, or one that cannot be read
   */
  Optional<Map<String, String>> match(String path, boolean encoded) {
    if (path.isEmpty() || path.charAt(0) != '/' || path.length() > MAX_PATH) {
      return Optional.empty();
    }
    String[] parts = path.substring(1).split("/", -1);
    Map<String, String> found = new LinkedHashMap<>();
    int at = 0;
    for (Segment segment : segments) {
      if (segment.kind == Kind.REST) {
        if (parts.length - at < segment.least) {
          return Optional.empty();
        }
        List<String> rest = new ArrayList<>();
        while (at < parts.length) {
          Optional<String> part = part(parts[at++], encoded, true);
          if (part.isEmpty()) {
            return Optional.empty();
          }
          rest.add(part.get());
        }
        found.put(segment.text, String.join("/", rest));
        return Optional.of(found);
      }
      if (at == parts.length) {
        return Optional.empty();
      }
      Optional<String> part = part(parts[at++], encoded, segment.kind == Kind.ONE);
      if (part.isEmpty() || segment.kind == Kind.LITERAL && !part.get().equals(segment.text)) {
        return Optional.empty();
      }
      if (segment.kind == Kind.ONE) {
        found.put(segment.text, part.get());
      }
    }
    return at == parts.length ? Optional.of(found) : Optional.empty();
  }

  /** What becomes part of an address must not be more than one segment of it. */
  private static Optional<String> part(String raw, boolean encoded, boolean open) {
    Optional<String> part = encoded ? PercentText.decode(raw, false) : Optional.of(raw);
    return part.filter(text ->
        text.indexOf('/') < 0
            && (!open
                || !text.isEmpty()
                    && text.indexOf('*') < 0
                    && text.chars().noneMatch(Character::isISOControl)));
  }

  @Override
  public String toString() {
    return source;
  }
}
