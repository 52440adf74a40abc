package dev.clasp.bridgesocketio;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.RouterDoor;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.EventLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Socket.IO server: its clients, and what they share. Thread-safe. */
final class ServerEndpoint implements Endpoint {

  private static final Logger LOG = LoggerFactory.getLogger(ServerEndpoint.class);

  /** TCP connections beyond those that clients need at once, for polls that follow each other. */
  private static final int SPARE_CONNECTIONS = 64;

  private static final int GOODBYE_SECONDS = 2;
  private static final int IDLE_SECONDS = 60;
  private static final int URL_BYTES = 8192;
  private static final int HEADER_BYTES = 16_384;

  /** Addresses whose newest value is known for those who join later. */
  private static final int MAX_KNOWN = 10_000;

  /** After that the router does not answer. */
  private static final Duration ANSWER = Duration.ofSeconds(15);

  private final ServerConfig config;
  private final EndpointContext context;
  private final EventNames names;
  private final Map<String, EngineConnection> connections = new ConcurrentHashMap<>();
  private final Set<Visitor> visitors = ConcurrentHashMap.newKeySet();

  /** Guarded by itself. */
  private final Map<String, Value> known = new LinkedHashMap<>();

  private final Set<CompletableFuture<Void>> goodbyes = ConcurrentHashMap.newKeySet();
  private final LongAdder refused = new LongAdder();
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private volatile @Nullable EventLoops loops;
  private volatile @Nullable Channel listening;
  private volatile @Nullable RouterDoor door;
  private volatile boolean closed;

  ServerEndpoint(ServerConfig config, EndpointContext context) {
    this.config = config;
    this.context = context;
    this.names = config.names(context.profile());
  }

