package dev.clasp.router;

/**
 * A token bucket, and what it takes to speak of an excess without amplifying it: at most once a
 * second, with a count (RT-27). Lane thread only; does not allocate.
 *
 * <p>Whoever asks for more at once than the bucket holds gets it from a full bucket and then waits
 * until the debt is paid, so that a large bundle under a small rate is late and not impossible.
 */
final class RateLimit {

  private static final long SECOND = 1_000_000_000L;

  private final double perNano;
  private final double burst;
  private double level;
  private long filledAt;

  /** Monotonic time of the first and of the latest refusal of a row without a pause of a second. */
  private long excessSince;

  private long refusedAt;
  private long toldAt;
  private int refused;

  /**
   * A full bucket.
   *
   * @param perSecond 0 = no limit, and then nothing may be asked
   * @param burst what may come at once, at least one
   */
  RateLimit(double perSecond, double burst, long nowNanos) {
    this.perNano = perSecond / SECOND;
    this.burst = Math.max(1, burst);
    this.level = this.burst;
    this.filledAt = nowNanos;
    this.excessSince = nowNanos;
    this.refusedAt = nowNanos - SECOND;
    this.toldAt = nowNanos - SECOND;
  }

  /** There is a limit at all. */
  boolean limits() {
    return perNano > 0;
  }

  /** Is there room for this many more? Takes nothing. */
  boolean has(int n, long nowNanos) {
    level = Math.min(burst, level + perNano * (nowNanos - filledAt));
    filledAt = nowNanos;
    return level >= Math.min(n, burst);
  }

  /** After {@link #has}. */
  void take(int n) {
    level -= n;
  }

  /** Takes this many, or refuses them and notes that. */
  boolean admit(int n, long nowNanos) {
    if (has(n, nowNanos)) {
      take(n);
      return true;
    }
    if (nowNanos - refusedAt >= SECOND) {
      excessSince = nowNanos;
    }
    refusedAt = nowNanos;
    refused = (int) Math.min(Integer.MAX_VALUE, (long) refused + n);
    return false;
  }

  /** After a refusal: how long there has been one at least every second, in nanoseconds. */
  long excessNanos() {
    return refusedAt - excessSince;
  }

  /**
   * After a refusal: how many were refused since this was asked last, if that is a second ago; else
   * 0, and nobody is to be told.
   */
  int refusedToTell(long nowNanos) {
    if (nowNanos - toldAt < SECOND) {
      return 0;
    }
    toldAt = nowNanos;
    int n = refused;
    refused = 0;
    return n;
  }
}
