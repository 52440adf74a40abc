package dev.clasp.bench;

import java.util.Arrays;

/**
 * What several runs gave.
 *
 * @param count number of runs, at least 1
 */
public record Spread(double median, double min, double max, int count) {

  /**
   * @throws IllegalArgumentException there are no values
   */
  public static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("a median needs at least one value");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }
}
