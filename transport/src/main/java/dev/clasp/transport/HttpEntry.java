package dev.clasp.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first requests of a connection: pages until one asks for a WebSocket (RFC 6455 section 4.2).
 */
final class HttpEntry extends SimpleChannelInboundHandler<FullHttpRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(HttpEntry.class);
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String SUBPROTOCOL = "clasp";

  private final WebSocketServer.Builder config;
  private final Set<WebSocketLink> links;
  private final AtomicInteger awaitingUpgrade;
  private boolean awaiting;
  private @Nullable ScheduledFuture<?> deadline;

  HttpEntry(
      WebSocketServer.Builder config, Set<WebSocketLink> links, AtomicInteger awaitingUpgrade) {
    this.config = config;
    this.links = links;
    this.awaitingUpgrade = awaitingUpgrade;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    awaiting = true;
    awaitingUpgrade.incrementAndGet();
    closeAfter(context, config.handshakeNanos);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    requestSeen();
  }

  private void requestSeen() {
    if (awaiting) {
      awaiting = false;
      awaitingUpgrade.decrementAndGet();
    }
  }

  private void closeAfter(ChannelHandlerContext context, long nanos) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    deadline = context.executor().schedule(() -> context.close(), nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    requestSeen();
    DecoderResult result = request.decoderResult();
    if (result.isFailure()) {
      boolean tooLong = result.cause() instanceof TooLongFrameException;
      answer(
          context,
          HttpReply.text(
              tooLong ? 431 : 400, tooLong ? "request head too large\n" : "not an HTTP request\n"),
          false,
          false);
    } else if (asksForUpgrade(request.headers())) {
      upgrade(context, request);
    } else {
      closeAfter(context, config.keepAliveNanos);
      answer(
          context,
          page(request),
          HttpUtil.isKeepAlive(request),
          request.method().equals(HttpMethod.HEAD));
    }
  }

  private static boolean asksForUpgrade(HttpHeaders headers) {
    return headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
  }

  private HttpReply page(FullHttpRequest request) {
    String uri = request.uri();
    int question = uri.indexOf('?');
    Map<String, String> headers = new HashMap<>();
    request.headers().forEach(h -> headers.put(h.getKey().toLowerCase(Locale.ROOT), h.getValue()));
    byte[] body = new byte[request.content().readableBytes()];
    request.content().getBytes(request.content().readerIndex(), body);
    try {
      return config.http.handle(
          new HttpQuery(
              request.method().name(),
              question < 0 ? uri : uri.substring(0, question),
              question < 0 ? "" : uri.substring(question + 1),
              headers,
              body));
    } catch (RuntimeException e) {
      LOG.error("answering {} {} failed", request.method(), uri, e);
      return HttpReply.text(500, "internal error\n");
    }
  }

  private static void answer(
      ChannelHandlerContext context, HttpReply reply, boolean keepAlive, boolean headOnly) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            headOnly ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(reply.body()));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
    reply.headers().forEach(response.headers()::set);
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, "close");
    }
    ChannelFuture written = context.writeAndFlush(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    String problem = null;
    int status = 400;
    if (!request.method().equals(HttpMethod.GET)) {
      problem = "a WebSocket starts with GET";
    } else if (!headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)) {
      problem = "the Connection header must hold Upgrade";
    } else if (!"13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      problem = "the WebSocket version must be 13";
      status = 426;
    } else if (key == null || !validKey(key)) {
      problem = "Sec-WebSocket-Key must be 16 bytes in base64";
    } else if (!config.origins.allows(
        headers.get(HttpHeaderNames.ORIGIN), headers.get(HttpHeaderNames.HOST))) {
      problem =
          "pages of "
              + headers.get(HttpHeaderNames.ORIGIN)
              + " may not connect; allow the origin in the router's settings";
      status = 403;
      LOG.warn("refused a WebSocket from origin {}", headers.get(HttpHeaderNames.ORIGIN));
    }
    if (problem != null || key == null) {
      HttpReply reply = HttpReply.text(status, problem + "\n");
      answer(
          context,
          status == 426 ? reply.withHeader("Sec-WebSocket-Version", "13") : reply,
          false,
          false);
      return;
    }
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.UPGRADE, "websocket");
    response.headers().set(HttpHeaderNames.CONNECTION, "Upgrade");
    response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(key));
    if (offersSubprotocol(headers)) {
      response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    }
    context.writeAndFlush(response);
    WebSocketLink link =
        new WebSocketLink(context.channel(), true, config.maxMessage, config.pingNanos);
    links.add(link);
    context.channel().closeFuture().addListener(_ -> links.remove(link));
    var pipeline = context.pipeline();
    pipeline.addLast(link);
    pipeline.remove(this);
    pipeline.remove(HttpObjectAggregator.class);
    link.open(config.requiredAcceptor());
    // Last: the codec hands on the bytes that came right behind the request.
    pipeline.remove(HttpServerCodec.class);
  }

  /** {@code clasp} in any of the header lines, case-sensitively (transports.md 2.1). */
  private static boolean offersSubprotocol(HttpHeaders headers) {
    for (String line : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String offered : line.split(",", -1)) {
        if (offered.trim().equals(SUBPROTOCOL)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean validKey(String key) {
    try {
      return Base64.getDecoder().decode(key.trim()).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key.trim() + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("{}: {}", context.channel().remoteAddress(), cause.toString());
    context.close();
  }
}
