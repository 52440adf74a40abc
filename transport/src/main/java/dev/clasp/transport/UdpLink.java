package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session over datagrams, either side. What must arrive goes numbered (see {@link ReceiptFlow}),
 * if the peer knows that; the rest as bare frames, unless something numbered is on its way, which
 * it must not overtake. Loop thread unless said otherwise.
 *
 * <p>One socket serves many sessions, so it cannot be left unread for one of them: of what comes
 * for a session that wants nothing at the moment a little is kept, more is dropped, and what is
 * numbered comes again.
 */
class UdpLink implements FrameLink {

  private static final Logger LOG = LoggerFactory.getLogger(UdpLink.class);

  /**
   * Numbered bytes without a receipt above which, and below which again, a link is not writable.
   */
  private static final int HIGH_WATER = 64 << 10;

  private static final int LOW_WATER = 32 << 10;

  /** Bytes that the socket has not taken above which datagrams are dropped. */
  private static final long SOCKET_MAX = 1 << 20;

  /** Bytes of bare frames that are kept while the listener wants nothing. */
  private static final int BACKLOG = 16 << 10;

  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Channel channel;
  private final InetSocketAddress remote;
  private final boolean connected;
  private final int maxDatagram;
  private final UdpCounts counts;
  private final LongSupplier nanos;
  private final @Nullable ReceiptFlow flow;

  private final Listening listening = new Listening(this);
  private @Nullable CloseReason reason;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable ScheduledFuture<?> drop;
  private long timerFor = ReceiptFlow.NEVER;
  private long heardNanos;
  private boolean pinged;
  private boolean paused;
  private final ArrayDeque<byte[]> backlog = new ArrayDeque<>(0);
  private int backlogBytes;
  private boolean writable = true;
  private boolean closing;
  private boolean ended;

  /**
   * @param connected the socket sends to this peer only
   * @param receipts the peer knows numbers and receipts
   */
  UdpLink(
      Channel channel,
      InetSocketAddress remote,
      boolean connected,
      boolean receipts,
      int maxDatagram,
      UdpCounts counts,
      LongSupplier nanos) {
    this.channel = channel;
    this.remote = remote;
    this.connected = connected;
    this.maxDatagram = maxDatagram;
    this.counts = counts;
    this.nanos = nanos;
    this.heardNanos = nanos.getAsLong();
    this.flow =
        receipts
            ? new ReceiptFlow(
                new ReceiptFlow.Wire() {
                  @Override
                  public void send(byte[] datagram) {
                    put(datagram, 0, datagram.length);
                  }

                  @Override
                  public void sendAgain(byte[] datagram) {
                    counts.add(UdpCounter.REPEATED);
                    put(datagram, 0, datagram.length);
                  }
                })
            : null;
  }

  // --- life --------------------------------------------------------------------------------------

  /**
   * Starts delivering.
   *
   * @return false if the acceptor failed; the session has ended then
   */
  final boolean open(LinkAcceptor acceptor) {
    return listening.begin(acceptor);
  }

  final void whenEstablished(Runnable task) {
    listening.whenEstablished(task);
  }

  @Override
  public final void established() {
    listening.established();
  }

  final void whenEnded(Runnable task) {
    listening.whenEnded(task);
  }

  @Override
  public final void close(CloseReason ours) {
    onLoop(() -> {
      if (closing || ended) {
        return;
      }
      if (reason == null) {
        reason = ours;
      }
      closing = true;
      ReceiptFlow f = flow;
      if (f == null || f.idle() && beforeClosing()) {
        goodbye();
      } else {
        // What was numbered is sent again until it is there, for a short time.
        drop = loop().schedule(this::goodbye, CLOSE_NANOS, TimeUnit.NANOSECONDS);
      }
    });
  }

  /** Nothing waits that was not even sent. */
  boolean beforeClosing() {
    return true;
  }

  private void goodbye() {
    put(new byte[] {UdpFrames.GOODBYE}, 0, 1);
    channel.flush();
    end(new CloseReason(CloseReason.NORMAL, ""));
  }

