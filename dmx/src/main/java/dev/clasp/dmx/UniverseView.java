package dev.clasp.dmx;

import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One universe of a bridge for people and programs: what comes in and what leaves. */
public final class UniverseView {

  private UniverseView() {}

  /**
   * @return with {@code in} and {@code out}, as far as there is something; empty if there is
   *     nothing
   */
  public static Optional<Value> of(DmxReceiver receiver, DmxTransmitter transmitter, int number) {
    Map<String, Value> view = new LinkedHashMap<>();
    receiver.view(number).ifPresent(in -> view.put("in", Value.of(in)));
    transmitter.view(number).ifPresent(out -> view.put("out", Value.of(out)));
    return view.isEmpty() ? Optional.empty() : Optional.of(Value.of(view));
  }
}
