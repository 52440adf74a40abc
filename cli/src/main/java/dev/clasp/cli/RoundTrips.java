package dev.clasp.cli;

import org.HdrHistogram.Histogram;

/** Times of pings. Memory does not grow with their number. Not thread-safe. */
final class RoundTrips {

  private static final int DIGITS = 3;

  private final Histogram nanos = new Histogram(DIGITS);
  private long min = Long.MAX_VALUE;
  private long max;

  void add(long time) {
    nanos.recordValue(Math.max(0, time));
    min = Math.min(min, time);
    max = Math.max(max, time);
  }

  long count() {
    return nanos.getTotalCount();
  }

  /** Nanoseconds. */
  long min() {
    return min;
  }

  /** Nanoseconds. */
  long max() {
    return max;
  }

  /** Nanoseconds, to three digits. */
  long percentile(double percent) {
    return Math.clamp(nanos.getValueAtPercentile(percent), min, max);
  }
}
