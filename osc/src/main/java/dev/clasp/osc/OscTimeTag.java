package dev.clasp.osc;

/**
 * A point in time as NTP has it.
 *
 * @param bits seconds since 1900 in the upper half, fractions of 2^32 in the lower
 */
public record OscTimeTag(long bits) {

  /** Now, whatever the clock says. */
  public static final OscTimeTag IMMEDIATELY = new OscTimeTag(1);

  private static final long SECONDS_1900_TO_1970 = 2_208_988_800L;
  private static final long MICROS = 1_000_000;

  /**
   * @param micros Unix time in microseconds, from 1900 to 2036
   */
  public static OscTimeTag ofUnixMicros(long micros) {
    long seconds = Math.floorDiv(micros, MICROS) + SECONDS_1900_TO_1970;
    // Rounded up, so that the way back gives the same microsecond.
    long fraction = ((Math.floorMod(micros, MICROS) << 32) + MICROS - 1) / MICROS;
    return new OscTimeTag((seconds << 32) | fraction);
  }

  public boolean immediately() {
    return bits == 1;
  }

  /** Unix time in microseconds. */
  public long unixMicros() {
    long seconds = (bits >>> 32) - SECONDS_1900_TO_1970;
    return seconds * MICROS + (((bits & 0xffff_ffffL) * MICROS) >>> 32);
  }
}
