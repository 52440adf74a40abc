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
   * @param uri {@code ws://}, {@code wss://}, {@code tcp://}, {@code tls://}, or what modules on
   *     the class path add
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
        case QUIC, UDP ->
            throw new TransportException(
                TransportException.Kind.BAD_URL, target + ": this transport is not there yet");
      };
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Is this a URL with a host, or one that a module on the class path knows? */
  public static boolean knows(URI uri) {
    return LinkSchemes.of(uri).isPresent()
        || uri.getHost() != null && Target.Scheme.of(String.valueOf(uri.getScheme())).isPresent();
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
      case UDP -> 1200;
    };
  }
}
