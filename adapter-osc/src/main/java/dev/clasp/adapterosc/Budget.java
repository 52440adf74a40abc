package dev.clasp.adapterosc;

/**
 * So much a second, and a burst of one second; may go into debt, which has to be paid off first.
 * Thread-safe.
 */
final class Budget {

  private static final double SECOND = 1e9;

  private final double perSecond;
  private final double burst;
  private double left;
  private long at;

  /**
   * @param perSecond 0 = any amount
   * @param nowNanos a monotonic clock
   */
  Budget(double perSecond, double burst, long nowNanos) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.left = burst;
    this.at = nowNanos;
  }

  private void refill(long now) {
    left = Math.min(burst, left + (now - at) * perSecond / SECOND);
    at = now;
  }

  /** Takes it, if so much is there. */
  synchronized boolean take(double amount, long now) {
    if (perSecond == 0) {
      return true;
    }
    refill(now);
    if (left < amount) {
      return false;
    }
    left -= amount;
    return true;
  }

  /** Takes it, there or not. */
  synchronized void spend(double amount, long now) {
    if (perSecond > 0) {
      refill(now);
      left -= amount;
    }
  }

  /** Nanoseconds until nothing is owed. */
  synchronized long debtNanos(long now) {
    if (perSecond == 0) {
      return 0;
    }
    refill(now);
    return left >= 0 ? 0 : (long) (-left / perSecond * SECOND) + 1;
  }
}
