package dev.clasp.transport;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.TransportException.Kind;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
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
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

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
    Target target;
    SslContext tls;
    try {
      target = Target.of(uri);
      tls = target.tls ? tls(options) : null;
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<FrameLink> result = new CompletableFuture<>();
    EventLoop loop = loops.next();
    if (loop.isShuttingDown()) {
      return CompletableFuture.failedFuture(
          new TransportException(
              Kind.UNREACHABLE,
              "cannot connect to " + target.where() + ": the event loops were closed"));
    }
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(loops.channel())
            .resolver(BackgroundResolver.INSTANCE)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            // The deadline below is for everything.
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
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
                      handler.setHandshakeTimeoutMillis(0);
                      channel.pipeline().addLast(handler);
                    }
                    channel
                        .pipeline()
                        .addLast(new HttpClientCodec())
                        .addLast(new Upgrade(target, options, acceptor, result));
                  }
                })
            .connect(target.host, target.port);
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        result.completeExceptionally(unreachable(target, done.cause()));
      }
    });
    Future<?> deadline =
        loop.schedule(
            () -> result.completeExceptionally(late(target, connecting)),
            options.timeout.toNanos(),
            TimeUnit.NANOSECONDS);
    result.whenComplete((_, failure) -> {
      deadline.cancel(false);
      if (failure != null) {
        // Failed, too late, or no longer wanted.
        connecting.channel().close();
      }
    });
    return result;
  }

  private static TransportException late(Target target, ChannelFuture connecting) {
    return new TransportException(
        Kind.TIMEOUT,
        connecting.isSuccess()
            ? target + " did not answer the WebSocket request in time: is this a CLASP router?"
            : "no answer from "
                + target.where()
                + ": is the address right, is a firewall in the way?");
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
    Throwable e = cause == null ? new ConnectException("unknown") : cause;
    if (e instanceof UnknownHostException) {
      return new TransportException(
          Kind.UNREACHABLE, "unknown host " + target.host + ": check the URL " + target, e);
    }
    String message = String.valueOf(e.getMessage());
    if (message.contains("refused")) {
      return new TransportException(
          Kind.UNREACHABLE,
          "nobody listens on "
              + target.where()
              + ": is the router running? Start it with: clasp server",
          e);
    }
    return new TransportException(
        Kind.UNREACHABLE, "cannot connect to " + target.where() + ": " + message, e);
  }

  /**
   * Where to connect.
   *
   * @param host without brackets
   * @param path with the query
   */
  private record Target(boolean tls, String host, int port, String path) {

    /** Like java.net.URI, but host names may hold underscores, as those of containers do. */
    private static final Pattern AUTHORITY =
        Pattern.compile("(?:[^@]*@)?([A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

    static Target of(URI uri) {
      String scheme = uri.getScheme();
      boolean tls = "wss".equalsIgnoreCase(scheme);
      if (!tls && !"ws".equalsIgnoreCase(scheme)) {
        throw unusable(uri, "it must start with ws:// or wss://");
      }
      String host = uri.getHost();
      int port = uri.getPort();
      if (host == null && uri.getRawAuthority() != null) {
        Matcher authority = AUTHORITY.matcher(uri.getRawAuthority());
        if (!authority.matches()) {
          throw unusable(uri, "this is no host with a port, as in ws://localhost:7330");
        }
        host = authority.group(1);
        port = authority.group(2) == null ? -1 : Integer.parseInt(authority.group(2));
      }
      if (host == null) {
        throw unusable(uri, "the host is missing, as in ws://localhost:7330");
      }
      if (host.startsWith("[")) {
        host = host.substring(1, host.length() - 1);
      }
      if (port == 0 || port > 65_535) {
        throw unusable(uri, "the port must be 1 to 65535");
      }
      if (port < 0) {
        port = tls ? 443 : 80;
      }
      String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      return new Target(
          tls, host, port, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
    }

    private static TransportException unusable(URI uri, String why) {
      return new TransportException(Kind.BAD_URL, "cannot use " + withoutSecrets(uri) + ": " + why);
    }

    /** User names, passwords and tokens belong into no message. */
    private static String withoutSecrets(URI uri) {
      return uri.toString().replaceFirst("//[^/@]*@", "//").replaceFirst("[?#].*", "");
    }

    private String bracketed() {
      return host.contains(":") ? "[" + host + "]" : host;
    }

    String hostHeader() {
      return port == (tls ? 443 : 80) ? bracketed() : where();
    }

    /** {@code host:port}. */
    String where() {
      return bracketed() + ":" + port;
    }

    /** As URL, for messages. */
    @Override
    public String toString() {
      int question = path.indexOf('?');
      return (tls ? "wss://" : "ws://")
          + hostHeader()
          + (question >= 0 ? path.substring(0, question) : path.equals("/") ? "" : path);
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
              context.channel(), false, options.maxMessage, options.pingInterval.toNanos());
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
