package dev.clasp.client;

import java.util.concurrent.atomic.LongAdder;

/** The counters of a client. Thread-safe. */
final class Counters {

  private final LongAdder[] adders = new LongAdder[Counter.values().length];

  Counters() {
    for (int i = 0; i < adders.length; i++) {
      adders[i] = new LongAdder();
    }
  }

  void add(Counter counter, long n) {
    adders[counter.ordinal()].add(n);
  }

  long get(Counter counter) {
    return adders[counter.ordinal()].sum();
  }
}
