package dev.clasp.security;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * Slows down who guesses. Every address has so many failures and gets them back evenly over a
 * minute; so has every token.
 *
 * <p>Clients behind one address share it, so what counts against an address is chosen with care:
 * only tokens that were not known to be wrong before (a client that repeats its old token is not
 * guessing), and not what a real but expired token does. And an address that has used up its
 * failures still lets in tokens that came in from there before.
 *
 * <p>Thread-safe. Remembers a bounded number of addresses and tokens.
 */
final class LoginThrottle {

  private static final int MAX_ENTRIES = 10_000;
  private static final double SECONDS = 60;

  private record Proven(String address, TokenDigest token) {}

  /** Failures that are left. */
  private record Allowance(double left, Instant since) {}

  private final LoginLimits limits;
  private final InstantSource clock;
  private final Map<String, Allowance> addresses = new RecentMap<>(MAX_ENTRIES);
  private final Map<TokenDigest, Allowance> tokens = new RecentMap<>(MAX_ENTRIES);
  private final Map<Proven, Boolean> proven = new RecentMap<>(MAX_ENTRIES);

  LoginThrottle(LoginLimits limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Must a token from this address be turned away whatever it is? */
  synchronized boolean blocks(String address, TokenDigest token) {
    return left(addresses.get(address), limits.failuresPerAddress()) < 1
        && !proven.containsKey(new Proven(address, token));
  }

  synchronized void succeeded(String address, TokenDigest token) {
    proven.put(new Proven(address, token), true);
  }

  /** A wrong token that was not known to be wrong. */
  synchronized void guessed(String address) {
    addresses.put(address, spend(addresses.get(address), limits.failuresPerAddress()));
  }

  /**
   * A token was refused, for whatever reason.
   *
   * @return was that too often?
   */
  synchronized boolean refusedTooOften(TokenDigest token) {
    Allowance allowance = tokens.get(token);
    if (left(allowance, limits.failuresPerToken()) < 1) {
      return true;
    }
    tokens.put(token, spend(allowance, limits.failuresPerToken()));
    return false;
  }

  private Allowance spend(@org.jspecify.annotations.Nullable Allowance allowance, int limit) {
    return new Allowance(left(allowance, limit) - 1, clock.instant());
  }

  private double left(@org.jspecify.annotations.Nullable Allowance allowance, int limit) {
    if (allowance == null) {
      return limit;
    }
    // A clock that is set back gives nothing, and takes nothing.
    double seconds =
        Math.max(0, Duration.between(allowance.since, clock.instant()).toMillis() / 1000.0);
    return Math.min(limit, allowance.left + seconds * limit / SECONDS);
  }

  /**
   * What counts as one address: an IPv4 address, or the network of an IPv6 address, of which one
   * host can have all. Of other texts, which a test or a serial line may give, the whole.
   *
   * @param peer with or without a port: {@code 192.0.2.1:5000}, {@code [2001:db8::1]:5000}
   */
  static String addressOf(String peer) {
    String host = peer.startsWith("/") ? peer.substring(1) : peer;
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      host = end < 0 ? host : host.substring(1, end);
    } else if (host.indexOf(':') == host.lastIndexOf(':') && host.indexOf(':') >= 0) {
      host = host.substring(0, host.indexOf(':'));
    }
    if (host.indexOf('%') >= 0) {
      host = host.substring(0, host.indexOf('%'));
    }
    try {
      // Only reads; never asks a name server.
      InetAddress address = InetAddress.ofLiteral(host);
      return address instanceof Inet6Address
          ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), 8)) + "::/64"
          : address.getHostAddress();
    } catch (IllegalArgumentException e) {
      return host;
    }
  }
}
