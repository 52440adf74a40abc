package dev.clasp.transport;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.TransportException.Kind;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens WebSocket connections to CLASP servers. */
public final class WebSocketClient {

  private static final SecureRandom RANDOM = new SecureRandom();

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
   * @return the link; fails with {@link TransportException}
   */
  public static CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, Options options, LinkAcceptor acceptor) {
    Target target;
    SslContext tls;
    try {
      target = Target.of(uri);
      tls = target.tls ? tls(options) : null;
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<FrameLink> result = new CompletableFuture<>();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.channel())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.clamp(options.timeout.toMillis(), 1, Integer.MAX_VALUE))
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(64 << 10, 256 << 10))
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (tls != null) {
                      SslHandler handler =
                          tls.newHandler(channel.alloc(), target.host, target.port);
                      handler.setHandshakeTimeoutMillis(options.timeout.toMillis());
                      channel.pipeline().addLast(handler);
                    }
                    channel
                        .pipeline()
                        .addLast(new HttpClientCodec())
                        .addLast(new Upgrade(target, options, acceptor, result));
                  }
                });
    bootstrap
        .connect(target.host, target.port)
        .addListener(done -> {
          if (!done.isSuccess()) {
            result.completeExceptionally(unreachable(target, done.cause()));
          }
        });
    return result;
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

  private static TransportException unreachable(Target target, @Nullable Throwable cause) {
    String where = target.host + ":" + target.port;
    if (cause instanceof UnknownHostException) {
      return new TransportException(
          Kind.UNREACHABLE, "unknown host " + target.host + ": check the URL " + target.uri, cause);
    }
    if (cause instanceof ConnectTimeoutException) {
      return new TransportException(
          Kind.TIMEOUT,
          "no answer from " + where + ": is the address right, is a firewall in the" + " way?",
          cause);
    }
    if (cause instanceof ConnectException) {
      return new TransportException(
          Kind.UNREACHABLE,
          "nobody listens on " + where + ": is the router running? Start it with: clasp server",
          cause);
    }
    return new TransportException(
        Kind.UNREACHABLE, "cannot connect to " + where + ": " + cause, nonNull(cause));
  }

  private static Throwable nonNull(@Nullable Throwable cause) {
    return cause == null ? new ConnectException("unknown") : cause;
  }

  private record Target(URI uri, boolean tls, String host, int port, String path) {
    static Target of(URI uri) {
      String scheme = uri.getScheme();
      boolean tls = "wss".equalsIgnoreCase(scheme);
      if (!tls && !"ws".equalsIgnoreCase(scheme)) {
        throw new TransportException(
            Kind.BAD_URL, "cannot use " + uri + ": the URL must start with ws:// or wss://");
      }
      String host = uri.getHost();
      if (host == null) {
        throw new TransportException(
            Kind.BAD_URL, "cannot use " + uri + ": the host is missing, as in ws://localhost:7330");
      }
      if (host.startsWith("[")) {
        host = host.substring(1, host.length() - 1);
      }
      int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
      String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      return new Target(
          uri, tls, host, port, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
    }

    String hostHeader() {
      String name = host.contains(":") ? "[" + host + "]" : host;
      return port == (tls ? 443 : 80) ? name : name + ":" + port;
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
              HttpVersion.HTTP_1_1, HttpMethod.GET, target.path, Unpooled.EMPTY_BUFFER);
      request
          .headers()
          .set(HttpHeaderNames.HOST, target.hostHeader())
          .set(HttpHeaderNames.UPGRADE, "websocket")
          .set(HttpHeaderNames.CONNECTION, "Upgrade")
          .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13")
          .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "clasp");
      options.headers.forEach(request.headers()::set);
      context.writeAndFlush(request);
      context
          .executor()
          .schedule(
              () ->
                  fail(
                      context,
                      new TransportException(
                          Kind.TIMEOUT,
                          target.uri + " did not answer the WebSocket request in time")),
              options.timeout.toNanos(),
              TimeUnit.NANOSECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject object) {
      if (object instanceof HttpResponse response) {
        check(context, response);
      }
      if (object instanceof LastHttpContent && accepted) {
        become(context);
      }
    }

    private void check(ChannelHandlerContext context, HttpResponse response) {
      String protocol = response.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
      if (response.status().code() != 101) {
        fail(context, handshake("answered " + response.status() + " instead of a WebSocket"));
      } else if (!HttpEntry.accept(key)
          .equals(response.headers().get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))) {
        fail(context, handshake("gave a wrong Sec-WebSocket-Accept"));
      } else if (protocol == null ? options.requireSubprotocol : !protocol.equals("clasp")) {
        fail(context, handshake("does not speak the subprotocol clasp"));
      } else {
        accepted = true;
      }
    }

    private TransportException handshake(String what) {
      return new TransportException(
          Kind.HANDSHAKE, target.uri + " " + what + ": is this a CLASP router?");
    }

    private void become(ChannelHandlerContext context) {
      Channel channel = context.channel();
      WebSocketLink link =
          new WebSocketLink(channel, false, options.maxMessage, options.pingInterval.toNanos());
      var pipeline = context.pipeline();
      pipeline.addLast(link);
      pipeline.remove(this);
      link.open(acceptor);
      result.complete(link);
      // Last: the codec hands on the bytes that came right behind the response.
      pipeline.remove(HttpClientCodec.class);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      fail(
          context,
          new TransportException(
              Kind.HANDSHAKE, target.uri + " closed the connection before the WebSocket was open"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(
          context,
          new TransportException(Kind.HANDSHAKE, target.uri + ": " + cause.getMessage(), cause));
    }

    private void fail(ChannelHandlerContext context, TransportException e) {
      if (!accepted && result.completeExceptionally(e)) {
        context.close();
      }
    }
  }
}
