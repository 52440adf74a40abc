package dev.clasp.bench;

import java.util.Objects;

/**
 * One measured number.
 *
 * @param name unique in its run, lower case with spaces: {@code latency p99}
 * @param value finite
 */
public record Figure(String name, Unit unit, Better better, double value) {
  public Figure {
    Objects.requireNonNull(name);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " must be a finite number, not " + value);
    }
  }
}
