package dev.clasp.bridgewebsocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The other end of an open WebSocket, on either side: messages both ways, pings, the closing
 * handshake. Everything but {@link #offer} and {@link #end} runs on the loop of the channel.
 *
 * <p>A peer that does not read costs a bounded queue; when that is full it is closed.
 */
final class SocketPeer extends SimpleChannelInboundHandler<WebSocketFrame> {

  /** RFC 6455 section 7.4.1. */
  static final int GOING_AWAY = 1001;

  static final int PROTOCOL_ERROR = 1002;
  static final int NOT_UTF8 = 1007;
  static final int POLICY = 1008;
  static final int TOO_BIG = 1009;

  /** In the registry of section 11.7: overloaded, or what is behind is away. */
  static final int TRY_LATER = 1013;

  /** How long the peer may take to say good-bye. */
  private static final long GOODBYE_MILLIS = 1000;

  /** Bytes of a reason in a close frame (section 5.5.1: 125 with the code). */
  private static final int MAX_REASON = 120;

  /** Who has the peer. Called on its loop. */
  interface Owner {
    void open(SocketPeer peer);

    void received(SocketPeer peer, SocketMessage message);

    /** The peer reads again after it did not: more can be sent. */
    default void readsAgain(SocketPeer peer) {}

    /** Once. */
    void gone(SocketPeer peer, String why);
  }

  private final Owner owner;
  private final PeerQueue queue;
  private final Duration pingInterval;
  private volatile @Nullable ChannelHandlerContext context;
  private @Nullable Future<?> ticking;
  private boolean awaitsPong;
  private Optional<byte[]> unansweredPing = Optional.empty();
  private boolean closing;
  private boolean told;
  private String why = "the connection has ended";
  private volatile String remote = "?";

  /**
   * @param queue what waits already, of an earlier connection
   * @param pingInterval zero for no pings
   */
  SocketPeer(Owner owner, PeerQueue queue, Duration pingInterval) {
    this.owner = owner;
    this.queue = queue;
    this.pingInterval = pingInterval;
  }

  /** {@code address:port} of the other end. */
  String remote() {
    return remote;
  }

  static String where(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? (address.getAddress() == null || !address.getAddress().getHostAddress().contains(":")
                ? address.getHostString()
                : "[" + address.getAddress().getHostAddress() + "]")
            + ":"
            + address.getPort()
        : String.valueOf(channel.remoteAddress());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    remote = where(added.channel());
    tick(added);
    owner.open(this);
    drain(added);
  }

  // --- liveness ----------------------------------------------------------------------------------

  private void tick(ChannelHandlerContext to) {
    if (pingInterval.isZero()) {
      return;
    }
    ticking =
        to.executor()
            .schedule(
                () -> {
                  if (awaitsPong) {
                    why = "it did not answer a ping within " + seconds(pingInterval);
                    // Nobody is there to say good-bye to.
                    to.close();
                    return;
                  }
                  awaitsPong = true;
                  to.writeAndFlush(new PingWebSocketFrame());
                  tick(to);
                },
                pingInterval.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  // --- what comes --------------------------------------------------------------------------------

  @Override
  protected void channelRead0(ChannelHandlerContext from, WebSocketFrame frame) {
    awaitsPong = false;
    switch (frame) {
      case TextWebSocketFrame text -> text(from, text.content());
      case BinaryWebSocketFrame binary ->
          received(SocketMessage.binary(ByteBufUtil.getBytes(binary.content())));
      case PingWebSocketFrame ping -> pinged(from, ping.content());
      case CloseWebSocketFrame close -> closed(from, close);
      default -> {}
    }
  }

  /**
   * Who asks and does not read gets the answer to the last question only, when it reads again
   * (section 5.5.3).
   */
  private void pinged(ChannelHandlerContext from, ByteBuf content) {
    byte[] asked = ByteBufUtil.getBytes(content);
    if (from.channel().isWritable()) {
      from.writeAndFlush(new PongWebSocketFrame(Unpooled.wrappedBuffer(asked)));
    } else {
      unansweredPing = Optional.of(asked);
    }
  }

  private void text(ChannelHandlerContext from, ByteBuf content) {
    byte[] bytes = ByteBufUtil.getBytes(content);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      end(from, NOT_UTF8, "a text message that is not UTF-8");
      return;
    }
    received(new SocketMessage(true, bytes));
  }

  private void received(SocketMessage message) {
    if (!closing) {
      owner.received(this, message);
    }
  }

  private void closed(ChannelHandlerContext from, CloseWebSocketFrame close) {
    if (closing) {
      from.close();
      return;
    }
    closing = true;
    int code = close.statusCode();
    why =
        "the other side has closed it"
            + (code < 0 ? "" : ", " + code)
            + (close.reasonText().isEmpty() ? "" : " (" + close.reasonText() + ")");
    // 1005 and the like are never on the wire (section 7.4.1).
    CloseWebSocketFrame answer =
        code < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, "");
    from.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
  }

  // --- what goes ---------------------------------------------------------------------------------

  /** Sends, as soon as the peer reads. Any thread; from one thread in order. */
  void offer(Outgoing outgoing) {
    ChannelHandlerContext to = context;
    if (to == null) {
      return;
    }
    if (!to.executor().inEventLoop()) {
      execute(() -> offer(outgoing));
      return;
    }
    if (closing) {
      // For the next connection, if this side opens one.
      boolean _ = queue.offer(outgoing);
      return;
    }
    if (queue.isEmpty() && to.channel().isWritable()) {
      write(to, outgoing.message());
      to.flush();
    } else if (!queue.offer(outgoing)) {
      end(to, POLICY, "too slow: " + queue.size() + " messages wait");
    } else {
      drain(to);
    }
  }

  /** Whether what is offered goes out at once. On the loop. */
  boolean reads() {
    ChannelHandlerContext to = context;
    return to != null && !closing && queue.isEmpty() && to.channel().isWritable();
  }

  /** Runs something on the loop of the peer; nothing when that has ended. */
  void execute(Runnable task) {
    ChannelHandlerContext on = context;
    if (on == null) {
      return;
    }
    try {
      on.executor().execute(task);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      // The bridge is being stopped.
    }
  }

  private static void write(ChannelHandlerContext to, SocketMessage message) {
    ByteBuf bytes = Unpooled.wrappedBuffer(message.bytes());
    to.write(message.text() ? new TextWebSocketFrame(bytes) : new BinaryWebSocketFrame(bytes));
  }

  private void drain(ChannelHandlerContext to) {
    boolean wrote = false;
    while (!closing && to.channel().isWritable()) {
      Optional<Outgoing> next = queue.poll();
      if (next.isEmpty()) {
        break;
      }
      write(to, next.get().message());
      wrote = true;
    }
    if (wrote) {
      to.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext changed) {
    if (!closing && changed.channel().isWritable() && unansweredPing.isPresent()) {
      changed.writeAndFlush(new PongWebSocketFrame(Unpooled.wrappedBuffer(unansweredPing.get())));
      unansweredPing = Optional.empty();
    }
    drain(changed);
    if (reads()) {
      owner.readsAgain(this);
    }
    changed.fireChannelWritabilityChanged();
  }

  // --- the end -----------------------------------------------------------------------------------

  /** Says good-bye and closes. Any thread; again is nothing. */
  void end(int code, String reason) {
    ChannelHandlerContext to = context;
    if (to != null) {
      execute(() -> end(to, code, reason));
    }
  }

  private void end(ChannelHandlerContext to, int code, String reason) {
    if (closing) {
      return;
    }
    closing = true;
    why = "closed: " + reason;
    to.writeAndFlush(new CloseWebSocketFrame(code, shortened(reason)));
    to.executor().schedule(() -> to.close(), GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static String shortened(String reason) {
    // Ours are ASCII, those of a router nearly always.
    String plain = reason.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() > MAX_REASON ? plain.substring(0, MAX_REASON) : plain;
  }

  @Override
  public void channelInactive(ChannelHandlerContext gone) {
    tellGone();
    gone.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    tellGone();
  }

  private void tellGone() {
    Future<?> timer = ticking;
    if (timer != null) {
      timer.cancel(false);
    }
    if (!told) {
      told = true;
      closing = true;
      owner.gone(this, why);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    Throwable e =
        cause.getCause() != null && cause instanceof io.netty.handler.codec.DecoderException
            ? cause.getCause()
            : cause;
    switch (e) {
      case TooLongFrameException _ -> end(from, TOO_BIG, "a message that is too long");
      // The frame decoder says good-bye itself.
      case CorruptedWebSocketFrameException corrupt -> {
        closing = true;
        why = "closed: " + corrupt.getMessage();
        from.executor().schedule(() -> from.close(), GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
      }
      case DecompressionException _ ->
          end(from, TOO_BIG, "a message that cannot be inflated, or is too long then");
      default -> {
        why = String.valueOf(e.getMessage());
        from.close();
      }
    }
  }
}
