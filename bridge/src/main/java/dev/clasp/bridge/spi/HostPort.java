package dev.clasp.bridge.spi;

/**
 * A host and a port.
 *
 * @param host name or address, IPv6 without brackets; empty for every address of this machine
 */
public record HostPort(String host, int port) {

  /**
   * Reads {@code host:port}, {@code [address]:port}, {@code :port}, {@code host} or {@code port}.
   *
   * @param standard the port if there is none; -1 if there must be one
   */
  public static HostPort parse(String setting, String text, int standard) {
    String trimmed = text.strip();
    int colon = trimmed.lastIndexOf(':');
    boolean six = trimmed.startsWith("[");
    if (six ? colon < trimmed.indexOf(']') : trimmed.indexOf(':') != colon) {
      // Nothing behind the brackets, or an IPv6 address without them.
      colon = -1;
    }
    String host = colon < 0 ? trimmed : trimmed.substring(0, colon);
    String port = colon < 0 ? "" : trimmed.substring(colon + 1);
    if (colon < 0 && trimmed.matches("\\d{1,5}")) {
      host = "";
      port = trimmed;
    }
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int number = port.isEmpty() ? standard : port.matches("\\d{1,5}") ? Integer.parseInt(port) : -1;
    if (number < 0 || number > 65_535 || host.contains("/") || host.contains(" ")) {
      throw BridgeException.lasting(
          setting + " must be host:port, for example 192.168.1.20:9000, not " + text);
    }
    return new HostPort(host, number);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host.isEmpty() ? "*" : host) + ":" + port;
  }
}
