package dev.clasp.dmx;

/** What a float means as the level of a slot (bridges.md 5.3). */
public enum FloatMode {
  /** 0.0 to 1.0 is dark to full; above 1 it is a level like an integer. */
  UNIT,
  /** A level like an integer; fractions are cut off. */
  RAW
}
