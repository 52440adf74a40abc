package dev.clasp.server;

import dev.clasp.discovery.RegistryConfig;
import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.transport.OriginPolicy;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A rendezvous server beside a router (discovery.md 4). Immutable. It takes over from the router
 * who may come in: if that wants tokens, whoever registers needs one (D-26).
 *
 * @param port of its own, 0 = any free one; empty = none
 * @param host where that port listens, if not where the router does
 * @param mainPort whether the router's own port serves it too
 * @param registry its bounds
 * @param listing what is told to those who ask without a tag
 * @param guardListing whether also those who list devices need a token, if the router wants tokens
 * @param origins further web pages that may register devices
 * @param file where devices are kept over a restart
 */
public record RendezvousSettings(
    OptionalInt port,
    Optional<String> host,
    boolean mainPort,
    RegistryConfig registry,
    RendezvousConfig.Listing listing,
    boolean guardListing,
    OriginPolicy origins,
    Optional<Path> file) {

  /** On the port that clients try, without a file. */
  public static final RendezvousSettings DEFAULT =
      new RendezvousSettings(
          OptionalInt.of(RendezvousConfig.DEFAULT_PORT),
          Optional.empty(),
          false,
          RegistryConfig.DEFAULT,
          RendezvousConfig.Listing.ALL,
          false,
          OriginPolicy.LOCAL,
          Optional.empty());

  public RendezvousSettings {
    if (port.isEmpty() && !mainPort) {
      throw new IllegalArgumentException("a rendezvous server needs a port, or the main one");
    }
    if (port.isPresent() && (port.getAsInt() < 0 || port.getAsInt() > 65_535)) {
      throw new IllegalArgumentException("port must be 0 to 65535, not " + port.getAsInt());
    }
  }

  /**
   * @param own a port of its own; empty = none
   * @param main whether the router's port serves it too
   */
  public RendezvousSettings withPorts(OptionalInt own, boolean main) {
    return new RendezvousSettings(own, host, main, registry, listing, guardListing, origins, file);
  }

  public RendezvousSettings withHost(String value) {
    return new RendezvousSettings(
        port, Optional.of(value), mainPort, registry, listing, guardListing, origins, file);
  }

  public RendezvousSettings withRegistry(RegistryConfig value) {
    return new RendezvousSettings(
        port, host, mainPort, value, listing, guardListing, origins, file);
  }

  /**
   * @param guard whether whoever lists devices needs a token too
   */
  public RendezvousSettings withListing(RendezvousConfig.Listing value, boolean guard) {
    return new RendezvousSettings(port, host, mainPort, registry, value, guard, origins, file);
  }

  public RendezvousSettings withOrigins(OriginPolicy value) {
    return new RendezvousSettings(
        port, host, mainPort, registry, listing, guardListing, value, file);
  }

  public RendezvousSettings withFile(Path value) {
    return new RendezvousSettings(
        port, host, mainPort, registry, listing, guardListing, origins, Optional.of(value));
  }
}
