package dev.clasp.bridgewebsocket;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.RouterDoor;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.EventLoops;
import dev.clasp.web.RouterSessions;
import dev.clasp.web.SessionLimits;
import dev.clasp.web.WebClock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * WebSockets that others open: everybody gets everything, as the published bridges have it
 * (bridges.md 10.3), or each client what it asks for (10.5).
 *
 * <p>All peers live on one loop. Whoever sends waits when that has too much to do, so that newer
 * values replace older ones in the host; a peer that does not read has a queue of its own.
 */
final class ServerEndpoint implements Endpoint {

  /** Without the WebSocket yet, beyond the clients. */
  private static final int STRANGERS = 64;

  private static final int MAX_REQUEST = 16_384;
  private static final int UNDER_WAY = 1024;
  private static final int SHOWN = 100;
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final long GOODBYE_MILLIS = 2000;

  private final WebSocketConfig config;
  private final WebSocketConfig.Server server;
  private final Translation translation;
  private final boolean relay;
  private final Supplier<String> base;
  private final EndpointContext context;
  private volatile @Nullable RouterSessions sessions;
  private final Set<SocketPeer> peers = ConcurrentHashMap.newKeySet();
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Semaphore room = new Semaphore(UNDER_WAY);
  private volatile @Nullable EventLoops loops;
  private volatile @Nullable Channel listener;

  /**
   * @param relay whether peers that get everything hear of each other
   * @param base what stands in front of the addresses of peers that ask
   */
  ServerEndpoint(
      WebSocketConfig config,
      WebSocketConfig.Server server,
      Translation translation,
      boolean relay,
      Supplier<String> base,
      EndpointContext context) {
    this.config = config;
    this.server = server;
    this.translation = translation;
    this.relay = relay;
    this.base = base;
    this.context = context;
  }

  private boolean rpc() {
    return config.format() == MessageFormat.JSON_RPC;
  }

  @Override
  public boolean sends() {
    return !rpc();
  }

