package dev.clasp.server;

import dev.clasp.discovery.Advertisement;
import dev.clasp.protocol.Feature;
import dev.clasp.transport.LinkServer.Protocol;
import java.net.InetAddress;
import java.net.URI;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What a server that listens says of itself. */
final class ServerAdvertisement {

  /** As in the WELCOME of the router. */
  private static final Set<Feature> FEATURES = EnumSet.complementOf(EnumSet.of(Feature.FEDERATION));

  /** Where published clients expect the WebSocket; ours takes it everywhere. */
  private static final String PATH = "/clasp";

  private ServerAdvertisement() {}

  /**
   * @param name if not that of the router
   */
  static Advertisement of(ClaspServer server, UUID id, Optional<String> name) {
    Map<String, Integer> ports = new HashMap<>();
    int port = server.address().getPort();
    Set<Protocol> protocols = server.config().network().protocols();
    if (protocols.contains(Protocol.WEBSOCKET)) {
      ports.put("ws", port);
    }
    if (protocols.contains(Protocol.TCP)) {
      ports.put("tcp", port);
    }
    for (String url : server.others().stream().flatMap(other -> other.urls().stream()).toList()) {
      for (String kind : new String[] {"quic", "udp"}) {
        if (url.startsWith(kind + "://") && URI.create(url).getPort() > 0) {
          ports.putIfAbsent(kind, URI.create(url).getPort());
        }
      }
    }
    return new Advertisement(
        id,
        name.orElse(server.config().router().name()),
        FEATURES,
        ports,
        server.config().network().tls().isPresent(),
        PATH);
  }

  /** The one address at which the server can be reached; empty if all of the machine's. */
  static Optional<InetAddress> only(ClaspServer server) {
    return Optional.of(server.address().getAddress()).filter(ip -> !ip.isAnyLocalAddress());
  }
}
