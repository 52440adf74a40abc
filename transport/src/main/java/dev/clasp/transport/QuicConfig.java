package dev.clasp.transport;

import java.time.Duration;

/**
 * How a router listens for QUIC. Immutable. How many connections, from whom, and how long they may
 * take until the first frame is said by the router's {@link ConnectionLimits}.
 *
 * @param host address to bind; on a machine with several addresses in one network, a particular
 *     one: answers to a wildcard leave from the address that the system prefers
 * @param port to bind; 0 = any free one
 * @param tls our certificate, and what is asked of clients; QUIC is never without
 * @param idle a connection ends on which nothing was heard for so long; whole milliseconds, at
 *     least 1 s
 * @param keepAlive quiet time after which the peer gets a sign of life; 0 = never
 * @param retryAbove handshakes under way above which a new peer must first show that it receives
 *     what is sent to its address, one round trip more (RFC 9000 section 8.1.2); 0 = always
 * @param maxPending handshakes under way above which new ones have to wait: their packets are
 *     dropped, and sent again by the peer; at least 1
 */
public record QuicConfig(
    String host,
    int port,
    ServerTls tls,
    Duration idle,
    Duration keepAlive,
    int retryAbove,
    int maxPending) {

  /** UDP port that clients try when the URL names none (transports.md 1.6). */
  public static final int DEFAULT_PORT = 7331;

  /** The peer's sign of life and ours (transports.md 4.3). */
  static final Duration KEEP_ALIVE = Duration.ofSeconds(5);

  static final Duration IDLE = Duration.ofSeconds(30);

  public QuicConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
    }
    if (idle.toMillis() < 1000) {
      throw new IllegalArgumentException("idle must be at least 1 s, not " + idle);
    }
    if (keepAlive.isNegative() || keepAlive.compareTo(idle) >= 0) {
      throw new IllegalArgumentException("keepAlive must be shorter than idle: " + keepAlive);
    }
    if (retryAbove < 0 || maxPending < 1) {
      throw new IllegalArgumentException("retryAbove must be 0 or more, maxPending 1 or more");
    }
  }

  /** With the usual times and limits. */
  public static QuicConfig of(String host, int port, ServerTls tls) {
    return new QuicConfig(host, port, tls, IDLE, KEEP_ALIVE, 32, 512);
  }

  public QuicConfig withIdle(Duration value) {
    return new QuicConfig(host, port, tls, value, keepAlive, retryAbove, maxPending);
  }

  public QuicConfig withKeepAlive(Duration value) {
    return new QuicConfig(host, port, tls, idle, value, retryAbove, maxPending);
  }

  public QuicConfig withPending(int newRetryAbove, int newMaxPending) {
    return new QuicConfig(host, port, tls, idle, keepAlive, newRetryAbove, newMaxPending);
  }
}
