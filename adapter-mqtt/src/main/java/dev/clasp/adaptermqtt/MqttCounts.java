package dev.clasp.adaptermqtt;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Numbers of the adapter. Thread-safe. */
final class MqttCounts {

  private final LongAdder[] counts = new LongAdder[MqttCounter.values().length];

  MqttCounts() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  void add(MqttCounter counter, long amount) {
    counts[counter.ordinal()].add(amount);
  }

  void add(MqttCounter counter) {
    add(counter, 1);
  }

  long of(MqttCounter counter) {
    return counts[counter.ordinal()].sum();
  }

  Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    for (MqttCounter counter : MqttCounter.values()) {
      all.put(counter.key(), of(counter));
    }
    return all;
  }
}
