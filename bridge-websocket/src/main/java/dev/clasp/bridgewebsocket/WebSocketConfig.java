package dev.clasp.bridgewebsocket;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.ClientTlsSettings;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.OriginPolicy;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TlsFileException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which WebSockets a bridge has, and what they carry. Immutable; files are read when it is made.
 *
 * @param role connects to somebody, or is connected to
 * @param relay whether clients of a server hear of each other; empty: the profile decides
 * @param protocols sub-protocols (RFC 6455 section 1.9), the best first
 * @param token what clients must show; of a client, what it shows
 * @param compression permessage-deflate (RFC 7692), if the other side has it
 * @param pingInterval zero for no pings
 * @param maxMessage bytes, inflated
 * @param maxWaiting events and replies that may wait for a slow peer
 * @param handshakeTimeout from the connection to the open WebSocket
 */
record WebSocketConfig(
    Role role,
    MessageFormat format,
    Optional<Boolean> relay,
    List<String> protocols,
    Optional<String> token,
    boolean compression,
    Duration pingInterval,
    int maxMessage,
    int maxWaiting,
    Duration handshakeTimeout) {

  /** Bytes that may wait for a slow peer, beside those in the socket's own buffer. */
  static final long MAX_WAITING_BYTES = 16L << 20;

  private static final int MAX_HEADERS = 50;

  sealed interface Role {}

  /**
   * Connects.
   *
   * @param backoff empty: only once
   */
  record Client(URI url, Map<String, String> headers, ClientTls tls, Optional<Backoff> backoff)
      implements Role {}

  /**
   * Is connected to.
   *
   * @param path empty for any
   */
  record Server(
      HostPort bind,
      Optional<String> path,
      OriginPolicy origins,
      int maxClients,
      Optional<ServerTls> tls)
      implements Role {}

  static final List<BridgeSetting> SETTINGS =
      List.of(
          new BridgeSetting(
              "mode",
              Kind.CHOICE,
              Value.of("client"),
              "client: connect to url; server: listen on bind.",
              List.of("client", "server")),
          new BridgeSetting(
              "url",
              Kind.TEXT,
              Value.of("ws://localhost:8080"),
              "Where a client connects: ws:// or wss:// (TLS), or only host:port."),
          new BridgeSetting(
              "bind",
              Kind.ENDPOINT,
              Value.of("127.0.0.1:9000"),
              "Where a server listens: host:port; :port for every address of this machine."),
          new BridgeSetting(
              "path",
              Kind.TEXT,
              Value.NULL,
              "Path of the WebSocket: /ws. A server without it takes any path."),
          new BridgeSetting(
              "format",
              Kind.CHOICE,
              Value.of("json"),
              "What messages are; msgpack means frames of CLASP, messagepack is MessagePack.",
              MessageFormat.keys()),
          new BridgeSetting(
              "namespace_policy",
              Kind.CHOICE,
              Value.NULL,
              "verbatim: addresses in messages are those of the router; prefix: they are below the"
                  + " namespace, as in the profile standard.",
              List.of("verbatim", "prefix")),
          new BridgeSetting(
              "relay",
              Kind.SWITCH,
              Value.NULL,
              "Tell the other clients of a server what one has sent; on in the profile standard."),
          new BridgeSetting(
              "headers", Kind.TREE, Value.NULL, "Of a client, more headers: {\"X-Room\": \"1\"}."),
          new BridgeSetting(
              "protocols",
              Kind.LIST,
              Value.NULL,
              "Sub-protocols, the best first; a server with a list refuses clients with none of"
                  + " them."),
          new BridgeSetting(
              "origins",
              Kind.LIST,
              Value.NULL,
              "Web pages that may connect to a server, such as https://show.example, beside those of"
                  + " this machine; * for all."),
          new BridgeSetting(
              "token",
              Kind.SECRET,
              Value.NULL,
              "What clients of a server must show, as bearer header or ?token=; a client shows it as"
                  + " bearer header."),
          new BridgeSetting(
              "compression",
              Kind.SWITCH,
              Value.TRUE,
              "permessage-deflate, if the other side has it."),
          new BridgeSetting(
              "ping_interval",
              Kind.DURATION,
              Value.of("30s"),
              "How often to ask whether the other side is there; without an answer until the next"
                  + " time it is gone; 0 = never."),
          new BridgeSetting(
              "reconnect", Kind.SWITCH, Value.TRUE, "Whether a client connects again."),
          new BridgeSetting(
              "reconnect_delay",
              Kind.DURATION,
              Value.of("250ms"),
              "First pause before that, at most; it doubles to 30s, and is partly random."),
          new BridgeSetting(
              "max_message",
              Kind.INTEGER,
              Value.of(1 << 18),
              "Bytes of a message, 126 to 16777216; longer ones close the connection (1009)."),
          new BridgeSetting(
              "max_waiting",
              Kind.INTEGER,
              Value.of(1000),
              "Events that may wait for a slow peer, 1 to 100000; with more it is closed (1008)."),
          new BridgeSetting(
              "max_clients", Kind.INTEGER, Value.of(256), "Clients of a server, 1 to 10000."),
          new BridgeSetting(
              "handshake_timeout",
              Kind.DURATION,
              Value.of("10s"),
              "How long a connection may take until the WebSocket is open."),
          new BridgeSetting(
              "ca",
              Kind.TEXT,
              Value.NULL,
              "PEM file with the authorities that are trusted, and no others; a server with it wants"
                  + " a certificate of each client."),
          new BridgeSetting(
              "fingerprint",
              Kind.TEXT,
              Value.NULL,
              "SHA-256 of the server's certificate: trust it whatever its name."),
          new BridgeSetting(
              "insecure",
              Kind.SWITCH,
              Value.FALSE,
              "Do not check who the server is: somebody on the way may read everything."),
          new BridgeSetting(
              "cert",
              Kind.TEXT,
              Value.NULL,
              "PEM file with the bridge's own certificate; a server with it is wss://."),
          new BridgeSetting("key", Kind.TEXT, Value.NULL, "PEM file with its key."));

  /**
   * Reads the settings.
   *
   * @throws BridgeException (lasting) they do not fit together, a file cannot be used
   */
  static WebSocketConfig of(BridgeSettings settings) {
    try {
      return read(settings);
    } catch (IllegalArgumentException | TlsFileException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }

  private static WebSocketConfig read(BridgeSettings settings) {
    boolean server = isServer(settings);
    MessageFormat format = MessageFormat.of(settings.text("format").orElseThrow()).orElseThrow();
    Optional<String> token = text(settings, "token");
    if (format == MessageFormat.JSON_RPC) {
      if (!server) {
        throw new IllegalArgumentException("json-rpc is what a server offers; mode must be server");
      }
      if (token.isPresent()) {
        throw new IllegalArgumentException(
            "json-rpc has no token of its own: each client shows one of the router");
      }
    }
    for (String protocol : settings.list("protocols")) {
      if (!protocol.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")) {
        throw new IllegalArgumentException("'" + protocol + "' is no sub-protocol");
      }
    }
    Duration handshake = settings.duration("handshake_timeout").orElseThrow();
    if (handshake.isZero()) {
      throw new IllegalArgumentException("handshake_timeout must be longer than 0");
    }
    return new WebSocketConfig(
        server ? server(settings) : client(settings, token),
        format,
        settings.has("relay") ? Optional.of(settings.on("relay")) : Optional.empty(),
        settings.list("protocols"),
        token,
        settings.on("compression"),
        settings.duration("ping_interval").orElseThrow(),
        settings.whole("max_message", 126, 1 << 24),
        settings.whole("max_waiting", 1, 100_000),
        handshake);
  }

  private static boolean isServer(BridgeSettings settings) {
    return settings.text("mode").orElseThrow().equals("server");
  }

  /** Whether addresses in messages are those of the router (bridges.md 10.7). */
  static boolean verbatim(BridgeSettings settings, TypeProfile profile) {
    return settings
        .text("namespace_policy")
        .map(policy -> policy.equals("verbatim"))
        .orElse(profile == TypeProfile.COMPATIBLE);
  }

  /** Whether somebody wants them to be below the namespace whatever the profile. */
  static boolean prefixed(BridgeSettings settings) {
    return settings.text("namespace_policy").equals(Optional.of("prefix"));
  }

  private static Optional<String> text(BridgeSettings settings, String name) {
    return settings.text(name).filter(text -> !text.isEmpty());
  }

  private static Optional<String> path(BridgeSettings settings) {
    Optional<String> path =
        text(settings, "path").map(text -> text.startsWith("/") ? text : "/" + text);
    if (path.filter(text -> !text.matches("[!$&-;=@A-Z_a-z~%]{1,1000}")).isPresent()) {
      throw new IllegalArgumentException("path is one such as /ws, not " + path.get());
    }
    return path;
  }

  // --- server ------------------------------------------------------------------------------------

  private static Server server(BridgeSettings settings) {
    for (String name : List.of("headers", "fingerprint", "insecure")) {
      if (name.equals("insecure") ? settings.on(name) : settings.has(name)) {
        throw new IllegalArgumentException(name + " is for a client");
      }
    }
    return new Server(
        HostPort.parse("bind", settings.text("bind").orElseThrow(), 9000),
        path(settings),
        new OriginPolicy(Set.copyOf(settings.list("origins"))),
        settings.whole("max_clients", 1, 10_000),
        serverTls(settings));
  }

  private static Optional<ServerTls> serverTls(BridgeSettings settings) {
    Optional<String> cert = text(settings, "cert");
    Optional<String> key = text(settings, "key");
    Optional<String> ca = text(settings, "ca");
    if (cert.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("cert and key belong together");
    }
    if (cert.isEmpty()) {
      if (ca.isPresent()) {
        throw new IllegalArgumentException("ca needs a certificate of the server: cert and key");
      }
      return Optional.empty();
    }
    return Optional.of(
        ServerTls.of(
            new ServerTls.Source(
                Path.of(cert.get()),
                Path.of(key.orElseThrow()),
                ca.map(Path::of),
                ca.isPresent() ? ServerTls.Clients.REQUIRED : ServerTls.Clients.NOT_ASKED)));
  }

  // --- client ------------------------------------------------------------------------------------

  private static Client client(BridgeSettings settings, Optional<String> token) {
    URI url = url(settings.text("url").orElseThrow(), path(settings));
    Map<String, String> headers = headers(settings.tree("headers"));
    token.ifPresent(shown -> headers.put("Authorization", "Bearer " + shown));
    Optional<Backoff> backoff = Optional.empty();
    if (settings.on("reconnect")) {
      Duration first = settings.duration("reconnect_delay").orElseThrow();
      Duration cap = Backoff.DEFAULT.cap();
      backoff = Optional.of(new Backoff(first, 2, first.compareTo(cap) > 0 ? first : cap, true, 0));
    }
    return new Client(url, Map.copyOf(headers), clientTls(settings, url), backoff);
  }

  private static URI url(String text, Optional<String> path) {
    URI url;
    try {
      url = new URI(text.contains("://") ? text : "ws://" + text);
      String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
      if (!scheme.equals("ws") && !scheme.equals("wss")
          || url.getHost() == null
          || url.getPort() == 0
          || url.getPort() > 65_535) {
        throw new URISyntaxException(text, "no WebSocket");
      }
      if (url.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "user and password do not belong into the url, where logs would show them; headers may"
                + " hold Authorization");
      }
      boolean bare = url.getRawPath() == null || url.getRawPath().length() <= 1;
      if (path.isPresent() && !bare) {
        throw new IllegalArgumentException("the url has a path already; only one of url and path");
      }
      String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
      return new URI(
          scheme
              + "://"
              + url.getRawAuthority()
              + (bare ? path.orElse("/") : url.getRawPath())
              + query);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "url is one such as ws://localhost:8080/path (or wss://), not "
              + text.replaceFirst("[?#].*", ""),
          e);
    }
  }

  private static Map<String, String> headers(Value tree) {
    Map<String, String> headers = new LinkedHashMap<>();
    switch (tree) {
      case Value.Null _ -> {}
      case Value.Map(Map<String, Value> entries) when entries.size() <= MAX_HEADERS ->
          entries.forEach((name, value) -> {
            String text =
                switch (value) {
                  case Value.Text(String said) -> said;
                  case Value.Int(long number) -> Long.toString(number);
                  default -> "\n";
                };
            if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
                || !text.matches("[\\x20-\\x7e\\x80-\\xff]{0,8000}")) {
              throw new IllegalArgumentException("'" + name + "' is no usable header");
            }
            headers.put(name, text);
          });
      default ->
          throw new IllegalArgumentException(
              "headers is a map of at most " + MAX_HEADERS + " texts: {\"X-Room\": \"1\"}");
    }
    return headers;
  }

  private static ClientTls clientTls(BridgeSettings settings, URI url) {
    if (!url.getScheme().equals("wss") && ClientTlsSettings.given(settings).isPresent()) {
      throw new IllegalArgumentException(
          "ca, fingerprint, insecure, cert and key are for wss://, not for ws://");
    }
    return ClientTlsSettings.read(settings);
  }
}
