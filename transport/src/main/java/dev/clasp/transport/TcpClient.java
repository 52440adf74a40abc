package dev.clasp.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Opens connections to CLASP servers over plain TCP. */
final class TcpClient {

  private TcpClient() {}

  /**
   * @param maxMessage longest message to accept
   */
  static CompletableFuture<FrameLink> connect(
      Target target, EventLoops loops, Duration timeout, int maxMessage, LinkAcceptor acceptor) {
    return Dial.to(
        target,
        loops,
        timeout,
        "did not answer in time",
        (channel, result) ->
            channel
                .pipeline()
                .addLast(new Beginning(target, channel, maxMessage, acceptor, result)));
  }

  /** There is no handshake: the link is there when the connection is. */
  private static final class Beginning extends ChannelInboundHandlerAdapter {
    private final Target target;
    private final SocketChannel channel;
    private final int maxMessage;
    private final LinkAcceptor acceptor;
    private final CompletableFuture<FrameLink> result;

    Beginning(
        Target target,
        SocketChannel channel,
        int maxMessage,
        LinkAcceptor acceptor,
        CompletableFuture<FrameLink> result) {
      this.target = target;
      this.channel = channel;
      this.maxMessage = maxMessage;
      this.acceptor = acceptor;
      this.result = result;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      TcpLink link = new TcpLink(channel, SocketLink.remoteOf(channel), false, maxMessage);
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
  }
}
