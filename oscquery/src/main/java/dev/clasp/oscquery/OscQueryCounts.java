package dev.clasp.oscquery;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one server. Thread-safe. */
final class OscQueryCounts {

  private final Map<OscQueryCounter, LongAdder> counts = new EnumMap<>(OscQueryCounter.class);

  OscQueryCounts() {
    for (OscQueryCounter counter : OscQueryCounter.values()) {
      counts.put(counter, new LongAdder());
    }
  }

  void add(OscQueryCounter counter) {
    add(counter, 1);
  }

  void add(OscQueryCounter counter, long count) {
    LongAdder adder = counts.get(counter);
    if (adder != null) {
      adder.add(count);
    }
  }

  long of(OscQueryCounter counter) {
    LongAdder adder = counts.get(counter);
    return adder == null ? 0 : adder.sum();
  }

  Map<String, Long> all() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (OscQueryCounter counter : OscQueryCounter.values()) {
      all.put(counter.name().toLowerCase(Locale.ROOT), of(counter));
    }
    return all;
  }
}
