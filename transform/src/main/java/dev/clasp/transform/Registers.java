package dev.clasp.transform;

import dev.clasp.protocol.Value;
import org.jspecify.annotations.Nullable;

/**
 * What an expression calculates with. A term leaves its result in the fields and returns its kind,
 * so that numbers need no objects, and an error is a kind like others: nothing is thrown. Used
 * again and again by one thread.
 */
final class Registers {

  static final int ERROR = 0;
  static final int EMPTY = 1;

  /** In {@link #whole}: 0 or 1. */
  static final int BOOL = 2;

  static final int INT = 3;
  static final int FLOAT = 4;

  /** In {@link #object}, a {@code String}. */
  static final int TEXT = 5;

  /** In {@link #object}, a {@link Value.Array}: several results with commas between them. */
  static final int TUPLE = 6;

  /** In {@link #object}, a {@link Value} of another kind. */
  static final int OTHER = 7;

  /** Terms, elements and 16 characters count as one each. */
  private static final int MAX_STEPS = 100_000;

  static final int MAX_TEXT = 65_535;

  double number;
  long whole;
  Object object = "";
  String error = "";
  private int steps;

  // What variables stand for.
  Value input = Value.NULL;
  Value previous = Value.NULL;
  double seconds;
  double elapsed;
  int index;
  @Nullable String[] captures = {};

  private int[] localKinds = {};
  private double[] localNumbers = {};
  private long[] localWholes = {};
  private Object[] localObjects = {};

  /** Forgets what was assigned. */
  void begin(int locals) {
    steps = 0;
    if (locals > 0) {
      if (localKinds.length < locals) {
        localKinds = new int[locals];
        localNumbers = new double[locals];
        localWholes = new long[locals];
        localObjects = new Object[locals];
      }
      java.util.Arrays.fill(localKinds, EMPTY);
      java.util.Arrays.fill(localObjects, "");
    }
  }

  /** False when the expression has used up what it may. */
  boolean step(int count) {
    steps += count;
    return steps <= MAX_STEPS;
  }

  int tooLong() {
    return fail("it takes more than " + MAX_STEPS + " steps");
  }

  int fail(String why) {
    error = why;
    return ERROR;
  }

  int real(double result) {
    number = result;
    return FLOAT;
  }

  int whole(long result) {
    whole = result;
    return INT;
  }

  int bool(boolean result) {
    whole = result ? 1 : 0;
    return BOOL;
  }

  int text(String result) {
    if (result.length() > MAX_TEXT) {
      return fail("a text gets longer than " + MAX_TEXT + " characters");
    }
    if (!step(result.length() / 16 + 1)) {
      return tooLong();
    }
    object = result;
    return TEXT;
  }

  /** Takes a value apart. */
  int load(Value value) {
    return switch (value) {
      case Value.Float(double x) -> real(x);
      case Value.Int(long x) -> whole(x);
      case Value.Bool(boolean x) -> bool(x);
      case Value.Text(String x) -> {
        object = x;
        yield TEXT;
      }
      case Value.Null _, Value.Bytes _, Value.Array _, Value.Map _ -> {
        object = value;
        yield OTHER;
      }
    };
  }

  /** The result as a value; null for an error and for nothing. */
  @Nullable Value value(int kind) {
    return switch (kind) {
      case BOOL -> Value.of(whole != 0);
      case INT -> Value.of(whole);
      case FLOAT -> Value.of(number);
      case TEXT -> Value.of((String) object);
      case TUPLE, OTHER -> (Value) object;
      default -> null;
    };
  }

  void assign(int local, int kind) {
    localKinds[local] = kind;
    localNumbers[local] = number;
    localWholes[local] = whole;
    localObjects[local] = object;
  }

  int local(int local) {
    number = localNumbers[local];
    whole = localWholes[local];
    object = localObjects[local];
    return localKinds[local];
  }

  static boolean isNumber(int kind) {
    return kind == INT || kind == FLOAT;
  }

  /** Of the last result, which must be a number. */
  double asDouble(int kind) {
    return kind == INT ? whole : number;
  }

  static String nameOf(int kind) {
    return switch (kind) {
      case EMPTY -> "empty";
      case BOOL -> "boolean";
      case INT -> "int";
      case FLOAT -> "float";
      case TEXT -> "string";
      case TUPLE -> "tuple";
      default -> "value";
    };
  }
}
