package dev.clasp.midi;

/**
 * Values of other widths (M2-115, "Bit Scaling and Resolution"): least, middle and most stay what
 * they are. Up to the middle a value is shifted; above it the bits below the highest are repeated,
 * so that all ones become all ones.
 */
public final class UmpScale {

  private UmpScale() {}

  /**
   * To more bits.
   *
   * @param from 2 to 32
   * @param to at least {@code from}, at most 32
   * @return as an unsigned number
   */
  public static long up(long value, int from, int to) {
    int shift = to - from;
    long shifted = value << shift;
    if (value <= 1L << from - 1) {
      return shifted;
    }
    int width = from - 1;
    long repeated = value & (1L << width) - 1;
    int left = shift - width;
    long pattern = left > 0 ? repeated << left : repeated >>> -left;
    while (pattern != 0) {
      shifted |= pattern;
      pattern >>>= width;
    }
    return shifted;
  }

  /** To fewer bits: the lower ones are cut off. */
  public static long down(long value, int from, int to) {
    return value >>> from - to;
  }
}
