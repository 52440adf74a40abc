package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A query over a value (RFC 9535): names, indices, slices, wildcards, descendants and filters with
 * {@code length}, {@code count} and {@code value}. The regular expressions of {@code match} and
 * {@code search} are left out, because their time cannot be bounded.
 *
 * <p>Bounds: 1,024 characters, 64 segments, 16 levels of filters, 100,000 values looked at; what
 * comes after is not found. Immutable and thread-safe.
 */
final class JsonPath {

  static final int MAX_STEPS = 100_000;

  private final List<Segment> segments;

  JsonPath(List<Segment> segments) {
    this.segments = List.copyOf(segments);
  }

  /**
   * Reads a path that begins with {@code $}.
   *
   * @throws MappingException it is none; with the place
   */
  static JsonPath parse(String text, String where) {
    return new JsonPathParser(text, where).parse();
  }

  /** What it finds, in order. */
  List<Value> find(Value root) {
    return find(root, root, new Budget());
  }

  private List<Value> find(Value start, Value root, Budget budget) {
    List<Value> current = List.of(start);
    for (Segment segment : segments) {
      List<Value> next = new ArrayList<>();
      for (Value value : current) {
        segment.apply(value, root, next, budget);
      }
      current = next;
    }
    return current;
  }

  /** True if it finds at most one value: names and indices only. */
  boolean singular() {
    for (Segment segment : segments) {
      if (segment.descends()
          || segment.selectors().size() != 1
          || !(segment.selectors().getFirst() instanceof Selector.Name
              || segment.selectors().getFirst() instanceof Selector.Index)) {
        return false;
      }
    }
    return true;
  }

  /** Counts down. */
  private static final class Budget {
    private int left = MAX_STEPS;

    boolean take() {
      return left-- > 0;
    }
  }

  record Segment(boolean descends, List<Selector> selectors) {

    Segment {
      selectors = List.copyOf(selectors);
    }

    // Values are at most 64 deep (wire.md 8).
    private void apply(Value value, Value root, List<Value> out, Budget budget) {
      for (Selector selector : selectors) {
        select(selector, value, root, out, budget);
      }
      if (descends) {
        for (Value child : children(value)) {
          if (!budget.take()) {
            return;
          }
          apply(child, root, out, budget);
        }
      }
    }
  }

  /** Which children. */
  sealed interface Selector {
    record Name(String name) implements Selector {}

    record Index(long index) implements Selector {}

    record Slice(@Nullable Long start, @Nullable Long end, long step) implements Selector {}

    record Wildcard() implements Selector {}

    record Filter(Test test) implements Selector {}
  }

  /** A question about a child. */
  sealed interface Test {
    record Or(List<Test> tests) implements Test {}

    record And(List<Test> tests) implements Test {}

    record Not(Test test) implements Test {}

    record Exists(Query query) implements Test {}

    record Compare(Operand left, String op, Operand right) implements Test {}
  }

  /** One side of a comparison. */
  sealed interface Operand {
    record Literal(Value value) implements Operand {}

    record Single(Query query) implements Operand {}

    record Length(Operand of) implements Operand {}

    record Count(Query query) implements Operand {}

    /** The value if the query finds exactly one. */
    record Only(Query query) implements Operand {}
  }

  /** From the root ({@code $}) or the child ({@code @}). */
  record Query(boolean fromRoot, JsonPath path) {}

  private static Iterable<Value> children(Value value) {
    return switch (value) {
      case Value.Array(List<Value> values) -> values;
      case Value.Map(Map<String, Value> entries) -> entries.values();
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Text _, Value.Bytes _ ->
          List.of();
    };
  }

  private static void select(
      Selector selector, Value value, Value root, List<Value> out, Budget budget) {
    switch (selector) {
      case Selector.Name(String name) -> {
        if (value instanceof Value.Map(Map<String, Value> entries)) {
          Value found = entries.get(name);
          if (found != null && budget.take()) {
            out.add(found);
          }
        }
      }
      case Selector.Index(long index) -> {
        if (value instanceof Value.Array(List<Value> values)) {
          long at = index < 0 ? values.size() + index : index;
          if (at >= 0 && at < values.size() && budget.take()) {
            out.add(values.get((int) at));
          }
        }
      }
      case Selector.Slice slice -> {
        if (value instanceof Value.Array(List<Value> values)) {
          slice(slice, values, out, budget);
        }
      }
      case Selector.Wildcard() -> {
        for (Value child : children(value)) {
          if (!budget.take()) {
            return;
          }
          out.add(child);
        }
      }
      case Selector.Filter(Test test) -> {
        for (Value child : children(value)) {
          if (!budget.take()) {
            return;
          }
          if (holds(test, child, root, budget)) {
            out.add(child);
          }
        }
      }
    }
  }

