package dev.clasp.transport;

import dev.clasp.testkit.CertificateMaker;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A QUIC client with the manners that a test wants. */
final class RawQuicPeer implements AutoCloseable {

  private final Channel socket;
  private final QuicChannel connection;
  final CompletableFuture<QuicConnectionCloseEvent> closed;
  final LinkedBlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  final CompletableFuture<Void> finished = new CompletableFuture<>();

  private RawQuicPeer(
      Channel socket, QuicChannel connection, CompletableFuture<QuicConnectionCloseEvent> closed) {
    this.socket = socket;
    this.connection = connection;
    this.closed = closed;
  }

  /** Connects and does nothing more. */
  static RawQuicPeer connect(EventLoops loops, InetSocketAddress server, String... protocols)
      throws Exception {
    QuicSslContext tls =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm(null)
            .applicationProtocols(protocols)
            .build();
    ChannelHandler codec =
        new QuicClientCodecBuilder()
            .sslContext(tls)
            .maxIdleTimeout(60, TimeUnit.SECONDS)
            .initialMaxData(1 << 20)
            .initialMaxStreamDataBidirectionalLocal(1 << 20)
            .datagram(8, 8)
            .build();
    Channel socket =
        new Bootstrap()
            .group(loops.next())
            .channelFactory(() -> loops.datagramChannel(false))
            .handler(codec)
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    CompletableFuture<QuicConnectionCloseEvent> closed = new CompletableFuture<>();
    QuicChannel connection =
        QuicChannel.newBootstrap(socket)
            .remoteAddress(server)
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void userEventTriggered(ChannelHandlerContext context, Object event) {
                    if (event instanceof QuicConnectionCloseEvent close) {
                      closed.complete(close);
                    }
                  }

                  @Override
                  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
                })
            .connect()
            .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    return new RawQuicPeer(socket, connection, closed);
  }

  /** A server that speaks something else. */
  static Channel foreignServer(EventLoops loops, CertificateMaker.Issued identity, String protocol)
      throws Exception {
    QuicSslContext tls =
        QuicSslContextBuilder.forServer(
                identity.keys().getPrivate(),
                null,
                identity.chain().toArray(X509Certificate[]::new))
            .applicationProtocols(protocol)
            .build();
    return new Bootstrap()
        .group(loops.next())
        .channelFactory(() -> loops.datagramChannel(false))
        .handler(
            new QuicServerCodecBuilder()
                .sslContext(tls)
                .maxIdleTimeout(5, TimeUnit.SECONDS)
                .handler(
                    new ChannelInboundHandlerAdapter() {
                      @Override
                      public boolean isSharable() {
                        return true;
                      }

                      @Override
                      public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
                    })
                .build())
        .bind("127.0.0.1", 0)
        .sync()
        .channel();
  }

  QuicStreamChannel stream(QuicStreamType type) throws Exception {
    return connection
        .createStream(
            type,
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof ByteBuf in) {
                  byte[] b = new byte[in.readableBytes()];
                  in.readBytes(b);
                  received.add(b);
                }
                ReferenceCountUtil.release(message);
              }

              @Override
              public void userEventTriggered(ChannelHandlerContext context, Object event) {
                if (event instanceof ChannelInputShutdownReadComplete) {
                  finished.complete(null);
                }
              }

              /** The end of the connection may overtake that of the stream. */
              @Override
              public void channelInactive(ChannelHandlerContext context) {
                finished.complete(null);
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
            })
        .get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  QuicStreamChannel stream() throws Exception {
    QuicStreamChannel stream = stream(QuicStreamType.BIDIRECTIONAL);
    stream.config().setAllowHalfClosure(true);
    return stream;
  }

  static void send(QuicStreamChannel stream, byte... b) {
    stream.writeAndFlush(Unpooled.wrappedBuffer(b));
  }

  QuicChannel connection() {
    return connection;
  }

  QuicConnectionCloseEvent awaitClose() throws Exception {
    return closed.get(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** The machine is gone: not a word. */
  void vanish() throws Exception {
    socket.close().sync();
  }

  @Override
  public void close() {
    socket.close().awaitUninterruptibly();
  }
}
