package dev.clasp.server;

import java.util.Arrays;

/** How long something takes, for what happens seldom. Thread-safe. */
final class Timings {

  /** Upper bounds in seconds: 1 ms to 10 s in steps of 1, 2 and 5. */
  static final double[] BOUNDS = {
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10
  };

  /**
   * A copy.
   *
   * @param counts for each bound, not summed up, and behind them what is above all
   */
  record Sample(long[] counts, double sum) {}

  private final long[] counts = new long[BOUNDS.length + 1];
  private double sum;

  synchronized void record(long nanos) {
    double seconds = nanos / 1e9;
    int i = 0;
    while (i < BOUNDS.length && seconds > BOUNDS[i]) {
      i++;
    }
    counts[i]++;
    sum += seconds;
  }

  synchronized Sample sample() {
    return new Sample(Arrays.copyOf(counts, counts.length), sum);
  }
}
