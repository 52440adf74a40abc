package dev.clasp.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first requests of a connection: pages until one asks for a WebSocket (RFC 6455 section 4.2).
 *
 * <p>Bounded in what a peer can make it hold and do: the head and the body of one request, and the
 * answers to a few requests sent in advance as long as the connection takes them.
 */
final class HttpEntry extends SimpleChannelInboundHandler<FullHttpRequest> {

  /**
   * On every answer that does not say otherwise: browsers take it for what it is, show it in no
   * frame, run nothing that might be in it, keep it nowhere, tell nobody its address and give it to
   * no page of others.
   */
  private static final Map<String, String> PROTECTION =
      Map.of(
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cache-Control", "no-store");

  private static final Logger LOG = LoggerFactory.getLogger(HttpEntry.class);
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String SUBPROTOCOL = "clasp";

  /** To which every proxy on the way may add a line. */
  private static final Set<String> HOPS = Set.of("x-forwarded-for", "forwarded");

  /**
   * Requests answered in one turn of the loop. Browsers send one and wait; whoever sends thousands
   * in advance would keep the loop from everybody else.
   */
  private static final int REQUESTS_MAX = 16;

  private final LinkServer server;
  private final LinkServer.Builder config;
  private final Arrival arrival;
  private boolean finished;

  /** An answer that takes its time is under way. */
  private boolean answering;

  private int requests;

  HttpEntry(LinkServer server, Arrival arrival) {
    this.server = server;
    this.config = server.config();
    this.arrival = arrival;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (finished) {
      return;
    }
    if (answering || !context.channel().isWritable() || ++requests > REQUESTS_MAX) {
      // It does not read the answers, or does not wait for them.
      finished = true;
      context.close();
      return;
    }
    DecoderResult result = request.decoderResult();
    if (result.isFailure()) {
      boolean tooLong = result.cause() instanceof TooLongFrameException;
      finish(
          context,
          HttpReply.text(
              tooLong ? 431 : 400, tooLong ? "request head too large\n" : "not an HTTP request\n"));
    } else if (asksForUpgrade(request.headers())) {
      upgrade(context, request);
    } else {
      arrival.heard();
      arrival.keepFor(config.limits.keepAlive().toNanos());
      boolean headOnly = request.method().equals(HttpMethod.HEAD);
      boolean keepAlive = HttpUtil.isKeepAlive(request);
      HttpVersion version = request.protocolVersion();
      answering = true;
      page(
          context.channel().remoteAddress(),
          request,
          reply -> onLoop(context, () -> answer(context, reply, headOnly, keepAlive, version)));
    }
  }

  private static void onLoop(ChannelHandlerContext context, Runnable task) {
    if (context.executor().inEventLoop()) {
      task.run();
      return;
    }
    try {
      context.executor().execute(task);
    } catch (RejectedExecutionException e) {
      // The loop has stopped, and the connection with it.
    }
  }

  private void answer(
      ChannelHandlerContext context,
      HttpReply reply,
      boolean headOnly,
      boolean keepAlive,
      HttpVersion version) {
    if (!answering || context.isRemoved()) {
      return;
    }
    answering = false;
    if (keepAlive) {
      FullHttpResponse response = response(reply, headOnly);
      HttpUtil.setKeepAlive(response.headers(), version, true);
      context.writeAndFlush(response);
    } else {
      finish(context, reply, headOnly);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    requests = 0;
  }

  private static boolean asksForUpgrade(HttpHeaders headers) {
    return headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
  }

  private void page(SocketAddress remote, FullHttpRequest request, Consumer<HttpReply> answer) {
    String target = originForm(request.uri());
    int question = target.indexOf('?');
    Map<String, String> headers = new HashMap<>();
    request
        .headers()
        .forEach(h -> {
          String name = h.getKey().toLowerCase(Locale.ROOT);
          if (HOPS.contains(name)) {
            headers.merge(name, h.getValue(), (first, next) -> first + ", " + next);
          } else {
            headers.put(name, h.getValue());
          }
        });
    byte[] body = new byte[request.content().readableBytes()];
    request.content().getBytes(request.content().readerIndex(), body);
    try {
      config.http.handle(
          new HttpQuery(
              remote,
              request.method().name(),
              question < 0 ? target : target.substring(0, question),
              question < 0 ? "" : target.substring(question + 1),
              headers,
              body),
          answer);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("answering {} {} failed", request.method(), printable(target), e);
      answer.accept(HttpReply.text(500, "internal error\n"));
    }
  }

  /** Servers must also take {@code http://host/path} as the target (RFC 9112 section 3.2.2). */
  private static String originForm(String target) {
    int scheme = target.indexOf("://");
    if (target.startsWith("/") || scheme < 0) {
      return target;
    }
    int path = target.indexOf('/', scheme + 3);
    return path < 0 ? "/" : target.substring(path);
  }

  private static FullHttpResponse response(HttpReply reply, boolean headOnly) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            headOnly ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(reply.body()));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
    PROTECTION.forEach(response.headers()::set);
    reply.headers().forEach(response.headers()::set);
    return response;
  }

