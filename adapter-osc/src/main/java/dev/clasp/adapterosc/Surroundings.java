package dev.clasp.adapterosc;

import dev.clasp.security.Authenticator;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What all sessions share. Thread-safe.
 *
 * @param wantsTokens nobody comes in without one; see {@link Authenticator#OPEN}
 * @param nanos a monotonic clock
 */
record Surroundings(
    OscAdapterConfig config,
    OscNamespace namespace,
    OscCounts counts,
    Hosts hosts,
    boolean wantsTokens,
    LongSupplier nanos) {

  static Surroundings of(OscAdapterConfig config, boolean wantsTokens, LongSupplier nanos) {
    return new Surroundings(
        config,
        new OscNamespace(config.namespace()),
        new OscCounts(),
        new Hosts(config, nanos.getAsLong()),
        wantsTokens,
        nanos);
  }

  long now() {
    return nanos.getAsLong();
  }

  /** The entry of the list of those who may come that holds this address. */
  Optional<OscAllowance> allowance(InetAddress address) {
    for (OscAllowance allowance : config.allowed()) {
      if (allowance.holds(address)) {
        return Optional.of(allowance);
      }
    }
    return Optional.empty();
  }

  /** May a program come from there at all? */
  boolean admits(InetAddress address) {
    return config.allowed().isEmpty() || allowance(address).isPresent();
  }
}
