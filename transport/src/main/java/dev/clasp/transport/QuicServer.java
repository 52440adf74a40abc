package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.transport.TransportException.Kind;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslEngine;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for CLASP over QUIC (transports.md 4) on one UDP socket.
 *
 * <p>Handshakes run side by side on the socket's event loop, none waits for another (T-02), and
 * each has the time of {@link ConnectionLimits#handshake} up to the first bytes on its stream. All
 * connections of the listener live on that one loop, which is what Netty's QUIC needs; the other
 * loops of the router go on serving TCP.
 *
 * <p>A client opens one stream of both directions and nothing else; QUIC itself refuses more.
 * Datagrams are taken as signs of life and not looked at. Thread-safe.
 */
public final class QuicServer implements Listener {

  private static final Logger LOG = LoggerFactory.getLogger(QuicServer.class);

  /**
   * Bytes that a client may send ahead on its stream, and on the connection: twice the longest
   * frame. The library raises it, to 16 MB at most, while they are read fast.
   */
  private static final int WINDOW = 128 << 10;

  /**
   * Addresses that a client may have had. The library keeps a path for each, as long as the client
   * gives no new connection ids, which Netty's does not.
   */
  private static final int ADDRESSES = 16;

  /** Datagrams that wait to be thrown away, and signs of life that wait to be sent. */
  private static final int DATAGRAMS = 4;

  /** What the socket holds for us at least, if the system permits. */
  private static final int SOCKET_BUFFER = 2 << 20;

  /** Packets in one system call, where the system can cut them up (UDP_SEGMENT). */
  static final int SEGMENTS = 16;

  static final int LOW_WATER = 64 << 10;
  static final int HIGH_WATER = 256 << 10;

  /**
   * Connections that are being told that they may not come in. Beyond it they are refused by QUIC
   * itself, before the handshake.
   */
  private static final int TURNED_AWAY_MAX = 128;

  /** For a connection that may not come in to finish its handshake and hear why. */
  private static final long TURNED_AWAY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final QuicConfig config;
  private final Lobby lobby;
  private final EventLoops loops;
  private final OpenLinks links = new OpenLinks();
  private final ProbeFilter probes = new ProbeFilter();
  private final Set<QuicChannel> connections = ConcurrentHashMap.newKeySet();
  private final RetryTokens tokens;
  private volatile @Nullable Channel socket;
  private volatile @Nullable InetSocketAddress address;
  private volatile boolean stopping;

  // Of the event loop.
  private int pending;
  private int turnedAway;
  private ServerTls.@Nullable Loaded contextOf;
  private @Nullable QuicSslContext context;

  private QuicServer(QuicConfig config, Lobby lobby, EventLoops loops) {
    this.config = config;
    this.lobby = lobby;
    this.loops = loops;
    this.tokens =
        new RetryTokens(
            System::nanoTime,
            () -> pending >= config.retryAbove() || pending >= config.maxPending(),
            () -> pending < config.maxPending());
  }

  /** Listens as the configuration says, for a router that is about to start. */
  public static ListenerFactory with(QuicConfig config) {
    return (lobby, loops) -> new QuicServer(config, lobby, loops);
  }

  @Override
  public String transport() {
    return "quic";
  }

  @Override
  public void start() {
    if (socket != null) {
      throw new IllegalStateException("already started");
    }
    QuicTls.require();
    try {
      context(config.tls().loaded());
    } catch (RuntimeException e) {
      throw new TransportException(
          Kind.BIND, "cannot listen for QUIC with this certificate: " + e.getMessage(), e);
    }
    InetAddress host = host();
    ChannelFuture bound =
        new Bootstrap()
            .group(loops.next())
            .channelFactory(() -> loops.datagramChannel(host instanceof Inet6Address))
            .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
            .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
            .handler(
                new ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel channel) {
                    channel.pipeline().addLast(new ProbeDoor(), codec(), new SocketTrouble());
                  }
                })
            .bind(host, config.port())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new TransportException(
          Kind.BIND,
          "cannot listen for QUIC on "
              + config.host()
              + ":"
              + config.port()
              + "/udp: "
              + LinkServer.problemAndAdvice(bound.cause(), config.port()),
          bound.cause());
    }
    address = (InetSocketAddress) bound.channel().localAddress();
    socket = bound.channel();
  }

  private InetAddress host() {
    try {
      return InetAddress.getByName(config.host());
    } catch (UnknownHostException e) {
      throw new TransportException(
          Kind.BIND, "cannot listen for QUIC on " + config.host() + ": unknown host", e);
    }
  }

  private ChannelHandler codec() {
    QuicServerCodecBuilder builder =
        new QuicServerCodecBuilder()
            .sslEngineProvider(this::engine)
            .tokenHandler(tokens)
            .maxIdleTimeout(config.idle().toMillis(), TimeUnit.MILLISECONDS)
            .initialMaxData(WINDOW)
            .initialMaxStreamDataBidirectionalRemote(WINDOW)
            .initialMaxStreamsBidirectional(1)
            .initialMaxStreamsUnidirectional(0)
            .activeMigration(true)
            .activeConnectionIdLimit(ADDRESSES)
            .datagram(DATAGRAMS, DATAGRAMS)
            .handler(
                new ChannelInitializer<QuicChannel>() {
                  @Override
                  protected void initChannel(QuicChannel connection) {
                    arrive(connection);
                  }
                });
    if (loops.epoll()) {
      builder.option(
          QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
          EpollQuicUtils.newSegmentedAllocator(SEGMENTS));
    }
    return builder.build();
  }

  /** With the certificate that is in force now. */
  private QuicSslEngine engine(QuicChannel connection) {
    return context(config.tls().loaded()).newEngine(connection.alloc());
  }

  private QuicSslContext context(ServerTls.Loaded loaded) {
    QuicSslContext made = context;
    if (made == null || !loaded.equals(contextOf)) {
      try {
        made = QuicTls.server(loaded, config.tls().clients());
      } catch (TlsFileException e) {
        if (made == null) {
          throw e;
        }
        LOG.error("QUIC goes on with the old certificate: {}", e.getMessage());
      }
      contextOf = loaded;
      context = made;
    }
    return made;
  }

  @Override
  public boolean shareProbes(int port, ProbeListener listener) {
    return probes.share(port, address(), listener);
  }

  /** In front of QUIC: takes out what is no QUIC. */
  private final class ProbeDoor extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof DatagramPacket packet) {
        ByteBuf content = packet.content();
        int length = content.readableBytes();
        if (length > 0 && probes.mayBe(length, content.getByte(content.readerIndex()))) {
          byte[] bytes = ByteBufUtil.getBytes(content);
          if (probes.take(context.channel(), bytes, length, packet.sender())) {
            packet.release();
            return;
          }
        }
      }
      context.fireChannelRead(message);
    }
  }

  // --- connections -------------------------------------------------------------------------------

  /** The first packet of a peer is there; nothing of it has been handled. */
  private void arrive(QuicChannel connection) {
    connections.add(connection);
    connection.closeFuture().addListener(_ -> connections.remove(connection));
    if (!(connection.remoteSocketAddress() instanceof InetSocketAddress peer) || stopping) {
      refuse(connection, OpenLinks.STOPPING.text());
      return;
    }
    Doorkeeper.Pass pass = lobby.doorkeeper().enter(peer.getAddress());
    Arrival arrival =
        new Arrival(connection, peer, false, pass, lobby, why -> QuicLink.close(connection, why));
    Optional<Refusal> refusal = pass.refusal();
    if (refusal.isPresent()) {
      turnAway(connection, arrival, refusal.get());
      return;
    }
    pending++;
    arrival.expectWithin(lobby.limits().handshake().toNanos());
    lobby.enter(arrival);
    connection.pipeline().addLast(new QuicDoor(this, connection, arrival));
  }

  /** Says why, if there is time for it. */
  private void turnAway(QuicChannel connection, Arrival arrival, Refusal why) {
    lobby.turnedAway(why, arrival);
    if (turnedAway >= TURNED_AWAY_MAX) {
      refuse(connection, why.text());
      return;
    }
    turnedAway++;
    connection.closeFuture().addListener(_ -> turnedAway--);
    arrival.keepFor(TURNED_AWAY_NANOS);
    connection.pipeline().addLast(new QuicRefusal(why));
  }

  /** Not even a handshake. */
  private static void refuse(QuicChannel connection, String why) {
    // Its first packet must have been handled for an answer to be possible.
    connection
        .eventLoop()
        .execute(() ->
            connection.close(
                false,
                QuicCode.CONNECTION_REFUSED,
                Unpooled.wrappedBuffer(
                    QuicCode.text(new CloseReason(CloseReason.TRY_LATER, why)))));
  }

  /** A handshake is no longer under way. */
  void handshakeOver() {
    pending--;
  }

  QuicLink.Manner manner() {
    return new QuicLink.Manner(LOW_WATER, HIGH_WATER, config.keepAlive().toNanos(), false);
  }

  /** A connection carries frames from now on. On its loop. */
  void open(QuicLink link) {
    if (!link.open(lobby.acceptor())) {
      return;
    }
    links.add(link);
    link.whenEnded(() -> links.remove(link));
  }

  Lobby lobby() {
    return lobby;
  }

  /** What the system says about the socket: nothing that would concern a single connection. */
  private static final class SocketTrouble extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("the UDP socket for QUIC: {}", cause.toString());
    }
  }

  // --- the listener ------------------------------------------------------------------------------

  /** The bound address, also after the end. */
  public InetSocketAddress address() {
    InetSocketAddress a = address;
    if (a == null) {
      throw new IllegalStateException("not started");
    }
    return a;
  }

  @Override
  public List<String> urls() {
    return List.of("quic://" + Listener.hostAndPort(address()));
  }

  /** Connections that carry frames now. */
  public int connections() {
    return links.size();
  }

  /** Connections that are there, with those that are about to be refused. */
  int all() {
    return connections.size();
  }

  @Override
  public void stopAccepting() {
    stopping = true;
  }

  /**
   * Stops accepting, closes every link with code 4 and waits up to 3 s for them to end; then ends
   * all other connections and frees the port. Does not wait on an event loop.
   */
  @Override
  public void close() {
    stopAccepting();
    links.close();
    if (!loops.onLoop()) {
      links.awaitNone();
    }
    for (QuicChannel connection : connections) {
      QuicLink.close(connection, OpenLinks.STOPPING);
    }
    Channel s = socket;
    if (s != null) {
      ChannelFuture closed = s.close();
      if (!loops.onLoop()) {
        closed.awaitUninterruptibly(1, TimeUnit.SECONDS);
      }
    }
  }
}
