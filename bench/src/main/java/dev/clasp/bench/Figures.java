package dev.clasp.bench;

import java.util.ArrayList;
import java.util.List;

/** Collects the figures of a run, in the order in which tables show them. */
final class Figures {

  private static final double[] PERCENTILES = {50, 90, 95, 99, 99.9};

  private final List<Figure> figures = new ArrayList<>();

  Figures add(String name, Unit unit, Better better, double value) {
    figures.add(new Figure(name, unit, better, value));
    return this;
  }

  /** {@code name p50} and so on; nothing if nothing was recorded. */
  Figures add(String name, Latencies latencies) {
    if (latencies.count() > 0) {
      for (double p : PERCENTILES) {
        String digits = p == Math.rint(p) ? Integer.toString((int) p) : Double.toString(p);
        add(name + " p" + digits, Unit.MICROSECONDS, Better.LOWER, latencies.micros(p));
      }
      add(name + " max", Unit.MICROSECONDS, Better.LOWER, latencies.maxMicros());
      add(name + " mean", Unit.MICROSECONDS, Better.LOWER, latencies.meanMicros());
    }
    return this;
  }

  List<Figure> toList() {
    return List.copyOf(figures);
  }
}
