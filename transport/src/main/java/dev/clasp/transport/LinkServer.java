package dev.clasp.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Listens on one port for everything that a router speaks (D20): WebSockets, CLASP over plain TCP,
 * and HTTP for pages. The first bytes of a connection decide.
 *
 * <p>Every connection decides on its own event loop under its own deadline: a peer that opens a
 * connection and sends nothing delays nobody. Thread-safe.
 */
public final class LinkServer implements AutoCloseable {

  /**
   * Connections that are being told that they may not come in. Beyond it they are closed without a
   * word.
   */
  private static final int TURNED_AWAY_MAX = 128;

  /** For a connection that may not come in to ask, and to read the answer. */
  private static final long TURNED_AWAY_NANOS = Duration.ofSeconds(1).toNanos();

  /** For the peer to take our last words inside TLS. */
  private static final long TLS_CLOSE_MILLIS = 2000;

  /** What can be listened for. */
  public enum Protocol {
    WEBSOCKET,
    /** CLASP behind lengths (transports.md 3.1). */
    TCP
  }

  private final Builder config;
  private final OpenLinks links = new OpenLinks();
  private final Lobby lobby;
  private final OpenPages pages = new OpenPages();
  private final AtomicInteger turnedAway = new AtomicInteger();
  private volatile @Nullable Channel listener;
  private volatile @Nullable InetSocketAddress address;

  private volatile Optional<GuestProtocol> guest;

  private LinkServer(Builder config) {
    this.config = config;
    this.guest = config.guest;
    this.lobby =
        config.lobby != null
            ? config.lobby
            : new Lobby(config.limits, config.proxies, config.requiredAcceptor());
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
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
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
    bootstrap.handler(new AcceptPace(config.limits.acceptRate(), lobby.counts()));
    config.requiredLoops().childKeepAlive(bootstrap);
    InheritedSocket given = config.inherited;
    ChannelFuture bound =
        (given == null
                ? bootstrap
                    .channel(config.requiredLoops().serverChannel())
                    .bind(config.host, config.port)
                : bootstrap.channelFactory(given::channel).register())
            .awaitUninterruptibly();
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
  static String problemAndAdvice(Throwable cause, int port) {
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

  /** What a new connection starts with. */
  void initialise(Channel channel) {
    boolean proxied =
        channel.remoteAddress() instanceof InetSocketAddress peer && lobby.trusts(peer);
    Doorkeeper.Pass pass =
        !proxied && channel.remoteAddress() instanceof InetSocketAddress peer
            ? lobby.doorkeeper().enter(peer.getAddress())
            : lobby.doorkeeper().enterUnnamed();
    Arrival arrival = new Arrival(channel, proxied, pass, lobby);
    Optional<Refusal> refusal = pass.refusal();
    if (refusal.isPresent()) {
      turnAway(channel, arrival, refusal.get());
      return;
    }
    arrival.expectWithin(config.limits.handshake().toNanos());
    lobby.enter(arrival);
    channel.pipeline().addLast(new Entrance(this, arrival, Optional.empty()));
  }

  /** Says why, if there is time for it. */
  private void turnAway(Channel channel, Arrival arrival, Refusal why) {
    lobby.turnedAway(why, arrival);
    if (turnedAway.incrementAndGet() > TURNED_AWAY_MAX) {
      turnedAway.decrementAndGet();
      channel.close();
      return;
    }
    channel.closeFuture().addListener(_ -> turnedAway.decrementAndGet());
    arrival.keepFor(TURNED_AWAY_NANOS);
    channel.pipeline().addLast(new Entrance(this, arrival, Optional.of(why)));
  }

  /** Hands HTTP to a connection: pages, until it asks for a WebSocket. */
  void addHttp(ChannelPipeline pipeline, Arrival arrival) {
    pipeline
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(4096)
                    .setMaxHeaderSize(8192)
                    .setMaxChunkSize(8192)))
        .addLast(new HttpEntry(this, arrival));
  }

  /** Hands HTTP/2 to a connection. */
  void addHttp2(ChannelPipeline pipeline, Arrival arrival) {
    lobby.counts().add(ConnectionCounter.HTTP2);
    Http2Entry.addTo(pipeline, this, arrival);
  }

  /** Puts TLS in front of a connection; what is inside it decides what it is. */
  void addTls(ChannelPipeline pipeline, Arrival arrival, ServerTls tls) {
    arrival.secured();
    SslHandler handler = tls.context().newHandler(pipeline.channel().alloc());
    // The connection as a whole has a deadline.
    handler.setHandshakeTimeoutMillis(0);
    handler.setCloseNotifyFlushTimeoutMillis(TLS_CLOSE_MILLIS);
    pipeline.addFirst(handler);
  }

  /** Makes a connection one that speaks CLASP over TCP. */
  void addTcp(ChannelPipeline pipeline, Arrival arrival) {
    TcpLink link =
        new TcpLink(
            pipeline.channel(),
            arrival.peer(),
            true,
            Math.min(config.limits.maxMessage(), TcpLink.MAX_MESSAGE),
            arrival.secure());
    arrival.becomes(link, ConnectionCounter.TCP);
    pipeline.addLast(link);
    open(link);
  }

