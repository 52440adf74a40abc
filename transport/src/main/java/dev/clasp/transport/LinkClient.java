package dev.clasp.transport;

import dev.clasp.protocol.FrameDescriptor;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** Opens connections to CLASP servers, over the transport that the URL names. */
public final class LinkClient {

  private LinkClient() {}

  /**
   * Connects.
   *
   * @param uri {@code ws://}, {@code wss://} or {@code tcp://}
   * @param options of WebSockets; for TCP, only the timeout and the longest message count
   * @param acceptor gives the listener, on the link's loop, before the future completes
   * @return the link; fails with {@link TransportException}. Cancelling it gives up the attempt
   */
  public static CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, WebSocketClient.Options options, LinkAcceptor acceptor) {
    Target target;
    try {
      target = Target.of(uri);
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
    return switch (target.scheme()) {
      case WS, WSS -> WebSocketClient.connect(target, loops, options, acceptor);
      case TCP ->
          TcpClient.connect(
              target,
              loops,
              options.timeout(),
              Math.min(options.maxMessage(), TcpLink.MAX_MESSAGE),
              acceptor);
    };
  }

  /** Longest frame, its prefix not counted, that goes over the transport that a URL names. */
  public static int maxFrame(URI uri) {
    return Target.Scheme.TCP.name().equalsIgnoreCase(uri.getScheme())
        ? TcpLink.MAX_MESSAGE
        : FrameDescriptor.MAX_FRAME;
  }
}