  /** The session is over; the peer is not told. */
  final void end(CloseReason why) {
    if (ended) {
      return;
    }
    if (reason == null) {
      reason = why;
    }
    ended = true;
    closing = true;
    cancel(timer);
    cancel(drop);
    backlog.clear();
    released();
    listening.end(reason);
  }

  /** Free what is held, stop what is scheduled. */
  void released() {}

  static void cancel(@Nullable ScheduledFuture<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }

  // --- reading -----------------------------------------------------------------------------------

  /** A datagram of this peer has come; valid during the call. */
  final void datagram(byte[] b, int offset, int length) {
    if (ended) {
      return;
    }
    heardNanos = nanos.getAsLong();
    pinged = false;
    ReceiptFlow f = flow;
    int kind = length == 0 ? -1 : b[offset];
    if (kind == FrameDescriptor.MAGIC) {
      bare(b, offset, length);
    } else if (kind == ReceiptFlow.DATA && f != null && length > ReceiptFlow.HEADER) {
      if (paused || closing || !backlog.isEmpty()) {
        counts.add(UdpCounter.PAUSED);
        f.receipt();
      } else {
        answered();
        f.arrived(b, offset, length, this::deliver);
      }
    } else if (kind == ReceiptFlow.RECEIPT && f != null && length == ReceiptFlow.HEADER) {
      f.receipt(Bytes.i32(b, offset + 1), nanos.getAsLong());
      watch();
      if (closing && f.idle()) {
        goodbye();
      } else {
        drained();
      }
    } else if (kind == UdpFrames.GOODBYE && length == 1) {
      end(new CloseReason(CloseReason.GOING_AWAY, "the other end has left"));
    } else {
      other(b, offset, length);
    }
  }

  private void bare(byte[] b, int offset, int length) {
    int frame = UdpFrames.frameLength(b, offset, length);
    if (frame == 0) {
      counts.add(UdpCounter.GARBAGE);
    } else if (!opening(b, offset)) {
      answered();
      // What stands behind the frame is no part of it (transports.md 1.3).
      if (paused || !backlog.isEmpty()) {
        keep(b, offset, frame);
      } else {
        deliver(b, offset, frame);
      }
    }
  }

  private void keep(byte[] b, int offset, int length) {
    if (closing || backlogBytes + length > BACKLOG) {
      counts.add(UdpCounter.PAUSED);
    } else {
      backlog.add(Arrays.copyOfRange(b, offset, offset + length));
      backlogBytes += length;
    }
  }

  private void catchUp() {
    while (!paused && !closing && !backlog.isEmpty()) {
      byte[] next = backlog.remove();
      backlogBytes -= next.length;
      deliver(next, 0, next.length);
    }
    readComplete();
  }

  /** Does the frame belong to the opening of the session? Then it is not delivered. */
  boolean opening(byte[] b, int offset) {
    return false;
  }

  /** The peer has said something within the session. */
  void answered() {}

  /** Whatever is none of all this. */
  void other(byte[] b, int offset, int length) {
    counts.add(UdpCounter.GARBAGE);
  }

  final void deliver(byte[] b, int offset, int length) {
    if (!closing) {
      listening.frame(b, offset, length);
    }
  }

  /** Everything that the socket had has been handed over. */
  final void readComplete() {
    if (!closing) {
      listening.readComplete();
    }
  }

  @Override
  public final void pauseReading() {
    onLoop(() -> paused = true);
  }

  @Override
  public final void resumeReading() {
    onLoop(() -> {
      paused = false;
      if (!backlog.isEmpty()) {
        // Not inside of what the listener is doing.
        loop().execute(this::catchUp);
      }
    });
  }

  // --- silence -----------------------------------------------------------------------------------

  /** To be called now and then. */
  final void look(long now, long pingNanos, long goneNanos) {
    long silent = now - heardNanos;
    if (silent >= goneNanos) {
      counts.add(UdpCounter.SILENT);
      end(
          new CloseReason(
              CloseReason.ABNORMAL,
              "nothing came for " + TimeUnit.NANOSECONDS.toSeconds(goneNanos) + " s"));
    } else if (silent >= pingNanos && !pinged && !closing) {
      pinged = true;
      put(PING, 0, PING.length);
      channel.flush();
    }
  }

