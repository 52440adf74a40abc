package dev.clasp.bridge;

import dev.clasp.protocol.SignalType;
import dev.clasp.transform.MappedSignal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What the other side should show, if it keeps values; it is told again after a reconnect. What the
 * other side says itself takes the place of what it was told, once the router has it; what it was
 * never told, it is not told back.
 *
 * <p>Bounded. Not thread-safe.
 */
final class ShownValues {

  private static final int MAX_REMEMBERED = 100_000;

  /** By path. */
  private final LinkedHashMap<String, MappedSignal> shown = new LinkedHashMap<>();

  /** What the other side has said and the router has not confirmed yet, by address. */
  private final LinkedHashMap<String, MappedSignal> heard = new LinkedHashMap<>();

  /** The other side is told a parameter. */
  void put(MappedSignal signal) {
    shown.put(signal.address(), signal);
    if (shown.size() > MAX_REMEMBERED) {
      shown.pollFirstEntry();
    }
  }

  /** The other side shows that already, whoever has told it. */
  void is(MappedSignal signal) {
    if (signal.type() == SignalType.PARAM) {
      shown.computeIfPresent(
          signal.address(),
          // What rules say of a message is still so.
          (_, old) ->
              new MappedSignal(signal.address(), signal.type(), signal.value(), old.hints()));
    }
  }

  /** The other side says it, and it goes to an address of the router. */
  void heard(String address, MappedSignal signal) {
    if (shown.containsKey(signal.address())) {
      heard.remove(address);
      heard.put(address, signal);
      if (heard.size() > MAX_REMEMBERED) {
        heard.pollFirstEntry();
      }
    }
  }

  /** The router has taken what was heard last for an address. */
  void accepted(String address) {
    MappedSignal signal = heard.remove(address);
    if (signal != null) {
      is(signal);
    }
  }

  Collection<MappedSignal> values() {
    return List.copyOf(shown.values());
  }

  void clear() {
    shown.clear();
    heard.clear();
  }
}
