package dev.clasp.transport;

import dev.clasp.transport.TransportException.Kind;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a client connects.
 *
 * @param host without brackets
 * @param path with the query; empty but for WebSockets
 */
record Target(Scheme scheme, String host, int port, String path) {

  /** What can be dialled. */
  enum Scheme {
    WS(80),
    WSS(443),
    /** The port of a router (transports.md 1.6). */
    TCP(7330),
    TLS(7330),
    QUIC(7331),
    UDP(7330);

    private final int defaultPort;

    Scheme(int defaultPort) {
      this.defaultPort = defaultPort;
    }

    /** The one of this name, in any letters. */
    static Optional<Scheme> of(String name) {
      for (Scheme scheme : values()) {
        if (scheme.name().equalsIgnoreCase(name)) {
          return Optional.of(scheme);
        }
      }
      return Optional.empty();
    }

    /** Is TLS under it, in front of everything else? QUIC has its own. */
    boolean tls() {
      return this == WSS || this == TLS;
    }

    boolean webSocket() {
      return this == WS || this == WSS;
    }

    /** With its colon and slashes. */
    String text() {
      return name().toLowerCase(Locale.ROOT) + "://";
    }
  }

  /** Like java.net.URI, but host names may hold underscores, as those of containers do. */
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:[^@]*@)?([A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

  /**
   * Reads a URL.
   *
   * @throws TransportException of kind BAD_URL
   */
  static Target of(URI uri) {
    Scheme scheme = scheme(uri);
    String host = uri.getHost();
    int port = uri.getPort();
    if (host == null && uri.getRawAuthority() != null) {
      Matcher authority = AUTHORITY.matcher(uri.getRawAuthority());
      if (!authority.matches()) {
        throw unusable(
            uri, "this is no host with a port, as in " + scheme.text() + "localhost:7330");
      }
      host = authority.group(1);
      port = authority.group(2) == null ? -1 : Integer.parseInt(authority.group(2));
    }
    if (host == null) {
      throw unusable(uri, "the host is missing, as in " + scheme.text() + "localhost:7330");
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    if (port == 0 || port > 65_535) {
      throw unusable(uri, "the port must be 1 to 65535");
    }
    if (port < 0) {
      port = scheme.defaultPort;
    }
    return new Target(scheme, host, port, path(uri, scheme));
  }

  private static Scheme scheme(URI uri) {
    return Optional.ofNullable(uri.getScheme())
        .flatMap(Scheme::of)
        .orElseThrow(() -> unusable(uri, "it must start with " + LinkSchemes.all()));
  }

  private static String path(URI uri, Scheme scheme) {
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    if (!scheme.webSocket()) {
      if (path.length() > 1 || uri.getRawQuery() != null) {
        throw unusable(uri, "behind " + scheme.text() + "host:port there is nothing more");
      }
      return "";
    }
    if (path.isEmpty()) {
      path = "/";
    }
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private static TransportException unusable(URI uri, String why) {
    return new TransportException(Kind.BAD_URL, "cannot use " + withoutSecrets(uri) + ": " + why);
  }

  /** User names, passwords and tokens belong into no message. */
  private static String withoutSecrets(URI uri) {
    return uri.toString().replaceFirst("//[^/@]*@", "//").replaceFirst("[?#].*", "");
  }

  private String bracketed() {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  /** For the Host header. */
  String hostHeader() {
    return port == scheme.defaultPort ? bracketed() : where();
  }

  /** {@code host:port}. */
  String where() {
    return bracketed() + ":" + port;
  }

  /** As URL, for messages. */
  @Override
  public String toString() {
    int question = path.indexOf('?');
    return scheme.text()
        + (scheme.webSocket() ? hostHeader() : where())
        + (question >= 0 ? path.substring(0, question) : path.equals("/") ? "" : path);
  }
}
