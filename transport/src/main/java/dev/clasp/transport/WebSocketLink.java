package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An upgraded WebSocket connection, either side. */
final class WebSocketLink extends SocketLink implements WebSocketParser.Sink {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketLink.class);

  /** Probes that may stay unanswered (R15). */
  private static final int MISSED_MAX = 2;

  /** Longest text of a close frame in bytes (RFC 6455 section 5.5). */
  private static final int CLOSE_TEXT_MAX = 123;

  private static final int FINAL_CLOSE = 0x88;
  private static final int FINAL_PING = 0x89;
  private static final int FINAL_PONG = 0x8A;

  private final WebSocketParser parser;
  private final long pingNanos;

  private boolean heard = true;
  private int missed;
  private boolean flushOwed;

  /** The newest ping that could not be answered because the peer does not read. */
  private byte @Nullable [] pongOwed;

  private @Nullable ScheduledFuture<?> probe;

  private final boolean secure;

  /**
   * @param secure inside TLS
   */
  WebSocketLink(
      Channel channel,
      SocketAddress remote,
      boolean server,
      int maxMessage,
      long pingNanos,
      boolean secure) {
    super(channel, remote, server);
    this.secure = secure;
    this.parser = new WebSocketParser(server, maxMessage);
    this.pingNanos = pingNanos;
  }

  @Override
  void opened() {
    if (pingNanos > 0) {
      probe = loop().schedule(this::probe, pingNanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  void release() {
    if (probe != null) {
      probe.cancel(false);
    }
    pongOwed = null;
  }

  // --- reading -----------------------------------------------------------------------------------

  @Override
  void heard() {
    heard = true;
    missed = 0;
  }

  @Override
  int parse(byte[] b, int from, int end) {
    return parser.parse(b, from, end, this);
  }

  @Override
  int needed() {
    return parser.needed();
  }

  @Override
  void readDone() {
    if (flushOwed) {
      flushOwed = false;
      channel().flush();
    }
  }

  @Override
  public void binary(byte[] b, int offset, int length) {
    deliver(b, offset, length);
  }

  @Override
  public void text(int length) {
    LOG.debug("{}: text message of {} bytes ignored", remote(), length);
    alive();
  }

  /**
   * Answers at once while the peer reads; else only the newest is answered, later (section 5.5.3):
   * pings must not fill our memory.
   */
  @Override
  public void ping(byte[] b, int offset, int length) {
    alive();
    if (closing()) {
      return;
    }
    byte[] body = Arrays.copyOfRange(b, offset, offset + length);
    if (channel().isWritable()) {
      channel().write(control(FINAL_PONG, body), channel().voidPromise());
      flushOwed = true;
    } else {
      pongOwed = body;
    }
  }

  @Override
  public void pong() {
    alive();
  }

  // --- closing -----------------------------------------------------------------------------------

  /**
   * The peer's close frame: answer with its code; the server side drops the connection (section
   * 7.1.1).
   */
  @Override
  public void closing(CloseReason theirs) {
    boolean answered = closing();
    beginClosing(theirs);
    if (answered) {
      if (server()) {
        channel().close();
      }
      return;
    }
    ChannelFuture sent = sayGoodbye(theirs);
    if (server()) {
      sent.addListener(ChannelFutureListener.CLOSE);
    }
    // Also as server: a peer that does not read never takes our answer.
    dropLater();
  }

  @Override
  ChannelFuture sayGoodbye(CloseReason ours) {
    return channel().writeAndFlush(control(FINAL_CLOSE, closeBody(ours)));
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
  CloseReason unexplainedEnd() {
    return new CloseReason(CloseReason.ABNORMAL, "connection lost");
  }

  // --- liveness ----------------------------------------------------------------------------------

  /** R15: a probe at every interval; the end when nothing was heard after two of them. */
  private void probe() {
    if (ended() || closing()) {
      return;
    }
    if (heard || !channel().config().isAutoRead()) {
      // What is not read cannot be heard.
      missed = 0;
    } else if (++missed >= MISSED_MAX) {
      dropNow(new CloseReason(CloseReason.ABNORMAL, "peer does not answer"));
      return;
    }
    heard = false;
    if (channel().isWritable()) {
      channel().writeAndFlush(control(FINAL_PING, NOTHING), channel().voidPromise());
    }
    probe = loop().schedule(this::probe, pingNanos, TimeUnit.NANOSECONDS);
  }

  // --- writing -----------------------------------------------------------------------------------

  @Override
  ByteBuf encode(byte[] framed, int offset, int length) {
    return server() ? copy(framed, offset, length) : mask(framed, offset, length);
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
    byte[] b = writeBuffer(room);
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
    ByteBuf out = channel().alloc().directBuffer(6 + body.length);
    out.writeByte(first);
    if (server()) {
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
  void writabilityKnown(boolean writable) {
    byte[] pong = pongOwed;
    if (writable && pong != null) {
      pongOwed = null;
      channel().writeAndFlush(control(FINAL_PONG, pong), channel().voidPromise());
    }
  }

  // --- the rest ----------------------------------------------------------------------------------

  @Override
  public Framing framing() {
    return server() ? Framing.WEBSOCKET : Framing.BARE;
  }

  @Override
  public int maxFrame() {
    return FrameDescriptor.MAX_FRAME;
  }

  @Override
  public String transport() {
    return secure ? "websocket+tls" : "websocket";
  }
}
