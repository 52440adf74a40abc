package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message.SignalDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Announced signal definitions, by address. Bounded. Thread-safe. */
final class SignalRegistry {

  private final int max;
  private final Map<String, SignalDefinition> byAddress = new ConcurrentHashMap<>();

  SignalRegistry(int max) {
    this.max = max;
  }

  /** Stores the definitions, all or none; false when they do not fit. */
  synchronized boolean announce(List<SignalDefinition> definitions) {
    long added =
        definitions.stream().filter(d -> !byAddress.containsKey(d.address())).distinct().count();
    if (byAddress.size() + added > max) {
      return false;
    }
    definitions.forEach(d -> byAddress.put(d.address(), d));
    return true;
  }

  int size() {
    return byAddress.size();
  }

  /** Definitions whose address matches, sorted by address. */
  List<SignalDefinition> query(AddressPattern pattern) {
    List<SignalDefinition> found = new ArrayList<>();
    for (SignalDefinition definition : byAddress.values()) {
      if (pattern.matches(definition.address())) {
        found.add(definition);
      }
    }
    found.sort(Comparator.comparing(SignalDefinition::address));
    return found;
  }
}
