package dev.clasp.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first requests of a connection: pages until one asks for a WebSocket (RFC 6455 section 4.2).
 *
 * <p>Bounded in what a peer can make it hold and do: the head and the body of one request, and the
 * answers to a few requests sent in advance as long as the connection takes them.
 */
final class HttpEntry extends SimpleChannelInboundHandler<HttpObject> {

  private static final Logger LOG = LoggerFactory.getLogger(HttpEntry.class);
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String SUBPROTOCOL = "clasp";

  /**
   * Requests answered in one turn of the loop. Browsers send one and wait; whoever sends thousands
   * in advance would keep the loop from everybody else.
   */
  private static final int REQUESTS_MAX = 16;

  /** Longest message of a guest inside a WebSocket; its packets may span several. */
  private static final int GUEST_FRAME = 1 << 20;

  private final LinkServer server;
  private final LinkServer.Builder config;
  private final Arrival arrival;
  private final BodyBudget bodies;
  private boolean finished;

  /** An answer that takes its time is under way. */
  private boolean answering;

  /** An answer is being sent piece by piece. */
  private @Nullable StreamedBody streaming;

  /** Of which not all has come. */
  private @Nullable Request reading;

  /** Came while an answer was being sent; one at most. */
  private @Nullable Request next;

  private int requests;

  private record Request(HttpRequest head, RequestBody body) {}

