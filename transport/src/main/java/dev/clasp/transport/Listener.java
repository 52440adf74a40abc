package dev.clasp.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** A way into a router besides its main port. Thread-safe. */
public interface Listener extends AutoCloseable {

  /** Name of the transport: {@code quic}. */
  String transport();

  /**
   * Begins to listen; connections are accepted when this returns.
   *
   * @throws TransportException with a sentence for the user
   */
  void start();

  /** What clients can connect to, as URLs. */
  List<String> urls();

  /**
   * A bound address as clients of this machine call it: {@code localhost:7330}, or an address with
   * its port.
   */
  static String hostAndPort(InetSocketAddress bound) {
    InetAddress ip = bound.getAddress();
    String host =
        ip == null || ip.isAnyLocalAddress() || ip.isLoopbackAddress()
            ? "localhost"
            : ip.getHostAddress().contains(":")
                ? "[" + ip.getHostAddress() + "]"
                : ip.getHostAddress();
    return host + ":" + bound.getPort();
  }

  /** What it has counted since the start, by name; what all listeners count is in the lobby. */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /**
   * Tells of probes of the broadcast discovery that come to this listener, if it listens for
   * datagrams where they are sent to. Call it after {@link #start}.
   *
   * @param port to which probes are sent
   * @return whether it does; else somebody else has to listen there
   */
  default boolean shareProbes(int port, ProbeListener listener) {
    return false;
  }

  /** Stops accepting; the connections there are go on. */
  void stopAccepting();

  /** Stops accepting and ends every connection, in bounded time. Idempotent. */
  @Override
  void close();
}
