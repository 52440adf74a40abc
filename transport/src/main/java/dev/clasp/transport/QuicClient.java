package dev.clasp.transport;

import dev.clasp.transport.TransportException.Kind;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelBootstrap;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens one connection to a CLASP server over QUIC (transports.md 4): a UDP socket of its own, a
 * handshake, one stream. Everything on one event loop, under one deadline.
 *
 * <p>The socket is not connected to the server, so that the connection survives when this machine
 * gets another address. The price is that the system does not report when nobody listens; a {@link
 * #scout} asks when the server has not answered after a moment.
 */
final class QuicClient {

  private static final Logger LOG = LoggerFactory.getLogger(QuicClient.class);

  /** Bytes that a server may send ahead. The library raises it, to 16 MB at most. */
  private static final int WINDOW = 1 << 20;

  private static final int DATAGRAMS = 4;

  /** A server that is there and near has answered by then. */
  private static final long SCOUT_MILLIS = 300;

  private static final int SCOUT_WAIT_MILLIS = 1000;

  private final Target target;
  private final EventLoops loops;
  private final EventLoop loop;
  private final DialOptions options;
  private final LinkAcceptor acceptor;
  private final ClientTls.Quic tls;
  private final CompletableFuture<FrameLink> result = new CompletableFuture<>();

  // Of the event loop.
  private @Nullable Channel socket;
  private @Nullable QuicChannel connection;
  private @Nullable QuicConnectionCloseEvent closed;

  private QuicClient(
      Target target, EventLoops loops, EventLoop loop, DialOptions options, LinkAcceptor acceptor) {
    this.target = target;
    this.loops = loops;
    this.loop = loop;
    this.options = options;
    this.acceptor = acceptor;
    this.tls = options.tls().quic();
  }

  /**
   * Connects.
   *
   * @throws TransportException QUIC or TLS is not available
   */
  static CompletableFuture<FrameLink> connect(
      Target target, EventLoops loops, DialOptions options, LinkAcceptor acceptor) {
    QuicTls.require();
    EventLoop loop = loops.next();
    if (loop.isShuttingDown()) {
      throw new TransportException(
          Kind.UNREACHABLE,
          "cannot connect to " + target.where() + ": the event loops were closed");
    }
    QuicClient client;
    try {
      client = new QuicClient(target, loops, loop, options, acceptor);
    } catch (TlsFileException e) {
      throw new TransportException(Kind.HANDSHAKE, target + ": " + e.getMessage(), e);
    }
    client.begin();
    return client.result;
  }

  private void begin() {
    Future<?> deadline =
        loop.schedule(
            () ->
                fail(
                    Kind.TIMEOUT,
                    "no answer from "
                        + target.where()
                        + "/udp: is the address right, does the router listen for QUIC, is a"
                        + " firewall in the way?"),
            options.timeout().toNanos(),
            TimeUnit.NANOSECONDS);
    result.whenComplete((_, failure) -> {
      deadline.cancel(false);
      if (failure != null) {
        // Failed, too late, or no longer wanted.
        loop.execute(this::giveUp);
      }
    });
    BackgroundResolver.INSTANCE
        .getResolver(loop)
        .resolve(InetSocketAddress.createUnresolved(target.host(), target.port()))
        .addListener((Future<InetSocketAddress> resolved) -> {
          if (!resolved.isSuccess()) {
            unresolved(resolved.cause());
          } else if (!result.isDone()) {
            bind(resolved.getNow());
          }
        });
  }

  private void unresolved(Throwable cause) {
    result.completeExceptionally(
        cause instanceof UnknownHostException
            ? new TransportException(
                Kind.UNREACHABLE,
                "unknown host " + target.host() + ": check the URL " + target,
                cause)
            : unreachable(cause));
  }

  private TransportException unreachable(Throwable cause) {
    return new TransportException(
        Kind.UNREACHABLE, "cannot connect to " + target.where() + ": " + cause.getMessage(), cause);
  }

  private void giveUp() {
    if (connection != null) {
      connection.close();
    } else if (socket != null) {
      socket.close();
    }
  }

  private void fail(Kind kind, String message) {
    result.completeExceptionally(new TransportException(kind, message));
  }

  // --- the socket --------------------------------------------------------------------------------

  private void bind(InetSocketAddress server) {
    boolean v6 = server.getAddress() instanceof Inet6Address;
    ChannelFuture bound =
        new Bootstrap()
            .group(loop)
            .channelFactory(() -> loops.datagramChannel(v6))
            .handler(
                new ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel channel) {
                    channel.pipeline().addLast(codec(), new SocketTrouble());
                  }
                })
            // The wildcard of its family: the system chooses the address for each packet.
            .bind(v6 ? "::" : "0.0.0.0", 0);
    socket = bound.channel();
    bound.addListener(done -> {
      if (!done.isSuccess()) {
        result.completeExceptionally(unreachable(done.cause()));
      } else if (result.isDone()) {
        giveUp();
      } else {
        dial(bound.channel(), server);
      }
    });
  }

  private ChannelHandler codec() {
    return new QuicClientCodecBuilder()
        .sslEngineProvider(
            channel -> tls.context().newEngine(channel.alloc(), target.host(), target.port()))
        .maxIdleTimeout(QuicConfig.IDLE.toMillis(), TimeUnit.MILLISECONDS)
        .initialMaxData(WINDOW)
        .initialMaxStreamDataBidirectionalLocal(WINDOW)
        .initialMaxStreamsBidirectional(0)
        .initialMaxStreamsUnidirectional(0)
        .activeMigration(true)
        .datagram(DATAGRAMS, DATAGRAMS)
        .build();
  }

  /** What the system says about the socket; while we wait for an answer, it ends the attempt. */
  private final class SocketTrouble extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("{}: {}", target, cause.toString());
      if (cause instanceof IOException) {
        result.completeExceptionally(unreachable(cause));
      }
    }
  }

  // --- the connection ----------------------------------------------------------------------------

  private void dial(Channel udp, InetSocketAddress server) {
    QuicChannelBootstrap bootstrap =
        QuicChannel.newBootstrap(udp)
            .remoteAddress(server)
            // The deadline is for everything.
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
            .handler(new Beginning(server));
    if (loops.epoll()) {
      bootstrap.option(
          QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
          EpollQuicUtils.newSegmentedAllocator(QuicServer.SEGMENTS));
    }
    bootstrap
        .connect()
        .addListener((Future<QuicChannel> connected) -> {
          if (!connected.isSuccess()) {
            result.completeExceptionally(refused(connected.cause()));
          }
        });
    loop.schedule(() -> scout(server), SCOUT_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Asks the system whether anybody listens: a byte from a connected socket, which no QUIC server
   * answers, and which the system of the server reports if the port is closed. Only while there is
   * no answer, and only good for a faster and better message.
   */
  private void scout(InetSocketAddress server) {
    if (result.isDone()) {
      return;
    }
    Thread.startVirtualThread(() -> {
      try (DatagramSocket asking = new DatagramSocket()) {
        asking.connect(server);
        asking.setSoTimeout(SCOUT_WAIT_MILLIS);
        asking.send(new DatagramPacket(new byte[1], 1));
        asking.receive(new DatagramPacket(new byte[1], 1));
      } catch (PortUnreachableException e) {
        fail(
            Kind.UNREACHABLE,
            "nobody listens on "
                + target.where()
                + "/udp: is the router running, and does it listen for QUIC? Start it with: clasp"
                + " server --quic");
      } catch (IOException e) {
        LOG.debug("{}: {}", target, e.toString());
      }
    });
  }

  /** Why there is no connection, in the words of somebody who wants one. */
  private TransportException refused(Throwable cause) {
    QuicChannel c = connection;
    Optional<Exception> distrust =
        c == null ? Optional.empty() : tls.witness().failure(c.sslEngine());
    if (distrust.isPresent()) {
      SSLHandshakeException failure = new SSLHandshakeException(distrust.get().getMessage());
      failure.initCause(distrust.get());
      return Dial.broken(target, failure);
    }
    if (closed != null) {
      return new TransportException(Kind.HANDSHAKE, target + ": " + said(closed), cause);
    }
    return new TransportException(
        Kind.HANDSHAKE, target + ": the QUIC handshake failed: " + cause, cause);
  }

  private static String said(QuicConnectionCloseEvent event) {
    String text = QuicCode.reason(event).text();
    if (QuicCode.noCommonProtocol(event)) {
      return text + ". Is this another service?";
    }
    if (QuicCode.notLetIn(event)) {
      return text + " (command line: --cert and --key)";
    }
    if (event.isTlsError()) {
      return "the router ended the TLS handshake (" + text + "): its log says why";
    }
    return text.isEmpty() ? "the server closed the connection at once" : text;
  }

  /** From the first packet to the link. */
  private final class Beginning extends QuicEvents {
    private final InetSocketAddress server;

    Beginning(InetSocketAddress server) {
      this.server = server;
    }

    @Override
    public void channelRegistered(ChannelHandlerContext context) {
      QuicChannel made = (QuicChannel) context.channel();
      connection = made;
      Channel udp = made.parent();
      // After its last words have gone out.
      made.closeFuture()
          .addListener(_ ->
              loop.execute(() -> {
                udp.close();
                if (!result.isDone()) {
                  result.completeExceptionally(refused(new ClosedChannelException()));
                }
              }));
    }

    @Override
    void established(ChannelHandlerContext context) {
      if (result.isDone()) {
        giveUp();
        return;
      }
      QuicChannel made = (QuicChannel) context.channel();
      String protocol = made.sslEngine() == null ? null : made.sslEngine().getApplicationProtocol();
      if (!QuicTls.OURS.equals(protocol) && !QuicTls.REFERENCE.equals(protocol)) {
        fail(
            Kind.HANDSHAKE,
            target + " does not say that it speaks CLASP over QUIC: is this another service?");
        return;
      }
      QuicLink.Manner manner =
          new QuicLink.Manner(
              QuicServer.LOW_WATER,
              QuicServer.HIGH_WATER,
              QuicConfig.KEEP_ALIVE.toNanos(),
              QuicTls.REFERENCE.equals(protocol));
      made.createStream(
              QuicStreamType.BIDIRECTIONAL,
              new ChannelInitializer<QuicStreamChannel>() {
                @Override
                protected void initChannel(QuicStreamChannel stream) {
                  QuicLink link =
                      new QuicLink(
                          stream,
                          made,
                          server,
                          false,
                          options.maxMessage(),
                          manner,
                          QuicClient.this::open);
                  become(link);
                  stream.pipeline().addLast(link);
                }
              })
          .addListener(done -> {
            if (!done.isSuccess()) {
              fail(Kind.HANDSHAKE, target + " takes no stream: " + done.cause().getMessage());
            }
          });
    }

    @Override
    void stream(ChannelHandlerContext context, QuicStreamChannel stream) {
      // QUIC's own limits do not let it come this far.
      stream.close();
    }

    @Override
    void closedEarly(ChannelHandlerContext context, QuicConnectionCloseEvent event) {
      closed = event;
      // Behind whatever else came with it.
      loop.execute(() -> context.channel().close());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("{}: {}", target, cause.toString());
      result.completeExceptionally(refused(cause));
    }
  }

  private void open(QuicLink link) {
    if (link.open(acceptor)) {
      if (!result.complete(link)) {
        giveUp();
      }
    } else {
      fail(Kind.HANDSHAKE, target + " is connected, but the program that wanted it failed");
    }
  }
}
