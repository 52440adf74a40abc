package dev.clasp.bridge.spi;

import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One signal, or several that happen together. Immutable.
 *
 * @param signals at least one
 * @param atomic they came as one bundle, or must leave as one if the protocol can
 * @param timeMicros when they shall happen, as Unix time in microseconds; empty for now
 * @param peer who sent it, for messages and to answer; empty if it comes from the router
 */
public record Parcel(
    List<MappedSignal> signals, boolean atomic, OptionalLong timeMicros, Optional<String> peer) {

  public Parcel {
    signals = List.copyOf(signals);
  }

  public static Parcel of(MappedSignal signal) {
    return new Parcel(List.of(signal), false, OptionalLong.empty(), Optional.empty());
  }
}
