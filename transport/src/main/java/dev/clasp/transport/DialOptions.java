package dev.clasp.transport;

import dev.clasp.protocol.FrameDescriptor;
import java.time.Duration;
import java.util.Map;

/**
 * How a client connects. What a transport does not have, it ignores.
 *
 * @param timeout for everything up to the open link
 * @param headers added to the request for a WebSocket
 * @param requireSubprotocol refuse a WebSocket server that does not answer {@code clasp}
 * @param tls whom to trust, for {@code wss}, {@code tls} and {@code quic}
 * @param maxMessage longest message to accept
 * @param pingInterval between liveness probes; zero = none
 */
public record DialOptions(
    Duration timeout,
    Map<String, String> headers,
    boolean requireSubprotocol,
    ClientTls tls,
    int maxMessage,
    Duration pingInterval) {

  public static final DialOptions DEFAULT =
      new DialOptions(
          Duration.ofSeconds(10),
          Map.of(),
          true,
          ClientTls.DEFAULT,
          FrameDescriptor.MAX_FRAME,
          Duration.ofSeconds(30));

  public DialOptions {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be longer than 0: " + timeout);
    }
    headers = Map.copyOf(headers);
  }

  public DialOptions withTimeout(Duration value) {
    return new DialOptions(value, headers, requireSubprotocol, tls, maxMessage, pingInterval);
  }

  public DialOptions withTls(ClientTls value) {
    return new DialOptions(timeout, headers, requireSubprotocol, value, maxMessage, pingInterval);
  }
}
