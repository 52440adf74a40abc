package dev.clasp.bridgesocketio;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A request that waits for its answer. Any thread.
 *
 * @param origin of the page that asks, if it may
 */
record HttpExchange(Channel channel, boolean keepAlive, Optional<String> origin) {

  /** Why a request is refused, with the numbers of Engine.IO. */
  enum Fault {
    TRANSPORT(0, "Transport unknown"),
    SESSION(1, "Session ID unknown"),
    METHOD(2, "Bad handshake method"),
    REQUEST(3, "Bad request"),
    FORBIDDEN(4, "Forbidden"),
    VERSION(5, "Unsupported protocol version");

    final int code;
    final String text;

    Fault(int code, String text) {
      this.code = code;
      this.text = text;
    }
  }

  static HttpExchange of(Channel channel, FullHttpRequest request, Optional<String> origin) {
    return new HttpExchange(channel, HttpUtil.isKeepAlive(request), origin);
  }

  void answer(HttpResponseStatus status, String type, String body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    response.headers().set("x-content-type-options", "nosniff");
    send(response);
  }

  void refuse(Fault fault) {
    refuse(fault, fault.text);
  }

  void refuse(Fault fault, String message) {
    Map<String, Value> body = new LinkedHashMap<>();
    body.put("code", Value.of(fault.code));
    body.put("message", Value.of(message));
    answer(
        fault == Fault.FORBIDDEN ? HttpResponseStatus.FORBIDDEN : HttpResponseStatus.BAD_REQUEST,
        "application/json",
        JsonValues.text(Value.of(body)));
  }

  /** To a page that asks whether it may ask. */
  void allow() {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT);
    response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
    response
        .headers()
        .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, Authorization");
    response.headers().set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
    send(response);
  }

  private void send(FullHttpResponse response) {
    origin.ifPresent(page -> {
      response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, page);
      response.headers().set(HttpHeaderNames.VARY, "Origin");
    });
    HttpUtil.setContentLength(response, response.content().readableBytes());
    HttpUtil.setKeepAlive(response, keepAlive);
    var sent = channel.writeAndFlush(response);
    if (!keepAlive) {
      sent.addListener(ChannelFutureListener.CLOSE);
    }
  }
}
