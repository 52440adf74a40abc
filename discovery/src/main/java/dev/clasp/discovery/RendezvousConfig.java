package dev.clasp.discovery;

import dev.clasp.transport.OriginPolicy;
import dev.clasp.transport.TrustedProxies;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of a rendezvous server (discovery.md 4.6). Immutable.
 *
 * @param registry its bounds
 * @param listing what is told to those who ask without a tag
 * @param origins which web pages may register and unregister devices; all may list them, as in the
 *     reference
 * @param proxies whose word is taken for whom they speak for
 * @param registering who may register, refresh and unregister
 * @param discovering who may list devices
 * @param file where devices are kept over a restart, if they are
 */
public record RendezvousConfig(
    RegistryConfig registry,
    Listing listing,
    OriginPolicy origins,
    TrustedProxies proxies,
    RendezvousGate registering,
    RendezvousGate discovering,
    Optional<Path> file) {

  /** The port that clients try. */
  public static final int DEFAULT_PORT = 7340;

  /** What is told to those who ask without a tag. */
  public enum Listing {
    /** Everything. */
    ALL,
    /** Nothing: only who knows a tag sees the devices that have it (D-19). */
    TAGGED
  }

  public static final RendezvousConfig DEFAULT =
      new RendezvousConfig(
          RegistryConfig.DEFAULT,
          Listing.ALL,
          OriginPolicy.LOCAL,
          TrustedProxies.NONE,
          RendezvousGate.OPEN,
          RendezvousGate.OPEN,
          Optional.empty());

  public RendezvousConfig withRegistry(RegistryConfig value) {
    return new RendezvousConfig(value, listing, origins, proxies, registering, discovering, file);
  }

  public RendezvousConfig withListing(Listing value) {
    return new RendezvousConfig(registry, value, origins, proxies, registering, discovering, file);
  }

  public RendezvousConfig withOrigins(OriginPolicy value) {
    return new RendezvousConfig(registry, listing, value, proxies, registering, discovering, file);
  }

  public RendezvousConfig withProxies(TrustedProxies value) {
    return new RendezvousConfig(registry, listing, origins, value, registering, discovering, file);
  }

  public RendezvousConfig withGates(RendezvousGate register, RendezvousGate discover) {
    return new RendezvousConfig(registry, listing, origins, proxies, register, discover, file);
  }

  public RendezvousConfig withFile(Path value) {
    return new RendezvousConfig(
        registry, listing, origins, proxies, registering, discovering, Optional.of(value));
  }
}
