package dev.clasp.transport;

import dev.clasp.protocol.FrameDescriptor;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a listener takes from the network before anybody is let in: all of it in one place
 * (operations.md 9.1 and 12.6). Immutable. 0 means no limit, except where said.
 *
 * <p>"Address" is an IPv4 address or an IPv6 network of 64 bits: whoever has one address of such a
 * network usually has them all.
 *
 * @param maxConnections at once, of all kinds
 * @param maxPerAddress at once from one address
 * @param maxUnauthenticated that have not been let in yet, plain HTTP among them; at least 1. One
 *     more takes the place of the one that has been quiet for the longest
 * @param maxUnauthenticatedPerAddress of those, from one address
 * @param ratePerAddress new connections a second from one address
 * @param burstPerAddress as many at once before the rate counts; at least 1
 * @param limitLoopback whether what comes from this machine is limited by address as well; it
 *     always counts for the totals
 * @param acceptRate new connections a second of everybody together; what comes faster waits in the
 *     queue of the system
 * @param maxMessage longest message in bytes; a longer one ends the connection, a WebSocket with
 *     1009. Over TCP 65,536 at most
 * @param maxBody longest body of a plain HTTP request in bytes. The default takes every value, as
 *     JSON too, and is so small that one address without a token cannot take all the memory for
 *     bodies ({@link BodyBudget}: 20 connections with four bodies each)
 * @param handshake from accept to the end of the first request, or to the first bytes of CLASP
 * @param keepAlive from a plain HTTP request to the end of the next one on the same connection
 */
public record ConnectionLimits(
    int maxConnections,
    int maxPerAddress,
    int maxUnauthenticated,
    int maxUnauthenticatedPerAddress,
    int ratePerAddress,
    int burstPerAddress,
    boolean limitLoopback,
    int acceptRate,
    int maxMessage,
    int maxBody,
    Duration handshake,
    Duration keepAlive) {

  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(
          10_000,
          100,
          1000,
          20,
          20,
          40,
          false,
          2000,
          FrameDescriptor.MAX_FRAME,
          512 << 10,
          Duration.ofSeconds(5),
          Duration.ofSeconds(60));

  public ConnectionLimits {
    atLeast(0, maxConnections, "maxConnections");
    atLeast(0, maxPerAddress, "maxPerAddress");
    atLeast(1, maxUnauthenticated, "maxUnauthenticated");
    atLeast(0, maxUnauthenticatedPerAddress, "maxUnauthenticatedPerAddress");
    atLeast(0, ratePerAddress, "ratePerAddress");
    atLeast(1, burstPerAddress, "burstPerAddress");
    atLeast(0, acceptRate, "acceptRate");
    atLeast(FrameDescriptor.HEADER_LENGTH, maxMessage, "maxMessage");
    atLeast(0, maxBody, "maxBody");
    if (!handshake.isPositive() || !keepAlive.isPositive()) {
      throw new IllegalArgumentException("times must be longer than 0");
    }
  }

  private static void atLeast(int least, int value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be " + least + " or more, not " + value);
    }
  }

  public ConnectionLimits withMaxConnections(int value) {
    return with(copy -> copy.maxConnections = value);
  }

  public ConnectionLimits withMaxPerAddress(int value) {
    return with(copy -> copy.maxPerAddress = value);
  }

  public ConnectionLimits withMaxUnauthenticated(int value) {
    return with(copy -> copy.maxUnauthenticated = value);
  }

  public ConnectionLimits withMaxUnauthenticatedPerAddress(int value) {
    return with(copy -> copy.maxUnauthenticatedPerAddress = value);
  }

  /**
   * @param perSecond new connections a second from one address; 0 = no limit
   * @param burst as many at once
   */
  public ConnectionLimits withRatePerAddress(int perSecond, int burst) {
    return with(copy -> {
      copy.ratePerAddress = perSecond;
      copy.burstPerAddress = burst;
    });
  }

  public ConnectionLimits withLimitLoopback(boolean value) {
    return with(copy -> copy.limitLoopback = value);
  }

  public ConnectionLimits withAcceptRate(int value) {
    return with(copy -> copy.acceptRate = value);
  }

  public ConnectionLimits withMaxMessage(int value) {
    return with(copy -> copy.maxMessage = value);
  }

  public ConnectionLimits withMaxBody(int value) {
    return with(copy -> copy.maxBody = value);
  }

  public ConnectionLimits withHandshake(Duration value) {
    return with(copy -> copy.handshake = value);
  }

  public ConnectionLimits withKeepAlive(Duration value) {
    return with(copy -> copy.keepAlive = value);
  }

  private ConnectionLimits with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.limits();
  }

  /** The limits while one of them is changed. */
  private static final class Copy {
    private int maxConnections;
    private int maxPerAddress;
    private int maxUnauthenticated;
    private int maxUnauthenticatedPerAddress;
    private int ratePerAddress;
    private int burstPerAddress;
    private boolean limitLoopback;
    private int acceptRate;
    private int maxMessage;
    private int maxBody;
    private Duration handshake;
    private Duration keepAlive;

    Copy(ConnectionLimits from) {
      maxConnections = from.maxConnections;
      maxPerAddress = from.maxPerAddress;
      maxUnauthenticated = from.maxUnauthenticated;
      maxUnauthenticatedPerAddress = from.maxUnauthenticatedPerAddress;
      ratePerAddress = from.ratePerAddress;
      burstPerAddress = from.burstPerAddress;
      limitLoopback = from.limitLoopback;
      acceptRate = from.acceptRate;
      maxMessage = from.maxMessage;
      maxBody = from.maxBody;
      handshake = from.handshake;
      keepAlive = from.keepAlive;
    }

    ConnectionLimits limits() {
      return new ConnectionLimits(
          maxConnections,
          maxPerAddress,
          maxUnauthenticated,
          maxUnauthenticatedPerAddress,
          ratePerAddress,
          burstPerAddress,
          limitLoopback,
          acceptRate,
          maxMessage,
          maxBody,
          handshake,
          keepAlive);
    }
  }
}
