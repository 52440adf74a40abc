package dev.clasp.oscquery;

import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscStyle;
import dev.clasp.osc.OscValues;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Values of other programs' trees, as JSON and as OSC, and ours. */
final class RemoteValues {

  private RemoteValues() {}

  // --- from JSON ---------------------------------------------------------------------------------

  /** What the VALUE of a node is, by its type tags; empty if it has none. */
  static Optional<Value> value(String tags, Value json) {
    if (!(json instanceof Value.Array(var elements))) {
      return Optional.empty();
    }
    Cursor cursor = new Cursor(tags);
    List<Value> values = array(cursor, elements);
    return switch (values.size()) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(values.getFirst()).filter(value -> !value.equals(Value.NULL));
      default -> Optional.of(Value.of(values));
    };
  }

  private static final class Cursor {
    private final String tags;
    private int at;

    Cursor(String tags) {
      this.tags = tags;
    }

    boolean more() {
      return at < tags.length() && tags.charAt(at) != ']';
    }
  }

  private static List<Value> array(Cursor cursor, List<Value> elements) {
    List<Value> values = new ArrayList<>();
    for (int i = 0; cursor.more(); i++) {
      Value element = i < elements.size() ? elements.get(i) : Value.NULL;
      char tag = cursor.tags.charAt(cursor.at++);
      if (tag == '[') {
        values.add(
            Value.of(array(cursor, element instanceof Value.Array(var inner) ? inner : List.of())));
        cursor.at++;
      } else {
        values.add(typed(tag, element));
      }
    }
    return values;
  }

  private static Value typed(char tag, Value element) {
    return switch (tag) {
      case 'f', 'd' ->
          element instanceof Value.Int(long n) ? Value.of((double) n) : numeric(element);
      case 'i', 'h', 't' ->
          element instanceof Value.Float(double n) ? Value.of((long) n) : numeric(element);
      case 's', 'S', 'c' -> element instanceof Value.Text ? element : Value.NULL;
      case 'T', 'F' -> element instanceof Value.Bool ? element : Value.of(tag == 'T');
      case 'r' -> element instanceof Value.Text(String hex) ? color(hex) : Value.NULL;
      default -> Value.NULL;
    };
  }

  private static Value numeric(Value element) {
    return element instanceof Value.Int || element instanceof Value.Float ? element : Value.NULL;
  }

  /** {@code #FA6432FF} as red, green, blue, alpha. */
  private static Value color(String hex) {
    if (!hex.matches("#[0-9A-Fa-f]{8}")) {
      return Value.NULL;
    }
    return OscValues.value(new OscArgument.Rgba(Integer.parseUnsignedInt(hex.substring(1), 16)));
  }

  // --- to OSC ------------------------------------------------------------------------------------

  /**
   * The arguments that a method insists on.
   *
   * @throws IllegalArgumentException the value cannot become that
   */
  static List<OscArgument> arguments(RemoteNode node, SignalType type, Value value) {
    if (type == SignalType.EVENT && value.equals(Value.NULL)) {
      return switch (node.tags()) {
        case "I" -> List.of(OscArgument.Impulse.IMPULSE);
        case "N" -> List.of(OscArgument.Nil.NIL);
        case "T", "F" -> List.of(OscArgument.Bool.TRUE);
        default -> List.of();
      };
    }
    if (node.tags().equals("r") && value instanceof Value.Array(var parts) && parts.size() == 4) {
      int bits = 0;
      for (Value part : parts) {
        bits = bits << 8 | (int) Math.clamp(number(part), 0L, 255L);
      }
      return List.of(new OscArgument.Rgba(bits));
    }
    return node.tags().contains("[") || node.tags().isEmpty()
        ? OscValues.arguments(value, new OscStyle(false, true))
        : OscValues.arguments(value, node.tags());
  }

  private static long number(Value value) {
    return switch (value) {
      case Value.Int(long number) -> number;
      case Value.Float(double number) -> Math.round(number);
      default -> 0;
    };
  }

  // --- scaling -----------------------------------------------------------------------------------

  /** From a range to 0 to 1. */
  static Value toUnit(Range range, Value value) {
    return switch (value) {
      case Value.Int(long number) -> Value.of(unit(range, number));
      case Value.Float(double number) -> Value.of(unit(range, number));
      case Value.Array(var values) ->
          Value.of(values.stream().map(each -> toUnit(range, each)).toList());
      default -> value;
    };
  }

  private static double unit(Range range, double number) {
    return (number - range.min()) / (range.max() - range.min());
  }

  /** From 0 to 1 to a range. */
  static Value fromUnit(Range range, Value value) {
    return switch (value) {
      case Value.Int(long number) -> Value.of(ranged(range, number));
      case Value.Float(double number) -> Value.of(ranged(range, number));
      case Value.Array(var values) ->
          Value.of(values.stream().map(each -> fromUnit(range, each)).toList());
      default -> value;
    };
  }

  private static double ranged(Range range, double number) {
    return range.min() + number * (range.max() - range.min());
  }
}
