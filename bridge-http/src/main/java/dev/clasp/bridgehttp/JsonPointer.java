package dev.clasp.bridgehttp;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A place in a document (RFC 6901): {@code /lights/1/state/on}. One thing more than the standard
 * has: {@code *} goes through all entries of an array or map, unless the map has a key {@code *}.
 * Immutable.
 */
record JsonPointer(List<String> steps) {

  static final JsonPointer WHOLE = new JsonPointer(List.of());

  private static final int MAX_LENGTH = 1000;
  private static final int MAX_STEPS = 64;

  /** Values that one pointer with {@code *} may find. */
  static final int MAX_FOUND = 10_000;

  JsonPointer {
    steps = List.copyOf(steps);
  }

  /**
   * Reads one; empty text is the whole document.
   *
   * @throws IllegalArgumentException it is none
   */
  static JsonPointer parse(String text) {
    if (text.isEmpty()) {
      return WHOLE;
    }
    if (text.charAt(0) != '/' || text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a JSON pointer begins with a slash, as in /lights/1/on, not: " + start(text));
    }
    List<String> steps = new ArrayList<>();
    for (String step : text.substring(1).split("/", -1)) {
      steps.add(unescaped(step, text));
    }
    if (steps.size() > MAX_STEPS) {
      throw new IllegalArgumentException("a JSON pointer has at most " + MAX_STEPS + " steps");
    }
    return new JsonPointer(steps);
  }

  private static String start(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "..." : text;
  }

  private static String unescaped(String step, String whole) {
    if (step.indexOf('~') < 0) {
      return step;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < step.length(); i++) {
      char c = step.charAt(i);
      if (c != '~') {
        out.append(c);
        continue;
      }
      char next = ++i < step.length() ? step.charAt(i) : ' ';
      if (next != '0' && next != '1') {
        throw new IllegalArgumentException(
            "in a JSON pointer ~0 is a tilde and ~1 a slash; there is another ~ in "
                + start(whole));
      }
      out.append(next == '0' ? '~' : '/');
    }
    return out.toString();
  }

  /** Whether it may find more than one value. */
  boolean many() {
    return steps.contains("*");
  }

  /** How many stars it has. */
  int stars() {
    return (int) steps.stream().filter("*"::equals).count();
  }

  /** The same with something in place of the stars, as far as they go. */
  JsonPointer at(List<String> stars) {
    List<String> all = new ArrayList<>();
    int next = 0;
    for (String step : steps) {
      all.add(step.equals("*") && next < stars.size() ? stars.get(next++) : step);
    }
    return new JsonPointer(all);
  }

  /** What is there, for one without stars. */
  Optional<Value> find(Value document) {
    Value at = document;
    for (String step : steps) {
      Optional<Value> next = step(at, step);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      at = next.get();
    }
    return Optional.of(at);
  }

  /**
   * Everything that is there.
   *
   * @param found gets what the stars stand for, keys or numbers from 0, and the value
   * @return how many there were
   */
  int each(Value document, BiConsumer<List<String>, Value> found) {
    int[] count = {0};
    walk(
        document,
        0,
        new ArrayList<>(),
        (stars, value) -> {
          if (count[0]++ < MAX_FOUND) {
            found.accept(stars, value);
          }
        });
    return Math.min(count[0], MAX_FOUND);
  }

  private void walk(
      Value at, int depth, List<String> stars, BiConsumer<List<String>, Value> found) {
    if (depth == steps.size()) {
      found.accept(List.copyOf(stars), at);
      return;
    }
    String step = steps.get(depth);
    Optional<Value> next = step(at, step);
    if (next.isPresent()) {
      if (step.equals("*")) {
        stars.add("*");
      }
      walk(next.get(), depth + 1, stars, found);
      if (step.equals("*")) {
        stars.removeLast();
      }
    } else if (step.equals("*")) {
      switch (at) {
        case Value.Array(List<Value> values) -> {
          for (int i = 0; i < values.size() && i < MAX_FOUND; i++) {
            stars.add("" + i);
            walk(values.get(i), depth + 1, stars, found);
            stars.removeLast();
          }
        }
        case Value.Map(Map<String, Value> entries) -> {
          for (Map.Entry<String, Value> entry : entries.entrySet()) {
            stars.add(entry.getKey());
            walk(entry.getValue(), depth + 1, stars, found);
            stars.removeLast();
          }
        }
        case Value.Null _,
            Value.Bool _,
            Value.Int _,
            Value.Float _,
            Value.Text _,
            Value.Bytes _ -> {}
      }
    }
  }

  private static Optional<Value> step(Value at, String step) {
    return switch (at) {
      case Value.Map(Map<String, Value> entries) -> Optional.ofNullable(entries.get(step));
      case Value.Array(List<Value> values) ->
          // No leading zeros (RFC 6901 section 4).
          step.matches("0|[1-9][0-9]{0,7}") && Integer.parseInt(step) < values.size()
              ? Optional.of(values.get(Integer.parseInt(step)))
              : Optional.empty();
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ ->
          Optional.empty();
    };
  }
}
