package dev.clasp.transport;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.TransportException.Kind;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
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
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;

/** Opens WebSocket connections to CLASP servers. */
public final class WebSocketClient {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String SUBPROTOCOL = "clasp";

  private WebSocketClient() {}

  /**
   * How to connect.
   *
   * @param timeout for everything up to the upgrade
   * @param headers added to the upgrade request
   * @param requireSubprotocol refuse a server that does not answer {@code clasp}
   * @param tls for {@code wss}; default: the JDK's trust store, with host name verification
   * @param maxMessage longest message to accept
   * @param pingInterval between liveness probes; zero = none
   */
  public record Options(
      Duration timeout,
      Map<String, String> headers,
      boolean requireSubprotocol,
      Optional<SslContext> tls,
      int maxMessage,
      Duration pingInterval) {

    public static final Options DEFAULT =
        new Options(
            Duration.ofSeconds(10),
            Map.of(),
            true,
            Optional.empty(),
            FrameDescriptor.MAX_FRAME,
            Duration.ofSeconds(30));

    public Options {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("timeout must be longer than 0: " + timeout);
      }
      headers = Map.copyOf(headers);
    }

    public Options withTimeout(Duration value) {
      return new Options(value, headers, requireSubprotocol, tls, maxMessage, pingInterval);
    }
  }

  /** Connects with the default options. */
  public static CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, LinkAcceptor acceptor) {
    return connect(uri, loops, Options.DEFAULT, acceptor);
  }

  /**
   * Connects.
   *
   * @param uri {@code ws://} or {@code wss://}
   * @param acceptor gives the listener, on the link's loop, before the future completes
   * @return the link; fails with {@link TransportException}. Cancelling it gives up the attempt
   */
  public static CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, Options options, LinkAcceptor acceptor) {
    try {
      Target target = Target.of(uri);
      if (target.scheme() == Target.Scheme.TCP) {
        throw new TransportException(
            Kind.BAD_URL, "cannot use " + target + ": a WebSocket starts with ws:// or wss://");
      }
      return connect(target, loops, options, acceptor);
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  static CompletableFuture<FrameLink> connect(
      Target target, EventLoops loops, Options options, LinkAcceptor acceptor) {
    SslContext tls;
    try {
      tls = target.tls() ? tls(options) : null;
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
    return Dial.to(
        target,
        loops,
        options.timeout,
        "did not answer the WebSocket request in time: is this a CLASP router?",
        (channel, result) -> {
          if (tls != null) {
            SslHandler handler = tls.newHandler(channel.alloc(), target.host(), target.port());
            handler.setHandshakeTimeoutMillis(0);
            channel.pipeline().addLast(handler);
          }
          channel
              .pipeline()
              .addLast(new HttpClientCodec())
              .addLast(new Upgrade(target, options, acceptor, result));
        });
  }

  private static SslContext tls(Options options) {
    if (options.tls.isPresent()) {
      return options.tls.get();
    }
    try {
      return SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS").build();
    } catch (SSLException e) {
      throw new TransportException(Kind.HANDSHAKE, "TLS is not available: " + e.getMessage(), e);
    }
  }

  /** The client's side of the opening handshake (RFC 6455 section 4.1). */
  private static final class Upgrade extends SimpleChannelInboundHandler<HttpObject> {
    private final Target target;
    private final Options options;
    private final LinkAcceptor acceptor;
    private final CompletableFuture<FrameLink> result;
    private final String key;
    private boolean accepted;

    Upgrade(
        Target target,
        Options options,
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
      options.headers.forEach(request.headers()::set);
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
      } else if (protocol == null ? options.requireSubprotocol : !protocol.equals(SUBPROTOCOL)) {
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
              options.maxMessage,
              options.pingInterval.toNanos());
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
      Throwable e =
          cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
      String text =
          e instanceof NotSslRecordException
              ? " does not speak TLS: use ws:// instead of wss://, or is this another service?"
              : ": " + e.getMessage();
      result.completeExceptionally(new TransportException(Kind.HANDSHAKE, target + text, e));
    }

    /** Completing the result closes the connection. */
    private void fail(String what) {
      result.completeExceptionally(
          new TransportException(
              Kind.HANDSHAKE, target + " " + what + ": is this a CLASP router?"));
    }
  }
}
