package dev.clasp.oscquery;

import dev.clasp.protocol.AddressPattern;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What is taken of another program's tree. Immutable.
 *
 * @param url of the tree, or of a part of it
 * @param include none for everything
 * @param pollNanos 0 = never
 * @param initial whether the present values come in
 * @param unit whether numbers with a range are 0 to 1 here
 * @param osc where it takes OSC, if not where it says
 * @param nodes the biggest tree that is read
 */
record ImportConfig(
    URI url,
    List<AddressPattern> include,
    List<AddressPattern> exclude,
    boolean listen,
    long pollNanos,
    boolean initial,
    boolean unit,
    Optional<Place> osc,
    int nodes) {

  /**
   * @param host empty for the one of the URL
   */
  record Place(String host, int port) {}

  boolean takes(RemoteNode node) {
    String address = node.address();
    return (include.isEmpty() || include.stream().anyMatch(p -> p.matches(address)))
        && exclude.stream().noneMatch(p -> p.matches(address));
  }

  int port() {
    return url.getPort() > 0 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
  }

  /** As a host name or an address, without brackets. */
  String host() {
    String host = url.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** The OSC path of the node that is asked for. */
  String base() {
    String path = url.getPath() == null ? "" : url.getPath().replaceAll("/+$", "");
    return path.isEmpty() ? "/" : path;
  }
}
