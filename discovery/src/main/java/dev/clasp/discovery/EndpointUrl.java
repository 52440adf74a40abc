package dev.clasp.discovery;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where a device listens: a URL of a transport of CLASP, or {@code host:port} for datagrams
 * (discovery.md 1.1, 4.6). Anything else could lead whoever follows it somewhere else (D-18).
 */
final class EndpointUrl {

  static final int MAX_LENGTH = 512;

  /** Scheme to the port that it means if none is said. */
  private static final Map<String, Integer> SCHEMES =
      Map.of("ws", 80, "wss", 443, "quic", 7331, "tcp", 7330, "tls", 7330, "udp", 7330);

  private EndpointUrl() {}

  /**
   * What is wrong with an endpoint, for the end of a sentence; empty if nothing is.
   *
   * @param kind the name of the endpoint: {@code ws}
   */
  static Optional<String> problem(String kind, String value) {
    if (value.length() > MAX_LENGTH) {
      return Optional.of("is longer than " + MAX_LENGTH + " characters");
    }
    return hostAndPort(kind, value).isPresent()
        ? Optional.empty()
        : Optional.of("must be a URL with ws, wss, quic, tcp, tls or udp, a host and no user");
  }

  /** Host in lower case and port, by which the same listener is recognised. */
  static Optional<String> hostAndPort(String kind, String value) {
    if (value.length() > MAX_LENGTH || !PlainText.isPlain(value)) {
      return Optional.empty();
    }
    String url = value.contains("://") || !kind.equals("udp") ? value : "udp://" + value;
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      String authority = uri.getRawAuthority();
      if (!SCHEMES.containsKey(scheme)
          || authority == null
          || authority.contains("@")
          || uri.getRawFragment() != null) {
        return Optional.empty();
      }
      // Java finds no host in names with an underscore, which exist in networks at home.
      int colon = authority.endsWith("]") ? -1 : authority.lastIndexOf(':');
      String host = colon < 0 ? authority : authority.substring(0, colon);
      String port = colon < 0 ? "" : authority.substring(colon + 1);
      if (host.isEmpty() || !port.matches("[0-9]{0,5}")) {
        return Optional.empty();
      }
      int number = port.isEmpty() ? SCHEMES.get(scheme) : Integer.parseInt(port);
      return number > 65_535
          ? Optional.empty()
          : Optional.of(host.toLowerCase(Locale.ROOT) + ":" + number);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
