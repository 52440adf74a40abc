package dev.clasp.client;

import dev.clasp.transport.FrameLink;
import dev.clasp.transport.LinkAcceptor;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Opens connections on the client's loop. */
interface Dialer extends AutoCloseable {

  /**
   * Opens a connection. Any thread.
   *
   * @param acceptor gives the listener, on the loop, before the future completes
   * @return fails with {@link dev.clasp.transport.TransportException}
   */
  CompletableFuture<FrameLink> dial(URI uri, Duration timeout, LinkAcceptor acceptor);

  /** Frees what the dialer owns. May wait; not on the loop. */
  @Override
  void close();
}
