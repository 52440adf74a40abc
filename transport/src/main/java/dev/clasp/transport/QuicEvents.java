package dev.clasp.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** What happens on a QUIC connection besides its one stream. Loop thread. */
abstract class QuicEvents extends ChannelInboundHandlerAdapter {

  private @Nullable QuicLink link;
  private boolean datagrams;

  /** The stream carries frames from now on. */
  final void become(QuicLink newLink) {
    link = newLink;
    if (datagrams) {
      newLink.datagramsTaken();
    }
  }

  final boolean hasLink() {
    return link != null;
  }

  /** The peer has opened a stream; it is not registered yet. */
  abstract void stream(ChannelHandlerContext context, QuicStreamChannel stream);

  /** The handshake is over. */
  abstract void established(ChannelHandlerContext context);

  /** The peer closed a connection that has no link yet. */
  abstract void closedEarly(ChannelHandlerContext context, QuicConnectionCloseEvent event);

  @Override
  public final void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof QuicStreamChannel stream) {
      stream(context, stream);
    } else {
      // A datagram: a sign of life, or something that we do not speak.
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public final void userEventTriggered(ChannelHandlerContext context, Object event) {
    switch (event) {
      case QuicConnectionCloseEvent close -> {
        if (link != null) {
          link.closedByPeer(close);
        } else {
          closedEarly(context, close);
        }
      }
      case QuicDatagramExtensionEvent _ -> {
        datagrams = true;
        if (link != null) {
          link.datagramsTaken();
        }
      }
      case SslHandshakeCompletionEvent handshake when handshake.isSuccess() -> established(context);
      default -> {}
    }
  }
}
