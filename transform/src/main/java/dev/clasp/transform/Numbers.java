package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.math.BigDecimal;

/** Numbers of values (bridges.md 2.6): Int and Float are numbers, nothing else is. */
final class Numbers {

  private static final int LONGEST = 400;

  private Numbers() {}

  static boolean is(Value value) {
    return value instanceof Value.Float || value instanceof Value.Int;
  }

  /** NaN for what is no number. */
  static double of(Value value) {
    return switch (value) {
      case Value.Float(double number) -> number;
      case Value.Int(long number) -> number;
      case Value.Null _, Value.Bool _, Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ ->
          Double.NaN;
    };
  }

  /** To the nearest whole number, halves away from zero. */
  static double round(double x) {
    double size = Math.abs(x);
    double whole = Math.floor(size);
    return Math.copySign(size - whole >= 0.5 ? whole + 1 : whole, x);
  }

  /** Shortest digits, never an exponent, no {@code .0}. */
  static String text(double x) {
    if (Double.isNaN(x)) {
      return "NaN";
    }
    if (Double.isInfinite(x)) {
      return x > 0 ? "inf" : "-inf";
    }
    if (x == Math.rint(x) && Math.abs(x) < 1e15) {
      return x == 0 && 1 / x < 0 ? "-0" : Long.toString((long) x);
    }
    return new BigDecimal(Double.toString(x)).stripTrailingZeros().toPlainString();
  }

  /** A finite decimal number such as {@code -1.5e3}; NaN for any other text. */
  static double parse(String text) {
    if (text.isEmpty() || text.length() > LONGEST) {
      return Double.NaN;
    }
    for (int i = 0; i < text.length(); i++) {
      if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
        return Double.NaN;
      }
    }
    try {
      double number = Double.parseDouble(text);
      return Double.isFinite(number) ? number : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** Digits with or without a sign that fit in 18 places, which can be calculated with. */
  static boolean isWhole(String text) {
    int from = text.startsWith("-") ? 1 : 0;
    if (text.length() == from || text.length() - from > 18) {
      return false;
    }
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