  /** RFC 9535 2.3.4.2.2. */
  private static void slice(
      Selector.Slice slice, List<Value> values, List<Value> out, Budget budget) {
    long size = values.size();
    long step = slice.step();
    if (step == 0) {
      return;
    }
    long start = normal(slice.start() == null ? (step > 0 ? 0 : size - 1) : slice.start(), size);
    // Without an end backwards goes to the first one, which no number says.
    long end = slice.end() == null ? (step > 0 ? size : -1) : normal(slice.end(), size);
    if (step > 0) {
      long to = Math.clamp(end, 0, size);
      for (long i = Math.clamp(start, 0, size); i < to && budget.take(); i += step) {
        out.add(values.get((int) i));
      }
    } else {
      long to = Math.clamp(end, -1, size - 1);
      for (long i = Math.clamp(start, -1, size - 1); i > to && budget.take(); i += step) {
        out.add(values.get((int) i));
      }
    }
  }

  private static long normal(long index, long size) {
    return index >= 0 ? index : size + index;
  }

  private static boolean holds(Test test, Value child, Value root, Budget budget) {
    return switch (test) {
      case Test.Or(List<Test> tests) -> {
        for (Test each : tests) {
          if (holds(each, child, root, budget)) {
            yield true;
          }
        }
        yield false;
      }
      case Test.And(List<Test> tests) -> {
        for (Test each : tests) {
          if (!holds(each, child, root, budget)) {
            yield false;
          }
        }
        yield true;
      }
      case Test.Not(Test inner) -> !holds(inner, child, root, budget);
      case Test.Exists(Query query) -> !run(query, child, root, budget).isEmpty();
      case Test.Compare(Operand left, String op, Operand right) ->
          compare(operand(left, child, root, budget), op, operand(right, child, root, budget));
    };
  }

  private static List<Value> run(Query query, Value child, Value root, Budget budget) {
    return query.path().find(query.fromRoot() ? root : child, root, budget);
  }

  /** Null is RFC 9535's Nothing. */
  private static @Nullable Value operand(Operand operand, Value child, Value root, Budget budget) {
    return switch (operand) {
      case Operand.Literal(Value value) -> value;
      case Operand.Single(Query query) -> only(run(query, child, root, budget));
      case Operand.Only(Query query) -> only(run(query, child, root, budget));
      case Operand.Count(Query query) -> Value.of((long) run(query, child, root, budget).size());
      case Operand.Length(Operand of) -> {
        Value value = operand(of, child, root, budget);
        yield switch (value) {
          case Value.Text(String text) -> Value.of((long) text.codePointCount(0, text.length()));
          case Value.Array(List<Value> values) -> Value.of((long) values.size());
          case Value.Map(Map<String, Value> entries) -> Value.of((long) entries.size());
          case null, default -> null;
        };
      }
    };
  }

  private static @Nullable Value only(List<Value> found) {
    return found.size() == 1 ? found.getFirst() : null;
  }

  private static boolean compare(@Nullable Value a, String op, @Nullable Value b) {
    return switch (op) {
      case "==" -> equal(a, b);
      case "!=" -> !equal(a, b);
      case "<" -> less(a, b);
      case ">" -> less(b, a);
      case "<=" -> less(a, b) || equal(a, b);
      default -> less(b, a) || equal(a, b);
    };
  }

  private static boolean equal(@Nullable Value a, @Nullable Value b) {
    if (a == null || b == null) {
      return a == null && b == null;
    }
    return Numbers.is(a) && Numbers.is(b) ? Numbers.of(a) == Numbers.of(b) : a.equals(b);
  }

  private static boolean less(@Nullable Value a, @Nullable Value b) {
    if (a == null || b == null) {
      return false;
    }
    if (a instanceof Value.Text(String x) && b instanceof Value.Text(String y)) {
      return x.compareTo(y) < 0;
    }
    return Numbers.of(a) < Numbers.of(b);
  }
}
