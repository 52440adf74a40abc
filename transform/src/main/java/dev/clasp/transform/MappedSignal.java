package dev.clasp.transform;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.Map;

/**
 * A signal on its way between a router and another protocol. Immutable.
 *
 * @param address in the router's world an address; in the other a path that begins with a slash,
 *     which the protocol makes of what it calls its things: topics, controllers, channels
 * @param type PARAM, EVENT or STREAM
 * @param value {@link Value#NULL} for an event without one
 * @param hints what a rule tells the protocol, for example {@code qos} or {@code width}; normally
 *     empty
 */
public record MappedSignal(String address, SignalType type, Value value, Map<String, Value> hints) {

  public MappedSignal {
    hints = Map.copyOf(hints);
  }

  public MappedSignal(String address, SignalType type, Value value) {
    this(address, type, value, Map.of());
  }
}
