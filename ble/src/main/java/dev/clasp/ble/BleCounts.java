package dev.clasp.ble;

import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of a listener. Thread-safe. */
final class BleCounts {

  private final AtomicLongArray counts = new AtomicLongArray(BleCounter.values().length);

  void add(BleCounter counter) {
    counts.incrementAndGet(counter.ordinal());
  }

  long of(BleCounter counter) {
    return counts.get(counter.ordinal());
  }
}
