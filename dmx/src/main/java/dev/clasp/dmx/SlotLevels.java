package dev.clasp.dmx;

import dev.clasp.protocol.Value;

/** Levels of slots from values, and back (bridges.md 5.3). */
public final class SlotLevels {

  /** The value is no level. */
  public static final int NONE = -1;

  private static final int FULL = 0xFF;
  private static final int FULL_WIDE = 0xFFFF;

  private SlotLevels() {}

  /**
   * The level of one slot.
   *
   * @return 0 to 255; {@link #NONE} for a text, bytes, an array or a map
   */
  public static int level(Value value, FloatMode mode) {
    return level(value, mode, FULL);
  }

  /**
   * The level of two slots, coarse and fine.
   *
   * @return 0 to 65535, coarse in the upper byte; {@link #NONE} for a text, bytes, an array or a
   *     map
   */
  public static int wide(Value value, FloatMode mode) {
    return level(value, mode, FULL_WIDE);
  }

  private static int level(Value value, FloatMode mode, int full) {
    return switch (value) {
      case Value.Int(long number) -> Math.clamp(number, 0, full);
      case Value.Float(double number) -> real(number, mode, full);
      case Value.Bool(boolean on) -> on ? full : 0;
      // Nobody wants it to be lit.
      case Value.Null _ -> 0;
      case Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ -> NONE;
    };
  }

  private static int real(double number, FloatMode mode, int full) {
    if (mode == FloatMode.UNIT && number <= 1) {
      return unit(number, full);
    }
    // Not a number is 0; a fraction is cut off.
    return Math.clamp((long) number, 0, full);
  }

  /** A share of full; halves are rounded up. */
  static int unit(double share, int full) {
    return share > 0 ? (int) Math.round(Math.min(share, 1) * full) : 0;
  }

  /** 0.0 to 1.0. */
  public static double share(int level) {
    return level / (double) FULL;
  }

  /** 0.0 to 1.0 of a coarse and a fine slot. */
  public static double share(int coarse, int fine) {
    return (coarse << 8 | fine) / (double) FULL_WIDE;
  }

  /** How much of full a master lets through, 0.0 to 1.0: integers up to 255, floats up to 1. */
  static double master(Value value) {
    return switch (value) {
      case Value.Int(long number) -> Math.clamp(number, 0, FULL) / (double) FULL;
      case Value.Float(double number) -> number > 0 ? Math.min(number, 1) : 0;
      case Value.Bool(boolean on) -> on ? 1 : 0;
      case Value.Null _, Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ -> Double.NaN;
    };
  }
}
