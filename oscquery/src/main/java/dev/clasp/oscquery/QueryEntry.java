package dev.clasp.oscquery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of a connection: nodes and attributes as JSON, until one asks for a WebSocket
 * (OSCQuery proposal, "Core Functionality").
 */
final class QueryEntry extends SimpleChannelInboundHandler<FullHttpRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(QueryEntry.class);

  private static final String JSON = "application/json; charset=utf-8";

  /** How long a program may be silent before it is asked whether it is there. */
  static final int PING_SECONDS = 30;

  private final OscQueryServer server;

  /** An answer is on its way in pieces; what is asked meanwhile is too early. */
  private boolean answering;

  private boolean finished;

  QueryEntry(OscQueryServer server) {
    this.server = server;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext at, FullHttpRequest request) {
    if (finished) {
      return;
    }
    if (answering || !at.channel().isWritable()) {
      // It does not wait for the answers, or does not read them.
      finished = true;
      at.close();
      return;
    }
    server.counts().add(OscQueryCounter.REQUESTS);
    HttpHeaders headers = request.headers();
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    String host = headers.get(HttpHeaderNames.HOST);
    if (request.decoderResult().isFailure()) {
      finish(at, text(HttpResponseStatus.BAD_REQUEST, "not an HTTP request"));
    } else if (!server.config().origins().allowsHost(host)
        || !server.config().origins().allows(origin, host)) {
      server.counts().add(OscQueryCounter.REFUSED_ORIGINS);
      finish(
          at,
          text(
              HttpResponseStatus.FORBIDDEN,
              "pages of this origin may not read this; allow it in the settings if it is yours"));
    } else if (headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)) {
      upgrade(at, request);
    } else {
      answer(at, request, Optional.ofNullable(origin));
    }
  }

  // --- pages -------------------------------------------------------------------------------------

  private void answer(ChannelHandlerContext at, FullHttpRequest request, Optional<String> origin) {
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (request.method().equals(HttpMethod.OPTIONS)) {
      FullHttpResponse response = empty(HttpResponseStatus.NO_CONTENT);
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, OPTIONS");
      response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD");
      reply(at, request, origin, response, false);
      return;
    }
    if (!head && !request.method().equals(HttpMethod.GET)) {
      FullHttpResponse response =
          text(HttpResponseStatus.METHOD_NOT_ALLOWED, "values are set by OSC, not by HTTP");
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, OPTIONS");
      reply(at, request, origin, response, false);
      return;
    }
    Optional<QueryLine> line = QueryLine.parse(request.uri());
    if (line.isEmpty()) {
      reply(
          at,
          request,
          origin,
          text(HttpResponseStatus.BAD_REQUEST, "no path, or an attribute that OSCQuery has not"),
          head);
      return;
    }
    List<Attribute> attributes = line.get().attributes();
    if (attributes.contains(Attribute.HOST_INFO)) {
      reply(at, request, origin, json(server.hostInfo(at.channel().localAddress()).json()), head);
      return;
    }
    Optional<TreeNode> node =
        server.tree().find(line.get().decoded()).or(() -> server.tree().find(line.get().path()));
    if (node.isEmpty()) {
      reply(at, request, origin, text(HttpResponseStatus.NOT_FOUND, "there is no such node"), head);
      return;
    }
    try {
      if (attributes.isEmpty()) {
        tree(at, request, origin, new TreeWalk(server.nodeJson(), node.get(), false), head);
      } else if (attributes.equals(List.of(Attribute.CONTENTS))) {
        tree(at, request, origin, new TreeWalk(server.nodeJson(), node.get(), true), head);
      } else {
        reply(at, request, origin, attributes(node.get(), attributes), head);
      }
    } catch (IOException e) {
      LOG.error("writing {} as JSON failed", line.get().path(), e);
      finish(at, text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error"));
    }
  }

  private FullHttpResponse attributes(TreeNode node, List<Attribute> attributes)
      throws IOException {
    boolean nothing =
        attributes.stream()
            .allMatch(attribute ->
                !attribute.served()
                    || attribute == Attribute.VALUE
                        && (server.nodeJson().access(node) & TreeNode.READ) == 0);
    if (nothing) {
      // "The request is inappropriate in some way": not readable, or not supported by us.
      return empty(HttpResponseStatus.NO_CONTENT);
    }
    StringWriter out = new StringWriter();
    try (var json = OscQueryServer.JSON.createGenerator(out)) {
      json.writeStartObject();
      for (Attribute attribute : attributes) {
        server.nodeJson().write(json, node, attribute);
      }
      json.writeEndObject();
    }
    return json(out.toString());
  }

  /** A small tree at once, with its length; a big one in pieces, as fast as it is read. */
  private void tree(
      ChannelHandlerContext at,
      FullHttpRequest request,
      Optional<String> origin,
      TreeWalk walk,
      boolean head)
      throws IOException {
    ByteBuf first = walk.readChunk(at.alloc());
    ByteBuf start = first == null ? Unpooled.EMPTY_BUFFER : first;
    if (walk.isEndOfInput()) {
      FullHttpResponse response =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, start);
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, JSON);
      reply(at, request, origin, response, head);
      return;
    }
    boolean chunks = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
    boolean keepAlive = chunks && HttpUtil.isKeepAlive(request);
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, JSON);
    protect(response.headers(), origin);
    HttpUtil.setTransferEncodingChunked(response, chunks);
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    if (head) {
      start.release();
      walk.close();
      at.write(response);
      done(at.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), keepAlive);
      return;
    }
    answering = true;
    at.write(response);
    at.write(new io.netty.handler.codec.http.DefaultHttpContent(start));
    done(at.writeAndFlush(new HttpChunkedInput(walk)), keepAlive);
  }

  private void done(ChannelFuture written, boolean keepAlive) {
    written.addListener(_ -> answering = false);
    if (!keepAlive) {
      finished = true;
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void reply(
      ChannelHandlerContext at,
      FullHttpRequest request,
      Optional<String> origin,
      FullHttpResponse response,
      boolean head) {
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    protect(response.headers(), origin);
    if (response.status().code() != 204) {
      HttpUtil.setContentLength(response, response.content().readableBytes());
    }
    HttpUtil.setKeepAlive(response.headers(), request.protocolVersion(), keepAlive);
    FullHttpResponse sent = response;
    if (head) {
      sent = response.replace(Unpooled.EMPTY_BUFFER);
      response.release();
    }
    done(at.writeAndFlush(sent), keepAlive);
  }

  private void finish(ChannelHandlerContext at, FullHttpResponse response) {
    finished = true;
    protect(response.headers(), Optional.empty());
    HttpUtil.setContentLength(response, response.content().readableBytes());
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    at.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  /** Browsers take it for what it is, keep it nowhere, and give it to no page of others. */
  private static void protect(HttpHeaders headers, Optional<String> origin) {
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    headers.set(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    // It was looked at before: it is allowed.
    origin.ifPresent(o -> headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, o));
    headers.set(
        "Cross-Origin-Resource-Policy", origin.isPresent() ? "cross-origin" : "same-origin");
  }

  private static FullHttpResponse json(String text) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.OK,
            Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, JSON);
    return response;
  }

  private static FullHttpResponse text(HttpResponseStatus status, String text) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.copiedBuffer(text + "\n", StandardCharsets.UTF_8));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    return response;
  }

  private static FullHttpResponse empty(HttpResponseStatus status) {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
  }

  // --- WebSockets --------------------------------------------------------------------------------

  private void upgrade(ChannelHandlerContext at, FullHttpRequest request) {
    @Nullable WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory("", null, false, server.config().limits().message())
            .newHandshaker(request);
    if (handshaker == null) {
      finish(at, text(HttpResponseStatus.UPGRADE_REQUIRED, "the WebSocket version must be 13"));
      return;
    }
    Optional<Session> session = server.admit();
    if (session.isEmpty()) {
      finish(at, text(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many programs are connected"));
      return;
    }
    finished = true;
    try {
      handshaker
          .handshake(at.channel(), request)
          .addListener((ChannelFuture done) -> {
            if (!done.isSuccess()) {
              at.close();
            }
          });
    } catch (RuntimeException e) {
      server.ended(session.get());
      finish(at, text(HttpResponseStatus.BAD_REQUEST, "not a WebSocket: " + e.getMessage()));
      return;
    }
    at.pipeline().remove(ChunkedWriteHandler.class);
    at.pipeline().remove(IdleStateHandler.class);
    at.pipeline()
        .addLast(new WebSocketFrameAggregator(server.config().limits().message()))
        .addLast(new IdleStateHandler(PING_SECONDS, 0, 0))
        .addLast(session.get());
    at.pipeline().remove(this);
  }

  // --- trouble -----------------------------------------------------------------------------------

  @Override
  public void userEventTriggered(ChannelHandlerContext at, Object event) {
    if (event instanceof IdleStateEvent) {
      at.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
    LOG.debug("{}: {}", at.channel().remoteAddress(), cause.toString());
    at.close();
  }
}
