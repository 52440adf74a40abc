package dev.clasp.bridgesocketio;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.transport.OriginPolicy;
import dev.clasp.transport.TlsFileException;
import dev.clasp.transport.TlsIdentity;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A Socket.IO server. Immutable; files are read when it is made.
 *
 * @param settings for what depends on the profile
 * @param path of its requests, without a slash at the end
 * @param events that are taken, {@code *} for all
 * @param token that clients must show; in no text
 * @param own each client has a session of its own at the router
 * @param rooms of a client that has joined none
 * @param ackTimeout empty: acknowledgements are not asked for
 * @param maxPayload bytes of a request or message
 */
record ServerConfig(
    BridgeSettings settings,
    HostPort listen,
    String path,
    List<String> namespaces,
    List<String> events,
    Optional<Secret> token,
    Optional<TlsIdentity> tls,
    List<String> transports,
    boolean own,
    List<String> rooms,
    OriginPolicy origins,
    int maxClients,
    int maxRooms,
    int maxPayload,
    Duration pingInterval,
    Duration pingTimeout,
    Optional<Duration> ackTimeout) {

  private static final int PORT = 3001;

  /** Is in no text. */
  record Secret(String text) {
    @Override
    public String toString() {
      return "secret";
    }
  }

  static ServerConfig of(BridgeSettings settings) {
    Optional<String> token = SocketIoSettings.token(settings);
    boolean own = settings.text("sessions").orElseThrow().equals("own");
    if (own && token.isPresent()) {
      throw BridgeException.lasting(
          "with sessions = own the router looks at the tokens of clients; token is for shared ones");
    }
    for (String name : List.of("ca", "fingerprint", "insecure")) {
      if (name.equals("insecure") ? settings.on(name) : settings.has(name)) {
        throw BridgeException.lasting(name + " is for clients; a server has cert and key");
      }
    }
    List<String> rooms = settings.list("rooms");
    int maxRooms = settings.whole("max_rooms", 1, 1000);
    if (rooms.size() > maxRooms) {
      throw BridgeException.lasting("rooms has more than max_rooms, " + maxRooms);
    }
    rooms.forEach(ServerConfig::pattern);
    return new ServerConfig(
        settings,
        listen(settings.text("listen").orElseThrow()),
        SocketIoSettings.path(settings),
        SocketIoSettings.namespaces(settings),
        settings.list("events"),
        token.map(Secret::new),
        tls(settings),
        SocketIoSettings.transports(settings),
        own,
        rooms,
        new OriginPolicy(Set.copyOf(settings.list("origins"))),
        settings.whole("max_clients", 1, 10_000),
        maxRooms,
        settings.whole("max_payload", 1000, 1 << 24),
        SocketIoSettings.duration(
            settings, "ping_interval", Duration.ofMillis(100), Duration.ofMinutes(10)),
        SocketIoSettings.duration(
            settings, "ping_timeout", Duration.ofMillis(100), Duration.ofMinutes(10)),
        SocketIoSettings.ackTimeout(settings));
  }

  EventNames names(TypeProfile profile) {
    return SocketIoSettings.names(settings, namespaces, profile);
  }

  /** Loopback, unless somebody says otherwise: {@code 0.0.0.0:3001} is for everybody. */
  private static HostPort listen(String text) {
    HostPort where = HostPort.parse("listen", text, PORT);
    return where.host().isEmpty() ? new HostPort("127.0.0.1", where.port()) : where;
  }

  private static AddressPattern pattern(String text) {
    try {
      return AddressPattern.parse(text.startsWith("/") ? text : "/" + text);
    } catch (PatternException e) {
      throw BridgeException.lasting("rooms: " + e.getMessage());
    }
  }

  private static Optional<TlsIdentity> tls(BridgeSettings settings) {
    Optional<String> cert = SocketIoSettings.text(settings, "cert");
    Optional<String> key = SocketIoSettings.text(settings, "key");
    if (cert.isPresent() != key.isPresent()) {
      throw BridgeException.lasting("cert and key belong together");
    }
    try {
      return cert.map(file -> TlsIdentity.read(Path.of(file), Path.of(key.orElseThrow())));
    } catch (TlsFileException | InvalidPathException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }
}
