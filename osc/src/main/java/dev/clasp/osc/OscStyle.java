package dev.clasp.osc;

/**
 * How values become arguments.
 *
 * @param wide numbers as {@code h} and {@code d}; else as {@code i} and {@code f}, which every
 *     program understands, and {@code h} only for integers that do not fit
 * @param nested arrays in arrays between {@code [} and {@code ]}; else all their elements in a row
 */
public record OscStyle(boolean wide, boolean nested) {

  /** What nearly every program understands. */
  public static final OscStyle PLAIN = new OscStyle(false, false);
}