  HttpEntry(LinkServer server, Arrival arrival) {
    this.server = server;
    this.config = server.config();
    this.arrival = arrival;
    this.bodies = server.lobby().bodies().ofConnection(4L * config.limits.maxBody());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (!finished && part instanceof HttpRequest head) {
      begin(context, head);
    }
    Request request = reading;
    if (finished || request == null || !(part instanceof HttpContent content)) {
      return;
    }
    if (content.decoderResult().isFailure()) {
      // Its length is unknown, and so is where the next request would begin.
      finish(context, HttpReply.text(400, "the body is not as HTTP says\n"));
      return;
    }
    request.body.add(content.content());
    if (content instanceof LastHttpContent || request.body.problem().isPresent()) {
      reading = null;
      came(context, request);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest head) {
    if (answering
        || streaming != null && next != null
        || !context.channel().isWritable() && streaming == null
        || ++requests > REQUESTS_MAX) {
      // It does not read the answers, or does not wait for them.
      finished = true;
      context.close();
      return;
    }
    DecoderResult result = head.decoderResult();
    if (result.isFailure()) {
      boolean tooLong = result.cause() instanceof TooLongFrameException;
      finish(
          context,
          HttpReply.text(
              tooLong ? 431 : 400, tooLong ? "request head too large\n" : "not an HTTP request\n"));
      return;
    }
    Request request = new Request(head, new RequestBody(head, config.limits.maxBody(), bodies));
    reading = request;
    askForBody(context);
    if (request.body.problem().isPresent()) {
      reading = null;
      came(context, request);
    }
  }

  /** Not in the middle of an answer. */
  private void askForBody(ChannelHandlerContext context) {
    if (reading != null && streaming == null && reading.body.expectsContinue()) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
          context.voidPromise());
    }
  }

  /** All of a request, or as much as is needed to refuse it. */
  private void came(ChannelHandlerContext context, Request request) {
    if (streaming != null) {
      next = request;
      return;
    }
    HttpRequest head = request.head;
    if (request.body.problem().isPresent()) {
      // What else of it comes is not looked at.
      finish(
          context,
          Pages.refusal(config.http, head, request.body.problem().get()),
          head.method().equals(HttpMethod.HEAD));
    } else if (asksForUpgrade(head.headers())) {
      request.body.release();
      upgrade(context, head);
    } else {
      arrival.heard();
      arrival.keepFor(config.limits.keepAlive().toNanos());
      answering = true;
      Pages.ask(
          config.http,
          context.channel().remoteAddress(),
          head,
          request.body,
          reply -> Pages.onLoop(context, () -> answer(context, reply, request)));
    }
  }

  private void answer(ChannelHandlerContext context, HttpReply reply, Request request) {
    request.body.release();
    if (!answering || context.isRemoved()) {
      return;
    }
    answering = false;
    HttpRequest head = request.head;
    boolean headOnly = head.method().equals(HttpMethod.HEAD);
    boolean keepAlive = HttpUtil.isKeepAlive(head);
    if (reply.stream().isPresent()) {
      stream(context, head, reply, reply.stream().get());
      return;
    }
    HttpReply sent = Compression.of(head.headers(), server.certificates(arrival)).of(reply);
    if (keepAlive) {
      FullHttpResponse response = Pages.whole(sent, headOnly);
      HttpUtil.setKeepAlive(response.headers(), head.protocolVersion(), true);
      context.writeAndFlush(response);
    } else {
      finish(context, sent, headOnly);
    }
  }

  /**
   * Whoever gets such an answer counts as let in from now on, as a WebSocket does after its HELLO:
   * it stays for as long as it likes and does not have to make room for others.
   */
  private void stream(
      ChannelHandlerContext context,
      HttpRequest request,
      HttpReply reply,
      Consumer<HttpBody> writer) {
    boolean chunked = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
    // The next request of a proxy may be somebody else's, who would count as this one.
    boolean last = !HttpUtil.isKeepAlive(request) || !chunked || arrival.proxied();
    boolean headOnly = request.method().equals(HttpMethod.HEAD);
    if (!headOnly && !mayCome(context, request.headers())) {
      return;
    }
    HttpResponse head = headOnly ? Pages.whole(reply, true) : Pages.head(reply);
    if (chunked) {
      HttpUtil.setTransferEncodingChunked(head, true);
    }
    if (last) {
      head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    if (headOnly) {
      end(context, context.writeAndFlush(head), last);
      return;
    }
    if (reply.status() < 300) {
      arrival.letIn();
      server.pages().add(context.channel());
    }
    arrival.keep();
    context.writeAndFlush(head, context.voidPromise());
    StreamedBody body =
        new StreamedBody(
            context,
            new Unsent(),
            server.counts(),
            sent -> {
              streaming = null;
              sent.ifPresentOrElse(write -> end(context, write, last), context::close);
            });
    streaming = body;
    body.start(writer);
    if (server.pages().closing()) {
      body.end();
    }
  }

  /** An answer is on its way, and nothing more of it comes. */
  private void end(ChannelHandlerContext context, ChannelFuture written, boolean last) {
    arrival.keepFor(config.limits.keepAlive().toNanos());
    Request request = next;
    next = null;
    if (last || server.pages().closing()) {
      finished = true;
      arrival.closeBehind(written);
      release(request);
    } else if (request != null) {
      came(context, request);
    } else {
      askForBody(context);
    }
  }

  private static void release(@Nullable Request request) {
    if (request != null) {
      request.body.release();
    }
  }

  /** The server stops. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof OpenPages.Stop)) {
      context.fireUserEventTriggered(event);
    } else if (streaming != null) {
      streaming.end();
    } else {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    handlerRemoved(context);
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (streaming != null) {
      streaming.abort();
    }
    release(reading);
    release(next);
    reading = null;
    next = null;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    requests = 0;
  }

  private static boolean asksForUpgrade(HttpHeaders headers) {
    return headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
  }

  private void finish(ChannelHandlerContext context, HttpReply reply) {
    finish(context, reply, false);
  }

  /** The last answer of this connection. What else was or is sent is not looked at. */
  private void finish(ChannelHandlerContext context, HttpReply reply, boolean headOnly) {
    finished = true;
    release(reading);
    FullHttpResponse response = Pages.whole(reply, headOnly);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    arrival.closeBehind(context.writeAndFlush(response));
  }

  private void upgrade(ChannelHandlerContext context, HttpRequest request) {
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
      String origin = Pages.printable(String.valueOf(headers.get(HttpHeaderNames.ORIGIN)));
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
    } else if (guestSubprotocol(headers).isPresent()) {
      if (mayCome(context, headers)) {
        becomeGuest(context, key, guestSubprotocol(headers).get());
      }
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

  private static void switchProtocols(
      ChannelHandlerContext context, String key, Optional<String> subprotocol) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.UPGRADE, "websocket");
    response.headers().set(HttpHeaderNames.CONNECTION, "Upgrade");
    response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(key));
    subprotocol.ifPresent(
        name -> response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, name));
    context.writeAndFlush(response, context.voidPromise());
  }

  /** Bytes of a guest, in binary messages. */
  private void becomeGuest(ChannelHandlerContext context, String key, String subprotocol) {
    switchProtocols(context, key, Optional.of(subprotocol));
    var pipeline = context.pipeline();
    pipeline.addLast(
        new WebSocket13FrameDecoder(
            WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(GUEST_FRAME)
                .allowExtensions(false)
                .build()),
        new WebSocket13FrameEncoder(false),
        new WebSocketBytes());
    arrival.becomesGuest(ConnectionCounter.WEBSOCKETS);
    server.guest().ifPresent(guest -> guest.enter(new Guest(pipeline.channel(), arrival, true)));
    pipeline.remove(this);
    HttpServerCodec codec = pipeline.get(HttpServerCodec.class);
    codec.removeOutboundHandler();
    // Last: the codec hands on the bytes that came right behind the request.
    pipeline.remove(codec);
  }

  /** Of those that the client offers, the first that a guest speaks, unless it offers ours too. */
  private Optional<String> guestSubprotocol(HttpHeaders headers) {
    Optional<GuestProtocol> guest = server.guest();
    if (guest.isEmpty() || offersSubprotocol(headers)) {
      return Optional.empty();
    }
    return headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
        .flatMap(line -> Stream.of(line.split(",", -1)))
        .map(String::trim)
        .filter(guest.get().subprotocols()::contains)
        .findFirst();
  }

  private void become(ChannelHandlerContext context, String key, boolean subprotocol) {
    switchProtocols(context, key, subprotocol ? Optional.of(SUBPROTOCOL) : Optional.empty());
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
