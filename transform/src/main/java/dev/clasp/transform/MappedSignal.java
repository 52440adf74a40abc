package dev.clasp.transform;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.Map;
import java.util.Optional;

/**
 * A signal on its way between a router and another protocol. Immutable.
 *
 * @param address in the router's world an address; in the other a path that begins with a slash,
 *     which the protocol makes of what it calls its things: topics, controllers, channels
 * @param type PARAM, EVENT, STREAM or GESTURE
 * @param value {@link Value#NULL} for an event without one
 * @param hints what a rule tells the protocol, for example {@code qos} or {@code width}; normally
 *     empty
 * @param gesture there for the type GESTURE, and for no other
 */
public record MappedSignal(
    String address,
    SignalType type,
    Value value,
    Map<String, Value> hints,
    Optional<GestureStep> gesture) {

  public MappedSignal {
    hints = Map.copyOf(hints);
    if (type != SignalType.GESTURE) {
      gesture = Optional.empty();
    } else if (gesture.isEmpty()) {
      gesture = Optional.of(GestureStep.PLAIN);
    }
  }

  public MappedSignal(String address, SignalType type, Value value, Map<String, Value> hints) {
    this(address, type, value, hints, Optional.empty());
  }

  public MappedSignal(String address, SignalType type, Value value) {
    this(address, type, value, Map.of(), Optional.empty());
  }

  /** A step of a gesture. */
  public static MappedSignal gesture(String address, GestureStep step, Value value) {
    return new MappedSignal(address, SignalType.GESTURE, value, Map.of(), Optional.of(step));
  }

  /** The same somewhere else. */
  public MappedSignal at(String other) {
    return new MappedSignal(other, type, value, hints, gesture);
  }

  /** A move of a gesture, which may be left out. */
  public boolean isMove() {
    return gesture.isPresent() && gesture.get().passing();
  }

  /** A beginning or an end of a gesture, which must not be left out. */
  public boolean isEdge() {
    return gesture.isPresent() && !gesture.get().passing();
  }
}
