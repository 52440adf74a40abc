package dev.clasp.bridgehttp;

import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The last values that went through the bridge, for those who ask; bounded. Thread-safe. */
final class Shown {

  private static final int MAX = 10_000;

  private final Map<String, Value> values =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Value> eldest) {
          return size() > MAX;
        }
      };

  synchronized void put(String path, Value value) {
    if (value.equals(Value.NULL)) {
      values.remove(path);
    } else {
      values.put(path, value);
    }
  }

  synchronized Optional<Value> get(String path) {
    return Optional.ofNullable(values.get(path));
  }
}
