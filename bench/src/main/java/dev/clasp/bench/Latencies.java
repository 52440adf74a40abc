package dev.clasp.bench;

import org.HdrHistogram.Histogram;

/**
 * Durations, kept to three significant digits. One thread; {@link #add} may read another's only
 * when that is quiet.
 */
final class Latencies {

  /** Longer durations count as this: 10 minutes. */
  private static final long MAX_NANOS = 600_000_000_000L;

  private final Histogram histogram = new Histogram(1, MAX_NANOS, 3);

  /** A duration in nanoseconds; below 0 counts as 0. */
  void record(long nanos) {
    histogram.recordValue(Math.clamp(nanos, 0, MAX_NANOS));
  }

  void add(Latencies other) {
    histogram.add(other.histogram);
  }

  void reset() {
    histogram.reset();
  }

  long count() {
    return histogram.getTotalCount();
  }

  /** Duration that this percentage of all durations did not exceed, in microseconds. */
  double micros(double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1000.0;
  }

  double meanMicros() {
    return histogram.getMean() / 1000.0;
  }

  double maxMicros() {
    return histogram.getMaxValue() / 1000.0;
  }
}
