package dev.clasp.bench;

/**
 * Finds the highest rate that passes: doubles until one fails, then halves the interval until it is
 * narrow enough, or too low to be worth trying.
 */
final class Bisection {

  private final double least;
  private final double precision;
  private final int maxProbes;
  private double passed;
  private double failed = Double.POSITIVE_INFINITY;
  private double next;
  private int probes;

  /**
   * @param first rate to try first
   * @param least rates below this are not tried: too few messages to say anything
   * @param precision when the interval is narrower than this fraction of it, it is good enough
   * @param maxProbes tries at most
   */
  Bisection(double first, double least, double precision, int maxProbes) {
    this.least = least;
    this.next = first;
    this.precision = precision;
    this.maxProbes = maxProbes;
  }

  boolean done() {
    return probes >= maxProbes
        || failed <= least
        || failed != Double.POSITIVE_INFINITY && failed - passed <= precision * failed;
  }

  /** The rate to try. */
  double next() {
    return next;
  }

  /** Takes the result for {@link #next}. */
  void result(boolean ok) {
    probes++;
    if (ok) {
      passed = next;
    } else {
      failed = next;
    }
    next =
        failed == Double.POSITIVE_INFINITY
            ? 2 * passed
            : Math.max(Math.min(least, failed), (passed + failed) / 2);
  }

  /** The highest rate that passed; 0 if none did. */
  double best() {
    return passed;
  }

  int probes() {
    return probes;
  }
}
