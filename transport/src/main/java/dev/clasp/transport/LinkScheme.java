package dev.clasp.transport;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/**
 * A transport for clients that is in a module of its own, because it needs libraries that most
 * programs do not. Found by {@link java.util.ServiceLoader} when a URL names it.
 */
public interface LinkScheme {

  /** What its URLs begin with, in small letters: {@code serial}. */
  String name();

  /** A URL, for messages: {@code serial:/dev/ttyUSB0}. */
  String example();

  /**
   * Looks at a URL without connecting.
   *
   * @throws TransportException of kind BAD_URL: it cannot be used, with a sentence for the user
   */
  default void check(URI uri) {}

  /** Longest frame that it carries. */
  int maxFrame();

  /**
   * Connects.
   *
   * @param acceptor gives the listener, on the link's loop, before the future completes
   * @return the link; fails with {@link TransportException}, of kind BAD_URL for a URL that it
   *     cannot use. Cancelling it gives up the attempt
   */
  CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, DialOptions options, LinkAcceptor acceptor);
}
