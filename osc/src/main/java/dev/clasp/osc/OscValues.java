package dev.clasp.osc;

import dev.clasp.osc.OscArgument.Bool;
import dev.clasp.osc.OscArgument.Nil;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Arguments as values and back (bridges.md 3.3, the column of the adapter, with the corrections of
 * 3.8).
 */
public final class OscValues {

  private static final String REPLACEMENT = "\uFFFD";

  private OscValues() {}

  /** No argument is null, one is its value, several are an array. */
  public static Value value(List<OscArgument> arguments) {
    return switch (arguments.size()) {
      case 0 -> Value.NULL;
      case 1 -> value(arguments.getFirst());
      default -> array(arguments);
    };
  }

  private static Value array(List<OscArgument> arguments) {
    List<Value> values = new ArrayList<>(arguments.size());
    for (OscArgument argument : arguments) {
      values.add(value(argument));
    }
    return Value.of(values);
  }

  /**
   * The value of one argument: a time in Unix microseconds (null for {@code immediately}), a
   * character as text, a color as red, green, blue, alpha, a MIDI message as port, status and two
   * data bytes, an impulse as positive infinity.
   */
  public static Value value(OscArgument argument) {
    return switch (argument) {
      case OscArgument.Int32(int number) -> Value.of(number);
      case OscArgument.Int64(long number) -> Value.of(number);
      case OscArgument.Float32(float number) -> Value.of((double) number);
      case OscArgument.Float64(double number) -> Value.of(number);
      case OscArgument.Text(String text) -> Value.of(text);
      case OscArgument.Symbol(String text) -> Value.of(text);
      case OscArgument.Blob(byte[] bytes) -> Value.of(bytes);
      case OscArgument.Time(OscTimeTag time) ->
          time.immediately() ? Value.NULL : Value.of(time.unixMicros());
      case OscArgument.Char(int point) -> Value.of(character(point));
      case OscArgument.Rgba(int bits) -> fourBytes(bits);
      case OscArgument.Midi(int bits) -> fourBytes(bits);
      case Bool(boolean bool) -> Value.of(bool);
      case Nil _ -> Value.NULL;
      case OscArgument.Impulse _ -> Value.of(Double.POSITIVE_INFINITY);
      case OscArgument.Array(var elements) -> array(elements);
    };
  }

  private static String character(int point) {
    return Character.isValidCodePoint(point)
            && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        ? Character.toString(point)
        : REPLACEMENT;
  }

  private static Value fourBytes(int bits) {
    return Value.of(
        List.of(
            Value.of(bits >>> 24),
            Value.of((bits >>> 16) & 0xFF),
            Value.of((bits >>> 8) & 0xFF),
            Value.of(bits & 0xFF)));
  }

  /**
   * The arguments of a value: the elements of an array one by one, anything else as one. A map is a
   * text with JSON in it. A NUL, which OSC text cannot contain, becomes U+FFFD.
   */
  public static List<OscArgument> arguments(Value value, OscStyle style) {
    if (!(value instanceof Value.Array(var values))) {
      return List.of(argument(value, style));
    }
    List<OscArgument> arguments = new ArrayList<>(values.size());
    for (Value each : values) {
      append(each, style, 1, arguments);
    }
    return arguments;
  }

  private static void append(Value value, OscStyle style, int depth, List<OscArgument> arguments) {
    if (!(value instanceof Value.Array(var values))) {
      arguments.add(argument(value, style));
      return;
    }
    boolean brackets = style.nested() && depth <= OscCodec.MAX_DEPTH;
    List<OscArgument> inner = brackets ? new ArrayList<>(values.size()) : arguments;
    for (Value each : values) {
      append(each, style, depth + 1, inner);
    }
    if (brackets) {
      arguments.add(new OscArgument.Array(inner));
    }
  }

  private static OscArgument argument(Value value, OscStyle style) {
    return switch (value) {
      case Value.Null _ -> Nil.NIL;
      case Value.Bool(boolean bool) -> bool ? Bool.TRUE : Bool.FALSE;
      case Value.Int(long number) ->
          style.wide() || number != (int) number
              ? new OscArgument.Int64(number)
              : new OscArgument.Int32((int) number);
      case Value.Float(double number) ->
          style.wide() ? new OscArgument.Float64(number) : new OscArgument.Float32((float) number);
      case Value.Text(String text) -> new OscArgument.Text(withoutNul(text));
      case Value.Bytes bytes -> new OscArgument.Blob(bytes.value());
      case Value.Array _, Value.Map _ -> new OscArgument.Text(JsonText.of(value));
    };
  }

