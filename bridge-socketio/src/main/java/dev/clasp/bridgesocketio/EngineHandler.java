package dev.clasp.bridgesocketio;

import dev.clasp.bridgesocketio.HttpExchange.Fault;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The requests of one TCP connection, until it becomes a WebSocket. */
final class EngineHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

  private final ServerEndpoint server;
  private final ServerConfig config;

  /** Whose answer is waited for, so that an idle connection is not one. */
  private @Nullable EngineConnection polls;

  EngineHandler(ServerEndpoint server, ServerConfig config) {
    this.server = server;
    this.config = config;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    String origin = request.headers().get(HttpHeaderNames.ORIGIN);
    String host = request.headers().get(HttpHeaderNames.HOST);
    boolean welcome = config.origins().allows(origin, host) && config.origins().allowsHost(host);
    HttpExchange exchange =
        HttpExchange.of(
            context.channel(), request, welcome ? Optional.ofNullable(origin) : Optional.empty());
    if (request.decoderResult().isFailure()) {
      exchange.refuse(Fault.REQUEST);
      return;
    }
    QueryStringDecoder query = new QueryStringDecoder(request.uri());
    Map<String, List<String>> parameters;
    String path;
    try {
      parameters = query.parameters();
      path = query.path();
    } catch (IllegalArgumentException e) {
      exchange.refuse(Fault.REQUEST);
      return;
    }
    if (!path.equals(config.path()) && !path.equals(config.path() + "/")) {
      exchange.answer(
          HttpResponseStatus.NOT_FOUND,
          "text/plain; charset=utf-8",
          "Here is a Socket.IO server at " + config.path() + "/ and nothing else.\n");
      return;
    }
    if (!welcome) {
      server.refused(context.channel(), origin == null ? "host " + host : "page " + origin);
      exchange.refuse(
          Fault.FORBIDDEN, "pages of " + (origin == null ? host : origin) + " may not connect");
      return;
    }
    if (request.method().equals(HttpMethod.OPTIONS)) {
      exchange.allow();
      return;
    }
    String version = first(parameters, "EIO");
    if (!version.equals("3") && !version.equals("4")) {
      exchange.refuse(Fault.VERSION);
      return;
    }
    String transport = first(parameters, "transport");
    if (!config.transports().contains(transport)) {
      exchange.refuse(Fault.TRANSPORT);
      return;
    }
    if (parameters.containsKey("j")) {
      exchange.refuse(Fault.REQUEST, "JSONP is not spoken here");
      return;
    }
    boolean webSocket = transport.equals("websocket");
    String sid = first(parameters, "sid");
    if (sid.isEmpty()) {
      if (!request.method().equals(HttpMethod.GET)) {
        exchange.refuse(Fault.METHOD);
        return;
      }
      if (server.isFull()) {
        server.refused(context.channel(), "max_clients is " + config.maxClients());
        exchange.refuse(Fault.REQUEST, "too many clients");
        return;
      }
      EngineConnection made =
          new EngineConnection(
              server,
              config,
              version.equals("4"),
              context.channel().eventLoop(),
              String.valueOf(context.channel().remoteAddress()).replaceFirst("^/", ""),
              token(parameters, request));
      if (webSocket) {
        upgrade(context, request, host, made, true);
      } else {
        polls = made;
        made.open(exchange);
      }
      return;
    }
    Optional<EngineConnection> known = server.connection(sid);
    if (known.isEmpty()) {
      exchange.refuse(Fault.SESSION);
      return;
    }
    EngineConnection connection = known.get();
    if (webSocket) {
      upgrade(context, request, host, connection, false);
    } else if (request.method().equals(HttpMethod.GET)) {
      polls = connection;
      connection.poll(exchange);
    } else if (request.method().equals(HttpMethod.POST)) {
      String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
      connection.post(
          ByteBufUtil.getBytes(request.content()),
          type.startsWith("application/octet-stream"),
          exchange);
    } else {
      exchange.refuse(Fault.REQUEST);
    }
  }

  private static String first(Map<String, List<String>> parameters, String name) {
    List<String> all = parameters.getOrDefault(name, List.of());
    return all.isEmpty() ? "" : all.getFirst();
  }

  /** Of the query, for clients of version 2, or as HTTP has it. */
  private static Optional<String> token(
      Map<String, List<String>> parameters, FullHttpRequest request) {
    String query = first(parameters, "token");
    if (!query.isEmpty()) {
      return Optional.of(query);
    }
    String header = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    return header.regionMatches(true, 0, "Bearer ", 0, 7)
        ? Optional.of(header.substring(7).strip())
        : Optional.empty();
  }

  private void upgrade(
      ChannelHandlerContext context,
      FullHttpRequest request,
      @Nullable String host,
      EngineConnection connection,
      boolean first) {
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(
                "ws://" + host + request.uri(), null, false, config.maxPayload())
            .newHandshaker(request);
    if (handshaker == null) {
      WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel());
      return;
    }
    WebSocketHandler frames = new WebSocketHandler(connection);
    // Before the answer: its first frame may be here already.
    context
        .pipeline()
        .addAfter(context.name(), "frames", frames)
        .addAfter(context.name(), "whole", new WebSocketFrameAggregator(config.maxPayload()));
    handshaker
        .handshake(context.channel(), request)
        .addListener(done -> {
          if (!done.isSuccess()) {
            context.close();
          } else if (first) {
            connection.open(context.channel());
          } else {
            connection.probe(context.channel());
          }
        });
    context.pipeline().remove(this);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    EngineConnection waiting = polls;
    if (event instanceof IdleStateEvent && (waiting == null || !waiting.waits(context.channel()))) {
      context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // What breaks off, or is no HTTP.
    context.close();
  }
}
