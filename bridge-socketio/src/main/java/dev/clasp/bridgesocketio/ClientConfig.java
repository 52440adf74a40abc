package dev.clasp.bridgesocketio;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.ClientTlsSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.TlsFileException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A client of a Socket.IO server. Immutable; files are read when it is made.
 *
 * @param settings for what depends on the profile
 * @param url without path
 * @param auth what is shown to the server; in no text
 * @param ackTimeout empty: acknowledgements are not asked for
 */
record ClientConfig(
    BridgeSettings settings,
    URI url,
    String path,
    List<String> namespaces,
    List<String> events,
    Auth auth,
    ClientTls tls,
    List<String> transports,
    boolean reconnect,
    Duration reconnectDelay,
    Duration reconnectDelayMax,
    Optional<Duration> ackTimeout) {

  /** Is in no text. */
  record Auth(Map<String, String> fields) {
    Auth {
      fields = Map.copyOf(fields);
    }

    @Override
    public String toString() {
      return fields.keySet().toString();
    }
  }

  static ClientConfig of(BridgeSettings settings) {
    try {
      URI url = url(settings.text("url").orElseThrow());
      Duration delay =
          SocketIoSettings.duration(
              settings, "reconnect_delay", Duration.ofMillis(10), Duration.ofMinutes(10));
      Duration most =
          SocketIoSettings.duration(
              settings, "reconnect_delay_max", Duration.ofMillis(10), Duration.ofHours(1));
      if (most.compareTo(delay) < 0) {
        throw BridgeException.lasting("reconnect_delay_max is shorter than reconnect_delay");
      }
      if (settings.text("server_version").orElse("").equals("2")
          && !settings.list("transports").contains("websocket")) {
        throw BridgeException.lasting(
            "servers of version 2 are spoken to over WebSocket: transports must have websocket");
      }
      return new ClientConfig(
          settings,
          url,
          SocketIoSettings.path(settings),
          SocketIoSettings.namespaces(settings),
          settings.list("events"),
          auth(settings),
          tls(settings, url),
          SocketIoSettings.transports(settings),
          settings.on("reconnect"),
          delay,
          most,
          SocketIoSettings.ackTimeout(settings));
    } catch (IllegalArgumentException | TlsFileException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }

  /** Whether the server is of version 2. */
  boolean older() {
    return settings.text("server_version").orElse("").equals("2");
  }

  EventNames names(TypeProfile profile) {
    return SocketIoSettings.names(settings, namespaces, profile);
  }

  private static URI url(String text) {
    try {
      URI url = new URI(text.contains("://") ? text : "http://" + text);
      String scheme = String.valueOf(url.getScheme());
      boolean secure = scheme.equals("https") || scheme.equals("wss");
      if (!secure && !scheme.equals("http") && !scheme.equals("ws") || url.getHost() == null) {
        throw BridgeException.lasting("url must be such as http://localhost:3000, not " + text);
      }
      if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
        throw BridgeException.lasting("url has neither user nor fragment: " + url.getHost());
      }
      if (url.getRawPath() != null && !url.getRawPath().matches("/?")) {
        throw BridgeException.lasting(
            "url has no path: "
                + url.getRawPath()
                + " is perhaps one of the namespaces, or the path of the requests");
      }
      return new URI(
          secure ? "https" : "http",
          null,
          url.getHost(),
          url.getPort() < 0 ? secure ? 443 : 80 : url.getPort(),
          "/",
          url.getQuery(),
          null);
    } catch (URISyntaxException e) {
      throw BridgeException.lasting("url cannot be read: " + e.getMessage());
    }
  }

  private static Auth auth(BridgeSettings settings) {
    Map<String, String> fields = new LinkedHashMap<>();
    switch (settings.tree("auth")) {
      case Value.Null _ -> {}
      case Value.Map(var entries) ->
          entries.forEach((name, value) ->
              fields.put(
                  name, value instanceof Value.Text(String text) ? text : JsonValues.text(value)));
      default -> throw BridgeException.lasting("auth is a map");
    }
    SocketIoSettings.token(settings).ifPresent(token -> fields.put("token", token));
    return new Auth(fields);
  }

  private static ClientTls tls(BridgeSettings settings, URI url) {
    if (!url.getScheme().equals("https") && ClientTlsSettings.given(settings).isPresent()) {
      throw BridgeException.lasting(
          "ca, fingerprint, insecure and cert are for https://, not for " + url);
    }
    return ClientTlsSettings.read(settings);
  }
}
