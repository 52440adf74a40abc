package dev.clasp.server;

import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.LinkServer.Protocol;
import dev.clasp.transport.ListenerFactory;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TrustedProxies;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a server takes from the network, and from whom. Immutable.
 *
 * @param protocols what the port is for; pages are always served
 * @param limits how many connections, from whom, and how long they may take
 * @param proxies whose word is taken for whom they speak for
 * @param smallFrame longest frame in bytes for small nodes, which lose their place in the stream
 *     behind a longer one: peers over TCP that announce neither gestures nor timelines, as the
 *     Arduino library does (clients.md 3.3). Snapshots over TCP are cut so for everybody. 0 = no
 *     such limit
 * @param tls a certificate, if the port is to take TLS too
 * @param tlsOnly refuse what does not come inside TLS, except from this machine
 * @param listeners further ways in: QUIC, UDP, serial lines, ...
 */
public record NetworkConfig(
    Set<Protocol> protocols,
    ConnectionLimits limits,
    TrustedProxies proxies,
    int smallFrame,
    Optional<ServerTls> tls,
    boolean tlsOnly,
    List<ListenerFactory> listeners) {

  /** What the WELCOME with an empty name needs, and some more. */
  private static final int SMALLEST_FRAME = 64;

  public static final NetworkConfig DEFAULT =
      new NetworkConfig(
          EnumSet.allOf(Protocol.class),
          ConnectionLimits.DEFAULT,
          TrustedProxies.NONE,
          252,
          Optional.empty(),
          false,
          List.of());

  public NetworkConfig {
    if (protocols.isEmpty()) {
      throw new IllegalArgumentException("there must be something to listen for");
    }
    if (smallFrame != 0 && (smallFrame < SMALLEST_FRAME || smallFrame > 65_536)) {
      throw new IllegalArgumentException(
          "smallFrame must be 0 or " + SMALLEST_FRAME + " to 65536, not " + smallFrame);
    }
    if (tlsOnly && tls.isEmpty()) {
      throw new IllegalArgumentException("TLS only needs a certificate");
    }
    protocols = Set.copyOf(protocols);
    listeners = List.copyOf(listeners);
  }

  public NetworkConfig withProtocols(Set<Protocol> value) {
    return new NetworkConfig(value, limits, proxies, smallFrame, tls, tlsOnly, listeners);
  }

  public NetworkConfig withLimits(ConnectionLimits value) {
    return new NetworkConfig(protocols, value, proxies, smallFrame, tls, tlsOnly, listeners);
  }

  public NetworkConfig withProxies(TrustedProxies value) {
    return new NetworkConfig(protocols, limits, value, smallFrame, tls, tlsOnly, listeners);
  }

  public NetworkConfig withSmallFrame(int value) {
    return new NetworkConfig(protocols, limits, proxies, value, tls, tlsOnly, listeners);
  }

  /**
   * @param only refuse what does not come inside TLS, except from this machine
   */
  public NetworkConfig withTls(ServerTls value, boolean only) {
    return new NetworkConfig(
        protocols, limits, proxies, smallFrame, Optional.of(value), only, listeners);
  }

  public NetworkConfig withListeners(List<ListenerFactory> value) {
    return new NetworkConfig(protocols, limits, proxies, smallFrame, tls, tlsOnly, value);
  }
}
