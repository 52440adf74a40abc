package dev.clasp.systemtests;

/** Cues for later, on a machine that may stand still until they are due. */
final class Ahead {

  private static final int TRIES = 3;

  private Ahead() {}

  /** Sends cues; returns when the router has them. */
  interface Attempt {
    /**
     * @param number of the attempt, for addresses of its own
     * @param leadMicros how far ahead the first of them is due
     * @return when that is, in microseconds of Unix time
     */
    long send(int number, long leadMicros);
  }

  /**
   * Tries with more and more time ahead until the router had everything before it was due.
   *
   * @return the number of the attempt that was in time
   */
  static int ofTime(long leadMicros, Attempt attempt) {
    long lead = leadMicros;
    for (int number = 1; number <= TRIES; number++) {
      long due = attempt.send(number, lead);
      if (System.currentTimeMillis() * 1000 < due) {
        return number;
      }
      lead *= 6;
    }
    throw new AssertionError("no cue reached the router before it was due");
  }
}
