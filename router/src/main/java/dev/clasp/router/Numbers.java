package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ValueLayout;

/**
 * Numbers in the bytes of a value, compared without making objects. Int and float of any width
 * compare by what they stand for: 42 equals 42.0 (clients.md R20).
 */
final class Numbers {

  /** Result of {@link #compare} when one of both is NaN. */
  static final int UNORDERED = 2;

  private static final double TWO_TO_63 = 0x1p63;

  private Numbers() {}

  static boolean isInt(int type) {
    return type >= ValueLayout.I8 && type <= ValueLayout.I64;
  }

  static boolean isFloat(int type) {
    return type == ValueLayout.F32 || type == ValueLayout.F64;
  }

  static boolean isNumber(int type) {
    return type >= ValueLayout.I8 && type <= ValueLayout.F64;
  }

  /** The integer behind a type code for which {@link #isInt} holds. */
  static long intAt(byte[] b, int type, int offset) {
    return switch (type) {
      case ValueLayout.I8 -> b[offset];
      case ValueLayout.I16 -> (short) Bytes.u16(b, offset);
      case ValueLayout.I32 -> Bytes.i32(b, offset);
      default -> Bytes.i64(b, offset);
    };
  }

  /** The number as a double; a long beyond 2^53 is rounded. */
  static double doubleAt(byte[] b, int type, int offset) {
    return switch (type) {
      case ValueLayout.F32 -> Float.intBitsToFloat(Bytes.i32(b, offset));
      case ValueLayout.F64 -> Double.longBitsToDouble(Bytes.i64(b, offset));
      default -> intAt(b, type, offset);
    };
  }

  /** -1, 0, 1, or {@link #UNORDERED}. Exact: no long is rounded. 0.0 equals -0.0. */
  static int compare(byte[] a, int typeA, int offsetA, byte[] b, int typeB, int offsetB) {
    if (isInt(typeA)) {
      long left = intAt(a, typeA, offsetA);
      return isInt(typeB)
          ? Long.compare(left, intAt(b, typeB, offsetB))
          : compare(left, doubleAt(b, typeB, offsetB));
    }
    double left = doubleAt(a, typeA, offsetA);
    if (isInt(typeB)) {
      int turned = compare(intAt(b, typeB, offsetB), left);
      return turned == UNORDERED ? UNORDERED : -turned;
    }
    double right = doubleAt(b, typeB, offsetB);
    return left < right ? -1 : left > right ? 1 : left == right ? 0 : UNORDERED;
  }

  private static int compare(long left, double right) {
    if (Double.isNaN(right)) {
      return UNORDERED;
    }
    if (right >= TWO_TO_63) {
      return -1;
    }
    if (right < -TWO_TO_63) {
      return 1;
    }
    long whole = (long) right;
    return left != whole ? Long.compare(left, whole) : Double.compare(0.0, right - whole + 0.0);
  }
}