  @Override
  public void start() {
    if (config.own()) {
      door =
          context
              .router()
              .orElseThrow(() ->
                  BridgeException.lasting(
                      "sessions = own is not possible here: this host has no way to the router for"
                          + " clients with tokens of their own"));
    }
    Optional<SslContext> tls =
        config
            .tls()
            .map(identity -> {
              try {
                return SslContextBuilder.forServer(identity.keyManagers())
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
              } catch (SSLException | IllegalArgumentException e) {
                throw BridgeException.lasting("the certificate cannot be used: " + e.getMessage());
              }
            });
    EventLoops made = EventLoops.create("clasp-socketio-" + context.name(), 2);
    loops = made;
    var bound =
        new ServerBootstrap()
            .group(made.group())
            .channel(made.serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    initialise(channel, tls);
                  }
                })
            .bind(new InetSocketAddress(config.listen().host(), config.listen().port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      made.close();
      throw BridgeException.passing(
          "cannot listen on " + config.listen() + ": " + reason(bound.cause()));
    }
    listening = bound.channel();
    context.up(
        "listening on "
            + (tls.isPresent() ? "https" : "http")
            + "://"
            + address()
            + config.path()
            + "/");
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null || cause.getMessage() == null ? "unknown" : cause.getMessage();
  }

  private void initialise(Channel channel, Optional<SslContext> tls) {
    // A client has a poll and a request at once, and while it changes a WebSocket.
    if (closed || channels.size() >= config.maxClients() * 3L + SPARE_CONNECTIONS) {
      refused.increment();
      channel.close();
      return;
    }
    channels.add(channel);
    tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
    channel
        .pipeline()
        .addLast(new HttpServerCodec(URL_BYTES, HEADER_BYTES, 65_536))
        .addLast(new HttpObjectAggregator(config.maxPayload()))
        .addLast(new IdleStateHandler(IDLE_SECONDS, 0, 0, TimeUnit.SECONDS))
        .addLast(new EngineHandler(this, config));
  }

  private String address() {
    Channel channel = listening;
    return channel != null && channel.localAddress() instanceof InetSocketAddress local
        ? (local.getAddress().isAnyLocalAddress() ? "*" : config.listen().host())
            + ":"
            + local.getPort()
        : config.listen().toString();
  }

  // --- connections -------------------------------------------------------------------------------

  boolean isFull() {
    return connections.size() >= config.maxClients();
  }

  boolean register(EngineConnection connection) {
    if (closed || isFull()) {
      return false;
    }
    connections.put(connection.sid(), connection);
    return true;
  }

  void unregister(EngineConnection connection, String why) {
    connections.remove(connection.sid());
  }

  Optional<EngineConnection> connection(String sid) {
    return Optional.ofNullable(connections.get(sid));
  }

  void refused(Channel channel, String why) {
    refused.increment();
    context.error(
        String.valueOf(channel.remoteAddress()).replaceFirst("^/", "") + " is refused: " + why);
  }

  void dropped(String why) {
    context.dropped(why);
  }

  void bytes(long in, long out) {
    context.bytes(in, out);
  }

  EventNames names() {
    return names;
  }

  RouterDoor door() {
    RouterDoor open = door;
    if (open == null) {
      throw new IllegalStateException("not started");
    }
    return open;
  }

  EventLoops loops() {
    EventLoops open = loops;
    if (open == null) {
      throw new IllegalStateException("not started");
    }
    return open;
  }

  /** A session that says goodbye; the loops must not end before. */
  void closing(CompletableFuture<Void> session) {
    goodbyes.add(session);
    session.whenComplete((_, _) -> goodbyes.remove(session));
  }

  Runnable schedule(Runnable task, Duration delay) {
    return context.schedule(task, delay.toNanos());
  }

  // --- clients -----------------------------------------------------------------------------------

  void entered(Visitor visitor) {
    visitors.add(visitor);
  }

  void left(Visitor visitor) {
    visitors.remove(visitor);
  }

  /** From a client without a session of its own. */
  void received(Visitor from, String peer, MappedSignal signal, Consumer<Optional<String>> reply) {
    AtomicBoolean told = new AtomicBoolean();
    Runnable late =
        schedule(
            () -> {
              if (told.compareAndSet(false, true)) {
                reply.accept(Optional.of("the router does not answer"));
              }
            },
            ANSWER);
    context.receive(
        new Parcel(List.of(signal), false, OptionalLong.empty(), Optional.of(peer)),
        outcome -> {
          if (outcome.isEmpty()) {
            // The host does not send back what came from here, but the other clients want it: also
            // when the router has been away for longer than the sender waits for.
            share(from, signal);
          }
          if (told.compareAndSet(false, true)) {
            late.run();
            reply.accept(outcome);
          }
        });
  }

  private void share(Visitor from, MappedSignal signal) {
    remember(signal);
    for (Visitor visitor : visitors) {
      if (!visitor.equals(from)) {
        offer(visitor, signal);
      }
    }
  }

  private void offer(Visitor visitor, MappedSignal signal) {
    String path = signal.address();
    if (visitor.wants(path)) {
      visitor.offer(signal);
    }
  }

  @Override
  public void send(Parcel parcel) {
    for (MappedSignal signal : parcel.signals()) {
      remember(signal);
      if (!config.own()) {
        visitors.forEach(visitor -> offer(visitor, signal));
      }
    }
  }

  private void remember(MappedSignal signal) {
    if (signal.type() != SignalType.PARAM) {
      return;
    }
    synchronized (known) {
      if (known.containsKey(signal.address()) || known.size() < MAX_KNOWN) {
        known.put(signal.address(), signal.value());
      }
    }
  }

  /** The present values of a room. */
  void present(AddressPattern pattern, Consumer<MappedSignal> each) {
    Map<String, Value> now;
    synchronized (known) {
      now = new LinkedHashMap<>(known);
    }
    now.forEach((path, value) -> {
      if (pattern.matches(path)) {
        each.accept(new MappedSignal(path, SignalType.PARAM, value));
      }
    });
  }

  Optional<Value> present(String path) {
    synchronized (known) {
      return Optional.ofNullable(known.get(path));
    }
  }

  @Override
  public boolean stateful() {
    return true;
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("listen", Value.of(address()));
    if (listening instanceof Channel channel
        && channel.localAddress() instanceof InetSocketAddress local) {
      details.put("port", Value.of(local.getPort()));
    }
    details.put("clients", Value.of(connections.size()));
    details.put("refused", Value.of(refused.sum()));
    return details;
  }

  @Override
  public void close() {
    closed = true;
    Channel channel = listening;
    if (channel != null) {
      channel.close().awaitUninterruptibly();
    }
    connections.values().forEach(connection -> connection.close("the server stops"));
    EventLoops open = loops;
    if (open != null) {
      // Let the last frames go before the connections end.
      open.all().forEach(loop -> loop.submit(() -> {}).awaitUninterruptibly(1, TimeUnit.SECONDS));
      try {
        CompletableFuture.allOf(goodbyes.toArray(CompletableFuture[]::new))
            .get(GOODBYE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        LOG.debug("sessions of clients did not end in time", e);
      }
      channels.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
      open.close();
    }
  }
}
