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
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for WebSocket connections, and answers plain HTTP on the same port.
 *
 * <p>Every connection upgrades on its own event loop under its own deadline: a peer that opens a
 * connection and sends nothing delays nobody. Thread-safe.
 */
public final class WebSocketServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);

  private static final CloseReason STOPPING =
      new CloseReason(CloseReason.GOING_AWAY, "server is stopping");

  /** For every connection to end after the close frames have gone out. */
  private static final long CLOSE_NANOS = Duration.ofSeconds(3).toNanos();

  /** Between two warnings about refused origins. */
  private static final long REFUSAL_NOTICE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Builder config;
  private final Set<WebSocketLink> links = ConcurrentHashMap.newKeySet();
  private final WaitingRoom waiting;
  private final Door door = new Door();
  private final AtomicLong lastRefusal = new AtomicLong(System.nanoTime() - REFUSAL_NOTICE_NANOS);
  private volatile @Nullable Channel listener;
  private volatile @Nullable InetSocketAddress address;
  private volatile boolean stopping;

  private WebSocketServer(Builder config) {
    this.config = config;
    this.waiting = new WaitingRoom(config.maxWaiting);
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
    if (listener != null) {
      throw new IllegalStateException("already started");
    }
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
              + problemAndAdvice(bound.cause(), config.port),
          bound.cause());
    }
    address = (InetSocketAddress) bound.channel().localAddress();
    listener = bound.channel();
  }

  /** The system's words, in ours where we know more. */
  private static String problemAndAdvice(Throwable cause, int port) {
    String message = String.valueOf(cause.getMessage());
    if (message.contains("Address already in use")) {
      return "the address is in use. Is another router running? Choose another port, or stop the"
          + " other program";
    }
    if (message.contains("Permission denied")) {
      return "the system does not permit it"
          + (port < 1024 ? ": ports below 1024 need special rights. Choose another port" : "");
    }
    if (message.contains("Cannot assign requested address")) {
      return "this machine does not have that address";
    }
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return "unknown host";
    }
    return message;
  }

  /** What a new connection starts with: HTTP, until it asks for a WebSocket. */
  void initialise(Channel channel) {
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(4096)
                    .setMaxHeaderSize(8192)
                    .setMaxChunkSize(8192)))
        .addLast(new HttpObjectAggregator(config.maxBody, true))
        .addLast(new HttpEntry(config, door, waiting));
  }

  private final class Door implements HttpEntry.Owner {
    @Override
    public void opened(WebSocketLink link) {
      links.add(link);
      link.whenEnded(() -> ended(link));
      if (stopping) {
        // It may have come too late for close() to see it.
        link.close(STOPPING);
      }
    }

    @Override
    public void refused(String origin) {
      long now = System.nanoTime();
      long last = lastRefusal.get();
      // A page may try for ever.
      if (now - last >= REFUSAL_NOTICE_NANOS && lastRefusal.compareAndSet(last, now)) {
        LOG.warn(
            "refused a WebSocket from pages of {}; allow the origin in the settings if it is yours."
                + " More refusals are not reported for a minute",
            origin);
      }
    }
  }

  /** The bound address, also after the end. */
  public InetSocketAddress address() {
    InetSocketAddress a = address;
    if (a == null) {
      throw new IllegalStateException("not started");
    }
    return a;
  }

  /** WebSocket connections that are open now. */
  public int connections() {
    return links.size();
  }

  /** Stops accepting; the connections there are go on. Waits until the port is free. */
  public void stopAccepting() {
    Channel l = listener;
    if (l != null) {
      ChannelFuture closed = l.close();
      if (!l.eventLoop().inEventLoop()) {
        closed.awaitUninterruptibly(1, TimeUnit.SECONDS);
      }
    }
  }

  /**
   * Stops accepting, closes every WebSocket with 1001 and waits up to 3 s for them to end; then
   * closes plain HTTP connections. Does not wait on an event loop. Idempotent.
   */
  @Override
  public void close() {
    stopAccepting();
    stopping = true;
    for (WebSocketLink link : links) {
      link.close(STOPPING);
    }
    if (!config.requiredLoops().onLoop()) {
      awaitNoLinks();
    }
    waiting.close();
  }

  private synchronized void awaitNoLinks() {
    long deadline = System.nanoTime() + CLOSE_NANOS;
    try {
      for (long left = CLOSE_NANOS; !links.isEmpty() && left > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = deadline - System.nanoTime();
      }
    } catch (InterruptedException e) {
      // Somebody is in a hurry: the rest is dropped at once.
      Thread.currentThread().interrupt();
    }
  }

  private void ended(WebSocketLink link) {
    links.remove(link);
    if (stopping && links.isEmpty()) {
      synchronized (this) {
        notifyAll();
      }
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
    int maxWaiting = 1000;
    int maxBody = 16 << 10;

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

    /** From a plain HTTP request to the end of the next one on the same connection. */
    public Builder keepAlive(Duration value) {
      keepAliveNanos = value.toNanos();
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

    /**
     * Connections that are not WebSockets, or not yet. A new one beyond it takes the place of the
     * one that has been quiet for the longest.
     */
    public Builder maxWaiting(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("there must be room for one connection: " + value);
      }
      maxWaiting = value;
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
