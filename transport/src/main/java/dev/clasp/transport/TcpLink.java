package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.SocketAddress;

/**
 * A connection over TCP, either side: each frame behind its length in four bytes (transports.md
 * 3.1).
 *
 * <p>TCP has no close frame: the reason of our end stays in our log, and the peer sees the stream
 * end behind everything that was written. Nor has it probes; a peer that vanished is found by the
 * system's keep-alive, which {@link EventLoops} sets, or by the silence of its session.
 */
final class TcpLink extends SocketLink implements LengthPrefixParser.Sink {

  /**
   * Longest message that peers take, as the reference limits it (transports.md 3.2). Eleven bytes
   * less than the longest frame.
   */
  static final int MAX_MESSAGE = 65_536;

  private final LengthPrefixParser parser;

  private final boolean secure;

  /**
   * @param secure inside TLS
   */
  TcpLink(Channel channel, SocketAddress remote, boolean server, int maxMessage, boolean secure) {
    super(channel, remote, server);
    this.secure = secure;
    this.parser = new LengthPrefixParser(maxMessage);
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
  public void message(byte[] b, int offset, int length) {
    deliver(b, offset, length);
  }

  @Override
  public void empty() {
    alive();
  }

  /** Half-closes: the peer reads what was written, then the end, and closes its half too. */
  @Override
  ChannelFuture sayGoodbye(CloseReason ours) {
    ChannelFuture flushed = channel().writeAndFlush(Unpooled.EMPTY_BUFFER);
    closeOurHalf(flushed);
    return flushed;
  }

  @Override
  CloseReason unexplainedEnd() {
    return new CloseReason(CloseReason.NO_CODE, "");
  }

  @Override
  ByteBuf encode(byte[] framed, int offset, int length) {
    return server() ? copy(framed, offset, length) : prefix(framed, offset, length);
  }

  /** Client side: the length in front of each frame. */
  private ByteBuf prefix(byte[] frames, int offset, int length) {
    int end = offset + length;
    int room = 0;
    for (int at = offset; at < end; ) {
      int frame = FrameDescriptor.frameLength(frames, at, end - at);
      room += Framing.LENGTH_PREFIX.prefixLength(frame) + frame;
      at += frame;
    }
    byte[] b = writeBuffer(room);
    int to = 0;
    for (int at = offset; at < end; ) {
      int frame = FrameDescriptor.frameLength(frames, at, end - at);
      Framing.LENGTH_PREFIX.writePrefix(b, to, frame);
      to += Framing.LENGTH_PREFIX.prefixLength(frame);
      System.arraycopy(frames, at, b, to, frame);
      to += frame;
      at += frame;
    }
    return copy(b, 0, room);
  }

  @Override
  public Framing framing() {
    return server() ? Framing.LENGTH_PREFIX : Framing.BARE;
  }

  @Override
  public int maxFrame() {
    return MAX_MESSAGE;
  }

  @Override
  public String transport() {
    return secure ? "tcp+tls" : "tcp";
  }
}
