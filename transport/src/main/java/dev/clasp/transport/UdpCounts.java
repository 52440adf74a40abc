package dev.clasp.transport;

import java.util.concurrent.atomic.AtomicLongArray;

/** Totals since start. Thread-safe. */
final class UdpCounts {

  private final AtomicLongArray totals = new AtomicLongArray(UdpCounter.values().length);

  void add(UdpCounter counter) {
    totals.incrementAndGet(counter.ordinal());
  }

  long of(UdpCounter counter) {
    return totals.get(counter.ordinal());
  }
}