  private static String withoutNul(String text) {
    return text.indexOf(0) < 0 ? text : text.replace("\0", REPLACEMENT);
  }

  /**
   * The arguments of a value in the types that a receiver insists on: {@code f} for 1 gives {@code
   * 1.0f}. Tags that are missing at the end repeat the last one, so that {@code f} does for a list
   * of any length; those too many are ignored.
   *
   * @param tags of {@link #TAGS}
   * @throws IllegalArgumentException a value cannot become what its tag says, or a tag is unknown
   */
  public static List<OscArgument> arguments(Value value, String tags) {
    if (tags.isEmpty()) {
      return List.of();
    }
    List<Value> values = new ArrayList<>();
    flatten(value, values);
    List<OscArgument> arguments = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      arguments.add(argument(values.get(i), tags.charAt(Math.min(i, tags.length() - 1))));
    }
    return arguments;
  }

  /** What {@link #arguments(Value, String)} takes; {@code T} and {@code F} both mean a boolean. */
  public static final String TAGS = "ifsbhdSctrmTFNI";

  private static void flatten(Value value, List<Value> out) {
    if (value instanceof Value.Array(var values)) {
      values.forEach(each -> flatten(each, out));
    } else {
      out.add(value);
    }
  }

  private static OscArgument argument(Value value, char tag) {
    return switch (tag) {
      case 'i' -> new OscArgument.Int32((int) clamp(integer(value, tag)));
      case 'h' -> new OscArgument.Int64(integer(value, tag));
      case 'f' -> new OscArgument.Float32((float) number(value, tag));
      case 'd' -> new OscArgument.Float64(number(value, tag));
      case 's' -> new OscArgument.Text(text(value));
      case 'S' -> new OscArgument.Symbol(text(value));
      case 'b' ->
          value instanceof Value.Bytes bytes
              ? new OscArgument.Blob(bytes.value())
              : blob(text(value));
      case 'c' ->
          new OscArgument.Char(
              value instanceof Value.Text(String text) && !text.isEmpty()
                  ? text.codePointAt(0)
                  : (int) clamp(integer(value, tag)));
      case 't' ->
          new OscArgument.Time(
              value.equals(Value.NULL)
                  ? OscTimeTag.IMMEDIATELY
                  : OscTimeTag.ofUnixMicros(integer(value, tag)));
      case 'r' -> new OscArgument.Rgba((int) integer(value, tag));
      case 'm' -> new OscArgument.Midi((int) integer(value, tag));
      case 'T', 'F' -> truth(value) ? Bool.TRUE : Bool.FALSE;
      case 'N' -> Nil.NIL;
      case 'I' -> OscArgument.Impulse.IMPULSE;
      default ->
          throw new IllegalArgumentException(
              "there is no OSC type '" + tag + "'; there are " + TAGS);
    };
  }

  private static OscArgument blob(String text) {
    return new OscArgument.Blob(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static long clamp(long number) {
    return Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static long integer(Value value, char tag) {
    return switch (value) {
      case Value.Int(long number) -> number;
      // Toward zero, as everywhere (bridges.md 2.6).
      case Value.Float(double number) -> (long) number;
      default -> (long) number(value, tag);
    };
  }

  private static double number(Value value, char tag) {
    return switch (value) {
      case Value.Int(long number) -> number;
      case Value.Float(double number) -> number;
      case Value.Bool(boolean bool) -> bool ? 1 : 0;
      case Value.Null _ -> 0;
      case Value.Text(String text) -> parse(text, tag);
      case Value.Bytes _, Value.Array _, Value.Map _ ->
          throw new IllegalArgumentException(JsonText.of(value) + " cannot be an OSC " + tag);
    };
  }

  private static double parse(String text, char tag) {
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("the text " + text + " cannot be an OSC " + tag);
    }
  }

  private static boolean truth(Value value) {
    return switch (value) {
      case Value.Bool(boolean bool) -> bool;
      case Value.Int(long number) -> number != 0;
      case Value.Float(double number) -> number != 0;
      case Value.Null _ -> false;
      case Value.Text(String text) -> !text.isEmpty() && !text.equals("false");
      case Value.Bytes _, Value.Array _, Value.Map _ -> true;
    };
  }

  private static String text(Value value) {
    return withoutNul(value instanceof Value.Text(String text) ? text : JsonText.of(value));
  }
}