  @Override
  public void start() {
    if (rpc()) {
      RouterDoor door =
          context
              .router()
              .orElseThrow(() ->
                  BridgeException.lasting(
                      "json-rpc needs a router that opens sessions for others; this host has none"));
      sessions =
          new RouterSessions(
              door,
              "websocket",
              new SessionLimits(1, server.maxClients() + STRANGERS, STRANGERS, IDLE),
              WebClock.of(context));
    }
    EventLoops made = EventLoops.create("clasp-websocket-" + context.name(), 1);
    loops = made;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(made.group())
            .channel(made.serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(64 << 10, 256 << 10))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    accept(channel);
                  }
                });
    made.childKeepAlive(bootstrap);
    ChannelFuture bound =
        (server.bind().host().isEmpty()
                ? bootstrap.bind(server.bind().port())
                : bootstrap.bind(server.bind().host(), server.bind().port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      made.close();
      Throwable cause = bound.cause();
      throw BridgeException.passing(
          "cannot listen on "
              + server.bind()
              + ": "
              + (cause == null ? "unknown" : cause.getMessage()));
    }
    listener = bound.channel();
    context.up("listening on " + url());
  }

  private String url() {
    Channel open = listener;
    String where =
        open != null && open.localAddress() instanceof InetSocketAddress address
            ? (server.bind().host().isEmpty()
                    ? "*"
                    : server.bind().host().contains(":")
                        ? "[" + server.bind().host() + "]"
                        : server.bind().host())
                + ":"
                + address.getPort()
            : server.bind().toString();
    return (server.tls().isPresent() ? "wss://" : "ws://") + where + server.path().orElse("");
  }

  private void accept(SocketChannel channel) {
    if (connections.size() >= server.maxClients() + STRANGERS) {
      channel.close();
      return;
    }
    connections.add(channel);
    var pipeline = channel.pipeline();
    server
        .tls()
        .ifPresent(tls -> {
          tls.refresh();
          SslHandler handler = tls.context().newHandler(channel.alloc());
          handler.setHandshakeTimeoutMillis(config.handshakeTimeout().toMillis());
          pipeline.addLast(handler);
        });
    pipeline
        .addLast(new TrafficCounter(context))
        .addLast(new HttpServerCodec(8192, MAX_REQUEST, 8192))
        .addLast(new HttpObjectAggregator(MAX_REQUEST));
    if (config.compression()) {
      pipeline.addLast(new WebSocketServerCompressionHandler(config.maxMessage()));
    }
    pipeline.addLast(
        new ServerUpgrade(config, server, () -> peers.size() >= server.maxClients(), this::peer));
  }

  // --- peers -------------------------------------------------------------------------------------

  private SocketPeer peer(Optional<String> token) {
    PeerQueue queue = new PeerQueue(config.maxWaiting(), WebSocketConfig.MAX_WAITING_BYTES);
    RouterSessions router = sessions;
    return new SocketPeer(
        router == null ? new Everybody() : new Asking(router, token), queue, config.pingInterval());
  }

  /** A peer that asks for what it wants. */
  private final class Asking implements SocketPeer.Owner {
    private final RouterSessions router;
    private final Optional<String> token;
    private @Nullable RpcSession session;

    Asking(RouterSessions router, Optional<String> token) {
      this.router = router;
      this.token = token;
    }

    @Override
    public void open(SocketPeer peer) {
      peers.add(peer);
      session = new RpcSession(peer, router, base, config.maxWaiting(), token);
    }

    @Override
    public void received(SocketPeer peer, SocketMessage message) {
      RpcSession asking = session;
      if (asking != null) {
        asking.received(message);
      }
    }

    @Override
    public void readsAgain(SocketPeer peer) {
      RpcSession asking = session;
      if (asking != null) {
        asking.readsAgain();
      }
    }

    @Override
    public void gone(SocketPeer peer, String why) {
      RpcSession asking = session;
      if (asking != null) {
        asking.close();
      }
      left(peer, why);
    }
  }

  private void left(SocketPeer peer, String why) {
    peers.remove(peer);
    if (why.contains("too slow") || why.contains("ping")) {
      context.error(peer.remote() + " " + why);
    }
  }

  /** Peers that get everything. */
  private final class Everybody implements SocketPeer.Owner {
    @Override
    public void open(SocketPeer peer) {
      peers.add(peer);
    }

    @Override
    public void received(SocketPeer peer, SocketMessage message) {
      try {
        Parcel parcel = translation.read(message, peer.remote());
        if (!parcel.signals().isEmpty()) {
          context.receive(parcel);
          if (relay) {
            parcel.signals().forEach(signal -> toAll(signal, Optional.of(peer)));
          }
        }
      } catch (Translation.UnusableMessage e) {
        context.dropped(peer.remote() + ": " + e.getMessage());
      }
    }

    @Override
    public void gone(SocketPeer peer, String why) {
      left(peer, why);
    }
  }

  // --- to the peers ------------------------------------------------------------------------------

  @Override
  public void send(Parcel parcel) {
    EventLoops running = loops;
    if (running == null) {
      return;
    }
    for (MappedSignal signal : parcel.signals()) {
      try {
        room.acquire();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        context.dropped(signal.address() + ": interrupted");
        return;
      }
      try {
        running
            .next()
            .execute(() -> {
              try {
                toAll(signal, Optional.empty());
              } finally {
                room.release();
              }
            });
      } catch (RuntimeException e) {
        // The loop has ended.
        room.release();
        context.dropped(signal.address() + ": the bridge is being stopped");
      }
    }
  }

  /** On the loop. */
  private void toAll(MappedSignal signal, Optional<SocketPeer> but) {
    if (peers.isEmpty()) {
      return;
    }
    try {
      Optional<SocketMessage> message = translation.write(signal);
      if (message.isPresent()) {
        Outgoing outgoing = Outgoing.of(message.get(), signal.address(), signal.type());
        for (SocketPeer peer : peers) {
          if (but.isEmpty() || !peer.equals(but.get())) {
            peer.offer(outgoing);
          }
        }
      }
    } catch (EncodeException e) {
      context.dropped(signal.address() + " cannot be sent: " + e.getMessage());
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("url", Value.of(url()));
    Channel open = listener;
    if (open != null && open.localAddress() instanceof InetSocketAddress address) {
      details.put("port", Value.of(address.getPort()));
    }
    details.put("clients", Value.of(peers.size()));
    List<Value> who = new ArrayList<>();
    peers.stream().limit(SHOWN).forEach(peer -> who.add(Value.of(peer.remote())));
    details.put("peers", Value.of(who));
    return details;
  }

  @Override
  public void close() {
    EventLoops running = loops;
    if (running == null) {
      return;
    }
    Channel open = listener;
    if (open != null) {
      open.close().awaitUninterruptibly(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    }
    peers.forEach(peer -> peer.end(SocketPeer.GOING_AWAY, "the bridge stops"));
    // Those that are still being opened have nothing to say.
    if (!connections.newCloseFuture().awaitUninterruptibly(GOODBYE_MILLIS)) {
      connections.close().awaitUninterruptibly(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    }
    running.close();
    loops = null;
    RouterSessions router = sessions;
    if (router != null) {
      router.close();
    }
  }
}
