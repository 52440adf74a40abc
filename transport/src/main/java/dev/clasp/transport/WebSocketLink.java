package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An upgraded WebSocket connection, either side. Last handler of its pipeline; loop thread unless
 * said otherwise.
 *
 * <p>Each socket read is copied once, in bulk, into an array of the event loop and parsed there in
 * place (decision 0001). What is left of an incomplete message at the end of a read waits in an
 * array of the connection, where later reads are added until it is complete.
 */
final class WebSocketLink extends ChannelInboundHandlerAdapter
    implements FrameLink, WebSocketParser.Sink {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketLink.class);

  /** Time for the peer to answer a close frame, and to take our answer. */
  private static final long CLOSE_SECONDS = 2;

  /** Probes that may stay unanswered (R15). */
  private static final int MISSED_MAX = 2;

  /** Longest text of a close frame in bytes (RFC 6455 section 5.5). */
  private static final int CLOSE_TEXT_MAX = 123;

  private static final int FINAL_CLOSE = 0x88;
  private static final int FINAL_PING = 0x89;
  private static final int FINAL_PONG = 0x8A;

  private static final byte[] NOTHING = {};

  /** One socket read (64 KiB at most) behind the rest of the one before. */
  private static final FastThreadLocal<byte[]> READ_BUFFER = buffer(2 * 65_536 + 64);

  /** Where clients mask. A batch of 64 KiB with the headers of its frames. */
  private static final FastThreadLocal<byte[]> MASK_BUFFER = buffer(2 * 65_536);

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
  private final WebSocketParser parser;
  private final long pingNanos;

  private @Nullable FrameListener listener;

  /** The first bytes of a message that is not complete. */
  private byte[] rest = NOTHING;

  private int restLength;

  private boolean heard = true;
  private int missed;
  private boolean flushOwed;

  /** The newest ping that could not be answered because the peer does not read. */
  private byte @Nullable [] pongOwed;

  private boolean closeSent;
  private boolean ended;
  private @Nullable CloseReason reason;
  private @Nullable Runnable whenEnded;
  private @Nullable ScheduledFuture<?> probe;
  private @Nullable ScheduledFuture<?> drop;

  WebSocketLink(Channel channel, boolean server, int maxMessage, long pingNanos) {
    this.channel = channel;
    // The channel forgets it when it is closed, and has none if it was closed before we looked.
    SocketAddress known = channel.remoteAddress();
    this.remote = known != null ? known : InetSocketAddress.createUnresolved("unknown", 0);
    this.server = server;
    this.parser = new WebSocketParser(server, maxMessage);
    this.pingNanos = pingNanos;
  }

  /**
   * Starts delivering. The acceptor may write and close already.
   *
   * @return false if the acceptor failed; the connection is being closed then
   */
  boolean open(LinkAcceptor acceptor) {
    try {
      listener = acceptor.accept(this);
    } catch (Throwable e) {
      failed(e);
      return false;
    }
    if (pingNanos > 0) {
      probe = loop().schedule(this::probe, pingNanos, TimeUnit.NANOSECONDS);
    }
    return true;
  }

  // --- reading -----------------------------------------------------------------------------------

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    heard = true;
    missed = 0;
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
    if (restLength > 0 && end < parser.needed()) {
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
      keep(b, parser.parse(b, 0, end, this), end);
    } catch (WebSocketParser.Violation e) {
      LOG.debug("{}: {}", remote, e.getMessage());
      keep(b, end, end);
      fail(e.reason());
    }
  }

  private void addToRest(ByteBuf in, int count) {
    int length = restLength + count;
    if (length > rest.length) {
      // Grows with what has arrived, not with what was announced.
      rest = Arrays.copyOf(rest, Math.max(length, Math.min(2 * rest.length, parser.needed())));
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
  public void channelReadComplete(ChannelHandlerContext context) {
    if (listener != null && !closeSent) {
      try {
        listener.readComplete();
      } catch (Throwable e) {
        failed(e);
      }
    }
    if (flushOwed) {
      flushOwed = false;
      channel.flush();
    }
  }

  @Override
  public void binary(byte[] b, int offset, int length) {
    if (listener != null && !closeSent) {
      try {
        listener.frame(b, offset, length);
      } catch (Throwable e) {
        // Here and not in exceptionCaught, so that the parser stays in step with the stream.
        failed(e);
      }
    }
  }

  @Override
  public void text(int length) {
    LOG.debug("{}: text message of {} bytes ignored", remote, length);
    alive();
  }

  /**
   * Answers at once while the peer reads; else only the newest is answered, later (section 5.5.3):
   * pings must not fill our memory.
   */
  @Override
  public void ping(byte[] b, int offset, int length) {
    alive();
    if (closeSent) {
      return;
    }
    byte[] body = Arrays.copyOfRange(b, offset, offset + length);
    if (channel.isWritable()) {
      channel.write(control(FINAL_PONG, body), channel.voidPromise());
      flushOwed = true;
    } else {
      pongOwed = body;
    }
  }

  @Override
  public void pong() {
    alive();
  }

  private void alive() {
    if (listener != null && !closeSent) {
      try {
        listener.alive();
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  // --- closing -----------------------------------------------------------------------------------

  /**
   * The peer's close frame: answer with its code; the server side drops the connection (section
   * 7.1.1).
   */
  @Override
  public void closing(CloseReason theirs) {
    if (reason == null) {
      reason = theirs;
    }
    if (closeSent) {
      if (server) {
        channel.close();
      }
      return;
    }
    closeSent = true;
    var sent = channel.writeAndFlush(control(FINAL_CLOSE, closeBody(theirs)));
    if (server) {
      sent.addListener(ChannelFutureListener.CLOSE);
    }
    // Also as server: a peer that does not read never takes our answer.
    dropLater();
  }

  @Override
  public void close(CloseReason ours) {
    onLoop(() -> closeOnLoop(ours));
  }

  private void closeOnLoop(CloseReason ours) {
    if (!closeSent && !ended) {
      sendClose(ours);
    }
  }

  private ChannelFuture sendClose(CloseReason ours) {
    if (reason == null) {
      reason = ours;
    }
    closeSent = true;
    // To see the peer's answer.
    channel.config().setAutoRead(true);
    ChannelFuture sent = channel.writeAndFlush(control(FINAL_CLOSE, closeBody(ours)));
    dropLater();
    return sent;
  }

  /**
   * After a violation (section 7.1.7). An answer would not be understood, so there is no reason to
   * wait for one; but closing while the peer still sends would make the system throw our reason
   * away. So only our half is closed, and the peer closes the other when it has read that far.
   */
  private void fail(CloseReason ours) {
    if (closeSent || ended) {
      return;
    }
    ChannelFuture sent = sendClose(ours);
    if (server && channel instanceof DuplexChannel duplex) {
      sent.addListener(_ -> duplex.shutdownOutput());
    }
  }

  private void dropLater() {
    drop = loop().schedule(() -> channel.close(), CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private static byte[] closeBody(CloseReason why) {
    if (why.code() == CloseReason.NO_CODE || why.code() == CloseReason.ABNORMAL) {
      return NOTHING;
    }
    byte[] text = why.text().getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, CLOSE_TEXT_MAX);
    while (length > 0 && length < text.length && (text[length] & 0xC0) == 0x80) {
      length--;
    }
    byte[] body = new byte[2 + length];
    body[0] = (byte) (why.code() >>> 8);
    body[1] = (byte) why.code();
    System.arraycopy(text, 0, body, 2, length);
    return body;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended = true;
    if (probe != null) {
      probe.cancel(false);
    }
    if (drop != null) {
      drop.cancel(false);
    }
    rest = NOTHING;
    pongOwed = null;
    FrameListener l = listener;
    listener = null;
    if (l != null) {
      try {
        l.closed(
            reason != null ? reason : new CloseReason(CloseReason.ABNORMAL, "connection lost"));
      } catch (Throwable e) {
        failed(e);
      }
    }
    Runnable task = whenEnded;
    whenEnded = null;
    if (task != null) {
      task.run();
    }
  }

  /** Our own code failed: this connection ends, and no other is concerned. */
  private void failed(Throwable e) {
    LOG.error("{}: unexpected failure, closing the connection", remote, e);
    close(new CloseReason(CloseReason.INTERNAL_ERROR, "internal error"));
  }

  /** What the network reports. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable network = networkFailure(cause);
    if (network == null) {
      failed(cause);
      return;
    }
    LOG.debug("{}: {}", remote, network.toString());
    if (reason == null) {
      reason = new CloseReason(CloseReason.ABNORMAL, String.valueOf(network.getMessage()));
    }
    channel.close();
  }

  /** The exception of a socket, or of TLS inside one of Netty's. */
  private static @Nullable Throwable networkFailure(Throwable e) {
    return e instanceof IOException ? e : e.getCause() instanceof IOException inner ? inner : null;
  }

  // --- liveness ----------------------------------------------------------------------------------

  /** R15: a probe at every interval; the end when nothing was heard after two of them. */
  private void probe() {
    if (ended || closeSent) {
      return;
    }
    if (heard || !channel.config().isAutoRead()) {
      // What is not read cannot be heard.
      missed = 0;
    } else if (++missed >= MISSED_MAX) {
      if (reason == null) {
        reason = new CloseReason(CloseReason.ABNORMAL, "peer does not answer");
      }
      channel.close();
      return;
    }
    heard = false;
    if (channel.isWritable()) {
      channel.writeAndFlush(control(FINAL_PING, NOTHING), channel.voidPromise());
    }
    probe = loop().schedule(this::probe, pingNanos, TimeUnit.NANOSECONDS);
  }

  // --- writing -----------------------------------------------------------------------------------

  @Override
  public void write(byte[] framed, int offset, int length) {
    if (closeSent || ended || length == 0) {
      return;
    }
    ByteBuf out = server ? copy(framed, offset, length) : mask(framed, offset, length);
    channel.writeAndFlush(out, channel.voidPromise());
  }

  private ByteBuf copy(byte[] b, int offset, int length) {
    return channel.alloc().directBuffer(length, length).writeBytes(b, offset, length);
  }

  /** Client side: each frame becomes a masked WebSocket message. */
  private ByteBuf mask(byte[] frames, int offset, int length) {
    int end = offset + length;
    int room = 0;
    for (int at = offset; at < end; ) {
      int frame = FrameDescriptor.frameLength(frames, at, end - at);
      room += Framing.WEBSOCKET.prefixLength(frame) + 4 + frame;
      at += frame;
    }
    byte[] b = MASK_BUFFER.get();
    if (room > b.length) {
      b = new byte[room];
    }
    MaskKeys keys = MaskKeys.ofThread();
    int to = 0;
    for (int at = offset; at < end; ) {
      int frame = FrameDescriptor.frameLength(frames, at, end - at);
      Framing.WEBSOCKET.writePrefix(b, to, frame);
      b[to + 1] |= (byte) 0x80;
      to += Framing.WEBSOCKET.prefixLength(frame);
      int key = keys.next();
      Bytes.putI32(b, to, key);
      to += 4;
      System.arraycopy(frames, at, b, to, frame);
      WebSocketParser.unmask(b, to, frame, key);
      to += frame;
      at += frame;
    }
    return copy(b, 0, room);
  }

  /**
   * @param body is masked in place on the client's side
   */
  private ByteBuf control(int first, byte[] body) {
    ByteBuf out = channel.alloc().directBuffer(6 + body.length);
    out.writeByte(first);
    if (server) {
      out.writeByte(body.length);
    } else {
      int key = MaskKeys.ofThread().next();
      out.writeByte(0x80 | body.length);
      out.writeInt(key);
      WebSocketParser.unmask(body, 0, body.length, key);
    }
    return out.writeBytes(body);
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
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (closeSent) {
      return;
    }
    boolean writable = channel.isWritable();
    byte[] pong = pongOwed;
    if (writable && pong != null) {
      pongOwed = null;
      channel.writeAndFlush(control(FINAL_PONG, pong), channel.voidPromise());
    }
    if (listener != null) {
      try {
        listener.writabilityChanged(writable);
      } catch (Throwable e) {
        failed(e);
      }
    }
  }

  // --- the rest ----------------------------------------------------------------------------------

  /** Calls back on the loop when the connection has ended and the listener knows. Once. */
  void whenEnded(Runnable task) {
    if (ended) {
      task.run();
    } else {
      whenEnded = task;
    }
  }

  @Override
  public EventLoop loop() {
    return channel.eventLoop();
  }

  @Override
  public Framing framing() {
    return server ? Framing.WEBSOCKET : Framing.BARE;
  }

  @Override
  public String transport() {
    return "websocket";
  }

  @Override
  public SocketAddress remote() {
    return remote;
  }

  @Override
  public void pauseReading() {
    onLoop(() -> {
      if (!closeSent) {
        channel.config().setAutoRead(false);
      }
    });
  }

  @Override
  public void resumeReading() {
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
