package dev.clasp.bridgemidi;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;

/** Values of signals as the whole numbers of MIDI, and back (bridges.md 4.6). Immutable. */
record MidiMappingScale(boolean normalize, boolean bendFromZero) {

  /** A whole number from 0 to {@code most}. */
  Value value(int raw, int most) {
    return normalize ? Value.of((double) raw / most) : Value.of((long) raw);
  }

  /** A bend from -8192 to 8191. The middle is 0, or 0.5, exactly. */
  Value bend(int raw) {
    if (!normalize) {
      return Value.of((long) raw);
    }
    double signed = raw < 0 ? raw / 8192.0 : raw / 8191.0;
    return Value.of(bendFromZero ? (signed + 1) / 2 : signed);
  }

  /**
   * The whole number for a value, 0 to {@code most}; beyond its ends it is the end.
   *
   * @param hints {@code range}, two numbers, says what is 0 and what is the most
   */
  int raw(Value value, int most, Map<String, Value> hints) {
    double number = number(value);
    if (value instanceof Value.Bool) {
      return number > 0 ? most : 0;
    }
    if (hints.containsKey("range")) {
      number = part(number, hints) * most;
    } else if (normalize) {
      number *= most;
    }
    return (int) Math.clamp(Math.round(number), 0L, (long) most);
  }

  /** The bend for a value. */
  int rawBend(Value value, Map<String, Value> hints) {
    double number = number(value);
    double signed;
    if (hints.containsKey("range")) {
      signed = part(number, hints) * 2 - 1;
    } else if (normalize) {
      signed = bendFromZero ? number * 2 - 1 : number;
    } else {
      return (int) Math.clamp(Math.round(number), -8192L, 8191L);
    }
    return (int) Math.clamp(Math.round(signed * (signed < 0 ? 8192 : 8191)), -8192L, 8191L);
  }

  /** A whole number that is never scaled: a note, a program, a position. */
  static int whole(String what, Value value, int least, int most) {
    double number = number(value);
    if (number < least || number > most || value instanceof Value.Bool) {
      throw new MidiMappingRefusal(
          what + " must be from " + least + " to " + most + ", not " + shown(value));
    }
    return (int) Math.round(number);
  }

  /** Integers, floats, and true and false as 1 and 0. */
  static double number(Value value) {
    double number =
        switch (value) {
          case Value.Int(long whole) -> whole;
          case Value.Float(double real) -> real;
          case Value.Bool(boolean on) -> on ? 1 : 0;
          default -> Double.NaN;
        };
    if (Double.isNaN(number)) {
      throw new MidiMappingRefusal("needs a number, not " + shown(value));
    }
    return number;
  }

  private static double part(double number, Map<String, Value> hints) {
    if (hints.get("range") instanceof Value.Array(List<Value> ends) && ends.size() == 2) {
      double least = number(ends.get(0));
      double most = number(ends.get(1));
      if (most != least) {
        return (number - least) / (most - least);
      }
    }
    throw new MidiMappingRefusal("the hint range has to be two numbers that differ");
  }

  /** A value in a message to the user, not at any length. */
  static String shown(Value value) {
    String text =
        switch (value) {
          case Value.Null() -> "null";
          case Value.Bool(boolean on) -> "" + on;
          case Value.Int(long whole) -> "" + whole;
          case Value.Float(double real) -> "" + real;
          case Value.Text(String characters) -> "\"" + characters + "\"";
          case Value.Bytes bytes -> bytes.length() + " bytes";
          case Value.Array(List<Value> values) -> "an array of " + values.size();
          case Value.Map(Map<String, Value> entries) -> "a map of " + entries.keySet();
        };
    return text.length() > 60 ? text.substring(0, 57) + "..." : text;
  }
}
