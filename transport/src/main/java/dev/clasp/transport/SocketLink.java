package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the links over a socket have in common, either side: reading into one array, one write for a
 * batch, closing in bounded time, and that a failure ends one connection only. Last handler of its
 * pipeline; loop thread unless said otherwise.
 *
 * <p>Each socket read is copied once, in bulk, into an array of the event loop and parsed there in
 * place (decision 0001). What is left of an incomplete message at the end of a read waits in an
 * array of the connection, where later reads are added until it is complete.
 */
abstract class SocketLink extends ChannelInboundHandlerAdapter implements FrameLink {

  private static final Logger LOG = LoggerFactory.getLogger(SocketLink.class);

  /** Time for the peer to take our last words, and to end the connection itself. */
  private static final long CLOSE_SECONDS = 2;

  static final byte[] NOTHING = {};

  /** One socket read (64 KiB at most) behind the rest of the one before. */
  private static final FastThreadLocal<byte[]> READ_BUFFER = buffer(2 * 65_536 + 64);

  /** Where clients put frames and what stands between them. A batch of 64 KiB and more. */
  private static final FastThreadLocal<byte[]> WRITE_BUFFER = buffer(2 * 65_536);

  private static FastThreadLocal<byte[]> buffer(int length) {
    return new FastThreadLocal<>() {
      @Override
      protected byte[] initialValue() {
        return new byte[length];
      }
    };
  }

  private final Channel channel;
  private final SocketAddress remote;
  private final boolean server;

  private final Listening listening = new Listening(this);

  /** The first bytes of a message that is not complete. */
  private byte[] rest = NOTHING;

  private int restLength;

  private boolean closing;
  private boolean halfClosing;
  private boolean ended;
  private @Nullable CloseReason reason;
  private @Nullable ScheduledFuture<?> drop;

  /**
   * @param remote the peer as limits, logs and the router see it
   */
  SocketLink(Channel channel, SocketAddress remote, boolean server) {
    this.channel = channel;
    this.remote = remote;
    this.server = server;
  }

  /** Address of a channel, also of one that is closed already and has forgotten it. */
  static SocketAddress remoteOf(Channel channel) {
    SocketAddress known = channel.remoteAddress();
    return known != null ? known : InetSocketAddress.createUnresolved("unknown", 0);
  }

  // --- what a transport is made of ---------------------------------------------------------------

  /**
   * Handles every complete message in the range; may change its bytes.
   *
   * @return offset of the first byte that was not used
   * @throws Violation the peer breaks the protocol
   */
  abstract int parse(byte[] b, int from, int end);

  /** After {@link #parse} left bytes over: the least number of bytes to parse again with. */
  abstract int needed();

  /** What a write becomes on the wire: a copy. */
  abstract ByteBuf encode(byte[] framed, int offset, int length);

  /** Flushes what was written and our last words behind it. */
  abstract ChannelFuture sayGoodbye(CloseReason ours);

  /** The reason to report when the peer ended the connection without one. */
  abstract CloseReason unexplainedEnd();

  /** The link is open. */
  void opened() {}

  /** The socket brought something. */
  void heard() {}

  /** Everything of one socket read has been handled. */
  void readDone() {}

  /** The connection takes more, or no more. */
  void writabilityKnown(boolean writable) {}

  /** Sends frames: one buffer, one system call. */
  void send(byte[] framed, int offset, int length) {
    channel.writeAndFlush(encode(framed, offset, length), channel.voidPromise());
  }

  /** The channel takes more, or no more; a link with a queue of its own decides by that. */
  void channelTakes(boolean more) {
    tellWritable(more);
  }

  /** The channel has ended, and with it the connection, unless a link knows better. */
  void channelEnded() {
    end();
  }

  /** Ends the connection, now. */
  void drop() {
    channel.close();
  }

  /** The connection has ended: free what is held, stop what is scheduled. */
  void release() {}

