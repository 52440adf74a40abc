package dev.clasp.bridgeosc;

import dev.clasp.osc.OscException;
import dev.clasp.osc.OscPattern;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The OSC addresses that have come or gone, for patterns to match. Thread-safe. Bounded: beyond the
 * limit no new ones are learned.
 */
final class KnownAddresses {

  static final int MAX = 16_384;

  private final Set<String> addresses = ConcurrentHashMap.newKeySet();

  boolean contains(String address) {
    return addresses.contains(address);
  }

  void add(String address) {
    if (addresses.size() < MAX) {
      addresses.add(address);
    }
  }

  /**
   * In order.
   *
   * @throws OscException it takes too long
   */
  List<String> matching(OscPattern pattern) throws OscException {
    return pattern.select(addresses).stream().sorted().toList();
  }

  int size() {
    return addresses.size();
  }
}
