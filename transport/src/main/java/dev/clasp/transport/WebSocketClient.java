package dev.clasp.transport;

import dev.clasp.transport.TransportException.Kind;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

/** Opens WebSocket connections to CLASP servers. */
public final class WebSocketClient {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String SUBPROTOCOL = "clasp";

  private WebSocketClient() {}

  /** Connects with the default options. */
  public static CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, LinkAcceptor acceptor) {
    return connect(uri, loops, DialOptions.DEFAULT, acceptor);
  }

  /**
   * Connects.
   *
   * @param uri {@code ws://} or {@code wss://}
   * @param acceptor gives the listener, on the link's loop, before the future completes
   * @return the link; fails with {@link TransportException}. Cancelling it gives up the attempt
   */
  public static CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, DialOptions options, LinkAcceptor acceptor) {
    try {
      Target target = Target.of(uri);
      if (!target.scheme().webSocket()) {
        throw new TransportException(
            Kind.BAD_URL, "cannot use " + target + ": a WebSocket starts with ws:// or wss://");
      }
      return connect(target, loops, options, acceptor);
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  static CompletableFuture<FrameLink> connect(
      Target target, EventLoops loops, DialOptions options, LinkAcceptor acceptor) {
    return Dial.to(
        target,
        loops,
        options,
        "did not answer the WebSocket request in time: is this a CLASP router?",
        (channel, result) -> {
          channel
              .pipeline()
              .addLast(new HttpClientCodec())
              .addLast(new Upgrade(target, options, acceptor, result));
        });
  }

  /** The client's side of the opening handshake (RFC 6455 section 4.1). */
  private static final class Upgrade extends SimpleChannelInboundHandler<HttpObject> {
    private final Target target;
    private final DialOptions options;
    private final LinkAcceptor acceptor;
    private final CompletableFuture<FrameLink> result;
    private final String key;
    private boolean accepted;

    Upgrade(
        Target target,
        DialOptions options,
        LinkAcceptor acceptor,
        CompletableFuture<FrameLink> result) {
      this.target = target;
      this.options = options;
      this.acceptor = acceptor;
      this.result = result;
      byte[] random = new byte[16];
      RANDOM.nextBytes(random);
      this.key = Base64.getEncoder().encodeToString(random);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      FullHttpRequest request =
          new DefaultFullHttpRequest(
              HttpVersion.HTTP_1_1, HttpMethod.GET, target.path(), Unpooled.EMPTY_BUFFER);
      request
          .headers()
          .set(HttpHeaderNames.HOST, target.hostHeader())
          .set(HttpHeaderNames.UPGRADE, "websocket")
          .set(HttpHeaderNames.CONNECTION, "Upgrade")
          .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13")
          .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
      options.headers().forEach(request.headers()::set);
      context.writeAndFlush(request);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject object) {
      if (object instanceof HttpResponse response) {
        check(response);
      }
      if (object instanceof LastHttpContent && accepted && !result.isDone()) {
        become(context);
      }
    }

    /** Section 4.1. */
    private void check(HttpResponse response) {
      HttpHeaders headers = response.headers();
      String protocol = headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
      if (response.decoderResult().isFailure()) {
        fail("did not answer in HTTP");
      } else if (response.status().code() != 101) {
        fail("answered " + response.status() + " instead of a WebSocket");
      } else if (!headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
          || !headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)) {
        fail("switched to something that is no WebSocket");
      } else if (!HttpEntry.accept(key).equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))) {
        fail("gave a wrong Sec-WebSocket-Accept");
      } else if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
        fail("uses an extension that was not asked for");
      } else if (protocol == null ? options.requireSubprotocol() : !protocol.equals(SUBPROTOCOL)) {
        fail("does not speak the subprotocol clasp");
      } else {
        accepted = true;
      }
    }

    private void become(ChannelHandlerContext context) {
      WebSocketLink link =
          new WebSocketLink(
              context.channel(),
              SocketLink.remoteOf(context.channel()),
              false,
              options.maxMessage(),
              options.pingInterval().toNanos(),
              target.scheme().tls());
      var pipeline = context.pipeline();
      pipeline.addLast(link);
      pipeline.remove(this);
      HttpClientCodec codec = pipeline.get(HttpClientCodec.class);
      // Now, because whoever accepts the link may write at once.
      codec.removeOutboundHandler();
      if (link.open(acceptor)) {
        result.complete(link);
      } else {
        fail("is connected, but the program that wanted it failed");
      }
      // Last: the codec hands on the bytes that came right behind the response.
      pipeline.remove(codec);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      fail("closed the connection before the WebSocket was open");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      result.completeExceptionally(Dial.broken(target, cause));
    }

    /** Completing the result closes the connection. */
    private void fail(String what) {
      result.completeExceptionally(
          new TransportException(
              Kind.HANDSHAKE, target + " " + what + ": is this a CLASP router?"));
    }
  }
}
