package dev.clasp.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.CompletableFuture;

/** Opens connections to CLASP servers over TCP, plain or with TLS. */
final class TcpClient {

  private TcpClient() {}

  /** Connects, over TLS if the target says so. */
  static CompletableFuture<FrameLink> connect(
      Target target, EventLoops loops, DialOptions options, LinkAcceptor acceptor) {
    return Dial.to(
        target,
        loops,
        options,
        "did not answer in time",
        (channel, result) ->
            channel.pipeline().addLast(new Beginning(target, channel, options, acceptor, result)));
  }

  /** The link is there when the connection is, or when TLS has agreed. */
  private static final class Beginning extends ChannelInboundHandlerAdapter {
    private final Target target;
    private final SocketChannel channel;
    private final DialOptions options;
    private final LinkAcceptor acceptor;
    private final CompletableFuture<FrameLink> result;

    Beginning(
        Target target,
        SocketChannel channel,
        DialOptions options,
        LinkAcceptor acceptor,
        CompletableFuture<FrameLink> result) {
      this.target = target;
      this.channel = channel;
      this.options = options;
      this.acceptor = acceptor;
      this.result = result;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (!target.scheme().tls()) {
        become(context);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
        become(context);
      } else {
        context.fireUserEventTriggered(event);
      }
    }

    private void become(ChannelHandlerContext context) {
      TcpLink link =
          new TcpLink(
              channel,
              SocketLink.remoteOf(channel),
              false,
              Math.min(options.maxMessage(), TcpLink.MAX_MESSAGE),
              target.scheme().tls());
      context.pipeline().addLast(link).remove(this);
      if (link.open(acceptor)) {
        result.complete(link);
      } else {
        result.completeExceptionally(
            new TransportException(
                TransportException.Kind.HANDSHAKE,
                target + " is connected, but the program that wanted it failed"));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      result.completeExceptionally(
          new TransportException(
              TransportException.Kind.HANDSHAKE,
              target + " closed the connection at once: is this a CLASP router?"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      result.completeExceptionally(Dial.broken(target, cause));
    }
  }
}
