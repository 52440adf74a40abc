package dev.clasp.bridgemidi;

/** How much may pass: a burst at once, then so much in a time. Full at first. Not thread-safe. */
final class Allowance {

  private double left = Double.MAX_VALUE;
  private long at;

  Allowance(long now) {
    this.at = now;
  }

  /** Whether one more may pass; if so, it is counted. */
  boolean admits(int burst, double perNano, long now) {
    left = Math.min(burst, left + (now - at) * perNano);
    at = now;
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }
}
