package dev.clasp.bridgewebsocket;

import dev.clasp.bridge.spi.EndpointContext;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Counts the bytes of a connection, without those of TLS. */
final class TrafficCounter extends ChannelDuplexHandler {

  private final EndpointContext context;

  TrafficCounter(EndpointContext context) {
    this.context = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (message instanceof ByteBuf bytes) {
      context.bytes(bytes.readableBytes(), 0);
    }
    from.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext to, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      context.bytes(0, bytes.readableBytes());
    }
    to.write(message, promise);
  }
}
