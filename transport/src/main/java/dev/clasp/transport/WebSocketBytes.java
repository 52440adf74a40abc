package dev.clasp.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;

/**
 * A WebSocket as a stream of bytes, for protocols that do not care where its messages begin (MQTT
 * 5.0 section 6): binary messages only.
 */
final class WebSocketBytes extends ChannelDuplexHandler {

  private boolean closing;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
      return;
    }
    switch (message) {
      case BinaryWebSocketFrame frame -> context.fireChannelRead(frame.content());
      case ContinuationWebSocketFrame frame -> context.fireChannelRead(frame.content());
      case PingWebSocketFrame ping ->
          context.writeAndFlush(new PongWebSocketFrame(ping.content()), context.voidPromise());
      case PongWebSocketFrame pong -> pong.release();
      case CloseWebSocketFrame close -> {
        closing = true;
        context.writeAndFlush(close).addListener(ChannelFutureListener.CLOSE);
      }
      default -> {
        // MQTT-6.0.0-1: a text message ends the connection.
        ReferenceCountUtil.release(message);
        end(context, WebSocketCloseStatus.INVALID_MESSAGE_TYPE);
      }
    }
  }

  private void end(ChannelHandlerContext context, WebSocketCloseStatus status) {
    closing = true;
    context.writeAndFlush(new CloseWebSocketFrame(status)).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    context.write(
        message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message, promise);
  }

  /** Says goodbye before the connection ends, as WebSockets do. */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (closing || !context.channel().isActive()) {
      context.close(promise);
      return;
    }
    closing = true;
    context
        .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
        .addListener(_ -> context.close(promise));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof CodecException) {
      end(context, WebSocketCloseStatus.PROTOCOL_ERROR);
    } else {
      context.fireExceptionCaught(cause);
    }
  }
}
