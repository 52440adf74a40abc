package dev.clasp.transport;

import java.util.concurrent.CompletableFuture;

/**
 * A way into a router of the same process, for one client and its reconnects. Whoever comes through
 * it is a session like any other. Thread-safe.
 */
public interface LocalDoor {

  /** Who comes through it, for the router's lists and logs: {@code bridge:desk}. */
  String name();

  /**
   * A token for one connection, to be shown soon; empty if the router asks nobody for one. It is
   * void once it was shown, and anywhere else.
   */
  String pass();

  /**
   * Connects.
   *
   * @param acceptor gives the listener, on the link's loop, before the future completes
   * @return the link; fails with {@link TransportException} when the router has stopped
   */
  CompletableFuture<FrameLink> connect(EventLoops loops, LinkAcceptor acceptor);
}