  /** A connection carries frames from now on. On its loop. */
  void open(SocketLink link) {
    if (!link.open(config.requiredAcceptor())) {
      return;
    }
    links.add(link);
    link.whenEnded(() -> links.remove(link));
  }

  /** Connections that get pages and stay for long. */
  OpenPages pages() {
    return pages;
  }

  /** Is a peer asked for a certificate? */
  boolean certificates(Arrival arrival) {
    return arrival.secure()
        && config.tls.isPresent()
        && config.tls.get().clients() != ServerTls.Clients.NOT_ASKED;
  }

  /** Lets connections in that speak MQTT; new ones from now on. Any thread. */
  public void welcome(GuestProtocol protocol) {
    guest = Optional.of(protocol);
  }

  /** Who speaks MQTT, if anybody does. */
  Optional<GuestProtocol> guest() {
    return guest;
  }

  /** Makes a connection one of a guest. */
  void addGuest(ChannelPipeline pipeline, Arrival arrival, GuestProtocol protocol) {
    arrival.becomesGuest(ConnectionCounter.MQTT);
    protocol.enter(new Guest(pipeline.channel(), arrival, false));
  }

  Builder config() {
    return config;
  }

  ConnectionCounts counts() {
    return lobby.counts();
  }

  /** What this listener shares with the others of the router. */
  public Lobby lobby() {
    return lobby;
  }

  /** The bound address, also after the end. */
  public InetSocketAddress address() {
    InetSocketAddress a = address;
    if (a == null) {
      throw new IllegalStateException("not started");
    }
    return a;
  }

  /** Where connections come from. */
  Optional<Channel> listener() {
    return Optional.ofNullable(listener);
  }

  /** Connections that carry frames now. */
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
   * Stops accepting, ends answers that are being sent, closes every link with 1001 and waits up to
   * 4 s for all of them to end; then closes all other connections. Does not wait on an event loop.
   * Idempotent.
   */
  @Override
  public void close() {
    stopAccepting();
    pages.close();
    links.close();
    if (!config.requiredLoops().onLoop()) {
      links.awaitNone();
      pages.awaitNone();
    }
    if (config.lobby == null) {
      lobby.waiting().close();
    }
  }

  /** Settings of a {@link LinkServer}. Not thread-safe. */
  public static final class Builder {
    String host = "127.0.0.1";
    @Nullable InheritedSocket inherited;
    int port;
    @Nullable EventLoops loops;
    @Nullable LinkAcceptor acceptor;
    HttpHandler http = HttpHandler::probesOnly;
    Supplier<OriginPolicy> origins = () -> OriginPolicy.LOCAL;
    long pingNanos = Duration.ofSeconds(30).toNanos();
    int highWater = 256 << 10;
    int lowWater = 64 << 10;
    ConnectionLimits limits = ConnectionLimits.DEFAULT;
    TrustedProxies proxies = TrustedProxies.NONE;
    Set<Protocol> protocols = EnumSet.allOf(Protocol.class);
    Optional<ServerTls> tls = Optional.empty();
    boolean tlsOnly;
    Optional<GuestProtocol> guest = Optional.empty();
    @Nullable Lobby lobby;

    private Builder() {}

    /** A socket that listens already, in the place of one at host and port. */
    public Builder inherited(InheritedSocket value) {
      inherited = value;
      return this;
    }

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
      return origins(() -> value);
    }

    /** The same, asked for every connection. */
    public Builder origins(Supplier<OriginPolicy> value) {
      origins = value;
      return this;
    }

    /** How many connections, from whom, and how long they may take. */
    public Builder limits(ConnectionLimits value) {
      limits = value;
      return this;
    }

    /** Whose word is taken for whom they speak for. */
    public Builder proxies(TrustedProxies value) {
      proxies = value;
      return this;
    }

    /** Who speaks MQTT; without, such connections are refused. */
    public Builder guest(GuestProtocol value) {
      guest = Optional.of(value);
      return this;
    }

    /**
     * Shares the limits of another listener; instead of limits, proxies and acceptor of its own.
     */
    public Builder lobby(Lobby value) {
      lobby = value;
      limits = value.limits();
      proxies = value.proxies();
      acceptor = value.acceptor();
      return this;
    }

    /** What to listen for; pages are always served. */
    public Builder protocols(Set<Protocol> value) {
      protocols = Set.copyOf(value);
      return this;
    }

    /** Takes TLS too, on the same port. */
    public Builder tls(ServerTls value) {
      tls = Optional.of(value);
      return this;
    }

    /** Refuses whatever does not come inside TLS, except from this machine. */
    public Builder tlsOnly(boolean value) {
      tlsOnly = value;
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

    public LinkServer build() {
      requiredLoops();
      requiredAcceptor();
      return new LinkServer(this);
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
