package dev.clasp.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The other end of a connection without a socket, whose time stands still until it is moved. */
final class EmbeddedPeer implements AutoCloseable {

  static final int LOW_WATER = 1000;
  static final int HIGH_WATER = 4000;

  /** Stands between our code and the network. */
  private static final class Valve extends ChannelOutboundHandlerAdapter {
    private boolean shut;
    private int flushes;

    @Override
    public void flush(ChannelHandlerContext context) {
      if (!shut) {
        flushes++;
        context.flush();
      }
    }
  }

  private final EmbeddedChannel channel;
  private final Valve valve = new Valve();

  private EmbeddedPeer() {
    this(new EmbeddedChannel(listener(), DefaultChannelId.newInstance(), true, false));
  }

  /** Where an accepted connection comes from: Netty's HTTP/2 knows by that which end it is. */
  private static Channel listener() {
    return new LocalServerChannel();
  }

  private EmbeddedPeer(EmbeddedChannel channel) {
    this.channel = channel;
    channel.freezeTime();
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(LOW_WATER, HIGH_WATER));
    channel.pipeline().addLast(valve);
  }

  /** A link alone, as it is after the upgrade. */
  static EmbeddedPeer ofLink(boolean server, LinkAcceptor acceptor) {
    return ofLink(server, acceptor, Duration.ZERO);
  }

  static EmbeddedPeer ofLink(boolean server, LinkAcceptor acceptor, Duration pingInterval) {
    EmbeddedPeer peer = new EmbeddedPeer();
    WebSocketLink link =
        new WebSocketLink(
            peer.channel,
            peer.channel.remoteAddress(),
            server,
            70_000,
            pingInterval.toNanos(),
            false);
    peer.channel.pipeline().addLast(link);
    link.open(acceptor);
    return peer;
  }

  /** A link over TCP. */
  static EmbeddedPeer ofTcp(boolean server, LinkAcceptor acceptor) {
    EmbeddedPeer peer = new EmbeddedPeer();
    TcpLink link =
        new TcpLink(peer.channel, peer.channel.remoteAddress(), server, TcpLink.MAX_MESSAGE, false);
    peer.channel.pipeline().addLast(link);
    link.open(acceptor);
    return peer;
  }

  /** A connection that a server has just accepted. */
  static EmbeddedPeer ofServer(LinkServer server) {
    return accepted(server, new EmbeddedPeer());
  }

  /** The same, from an address of its own. */
  static EmbeddedPeer ofServer(LinkServer server, String address) {
    InetAddress ip = NetUtil.createInetAddressFromIpAddressString(address);
    InetSocketAddress remote = new InetSocketAddress(ip, 40_000);
    return accepted(
        server,
        new EmbeddedPeer(
            new EmbeddedChannel(listener(), DefaultChannelId.newInstance(), true, false) {
              @Override
              protected SocketAddress remoteAddress0() {
                return remote;
              }
            }));
  }

  private static EmbeddedPeer accepted(LinkServer server, EmbeddedPeer peer) {
    server.initialise(peer.channel);
    return peer;
  }

  EmbeddedChannel channel() {
    return channel;
  }

  /** One socket read at the other end. */
  void send(byte[]... parts) {
    if (channel.isOpen()) {
      channel.writeInbound(Unpooled.wrappedBuffer(Wire.concat(parts)));
    }
  }

  void send(String text) {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Everything that was sent to us since the last call. */
  byte[] received() {
    channel.runPendingTasks();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      ByteBuf buffer = (ByteBuf) next;
      byte[] b = new byte[buffer.readableBytes()];
      buffer.readBytes(b).release();
      bytes.writeBytes(b);
    }
    return bytes.toByteArray();
  }

  String receivedText() {
    return new String(received(), StandardCharsets.ISO_8859_1);
  }

  List<SentFrame> receivedFrames() {
    return SentFrame.all(received());
  }

  /** Stops taking what is sent to us. */
  void stopTaking() {
    valve.shut = true;
  }

  void takeAgain() {
    valve.shut = false;
    channel.flush();
    channel.runPendingTasks();
  }

  /** How often the other side has flushed: system calls. */
  int flushes() {
    return valve.flushes;
  }

  void advance(Duration time) {
    channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  boolean isOpen() {
    channel.runPendingTasks();
    return channel.isOpen();
  }

  /** Ends the connection without ceremony. */
  void disconnect() {
    channel.unsafe().close(channel.voidPromise());
    channel.runPendingTasks();
  }

  /** Nothing is left behind, and no exception has passed. */
  @Override
  public void close() {
    if (channel.isOpen()) {
      channel.close();
      disconnect();
    }
    channel.finishAndReleaseAll();
  }
}
