package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Listens for WebSocket connections, and answers plain HTTP on the same port.
 *
 * <p>Every connection upgrades on its own event loop under its own deadline: a peer that opens a
 * connection and sends nothing delays nobody. Thread-safe.
 */
public final class WebSocketServer implements AutoCloseable {

  private final Builder config;
  private final Set<WebSocketLink> links = ConcurrentHashMap.newKeySet();
  private final AtomicInteger awaitingUpgrade = new AtomicInteger();
  private volatile @Nullable Channel listener;

  private WebSocketServer(Builder config) {
    this.config = config;
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Binds; connections are accepted when this returns.
   *
   * @throws TransportException of kind BIND
   */
  public void start() {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(config.requiredLoops().group())
            .channel(config.requiredLoops().serverChannel())
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(config.lowWater, config.highWater))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    initialise(channel);
                  }
                });
    ChannelFuture bound = bootstrap.bind(config.host, config.port).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new TransportException(
          TransportException.Kind.BIND,
          "cannot listen on "
              + config.host
              + ":"
              + config.port
              + ": "
              + causeText(bound.cause())
              + ". Is another router running? Choose another port, or stop the other program",
          bound.cause());
    }
    listener = bound.channel();
  }

  private static String causeText(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.contains("Address already in use") ? "the address is in use" : message;
  }

  private void initialise(SocketChannel channel) {
    if (awaitingUpgrade.get() >= config.maxAwaitingUpgrade) {
      channel.close();
      return;
    }
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(4096)
                    .setMaxHeaderSize(8192)
                    .setMaxChunkSize(8192)))
        .addLast(new HttpObjectAggregator(65_536, true))
        .addLast(new HttpEntry(config, links, awaitingUpgrade));
  }

  /** The bound address. */
  public InetSocketAddress address() {
    Channel l = listener;
    if (l == null) {
      throw new IllegalStateException("not started");
    }
    return (InetSocketAddress) l.localAddress();
  }

  /** Stops accepting, closes every connection with 1001 and waits up to 3 s for them to end. */
  @Override
  public void close() {
    Channel l = listener;
    if (l != null) {
      l.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
    for (WebSocketLink link : links) {
      link.close(new CloseReason(CloseReason.GOING_AWAY, "server is stopping"));
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(3).toNanos();
    for (WebSocketLink link : links) {
      link.awaitEnd(deadline - System.nanoTime());
    }
  }

  /** Settings of a {@link WebSocketServer}. Not thread-safe. */
  public static final class Builder {
    String host = "127.0.0.1";
    int port;
    @Nullable EventLoops loops;
    @Nullable LinkAcceptor acceptor;
    HttpHandler http = HttpHandler::probesOnly;
    OriginPolicy origins = OriginPolicy.LOCAL;
    int maxMessage = FrameDescriptor.MAX_FRAME;
    long handshakeNanos = Duration.ofSeconds(5).toNanos();
    long keepAliveNanos = Duration.ofSeconds(60).toNanos();
    long pingNanos = Duration.ofSeconds(30).toNanos();
    int highWater = 256 << 10;
    int lowWater = 64 << 10;
    int maxAwaitingUpgrade = 1000;

    private Builder() {}

    /** Address to bind. */
    public Builder host(String value) {
      host = value;
      return this;
    }

    /** Port to bind; 0 = any free one. */
    public Builder port(int value) {
      port = value;
      return this;
    }

    public Builder loops(EventLoops value) {
      loops = value;
      return this;
    }

    /** Who listens to new connections. */
    public Builder acceptor(LinkAcceptor value) {
      acceptor = value;
      return this;
    }

    /** Who answers plain HTTP. */
    public Builder http(HttpHandler value) {
      http = value;
      return this;
    }

    /** Which web pages may connect. */
    public Builder origins(OriginPolicy value) {
      origins = value;
      return this;
    }

    /** Longest WebSocket message; a longer one ends the connection with 1009. */
    public Builder maxMessage(int bytes) {
      maxMessage = bytes;
      return this;
    }

    /** From accept to the end of the first request. */
    public Builder handshakeTimeout(Duration value) {
      handshakeNanos = value.toNanos();
      return this;
    }

    /** Time between liveness probes; zero = none. */
    public Builder pingInterval(Duration value) {
      pingNanos = value.toNanos();
      return this;
    }

    /**
     * Bytes on their way to a socket above which, and below which again, a link is not, is
     * writable.
     */
    public Builder waterMarks(int low, int high) {
      lowWater = low;
      highWater = high;
      return this;
    }

    /** Connections without a request yet; more are refused. */
    public Builder maxAwaitingUpgrade(int value) {
      maxAwaitingUpgrade = value;
      return this;
    }

    public WebSocketServer build() {
      requiredLoops();
      requiredAcceptor();
      return new WebSocketServer(this);
    }

    EventLoops requiredLoops() {
      if (loops == null) {
        throw new IllegalStateException("loops are missing");
      }
      return loops;
    }

    LinkAcceptor requiredAcceptor() {
      if (acceptor == null) {
        throw new IllegalStateException("acceptor is missing");
      }
      return acceptor;
    }
  }
}
