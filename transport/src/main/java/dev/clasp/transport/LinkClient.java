package dev.clasp.transport;

import dev.clasp.protocol.FrameDescriptor;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Opens connections to CLASP servers, over the transport that the URL names. */
public final class LinkClient {

  private LinkClient() {}

  /**
   * Connects.
   *
   * @param uri {@code ws://}, {@code wss://}, {@code tcp://}, {@code tls://}, {@code quic://},
   *     {@code udp://}, or what modules on the class path add
   * @param acceptor gives the listener, on the link's loop, before the future completes
   * @return the link; fails with {@link TransportException}. Cancelling it gives up the attempt
   */
  public static CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, DialOptions options, LinkAcceptor acceptor) {
    Optional<LinkScheme> other = LinkSchemes.of(uri);
    if (other.isPresent()) {
      return other.get().connect(uri, loops, options, acceptor);
    }
    try {
      Target target = Target.of(uri);
      return switch (target.scheme()) {
        case WS, WSS -> WebSocketClient.connect(target, loops, options, acceptor);
        case TCP, TLS -> TcpClient.connect(target, loops, options, acceptor);
        case UDP -> UdpClient.connect(target, loops, options, acceptor);
        case QUIC -> QuicClient.connect(target, loops, options, acceptor);
      };
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Looks at a URL without connecting.
   *
   * @throws TransportException of kind BAD_URL: it cannot be used, with a sentence for the user
   */
  public static void check(URI uri) {
    Optional<LinkScheme> other = LinkSchemes.of(uri);
    if (other.isPresent()) {
      other.get().check(uri);
    } else {
      Target.of(uri);
    }
  }

  /** Does the text begin like a URL that a module on the class path knows, as {@code serial:}? */
  public static boolean isOfAModule(String url) {
    return LinkSchemes.names().stream()
        .anyMatch(name -> url.regionMatches(true, 0, name + ":", 0, name.length() + 1));
  }

  /** Longest frame, its prefix not counted, that goes over the transport that a URL names. */
  public static int maxFrame(URI uri) {
    Optional<LinkScheme> other = LinkSchemes.of(uri);
    if (other.isPresent()) {
      return other.get().maxFrame();
    }
    return switch (Target.Scheme.of(String.valueOf(uri.getScheme())).orElse(Target.Scheme.WS)) {
      case WS, WSS, QUIC -> FrameDescriptor.MAX_FRAME;
      case TCP, TLS -> TcpLink.MAX_MESSAGE;
      case UDP -> UdpConfig.DEFAULT_DATAGRAM - ReceiptFlow.HEADER;
    };
  }
}
