package dev.clasp.client;

import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.WebSocketClient;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Dials {@code ws://} and {@code wss://}. */
final class WebSocketDialer implements Dialer {

  private final EventLoops loop;
  private final Runnable onClose;
  private final Map<String, String> headers;

  /**
   * @param loop the client's one loop
   * @param onClose frees the loops, if they are the client's own
   */
  WebSocketDialer(EventLoops loop, Map<String, String> headers, Runnable onClose) {
    this.loop = loop;
    this.headers = headers;
    this.onClose = onClose;
  }

  @Override
  public CompletableFuture<FrameLink> dial(URI uri, Duration timeout, LinkAcceptor acceptor) {
    var defaults = WebSocketClient.Options.DEFAULT;
    return WebSocketClient.connect(
        uri,
        loop,
        new WebSocketClient.Options(
            timeout,
            headers,
            defaults.requireSubprotocol(),
            defaults.tls(),
            defaults.maxMessage(),
            defaults.pingInterval()),
        acceptor);
  }

  @Override
  public void close() {
    onClose.run();
  }
}