  // --- life --------------------------------------------------------------------------------------

  /**
   * Starts delivering. The acceptor may write and close already.
   *
   * @return false if the acceptor failed; the connection is being closed then
   */
  final boolean open(LinkAcceptor acceptor) {
    if (!listening.begin(acceptor)) {
      return false;
    }
    opened();
    return true;
  }

  /** Calls back on the loop when {@link #established} is called. Once; set before {@link #open}. */
  final void whenEstablished(Runnable task) {
    listening.whenEstablished(task);
  }

  @Override
  public final void established() {
    listening.established();
  }

  /** Calls back on the loop when the connection has ended and the listener knows. Once. */
  final void whenEnded(Runnable task) {
    listening.whenEnded(task);
  }

  // --- reading -----------------------------------------------------------------------------------

  @Override
  public final void channelRead(ChannelHandlerContext context, Object message) {
    heard();
    try {
      if (message instanceof ByteBuf in) {
        read(in);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(ByteBuf in) {
    int count = in.readableBytes();
    int end = restLength + count;
    if (restLength > 0 && end < needed()) {
      // A long message that arrives in small pieces must not be copied as a whole for each of them.
      addToRest(in, count);
      return;
    }
    byte[] b = READ_BUFFER.get();
    if (end > b.length) {
      b = new byte[end];
    }
    System.arraycopy(rest, 0, b, 0, restLength);
    in.readBytes(b, restLength, count);
    try {
      keep(b, parse(b, 0, end), end);
    } catch (Violation e) {
      LOG.debug("{}: {}", remote, e.getMessage());
      keep(b, end, end);
      fail(e.reason());
    }
  }

  private void addToRest(ByteBuf in, int count) {
    int length = restLength + count;
    if (length > rest.length) {
      // Grows with what has arrived, not with what was announced.
      rest = Arrays.copyOf(rest, Math.max(length, Math.min(2 * rest.length, needed())));
    }
    in.readBytes(rest, restLength, count);
    restLength = length;
  }

  private void keep(byte[] b, int from, int end) {
    restLength = end - from;
    if (restLength == 0) {
      rest = NOTHING;
    } else {
      if (rest.length < restLength || rest.length > 4 * restLength) {
        rest = new byte[restLength];
      }
      System.arraycopy(b, from, rest, 0, restLength);
    }
  }

  @Override
  public final void channelReadComplete(ChannelHandlerContext context) {
    if (!closing) {
      listening.readComplete();
    }
    readDone();
  }

  /** A message has arrived. */
  final void deliver(byte[] b, int offset, int length) {
    if (!closing) {
      listening.frame(b, offset, length);
    }
  }

  /** A sign of life that is no message has arrived. */
  final void alive() {
    if (!closing) {
      listening.alive();
    }
  }

  // --- closing -----------------------------------------------------------------------------------

  @Override
  public final void close(CloseReason ours) {
    onLoop(() -> {
      if (!closing && !ended) {
        sendClose(ours);
      }
    });
  }

  private ChannelFuture sendClose(CloseReason ours) {
    beginClosing(ours);
    // To see the peer's answer.
    channel.config().setAutoRead(true);
    ChannelFuture sent = sayGoodbye(ours);
    dropLater();
    return sent;
  }

  /** From now on nothing is delivered and nothing more is written. The first reason counts. */
  final void beginClosing(CloseReason why) {
    because(why);
    closing = true;
  }

  private void because(CloseReason why) {
    if (reason == null) {
      reason = why;
    }
  }

  /**
   * After a violation (RFC 6455 section 7.1.7). An answer would not be understood, so there is no
   * reason to wait for one; but closing while the peer still sends would make the system throw our
   * reason away. So only our half is closed, and the peer closes the other when it has read that
   * far.
   */
  private void fail(CloseReason ours) {
    if (closing || ended) {
      return;
    }
    afterViolation(sendClose(ours));
  }

  /** The peer breaks the protocol, and our last words are on their way. */
  void afterViolation(ChannelFuture sent) {
    if (server) {
      closeOurHalf(sent);
    }
  }

  /** After a write, the peer reads the end of the stream. */
  final void closeOurHalf(ChannelFuture after) {
    if (!halfClosing && channel instanceof DuplexChannel duplex) {
      halfClosing = true;
      after.addListener(_ -> endOutput(duplex));
    }
  }

  /** Lets the peer read the end of the stream; inside TLS, the end that TLS has for it. */
  static void endOutput(DuplexChannel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else {
      channel.shutdownOutput();
    }
  }

  /** Ends the connection in two seconds, whatever the peer does. */
  final void dropLater() {
    if (drop == null) {
      drop = loop().schedule(this::drop, CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Ends the connection now. */
  final void dropNow(CloseReason why) {
    because(why);
    drop();
  }

  /** The peer will send nothing more: nothing more is written, for a reason still to come. */
  final void stop() {
    closing = true;
  }

  @Override
  public final void channelInactive(ChannelHandlerContext context) {
    channelEnded();
  }

  /** The connection has ended; the listener gets to know, once. */
  final void end() {
    if (ended) {
      return;
    }
    ended = true;
    if (drop != null) {
      drop.cancel(false);
    }
    rest = NOTHING;
    release();
    listening.end(reason != null ? reason : unexplainedEnd());
  }

  /** What the network reports. */
  @Override
  public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable network = networkFailure(cause);
    if (network == null) {
      listening.failed(cause);
      return;
    }
    LOG.debug("{}: {}", remote, network.toString());
    dropNow(new CloseReason(CloseReason.ABNORMAL, String.valueOf(network.getMessage())));
  }

  /** The exception of a socket, of QUIC, or of TLS inside one of Netty's. */
  private static @Nullable Throwable networkFailure(Throwable e) {
    return e instanceof IOException || e instanceof QuicException
        ? e
        : e.getCause() instanceof IOException inner ? inner : null;
  }

  // --- writing -----------------------------------------------------------------------------------

  @Override
  public final void write(byte[] framed, int offset, int length) {
    if (closing || ended || length == 0) {
      return;
    }
    send(framed, offset, length);
  }

  final ByteBuf copy(byte[] b, int offset, int length) {
    return channel.alloc().directBuffer(length, length).writeBytes(b, offset, length);
  }

  /** An array of the loop, for what {@link #copy} is called with next. */
  static byte[] writeBuffer(int length) {
    byte[] b = WRITE_BUFFER.get();
    return length > b.length ? new byte[length] : b;
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public long pendingBytes() {
    var outbound = channel.unsafe().outboundBuffer();
    return outbound == null ? 0 : outbound.totalPendingWriteBytes();
  }

  @Override
  public final void channelWritabilityChanged(ChannelHandlerContext context) {
    channelTakes(channel.isWritable());
  }

  /** Lets the listener know, unless the link is closing. */
  final void tellWritable(boolean writable) {
    if (closing) {
      return;
    }
    writabilityKnown(writable);
    listening.writabilityChanged(writable);
  }

  // --- the rest ----------------------------------------------------------------------------------

  final Channel channel() {
    return channel;
  }

  final boolean server() {
    return server;
  }

  final boolean closing() {
    return closing;
  }

  final boolean ended() {
    return ended;
  }

  @Override
  public final EventLoop loop() {
    return channel.eventLoop();
  }

  @Override
  public final SocketAddress remote() {
    return remote;
  }

  @Override
  public final void pauseReading() {
    onLoop(() -> {
      if (!closing) {
        channel.config().setAutoRead(false);
      }
    });
  }

  @Override
  public final void resumeReading() {
    onLoop(() -> channel.config().setAutoRead(true));
  }

  private void onLoop(Runnable task) {
    if (loop().inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loop has stopped, and the connection with it", remote);
    }
  }
}
