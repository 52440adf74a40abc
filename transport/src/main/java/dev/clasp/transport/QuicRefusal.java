package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that may not come in: it hears why when the handshake is over. Loop thread. */
final class QuicRefusal extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(QuicRefusal.class);

  private final Refusal why;

  QuicRefusal(Refusal why) {
    this.why = why;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent || event instanceof QuicConnectionCloseEvent) {
      QuicChannel connection = (QuicChannel) context.channel();
      // Within the handling of a packet, closing would be too early for the end of the handshake.
      context
          .channel()
          .eventLoop()
          .execute(
              () -> QuicLink.close(connection, new CloseReason(CloseReason.TRY_LATER, why.text())));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    // A stream that nobody registers, or a datagram.
    ReferenceCountUtil.release(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("{}", cause.toString());
  }
}
