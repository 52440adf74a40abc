package dev.clasp.discovery;

import java.time.Duration;
import java.util.Optional;

/**
 * How devices are looked for (discovery.md 6.1). Immutable.
 *
 * @param mdns whether by mDNS
 * @param broadcast whether by UDP broadcast
 * @param broadcastPort where that is sent to
 * @param timeout of {@link Discovery#discoverAll}, for everything together; more than 0
 * @param rendezvousUrl a rendezvous server to ask, if there is one
 * @param rendezvousTag ask for devices with this tag only
 * @param rendezvousToken for servers that want one
 */
public record DiscoveryConfig(
    boolean mdns,
    boolean broadcast,
    int broadcastPort,
    Duration timeout,
    Optional<String> rendezvousUrl,
    Optional<String> rendezvousTag,
    Optional<String> rendezvousToken) {

  public static final int DEFAULT_BROADCAST_PORT = 7331;

  public static final DiscoveryConfig DEFAULT =
      new DiscoveryConfig(
          true,
          true,
          DEFAULT_BROADCAST_PORT,
          Duration.ofSeconds(5),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public DiscoveryConfig {
    if (!timeout.isPositive() || timeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("the timeout must be more than 0 and at most an hour");
    }
    if (broadcastPort < 1 || broadcastPort > 65_535) {
      throw new IllegalArgumentException("the port must be 1 to 65535, not " + broadcastPort);
    }
  }

  public DiscoveryConfig withMechanisms(boolean useMdns, boolean useBroadcast) {
    return new DiscoveryConfig(
        useMdns,
        useBroadcast,
        broadcastPort,
        timeout,
        rendezvousUrl,
        rendezvousTag,
        rendezvousToken);
  }

  public DiscoveryConfig withBroadcastPort(int value) {
    return new DiscoveryConfig(
        mdns, broadcast, value, timeout, rendezvousUrl, rendezvousTag, rendezvousToken);
  }

  public DiscoveryConfig withTimeout(Duration value) {
    return new DiscoveryConfig(
        mdns, broadcast, broadcastPort, value, rendezvousUrl, rendezvousTag, rendezvousToken);
  }

  /**
   * @param url as {@link RendezvousClient} takes it
   */
  public DiscoveryConfig withRendezvous(String url, Optional<String> tag, Optional<String> token) {
    return new DiscoveryConfig(
        mdns, broadcast, broadcastPort, timeout, Optional.of(url), tag, token);
  }
}
