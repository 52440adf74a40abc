package dev.clasp.router;

import java.util.Arrays;

/**
 * Upper bounds of buckets in steps of 1, 2 and 5 (operations.md 12.1). A histogram with these
 * bounds is an array of {@link #cells} longs: one for each bound, one for what is above all, and
 * the sum of the values.
 */
final class Ladder {

  /** Times from 10 microseconds to one second, in nanoseconds. */
  static final Ladder LATENCY = new Ladder(10_000, 16, 1e9);

  /** Times from a millisecond to ten seconds, in nanoseconds. */
  static final Ladder HANDSHAKE = new Ladder(1_000_000, 13, 1e9);

  /** Numbers from 1 to 1000. */
  static final Ladder FANOUT = new Ladder(1, 10, 1);

  /** Numbers from 1 to 10,000. */
  static final Ladder QUEUE = new Ladder(1, 13, 1);

  private final long[] bounds;
  private final double perUnit;

  /**
   * @param perUnit what to divide values by to get the unit that the series is named after
   */
  private Ladder(long first, int count, double perUnit) {
    this.perUnit = perUnit;
    this.bounds = new long[count];
    long decade = first;
    for (int i = 0; i < count; i += 3) {
      bounds[i] = decade;
      if (i + 1 < count) {
        bounds[i + 1] = 2 * decade;
      }
      if (i + 2 < count) {
        bounds[i + 2] = 5 * decade;
      }
      decade *= 10;
    }
  }

  /** Length of an array for it. */
  int cells() {
    return bounds.length + 2;
  }

  /** Adds a value several times. One writer at a time. */
  void record(long[] cells, long value, int times) {
    int i = 0;
    while (i < bounds.length && value > bounds[i]) {
      i++;
    }
    cells[i] += times;
    cells[bounds.length + 1] += value * times;
  }

  /** For readers: the sums of some such arrays, as a metric. */
  RouterMetrics.Histogram metric(String series, String labels, String help, long[] cells) {
    double[] upper = new double[bounds.length];
    for (int i = 0; i < upper.length; i++) {
      // A division gives 2E-5, a product 2.0000000000000003E-5.
      upper[i] = bounds[i] / perUnit;
    }
    return new RouterMetrics.Histogram(
        series,
        labels,
        help,
        upper,
        Arrays.copyOf(cells, bounds.length + 1),
        cells[bounds.length + 1] / perUnit);
  }
}
