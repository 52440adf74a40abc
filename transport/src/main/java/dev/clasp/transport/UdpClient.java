package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.MessageType;
import dev.clasp.transport.TransportException.Kind;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects over datagrams. There is nothing to connect before HELLO: the link is there at once, and
 * its first frame, which must be HELLO, is sent again until the router answers.
 */
final class UdpClient {

  /** A router that is silent for so many times the interval of our PINGs is gone. */
  private static final int GONE = 3;

  private UdpClient() {}

  static CompletableFuture<FrameLink> connect(
      Target target, EventLoops loops, DialOptions options, LinkAcceptor acceptor) {
    CompletableFuture<FrameLink> result = new CompletableFuture<>();
    EventLoop loop = loops.next();
    if (loop.isShuttingDown()) {
      return CompletableFuture.failedFuture(
          new TransportException(
              Kind.UNREACHABLE,
              "cannot connect to " + target.where() + ": the event loops were closed"));
    }
    Handler handler = new Handler(target, options, acceptor, result);
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(loops.datagramChannel())
            .resolver(BackgroundResolver.INSTANCE)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(UdpConfig.DEFAULT_DATAGRAM + 1))
            .handler(handler)
            .connect(target.host(), target.port());
    connecting.addListener(done -> {
      if (done.isSuccess()) {
        handler.begin(connecting.channel());
      } else {
        Throwable e = done.cause();
        result.completeExceptionally(
            new TransportException(
                Kind.UNREACHABLE,
                e instanceof UnknownHostException
                    ? "unknown host " + target.host() + ": check the URL " + target
                    : "cannot connect to " + target.where() + ": " + e,
                e == null ? new ConnectException() : e));
      }
    });
    ScheduledFuture<?> deadline =
        loop.schedule(
            () ->
                result.completeExceptionally(
                    new TransportException(Kind.TIMEOUT, target + " did not answer in time")),
            options.timeout().toNanos(),
            TimeUnit.NANOSECONDS);
    result.whenComplete((_, failure) -> {
      deadline.cancel(false);
      if (failure != null) {
        // Failed, too late, or no longer wanted.
        connecting.channel().close();
      }
    });
    return result;
  }

  /** The one session of a socket. */
  private static final class Handler extends ChannelInboundHandlerAdapter {
    private final Target target;
    private final DialOptions options;
    private final LinkAcceptor acceptor;
    private final CompletableFuture<FrameLink> result;
    private final byte[] buffer = new byte[UdpConfig.DEFAULT_DATAGRAM + 1];
    private final UdpCounts counts = new UdpCounts();
    private @Nullable ClientLink link;
    private @Nullable ScheduledFuture<?> looking;

    Handler(
        Target target,
        DialOptions options,
        LinkAcceptor acceptor,
        CompletableFuture<FrameLink> result) {
      this.target = target;
      this.options = options;
      this.acceptor = acceptor;
      this.result = result;
    }

    void begin(Channel channel) {
      ClientLink l =
          new ClientLink(
              channel, (InetSocketAddress) channel.remoteAddress(), counts, System::nanoTime);
      link = l;
      l.whenEnded(channel::close);
      long ping = options.pingInterval().toNanos();
      if (ping > 0) {
        looking =
            channel
                .eventLoop()
                .scheduleWithFixedDelay(
                    () -> l.look(System.nanoTime(), ping, GONE * ping),
                    ping / 4,
                    Math.max(1, ping / 4),
                    TimeUnit.NANOSECONDS);
      }
      if (!l.open(acceptor)) {
        result.completeExceptionally(
            new TransportException(
                Kind.HANDSHAKE, target + " is there, but the program that wanted it failed"));
      } else if (!result.complete(l)) {
        l.close(new CloseReason(CloseReason.NORMAL, ""));
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf content =
          message instanceof DatagramPacket packet ? packet.content() : (ByteBuf) message;
      try {
        int length = content.readableBytes();
        ClientLink l = link;
        if (length > UdpConfig.DEFAULT_DATAGRAM) {
          counts.add(UdpCounter.OVERSIZE);
        } else if (l != null) {
          content.readBytes(buffer, 0, length);
          l.datagram(buffer, 0, length);
        }
      } finally {
        content.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      ClientLink l = link;
      if (l != null) {
        l.readComplete();
      }
      context.flush();
    }

    /** The system reports what it heard of the network. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      ClientLink l = link;
      if (l != null) {
        l.end(
            new CloseReason(
                CloseReason.ABNORMAL,
                cause instanceof PortUnreachableException
                        || String.valueOf(cause.getMessage()).contains("refused")
                    ? "nobody listens on " + target.where() + ": is the router running with UDP?"
                    : String.valueOf(cause.getMessage())));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      UdpLink.cancel(looking);
      ClientLink l = link;
      if (l != null) {
        l.end(new CloseReason(CloseReason.ABNORMAL, "the socket was closed"));
      }
    }
  }

  /** Our side of a session, which opens it. */
  private static final class ClientLink extends UdpLink {

    private static final CloseReason TOO_LONG =
        new CloseReason(
            CloseReason.TOO_BIG,
            "HELLO does not fit into a datagram of "
                + UdpConfig.DEFAULT_DATAGRAM
                + " bytes: the token is too long for UDP");

    private static final long FIRST_WAIT_MILLIS = 250;
    private static final long LONGEST_WAIT_MILLIS = 2000;

    /** HELLO, until the router answers within the session. */
    private byte @Nullable [] hello;

    private boolean opened;

    /** Behind HELLO. */
    private final ArrayDeque<byte[]> early = new ArrayDeque<>();

    private long wait = FIRST_WAIT_MILLIS;
    private @Nullable ScheduledFuture<?> again;

    ClientLink(Channel channel, InetSocketAddress remote, UdpCounts counts, LongSupplier nanos) {
      super(channel, remote, true, true, UdpConfig.DEFAULT_DATAGRAM, counts, nanos);
    }

    @Override
    void writeFrame(byte[] b, int offset, int length) {
      if (opened) {
        super.writeFrame(b, offset, length);
      } else if (hello == null) {
        hello = Arrays.copyOfRange(b, offset, offset + length);
        if (length + UdpFrames.STAMP_AND_MORE > UdpConfig.DEFAULT_DATAGRAM) {
          // Later: whoever writes does not expect the end in the middle of it.
          loop().execute(() -> end(TOO_LONG));
          return;
        }
        sayHello();
      } else {
        early.add(Arrays.copyOfRange(b, offset, offset + length));
      }
    }

    private void sayHello() {
      byte[] frame = hello;
      if (opened || frame == null || isClosing()) {
        return;
      }
      byte[] datagram = UdpFrames.opening(frame);
      put(datagram, 0, datagram.length);
      channel().flush();
      cancel(again);
      again = loop().schedule(this::sayHello, wait, TimeUnit.MILLISECONDS);
      wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS);
    }

    @Override
    boolean opening(byte[] b, int offset) {
      if (UdpFrames.type(b, offset) != MessageType.PING || !UdpFrames.isStamped(b, offset)) {
        return false;
      }
      byte[] frame = hello;
      if (!opened && frame != null) {
        hello = UdpFrames.stamped(frame, UdpFrames.stamp(b, offset));
        wait = FIRST_WAIT_MILLIS;
        sayHello();
      }
      return true;
    }

    @Override
    void answered() {
      if (opened) {
        return;
      }
      opened = true;
      hello = null;
      cancel(again);
      for (byte[] frame = early.poll(); frame != null; frame = early.poll()) {
        super.writeFrame(frame, 0, frame.length);
      }
      watch();
    }

    @Override
    void other(byte[] b, int offset, int length) {
      if (opened && length == 1 && b[offset] == UdpFrames.UNKNOWN) {
        end(
            new CloseReason(
                CloseReason.ABNORMAL, "the router does not know this session any more"));
      } else {
        super.other(b, offset, length);
      }
    }

    @Override
    void released() {
      cancel(again);
      early.clear();
    }
  }
}
