package dev.clasp.bridgehttp;

import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The two documents that CLASP's own HTTP API answers (bridges.md 9.2): {@code {"address":…,
 * "value":…}}, and a list of those in {@code signals}.
 */
final class SignalShapes {

  private SignalShapes() {}

  /**
   * Takes out the signals.
   *
   * @return false if it is neither of the two
   */
  static boolean from(Value document, SignalType type, Consumer<MappedSignal> found) {
    if (!(document instanceof Value.Map(Map<String, Value> entries))) {
      return false;
    }
    if (entries.get("signals") instanceof Value.Array(List<Value> signals)) {
      boolean all = true;
      for (Value signal : signals) {
        all &= one(signal, type, found);
      }
      return all;
    }
    return one(document, type, found);
  }

  private static boolean one(Value document, SignalType type, Consumer<MappedSignal> found) {
    if (!(document instanceof Value.Map(Map<String, Value> entries))
        || !(entries.get("address") instanceof Value.Text(String address))
        || !entries.containsKey("value")) {
      return false;
    }
    String path = address.startsWith("/") ? address : "/" + address;
    if (AddressRules.violation(path) != null) {
      return false;
    }
    found.accept(new MappedSignal(path, type, entries.get("value")));
    return true;
  }
}
