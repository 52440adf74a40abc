package dev.clasp.bridgewebsocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The client's side of the opening handshake (RFC 6455 section 4.1). */
final class ClientUpgrade extends SimpleChannelInboundHandler<FullHttpResponse> {

  private final WebSocketConfig config;
  private final WebSocketClientHandshaker handshaker;
  private final Supplier<SocketPeer> peers;
  private final Consumer<String> failed;
  private boolean done;

  /**
   * @param failed told once, with what the server did, unless the WebSocket is opened
   */
  ClientUpgrade(
      WebSocketConfig config,
      WebSocketConfig.Client client,
      Supplier<SocketPeer> peers,
      Consumer<String> failed) {
    this.config = config;
    this.peers = peers;
    this.failed = failed;
    HttpHeaders headers = new DefaultHttpHeaders();
    client.headers().forEach(headers::set);
    this.handshaker =
        WebSocketClientHandshakerFactory.newHandshaker(
            client.url(),
            WebSocketVersion.V13,
            config.protocols().isEmpty() ? null : String.join(",", config.protocols()),
            config.compression(),
            headers,
            config.maxMessage());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    handshaker
        .handshake(context.channel())
        .addListener(sent -> {
          if (!sent.isSuccess()) {
            fail("cannot be reached: " + reason(sent.cause()));
            context.close();
          }
        });
    context
        .executor()
        .schedule(
            () -> {
              if (!done) {
                fail("did not answer in time");
                context.close();
              }
            },
            config.handshakeTimeout().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
    if (response.status().code() != 101) {
      fail("answered " + response.status() + " instead of a WebSocket");
      context.close();
      return;
    }
    try {
      handshaker.finishHandshake(context.channel(), response);
    } catch (WebSocketHandshakeException | IllegalStateException e) {
      fail("gave a wrong answer: " + e.getMessage());
      context.close();
      return;
    }
    done = true;
    context
        .pipeline()
        .addLast(new WebSocketFrameAggregator(config.maxMessage()))
        .addLast(peers.get())
        .remove(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail("closed the connection before the WebSocket was open");
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail("cannot be understood: " + reason(cause));
    context.close();
  }

  private static String reason(@org.jspecify.annotations.Nullable Throwable cause) {
    Throwable e =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    return e == null ? "unknown" : String.valueOf(e.getMessage());
  }

  /** On the loop; only the first time counts. */
  void fail(String what) {
    if (!done) {
      done = true;
      failed.accept(what);
    }
  }
}
