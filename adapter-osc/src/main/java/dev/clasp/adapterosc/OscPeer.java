package dev.clasp.adapterosc;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A program or device that always has a session, whether it says anything or not.
 *
 * @param host name or address
 * @param port where it listens; what comes from this port is taken as its own
 * @param pattern what is sent to it, as OSC knows it: below the namespace
 * @param maxRate updates of an address in a second; empty = all
 * @param wide numbers as {@code h} and {@code d}; empty = as all others get them
 * @param token as whom it comes, in a server that wants tokens
 */
public record OscPeer(
    String host,
    int port,
    Direction direction,
    String pattern,
    OptionalInt maxRate,
    Optional<Boolean> wide,
    Optional<String> token) {

  /** Which way values go. */
  public enum Direction {
    /** From the peer only. */
    IN,
    /** To the peer only. */
    OUT,
    BOTH;

    boolean in() {
      return this != OUT;
    }

    boolean out() {
      return this != IN;
    }
  }

  public OscPeer {
    OscAdapterConfig.checkPort("port of a peer", port, 1);
    if (host.isBlank()) {
      throw new IllegalArgumentException("a peer needs a host: 192.0.2.7:9000");
    }
    if (maxRate.isPresent() && maxRate.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "the rate of a peer is at least 1 a second, not " + maxRate.getAsInt());
    }
    if (!pattern.startsWith("/")) {
      throw new IllegalArgumentException(
          "the pattern of a peer begins with a slash, as in /mixer/**: " + pattern);
    }
  }

  /** Gets everything below the namespace, and may send. */
  public static OscPeer of(String host, int port) {
    return new OscPeer(
        host, port, Direction.BOTH, "/**", OptionalInt.empty(), Optional.empty(), Optional.empty());
  }

  public OscPeer withDirection(Direction value) {
    return new OscPeer(host, port, value, pattern, maxRate, wide, token);
  }

  public OscPeer withPattern(String value) {
    return new OscPeer(host, port, direction, value, maxRate, wide, token);
  }

  public OscPeer withMaxRate(int value) {
    return new OscPeer(host, port, direction, pattern, OptionalInt.of(value), wide, token);
  }

  public OscPeer withWide(boolean value) {
    return new OscPeer(host, port, direction, pattern, maxRate, Optional.of(value), token);
  }

  public OscPeer withToken(String value) {
    return new OscPeer(host, port, direction, pattern, maxRate, wide, Optional.of(value));
  }

  /**
   * Reads {@code host:port}, with options behind it: {@code 192.0.2.7:9000,out,/mixer/**,rate=30,
   * wide}. Not the token.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  public static OscPeer parse(String text) {
    String[] parts = text.split(",", -1);
    int colon = parts[0].lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("'" + parts[0] + "' is no host:port");
    }
    String host = parts[0].substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    OscPeer peer = of(host, number("port", parts[0].substring(colon + 1)));
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].strip();
      peer =
          switch (part) {
            case "in" -> peer.withDirection(Direction.IN);
            case "out" -> peer.withDirection(Direction.OUT);
            case "both" -> peer.withDirection(Direction.BOTH);
            case "wide" -> peer.withWide(true);
            case "narrow" -> peer.withWide(false);
            default -> {
              if (part.startsWith("/")) {
                yield peer.withPattern(part);
              }
              if (part.startsWith("rate=")) {
                yield peer.withMaxRate(number("rate", part.substring(5)));
              }
              throw new IllegalArgumentException(
                  "'"
                      + part
                      + "' says nothing about a peer; there are in, out, both, wide, narrow,"
                      + " rate=NUMBER and a pattern such as /mixer/**");
            }
          };
    }
    return peer;
  }

  private static int number(String what, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " is a number, not '" + text + "'", e);
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return host + ":" + port + " " + direction + " " + pattern;
  }
}
