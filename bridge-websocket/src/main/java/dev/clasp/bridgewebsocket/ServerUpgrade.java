package dev.clasp.bridgewebsocket;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The server's side of the opening handshake (RFC 6455 section 4.2). */
final class ServerUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {

  private final WebSocketConfig config;
  private final WebSocketConfig.Server server;
  private final BooleanSupplier full;
  private final Function<Optional<String>, SocketPeer> peers;
  private @Nullable Future<?> timeout;

  /**
   * @param full no more clients
   * @param peers makes one, of the token that it has shown
   */
  ServerUpgrade(
      WebSocketConfig config,
      WebSocketConfig.Server server,
      BooleanSupplier full,
      Function<Optional<String>, SocketPeer> peers) {
    this.config = config;
    this.server = server;
    this.full = full;
    this.peers = peers;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    timeout =
        context
            .executor()
            .schedule(
                () -> {
                  if (!context.isRemoved()) {
                    context.close();
                  }
                },
                config.handshakeTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
  }

  /** Open, or gone: who comes and goes quickly leaves no timers behind. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    Future<?> waiting = timeout;
    if (waiting != null) {
      waiting.cancel(false);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    String uri = request.uri();
    int question = uri.indexOf('?');
    String path = question < 0 ? uri : uri.substring(0, question);
    Optional<String> token = token(headers, uri);
    if (request.decoderResult().isFailure()) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "this is no HTTP request");
    } else if (server.path().filter(wanted -> !wanted.equals(path)).isPresent()) {
      refuse(context, HttpResponseStatus.NOT_FOUND, "there is nothing here");
    } else if (!request.method().equals(HttpMethod.GET)
        || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        || !headers.contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
      refuse(context, HttpResponseStatus.UPGRADE_REQUIRED, "here are only WebSockets");
    } else if (!server
        .origins()
        .allows(headers.get(HttpHeaderNames.ORIGIN), headers.get(HttpHeaderNames.HOST))) {
      refuse(
          context,
          HttpResponseStatus.FORBIDDEN,
          "pages of this origin may not connect; the setting origins lists those that may");
    } else if (!admitted(token)) {
      refuse(context, HttpResponseStatus.UNAUTHORIZED, "the token is missing or wrong");
    } else if (full.getAsBoolean()) {
      refuse(context, HttpResponseStatus.SERVICE_UNAVAILABLE, "there are too many clients");
    } else if (!config.protocols().isEmpty() && !agrees(headers)) {
      refuse(
          context,
          HttpResponseStatus.BAD_REQUEST,
          "the sub-protocol must be one of " + String.join(", ", config.protocols()));
    } else {
      open(context, request, token);
    }
  }

  /** A bearer header, as programs send it, or a parameter, as a page must. */
  private static Optional<String> token(HttpHeaders headers, String uri) {
    String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
    if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return Optional.of(authorization.substring(7).strip());
    }
    try {
      return Optional.ofNullable(new QueryStringDecoder(uri).parameters().get("token"))
          .map(List::getFirst);
    } catch (IllegalArgumentException e) {
      // Percent signs that mean nothing.
      return Optional.empty();
    }
  }

  private boolean admitted(Optional<String> token) {
    // In equal time, whatever they have in common.
    return config.token().isEmpty()
        || token.isPresent()
            && MessageDigest.isEqual(
                token.get().getBytes(StandardCharsets.UTF_8),
                config.token().get().getBytes(StandardCharsets.UTF_8));
  }

  private boolean agrees(HttpHeaders headers) {
    return headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
        .flatMap(line -> Arrays.stream(line.split(",", -1)))
        .anyMatch(offered -> config.protocols().contains(offered.strip()));
  }

  private void open(
      ChannelHandlerContext context, FullHttpRequest request, Optional<String> token) {
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(
                "",
                config.protocols().isEmpty() ? null : String.join(",", config.protocols()),
                WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(config.maxMessage())
                    .allowExtensions(config.compression())
                    .closeOnProtocolViolation(true)
                    .withUTF8Validator(false)
                    .build())
            .newHandshaker(request);
    if (handshaker == null) {
      WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel())
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    try {
      handshaker
          .handshake(context.channel(), request)
          .addListener(done -> {
            if (!done.isSuccess()) {
              context.close();
            } else if (!context.isRemoved()) {
              context
                  .pipeline()
                  .addLast(new WebSocketFrameAggregator(config.maxMessage()))
                  .addLast(peers.apply(token))
                  .remove(this);
            }
          });
    } catch (RuntimeException e) {
      // Its key is missing, and the like.
      refuse(context, HttpResponseStatus.BAD_REQUEST, "this is no WebSocket request");
    }
  }

  private void refuse(ChannelHandlerContext context, HttpResponseStatus status, String why) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.copiedBuffer(why + "\n", StandardCharsets.UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
      response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    } else if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
      response.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Strangers; a TLS handshake that failed, for example.
    context.close();
  }
}
