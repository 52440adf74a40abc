package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection over QUIC, either side: bare frames on one stream of both directions (transports.md
 * 4.1). The link is the connection: it ends when that ends, and its end ends that.
 *
 * <p><b>Writing.</b> A QUIC stream takes as much as congestion and flow control allow, and Netty's
 * has no water marks. So what it does not take waits here, counted: {@link #writable} turns false
 * above the high-water mark and true at the low one. One buffer at a time is in Netty's hands; that
 * it was taken shows in its reference count, which costs no promise for each write.
 *
 * <p><b>Closing.</b> What was written goes out, then our half of the stream ends, and when the peer
 * has ended its half (it has read everything then), or after two seconds, the connection is closed
 * with a code and the reason. Closing it earlier would make QUIC forget what was not delivered. Who
 * reads the end of the other's half ends its own and waits as long for the reason.
 *
 * <p><b>Migration.</b> A peer may come from another address at any time and stays the same link;
 * {@link #remote} stays the address that it had at first, which limits and logs are about.
 */
final class QuicLink extends SocketLink implements FrameStreamParser.Sink {

  /** What stands in a datagram that shows that we are there. It is never looked at. */
  private static final byte[] SIGN_OF_LIFE = {0};

  /**
   * How a link behaves.
   *
   * @param low bytes that wait to be taken below which the link is writable again
   * @param high bytes above which it is not
   * @param keepAliveNanos quiet time after which the peer gets a sign of life; 0 = never
   * @param frameByFrame one write for each frame of a batch: the reference takes what one read
   *     brings for one frame (transports.md 4.1)
   */
  record Manner(int low, int high, long keepAliveNanos, boolean frameByFrame) {}

  private final QuicChannel connection;
  private final Manner manner;
  private final Consumer<QuicLink> begin;
  private final FrameStreamParser parser;

  /** Does not fit into the stream yet. */
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();

  private int waitingBytes;

  /** In Netty's hands, which has not taken all of it. */
  private @Nullable ByteBuf handed;

  private boolean full;
  private boolean finishing;
  private boolean finished;
  private boolean busy;
  private boolean signsOfLife;
  private @Nullable CloseReason ours;
  private @Nullable CloseReason theirs;
  private @Nullable ScheduledFuture<?> pulse;

  /**
   * @param remote the peer's address as limits, logs and the router see it
   * @param begin called on the loop when the stream is there: opens the link
   */
  QuicLink(
      QuicStreamChannel stream,
      QuicChannel connection,
      SocketAddress remote,
      boolean server,
      int maxMessage,
      Manner manner,
      Consumer<QuicLink> begin) {
    super(stream, remote, server);
    this.connection = connection;
    this.manner = manner;
    this.begin = begin;
    this.parser =
        new FrameStreamParser(
            Math.min(maxMessage, FrameDescriptor.MAX_FRAME), FrameStreamParser.Garbage.REFUSE);
    // Its end is the beginning of closing, not the end of everything.
    stream.config().setAllowHalfClosure(true);
    connection.closeFuture().addListener(_ -> end());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    begin.accept(this);
  }

  // --- reading -----------------------------------------------------------------------------------

  @Override
  int parse(byte[] b, int from, int end) {
    return parser.parse(b, from, end, this);
  }

  @Override
  int needed() {
    return parser.needed();
  }

  @Override
  public void frame(byte[] b, int offset, int length) {
    deliver(b, offset, length);
  }

  @Override
  void heard() {
    busy = true;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownReadComplete) {
      peerFinished();
    }
  }

  /** Nothing more comes. If it was not we who began, the reason for it is still to come. */
  private void peerFinished() {
    if (ended() || ours != null) {
      return;
    }
    stop();
    forget();
    finish();
    dropLater();
  }

  // --- writing -----------------------------------------------------------------------------------

  @Override
  ByteBuf encode(byte[] framed, int offset, int length) {
    return copy(framed, offset, length);
  }

  @Override
  void send(byte[] framed, int offset, int length) {
    busy = true;
    if (manner.frameByFrame) {
      int end = offset + length;
      for (int at = offset; at < end; ) {
        int frame = FrameDescriptor.frameLength(framed, at, end - at);
        put(copy(framed, at, frame));
        at += frame;
      }
    } else {
      put(copy(framed, offset, length));
    }
    tellWhenFull();
  }

  private void put(ByteBuf b) {
    if (handed == null && waiting.isEmpty()) {
      hand(b);
    } else {
      waiting.add(b);
      waitingBytes += b.readableBytes();
    }
  }

  private void hand(ByteBuf b) {
    handed = b.retain();
    channel().writeAndFlush(b, channel().voidPromise());
    settle();
  }

  /** Is what Netty has in its hands gone? */
  private void settle() {
    ByteBuf b = handed;
    if (b == null || b.refCnt() > 1) {
      return;
    }
    handed = null;
    boolean failed = b.isReadable();
    b.release();
    if (failed && !closing() && !ended()) {
      // The peer has said that it reads no more.
      dropNow(new CloseReason(CloseReason.ABNORMAL, "the peer takes nothing more"));
    }
  }

  @Override
  void channelTakes(boolean more) {
    if (more) {
      drain();
    }
  }

  @Override
  void readDone() {
    // Acknowledgements make room too.
    drain();
  }

  private void drain() {
    settle();
    while (handed == null && !waiting.isEmpty()) {
      ByteBuf b = waiting.remove();
      waitingBytes -= b.readableBytes();
      hand(b);
    }
    if (finishing && handed == null) {
      finish();
    }
    if (full && pendingBytes() <= manner.low) {
      full = false;
      tellWritable(true);
    }
  }

  private void tellWhenFull() {
    if (!full && pendingBytes() > manner.high) {
      full = true;
      tellWritable(false);
    }
  }

  @Override
  public boolean writable() {
    return !full;
  }

  @Override
  public long pendingBytes() {
    return waitingBytes + (handed == null ? 0 : handed.readableBytes());
  }

  // --- liveness ----------------------------------------------------------------------------------

  /** The peer takes datagrams, which are what we show our life with. */
  void datagramsTaken() {
    signsOfLife = true;
  }

  @Override
  void opened() {
    if (manner.keepAliveNanos > 0) {
      pulse =
          loop()
              .scheduleWithFixedDelay(
                  this::beat, manner.keepAliveNanos, manner.keepAliveNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void beat() {
    // Without datagrams, it is the peer's part: both timers are restarted by either side.
    if (!busy && signsOfLife && !ended()) {
      connection.writeAndFlush(
          Unpooled.directBuffer(SIGN_OF_LIFE.length).writeBytes(SIGN_OF_LIFE),
          connection.voidPromise());
    }
    busy = false;
  }

  // --- closing -----------------------------------------------------------------------------------

  @Override
  ChannelFuture sayGoodbye(CloseReason why) {
    ours = why;
    finishing = true;
    drain();
    return channel().newSucceededFuture();
  }

  private void finish() {
    if (!finished) {
      finished = true;
      ((QuicStreamChannel) channel()).shutdownOutput();
    }
  }

  /** There is no use in waiting for somebody who does not speak our language. */
  @Override
  void afterViolation(ChannelFuture sent) {
    drop();
  }

  /** The stream is over: both have said so, or it was reset. */
  @Override
  void channelEnded() {
    if (ours != null || !connection.isOpen()) {
      drop();
    } else {
      stop();
      dropLater();
    }
  }

  /** The peer closes the connection. */
  void closedByPeer(QuicConnectionCloseEvent event) {
    if (theirs == null) {
      theirs = QuicCode.reason(event);
    }
    // Not before what came with it has been read.
    loop().execute(this::drop);
  }

  /** Closes the connection; the link has ended when this returns, or soon after. */
  @Override
  void drop() {
    close(connection, ours == null ? new CloseReason(CloseReason.NORMAL, "") : ours);
  }

  /** Closes a connection for a reason; on its loop. */
  static ChannelFuture close(QuicChannel connection, CloseReason why) {
    return connection.close(true, QuicCode.of(why), Unpooled.wrappedBuffer(QuicCode.text(why)));
  }

  @Override
  CloseReason unexplainedEnd() {
    if (theirs != null) {
      return theirs;
    }
    return connection.isTimedOut()
        ? new CloseReason(CloseReason.ABNORMAL, "the peer was silent for too long")
        : new CloseReason(CloseReason.NO_CODE, "");
  }

  @Override
  void release() {
    if (pulse != null) {
      pulse.cancel(false);
    }
    forget();
    if (handed != null) {
      handed.release();
      handed = null;
    }
  }

  /** Of what was to be sent. */
  private void forget() {
    waiting.forEach(ByteBuf::release);
    waiting.clear();
    waitingBytes = 0;
  }

  // --- what it is --------------------------------------------------------------------------------

  @Override
  public Framing framing() {
    return Framing.BARE;
  }

  @Override
  public int maxFrame() {
    return FrameDescriptor.MAX_FRAME;
  }

  @Override
  public String transport() {
    return "quic";
  }
}
