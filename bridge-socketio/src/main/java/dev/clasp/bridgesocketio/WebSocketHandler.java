package dev.clasp.bridgesocketio;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.timeout.IdleStateEvent;

/** The frames of a WebSocket. */
final class WebSocketHandler extends SimpleChannelInboundHandler<WebSocketFrame> {

  private final EngineConnection connection;

  WebSocketHandler(EngineConnection connection) {
    this.connection = connection;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    switch (frame) {
      case TextWebSocketFrame text ->
          connection.frame(context.channel(), new EngineFrame.Text(text.text()));
      case BinaryWebSocketFrame binary ->
          connection.bytes(context.channel(), ByteBufUtil.getBytes(binary.content()));
      case PingWebSocketFrame ping ->
          context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
      case CloseWebSocketFrame close ->
          context.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
      default -> {}
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    // A silent WebSocket is looked after by the pings of Engine.IO.
    if (!(event instanceof IdleStateEvent)) {
      super.userEventTriggered(context, event);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    connection.wake();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    connection.lost(context.channel());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