  private void finish(ChannelHandlerContext context, HttpReply reply) {
    finish(context, reply, false);
  }

  /** The last answer of this connection. What else was or is sent is not looked at. */
  private void finish(ChannelHandlerContext context, HttpReply reply, boolean headOnly) {
    finished = true;
    FullHttpResponse response = response(reply, headOnly);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    arrival.closeBehind(context.writeAndFlush(response));
  }

  private void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (!request.method().equals(HttpMethod.GET)
        || request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0) {
      refuse(context, "a WebSocket starts with GET and HTTP/1.1");
    } else if (!headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)) {
      refuse(context, "the Connection header must hold Upgrade");
    } else if (!"13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      finish(
          context,
          HttpReply.text(426, "the WebSocket version must be 13\n")
              .withHeader("Sec-WebSocket-Version", "13"));
    } else if (key == null || !validKey(key)) {
      refuse(context, "Sec-WebSocket-Key must be 16 bytes in base64");
    } else if (!config
        .origins
        .get()
        .allows(headers.get(HttpHeaderNames.ORIGIN), headers.get(HttpHeaderNames.HOST))) {
      String origin = printable(String.valueOf(headers.get(HttpHeaderNames.ORIGIN)));
      server
          .counts()
          .warn(
              ConnectionCounter.REFUSED_ORIGIN,
              arrival.peer(),
              "refused a WebSocket from pages of "
                  + origin
                  + "; allow the origin in the settings if it is yours");
      finish(
          context,
          HttpReply.text(
              403,
              "pages of "
                  + origin
                  + " may not connect; allow the origin in the router's settings\n"));
    } else if (!config.protocols.contains(LinkServer.Protocol.WEBSOCKET)) {
      server
          .counts()
          .warn(
              ConnectionCounter.REFUSED_DISABLED,
              arrival.peer(),
              "refused a WebSocket, because they are switched off on this port");
      finish(context, HttpReply.text(403, "WebSockets are switched off on this port\n"));
    } else if (mayCome(context, headers)) {
      become(context, key, offersSubprotocol(headers));
    }
  }

  /** From here on, the connection of a proxy is that of one client: it counts for its address. */
  private boolean mayCome(ChannelHandlerContext context, HttpHeaders headers) {
    if (!arrival.proxied()) {
      return true;
    }
    TrustedProxies.Origin origin =
        config.proxies.origin(headers.getAll("X-Forwarded-For"), headers.getAll("Forwarded"));
    return switch (origin) {
      case TrustedProxies.Origin.Unsaid() -> true;
      case TrustedProxies.Origin.Contradiction(String problem) -> {
        server
            .counts()
            .warn(
                ConnectionCounter.REFUSED_PROXY,
                arrival.peer(),
                "refused what this proxy passed on: " + problem);
        refuse(context, problem);
        yield false;
      }
      case TrustedProxies.Origin.Client(InetAddress client) -> {
        Optional<Refusal> refusal = arrival.named(new InetSocketAddress(client, 0));
        refusal.ifPresent(why -> {
          server.lobby().turnedAway(why, arrival);
          finish(context, why.reply());
        });
        yield refusal.isEmpty();
      }
    };
  }

  private void refuse(ChannelHandlerContext context, String problem) {
    finish(context, HttpReply.text(400, problem + "\n"));
  }

  private void become(ChannelHandlerContext context, String key, boolean subprotocol) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.UPGRADE, "websocket");
    response.headers().set(HttpHeaderNames.CONNECTION, "Upgrade");
    response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(key));
    if (subprotocol) {
      response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    }
    context.writeAndFlush(response, context.voidPromise());
    WebSocketLink link =
        new WebSocketLink(
            context.channel(),
            arrival.peer(),
            true,
            config.limits.maxMessage(),
            config.pingNanos,
            arrival.secure());
    arrival.becomes(link, ConnectionCounter.WEBSOCKETS);
    var pipeline = context.pipeline();
    pipeline.addLast(link);
    pipeline.remove(this);
    pipeline.remove(HttpObjectAggregator.class);
    HttpServerCodec codec = pipeline.get(HttpServerCodec.class);
    // Now, because whoever accepts the link may write at once.
    codec.removeOutboundHandler();
    server.open(link);
    // Last: the codec hands on the bytes that came right behind the request.
    pipeline.remove(codec);
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

  /** What a peer sent, fit for a log and a terminal. */
  private static String printable(String text) {
    String start = text.length() > 200 ? text.substring(0, 200) + "..." : text;
    return start.replaceAll("[^\\x20-\\x7E]", "?");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException || cause instanceof CodecException) {
      LOG.debug("{}: {}", context.channel().remoteAddress(), cause.toString());
    } else {
      LOG.error("{}: unexpected failure", context.channel().remoteAddress(), cause);
    }
    context.close();
  }
}
