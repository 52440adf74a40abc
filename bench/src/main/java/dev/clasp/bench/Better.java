package dev.clasp.bench;

/** Which direction of a figure is the good one. */
public enum Better {
  HIGHER,
  LOWER,
  /** Says something about the run, not about the quality of the target. */
  NEITHER
}
