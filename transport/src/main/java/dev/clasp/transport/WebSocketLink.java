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
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
 * array of the connection.
 */
final class WebSocketLink extends ChannelInboundHandlerAdapter
    implements FrameLink, WebSocketParser.Sink {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketLink.class);

  /** Time for the peer to answer a close frame. */
  private static final long CLOSE_SECONDS = 2;

  /** Probes that may stay unanswered. */
  private static final int MISSED_MAX = 2;

  private static final byte[] NOTHING = {};

  private static final FastThreadLocal<byte[]> READ_BUFFER =
      new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
          return new byte[2 * 65_536 + 64];
        }
      };

  private final Channel channel;
  private final boolean server;
  private final WebSocketParser parser;
  private final @Nullable MaskKeys maskKeys;
  private final long pingNanos;

  private @Nullable FrameListener listener;
  private byte[] rest = NOTHING;
  private int restLength;
  private boolean heard = true;
  private int missed;
  private boolean closeSent;
  private boolean ended;
  private @Nullable CloseReason reason;
  private @Nullable ScheduledFuture<?> probe;

  WebSocketLink(Channel channel, boolean server, int maxMessage, long pingNanos) {
    this.channel = channel;
    this.server = server;
    this.parser = new WebSocketParser(server, maxMessage);
    this.maskKeys = server ? null : new MaskKeys();
    this.pingNanos = pingNanos;
  }

  /** Starts delivering. */
  void open(LinkAcceptor acceptor) {
    listener = acceptor.accept(this);
    if (pingNanos > 0) {
      probe = loop().schedule(this::probe, pingNanos, TimeUnit.NANOSECONDS);
    }
  }

  // --- reading -----------------------------------------------------------------------------------

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ReferenceCountUtil.release(message);
      return;
    }
    heard = true;
    missed = 0;
    int count = in.readableBytes();
    byte[] b = READ_BUFFER.get();
    if (restLength + count > b.length) {
      b = new byte[restLength + count];
    }
    System.arraycopy(rest, 0, b, 0, restLength);
    in.readBytes(b, restLength, count);
    in.release();
    int end = restLength + count;
    try {
      int used = parser.parse(b, 0, end, this);
      keep(b, used, end);
    } catch (WebSocketParser.Violation e) {
      LOG.debug("{}: {}", remote(), e.getMessage());
      keep(b, end, end);
      close(e.reason());
    }
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
      listener.readComplete();
    }
  }

  @Override
  public void binary(byte[] b, int offset, int length) {
    if (listener != null && !closeSent) {
      listener.frame(b, offset, length);
    }
  }

  @Override
  public void text(int length) {
    LOG.debug("{}: text message of {} bytes ignored", remote(), length);
  }

  @Override
  public void ping(byte[] b, int offset, int length) {
    if (!closeSent) {
      control(0x8A, Arrays.copyOfRange(b, offset, offset + length));
    }
  }

  @Override
  public void pong() {
    if (listener != null) {
      listener.alive();
    }
  }

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
    ChannelFuture sent = control(0x88, closeBody(theirs));
    if (server) {
      sent.addListener(ChannelFutureListener.CLOSE);
    } else {
      dropLater();
    }
  }

  @Override
  public void close(CloseReason ours) {
    if (loop().inEventLoop()) {
      closeOnLoop(ours);
    } else {
      loop().execute(() -> closeOnLoop(ours));
    }
  }

  private void closeOnLoop(CloseReason ours) {
    if (closeSent || ended) {
      return;
    }
    if (reason == null) {
      reason = ours;
    }
    closeSent = true;
    // To see the peer's answer.
    channel.config().setAutoRead(true);
    control(0x88, closeBody(ours));
    dropLater();
  }

  private void dropLater() {
    loop().schedule(() -> channel.close(), CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private static byte[] closeBody(CloseReason why) {
    if (why.code() == CloseReason.NO_CODE || why.code() == CloseReason.ABNORMAL) {
      return NOTHING;
    }
    byte[] text = why.text().getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, 123);
    while (length > 0 && length < text.length && (text[length] & 0xC0) == 0x80) {
      length--;
    }
    byte[] body = new byte[2 + length];
    body[0] = (byte) (why.code() >>> 8);
    body[1] = (byte) why.code();
    System.arraycopy(text, 0, body, 2, length);
    return body;
  }

  // --- liveness ----------------------------------------------------------------------------------

  /** R15: a probe when nothing was heard; the end after two unanswered ones. */
  private void probe() {
    if (ended) {
      return;
    }
    if (heard) {
      heard = false;
      missed = 0;
    } else if (missed >= MISSED_MAX) {
      if (reason == null) {
        reason = new CloseReason(CloseReason.ABNORMAL, "peer does not answer");
      }
      channel.close();
      return;
    } else {
      missed++;
    }
    if (!closeSent && channel.config().isAutoRead()) {
      control(0x89, NOTHING);
    } else {
      // We are not reading, so we cannot hear an answer.
      heard = true;
    }
    probe = loop().schedule(this::probe, pingNanos, TimeUnit.NANOSECONDS);
  }

  // --- writing -----------------------------------------------------------------------------------

  @Override
  public void write(byte[] framed, int offset, int length) {
    if (closeSent || length == 0) {
      return;
    }
    ByteBuf out;
    if (server) {
      out = channel.alloc().directBuffer(length, length);
      out.writeBytes(framed, offset, length);
    } else {
      out = mask(framed, offset, length);
    }
    channel.writeAndFlush(out, channel.voidPromise());
  }

  /** Client side: each frame becomes a masked WebSocket message. */
  private ByteBuf mask(byte[] frames, int offset, int length) {
    MaskKeys keys = maskKeys;
    if (keys == null) {
      throw new IllegalStateException("servers do not mask");
    }
    byte[] b = new byte[length + (length / FrameDescriptor.HEADER_LENGTH + 1) * 14];
    int to = 0;
    for (int at = offset, end = offset + length; at < end; ) {
      int frame = FrameDescriptor.frameLength(frames, at, end - at);
      int prefix = Framing.WEBSOCKET.prefixLength(frame);
      Framing.WEBSOCKET.writePrefix(b, to, frame);
      b[to + 1] |= (byte) 0x80;
      int key = keys.next();
      Bytes.putI32(b, to + prefix, key);
      System.arraycopy(frames, at, b, to + prefix + 4, frame);
      WebSocketParser.unmask(b, to + prefix + 4, frame, key);
      to += prefix + 4 + frame;
      at += frame;
    }
    ByteBuf out = channel.alloc().directBuffer(to, to);
    out.writeBytes(b, 0, to);
    return out;
  }

  private ChannelFuture control(int first, byte[] body) {
    ByteBuf out = channel.alloc().directBuffer(6 + body.length);
    out.writeByte(first);
    if (maskKeys == null) {
      out.writeByte(body.length);
    } else {
      int key = maskKeys.next();
      out.writeByte(0x80 | body.length);
      out.writeInt(key);
      WebSocketParser.unmask(body, 0, body.length, key);
    }
    out.writeBytes(body);
    return channel.writeAndFlush(out);
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
    if (listener != null && !closeSent) {
      listener.writabilityChanged(channel.isWritable());
    }
  }

  // --- the rest ----------------------------------------------------------------------------------

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended = true;
    if (probe != null) {
      probe.cancel(false);
    }
    rest = NOTHING;
    FrameListener l = listener;
    listener = null;
    if (l != null) {
      l.closed(reason != null ? reason : new CloseReason(CloseReason.ABNORMAL, "connection lost"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("{}: {}", remote(), cause.toString());
      if (reason == null) {
        reason = new CloseReason(CloseReason.ABNORMAL, String.valueOf(cause.getMessage()));
      }
      channel.close();
    } else {
      LOG.error("{}: unexpected failure, closing the connection", remote(), cause);
      close(new CloseReason(1011, "internal error"));
    }
  }

  /** Any thread: waits until the connection has ended, at most so long. */
  void awaitEnd(long nanos) {
    if (nanos > 0 && !loop().inEventLoop()) {
      channel.closeFuture().awaitUninterruptibly(nanos, TimeUnit.NANOSECONDS);
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
    return channel.remoteAddress();
  }

  @Override
  public void pauseReading() {
    channel.config().setAutoRead(false);
  }

  @Override
  public void resumeReading() {
    channel.config().setAutoRead(true);
  }
}
