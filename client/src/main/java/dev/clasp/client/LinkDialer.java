package dev.clasp.client;

import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.LinkClient;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Dials {@code ws://}, {@code wss://} and {@code tcp://}. */
final class LinkDialer implements Dialer {

  private final EventLoops loop;
  private final DialOptions options;
  private final Runnable onClose;

  /**
   * @param loop the client's one loop
   * @param onClose frees the loops, if they are the client's own
   */
  LinkDialer(EventLoops loop, DialOptions options, Runnable onClose) {
    this.loop = loop;
    this.options = options;
    this.onClose = onClose;
  }

  @Override
  public CompletableFuture<FrameLink> dial(URI uri, Duration timeout, LinkAcceptor acceptor) {
    return LinkClient.connect(uri, loop, options.withTimeout(timeout), acceptor);
  }

  @Override
  public void close() {
    onClose.run();
  }
}
