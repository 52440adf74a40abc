package dev.clasp.protocol;

import java.util.ArrayList;
import java.util.List;

/** Values between two values (wire.md 7.4), without overflow at any distance. */
final class Interpolation {

  private Interpolation() {}

  /**
   * Floats and ints move evenly, arrays of equal length member by member; everything else, an int
   * and a float included, changes at half the way.
   *
   * @param part of the way, 0 to 1; curves may go beyond
   */
  static Value between(Value from, Value to, double part) {
    return switch (from) {
      case Value.Float(double a) when to instanceof Value.Float(double b) ->
          Value.of(between(a, b, part));
      case Value.Int(long a) when to instanceof Value.Int(long b) -> Value.of(between(a, b, part));
      case Value.Array(List<Value> a)
          when to instanceof Value.Array(List<Value> b) && a.size() == b.size() -> {
        List<Value> members = new ArrayList<>(a.size());
        for (int i = 0; i < a.size(); i++) {
          members.add(between(a.get(i), b.get(i), part));
        }
        yield Value.of(members);
      }
      case Value.Float _,
          Value.Int _,
          Value.Array _,
          Value.Null _,
          Value.Bool _,
          Value.Text _,
          Value.Bytes _,
          Value.Map _ ->
          part >= 0.5 ? to : from;
    };
  }

  private static double between(double a, double b, double part) {
    // So that infinities and NaN do not spread to the end where they are not.
    if (part == 0) {
      return a;
    }
    if (part == 1) {
      return b;
    }
    double way = b - a;
    return Double.isInfinite(way) ? a * (1 - part) + b * part : a + way * part;
  }

  private static long between(long a, long b, double part) {
    long way = b - a;
    long result;
    if (((b ^ a) & (b ^ way)) < 0) {
      // The way is longer than a long holds: doubles hold it, with 53 bits of precision.
      result = (long) (a * (1 - part) + b * part);
    } else {
      long step = (long) (way * part);
      result = a + step;
      if (((a ^ result) & (step ^ result)) < 0) {
        // Only a curve that goes beyond the end can get here.
        result = a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
      }
    }
    // Rounding must not lead beyond the ends either.
    return part >= 0 && part <= 1 ? Math.clamp(result, Math.min(a, b), Math.max(a, b)) : result;
  }
}
