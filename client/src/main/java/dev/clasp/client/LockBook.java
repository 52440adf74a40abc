package dev.clasp.client;

import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The locks that this session holds, with the value that it wrote last: a router of the reference
 * keeps a lock for ever unless it is given back, and giving back takes a write. Loop.
 */
final class LockBook {

  private final Map<String, Value> held = new LinkedHashMap<>();

  /** A write was confirmed by the router, or sent without asking for that. */
  void wrote(Request.Write write) {
    if (write.unlocks()) {
      held.remove(write.address());
    } else if (write.locks() || held.containsKey(write.address())) {
      held.put(write.address(), write.value());
    }
  }

  /** A bundle was confirmed. */
  void wrote(Request.Group group) {
    group.writes().forEach((address, value) -> held.computeIfPresent(address, (_, _) -> value));
  }

  List<String> addresses() {
    return List.copyOf(held.keySet());
  }

  Map<String, Value> held() {
    return held;
  }

  /** The session is over, and with it the locks. */
  void clear() {
    held.clear();
  }
}
