package dev.clasp.bridgehttp;

/** So many a second, and as many at once. Thread-safe. */
final class Pace {

  private final double perSecond;
  private final double burst;
  private double tokens;
  private long lastNanos;
  private boolean first = true;

  /**
   * @param perSecond 0 = any number
   */
  Pace(double perSecond) {
    this.perSecond = perSecond;
    this.burst = Math.max(1, perSecond);
    this.tokens = burst;
  }

  synchronized boolean allows(long nanos) {
    if (perSecond == 0) {
      return true;
    }
    if (!first) {
      tokens = Math.min(burst, tokens + Math.max(0, nanos - lastNanos) / 1e9 * perSecond);
    }
    first = false;
    lastNanos = nanos;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** Whole seconds until there is room again, at least 1. */
  synchronized long seconds() {
    return perSecond == 0 ? 1 : Math.max(1, (long) Math.ceil((1 - tokens) / perSecond));
  }
}
