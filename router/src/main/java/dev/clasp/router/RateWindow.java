package dev.clasp.router;

/**
 * Counts in windows of one second, and says when somebody may be told of an excess: at most once a
 * second, so that refusals are not amplified (RT-27). Lane thread only.
 */
final class RateWindow {

  private static final long SECOND = 1_000_000_000L;

  private final int max;
  private long start;
  private int count;
  private long lastNotice;

  /**
   * @param max allowed in one second
   */
  RateWindow(int max, long nowNanos) {
    this.max = max;
    this.start = nowNanos;
    this.lastNotice = nowNanos - SECOND;
  }

  /** Counts this many more; false if that is too many. */
  boolean admit(int n, long nowNanos) {
    if (nowNanos - start >= SECOND) {
      start = nowNanos;
      count = 0;
    }
    count = (int) Math.min(Integer.MAX_VALUE, (long) count + n);
    return count <= max;
  }

  /** After a refusal: true if the sender has not been told within the last second. */
  boolean mayTell(long nowNanos) {
    if (nowNanos - lastNotice < SECOND) {
      return false;
    }
    lastNotice = nowNanos;
    return true;
  }
}
