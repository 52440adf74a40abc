package dev.clasp.adapterosc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** Totals since start. Thread-safe. */
final class OscCounts {

  private final AtomicLongArray totals = new AtomicLongArray(OscCounter.values().length);

  void add(OscCounter counter) {
    totals.incrementAndGet(counter.ordinal());
  }

  void add(OscCounter counter, int count) {
    totals.addAndGet(counter.ordinal(), count);
  }

  long of(OscCounter counter) {
    return totals.get(counter.ordinal());
  }

  Map<String, Long> all() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (OscCounter counter : OscCounter.values()) {
      all.put(counter.key(), of(counter));
    }
    return all;
  }
}