  private static final byte[] PING = FrameCodec.encode(new Message.Ping());

  // --- writing -----------------------------------------------------------------------------------

  @Override
  public final void write(byte[] framed, int offset, int length) {
    if (closing) {
      return;
    }
    for (int at = offset; at < offset + length; ) {
      int frame = Math.min(UdpFrames.announced(framed, at), offset + length - at);
      writeFrame(framed, at, frame);
      at += frame;
    }
    channel.flush();
    watch();
    ReceiptFlow f = flow;
    if (writable && f != null && f.bytes() > HIGH_WATER) {
      writableIs(false);
    }
  }

  /** One frame, one datagram. */
  void writeFrame(byte[] b, int offset, int length) {
    ReceiptFlow f = flow;
    if (length > maxFrame()) {
      counts.add(UdpCounter.UNSENT);
    } else if (f != null && (!f.idle() || UdpFrames.mustArrive(b, offset))) {
      f.send(b, offset, length, nanos.getAsLong());
    } else {
      put(b, offset, length);
    }
  }

  /** Not flushed. */
  final void put(byte[] b, int offset, int length) {
    if (socketBytes() > SOCKET_MAX) {
      // What is numbered comes again.
      counts.add(UdpCounter.UNSENT);
      return;
    }
    ByteBuf datagram = channel.alloc().directBuffer(length, length).writeBytes(b, offset, length);
    channel.write(
        connected ? datagram : new DatagramPacket(datagram, remote), channel.voidPromise());
  }

  private long socketBytes() {
    var outbound = channel.unsafe().outboundBuffer();
    return outbound == null ? 0 : outbound.totalPendingWriteBytes();
  }

  /** Sees to it that receipts that do not come are noticed. */
  final void watch() {
    ReceiptFlow f = flow;
    if (f == null || ended || f.due() == timerFor) {
      return;
    }
    cancel(timer);
    timer = null;
    timerFor = f.due();
    if (timerFor != ReceiptFlow.NEVER) {
      long wait = Math.max(0, timerFor - nanos.getAsLong());
      timer = loop().schedule(this::noReceipt, wait, TimeUnit.NANOSECONDS);
    }
  }

  private void noReceipt() {
    ReceiptFlow f = flow;
    timerFor = ReceiptFlow.NEVER;
    if (f == null || ended) {
      return;
    }
    if (f.timeout(nanos.getAsLong())) {
      channel.flush();
      watch();
    } else {
      counts.add(UdpCounter.LOST);
      end(new CloseReason(CloseReason.ABNORMAL, "the other end does not answer any more"));
    }
  }

  private void drained() {
    ReceiptFlow f = flow;
    if (!writable && !closing && f != null && f.bytes() < LOW_WATER) {
      writableIs(true);
    }
  }

  private void writableIs(boolean now) {
    writable = now;
    listening.writabilityChanged(now);
  }

  @Override
  public final boolean writable() {
    return writable;
  }

  @Override
  public final long pendingBytes() {
    return flow == null ? 0 : flow.bytes();
  }

  // --- what it is --------------------------------------------------------------------------------

  final boolean isClosing() {
    return closing;
  }

  final Channel channel() {
    return channel;
  }

  @Override
  public final EventLoop loop() {
    return channel.eventLoop();
  }

  @Override
  public final Framing framing() {
    return Framing.BARE;
  }

  @Override
  public final String transport() {
    return "udp";
  }

  @Override
  public final InetSocketAddress remote() {
    return remote;
  }

  /** With room for a number. */
  @Override
  public final int maxFrame() {
    return maxDatagram - ReceiptFlow.HEADER;
  }

  final void onLoop(Runnable task) {
    if (loop().inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the event loop has stopped, and the session with it", remote);
    }
  }
}
