package dev.clasp.transform;

/** Which way a signal goes through a bridge. */
public enum Direction {
  /** From the device or the other program into the router. */
  IN,

  /** From the router to the device or the other program. */
  OUT
}
