package dev.clasp.transport;

import java.time.Duration;

/**
 * How a router listens for datagrams. Immutable.
 *
 * @param host address to bind
 * @param port 0 = any free one
 * @param maxDatagram longest datagram in bytes in either direction, 512 to 65,507. 1,200 go through
 *     nearly every network in one piece; we never have a datagram cut into pieces knowingly
 * @param validate ask whoever says HELLO to prove that it is where it says, before it gets anything
 *     larger than its HELLO. Without, a small device needs no code for that, but anybody can have
 *     the router send snapshots to somebody else: for closed networks
 * @param ping a peer that has been silent for so long is sent a PING
 * @param gone and after so long, its session ends
 */
public record UdpConfig(
    String host, int port, int maxDatagram, boolean validate, Duration ping, Duration gone) {

  static final int DEFAULT_DATAGRAM = 1200;

  /** What IPv4 can carry. */
  private static final int LONGEST = 65_507;

  /** Below that, WELCOME does not fit with a name. */
  private static final int SHORTEST = 512;

  public UdpConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
    }
    if (maxDatagram < SHORTEST || maxDatagram > LONGEST) {
      throw new IllegalArgumentException(
          "maxDatagram must be " + SHORTEST + " to " + LONGEST + ", not " + maxDatagram);
    }
    if (!ping.isPositive() || gone.compareTo(ping) <= 0) {
      throw new IllegalArgumentException("ping must be more than 0, and gone more than ping");
    }
  }

  /** 1,200 bytes, validation, PING after 30 s, gone after 90 s. */
  public static UdpConfig of(String host, int port) {
    return new UdpConfig(
        host, port, DEFAULT_DATAGRAM, true, Duration.ofSeconds(30), Duration.ofSeconds(90));
  }

  public UdpConfig withMaxDatagram(int value) {
    return new UdpConfig(host, port, value, validate, ping, gone);
  }

  public UdpConfig withValidate(boolean value) {
    return new UdpConfig(host, port, maxDatagram, value, ping, gone);
  }

  public UdpConfig withSilence(Duration newPing, Duration newGone) {
    return new UdpConfig(host, port, maxDatagram, validate, newPing, newGone);
  }
}
