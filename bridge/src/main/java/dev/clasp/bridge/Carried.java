package dev.clasp.bridge;

import dev.clasp.protocol.SignalType;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.OptionalLong;

/**
 * What goes through a bridge as one: a signal, or several that belong together.
 *
 * @param atMicros when it shall happen; empty for now
 * @param nanos when it came
 */
record Carried(List<MappedSignal> signals, boolean atomic, OptionalLong atMicros, long nanos) {

  static Carried of(MappedSignal signal, long nanos) {
    return new Carried(List.of(signal), false, OptionalLong.empty(), nanos);
  }

  MappedSignal first() {
    return signals.getFirst();
  }

  /** One value for now: a newer one may take its place. */
  boolean replaceable() {
    return signals.size() == 1 && atMicros.isEmpty() && first().type() == SignalType.PARAM;
  }

  /** Must it happen as one, or at a time? */
  boolean bundled() {
    return atMicros.isPresent() || atomic && signals.size() > 1;
  }
}
