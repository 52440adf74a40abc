package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A number as it came, of any width. Integers and floats compare as numbers.
 *
 * @param exact an integer; then {@code integer} holds it without rounding
 * @param real the number, rounded if it is an integer beyond 2^53
 * @param grain distance to the next number that the sender could have expressed
 */
record Scalar(boolean exact, long integer, double real, double grain) {

  /** The number at this place, or null if the value is none. */
  static @Nullable Scalar of(byte[] b, int type, int offset) {
    return switch (type) {
      case ValueLayout.I8 -> of(b[offset]);
      case ValueLayout.I16 -> of((short) Bytes.u16(b, offset));
      case ValueLayout.I32 -> of(Bytes.i32(b, offset));
      case ValueLayout.I64 -> of(Bytes.i64(b, offset));
      case ValueLayout.F32 -> {
        float f = Float.intBitsToFloat(Bytes.i32(b, offset));
        yield new Scalar(false, 0, f, Math.ulp(f));
      }
      case ValueLayout.F64 -> {
        double d = Double.longBitsToDouble(Bytes.i64(b, offset));
        yield new Scalar(false, 0, d, Math.ulp(d));
      }
      default -> null;
    };
  }

  private static Scalar of(long integer) {
    return new Scalar(true, integer, integer, 0);
  }

  /**
   * Is the distance at least epsilon? Rounding does not count against it: a fader that moves from
   * 0.2 to 0.3 has moved by 0.1, although the difference of the doubles is a little less. An
   * unchanged number never differs; NaN and infinities differ from everything.
   *
   * @param epsilon above 0
   */
  boolean differs(Scalar other, double epsilon) {
    double distance = Math.abs(distanceTo(other));
    if (distance == 0) {
      return false;
    }
    // Negated, so that NaN differs.
    return !(distance + Math.max(grain, other.grain) < epsilon);
  }

  private double distanceTo(Scalar other) {
    if (exact && other.exact) {
      long difference = integer - other.integer;
      // Overflow (Hacker's Delight 2-13): then the rounded difference is exact enough.
      if (((integer ^ other.integer) & (integer ^ difference)) >= 0) {
        return difference;
      }
    }
    return real - other.real;
  }
}
