package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.router.Lane;
import dev.clasp.router.Router;
import dev.clasp.router.RouterConnection;
import dev.clasp.router.spi.Connection;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.security.LocalPasses;
import dev.clasp.security.PairingDesk;
import dev.clasp.security.Scopes;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.GuestProtocol;
import dev.clasp.transport.LinkServer;
import dev.clasp.transport.Listener;
import dev.clasp.transport.Lobby;
import dev.clasp.transport.LocalDoor;
import dev.clasp.transport.OriginPolicy;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running router with its listeners: what {@code clasp server} starts and what programs embed.
 *
 * <p>Thread-safe.
 */
public final class ClaspServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClaspServer.class);

  private static final CloseReason STOPPING =
      new CloseReason(CloseReason.GOING_AWAY, "server is stopping");

  /** For a disk to take what has changed. */
  private static final int WRITE_SECONDS = 10;

  /** Of a client in this process, unless others are given. */
  private static final Scopes LOCAL_SCOPES = Scopes.parseList("read:/**,write:/**");

  /** How often it is looked whether the certificate has changed. */
  private static final int CERTIFICATE_SECONDS = 2;

  private volatile ServerConfig config;
  private final AuditTrail trail;
  private final LocalPasses passes;
  private final Router router;
  private final EventLoops loops;
  private final ApiAccess access;
  private final Optional<PairingDesk> pairing;
  private final PairingPages pairingPages;
  private final LinkServer listener;
  private final List<Listener> listeners;
  private final List<Companion> companions;
  private final LoopWatch watch;
  private final MemoryWatch memory;
  private final HealthPages health;
  private final Optional<StateKeeper> keeper;
  private final ScheduledExecutorService writing =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("clasp-state").factory());

  /** Not the one that writes: a disk that hangs must not hide a loop that does. */
  private final ScheduledExecutorService watching =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("clasp-watch").factory());

  private final Map<EventLoop, Lane> lanes = new ConcurrentHashMap<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final CompletableFuture<Void> hurried = new CompletableFuture<>();
  private volatile boolean stateKept = true;
  private volatile HealthPages.Phase phase = HealthPages.Phase.STARTING;

  private ClaspServer(ServerConfig config, InetAddress host) {
    this.config = config;
    this.trail = new AuditTrail(config.audit(), InstantSource.system());
    this.passes = new LocalPasses(config.authenticator(), System::nanoTime, new SecureRandom());
    this.router =
        new Router(
            config.router(),
            RouterClock.system(),
            config.wantsTokens() ? passes : config.authenticator(),
            trail);
    this.keeper =
        config
            .persistence()
            .map(
                p -> new StateKeeper(router.state(), StateFolder.open(p.folder()), router.clock()));
    this.loops = EventLoops.create("clasp-router", config.effectiveLoops());
    this.access = new ApiAccess(config.authenticator(), trail::apiDenied);
    this.pairing =
        config
            .pairing()
            .map(p ->
                new PairingDesk(
                    config.router().name(),
                    System::nanoTime,
                    new SecureRandom(),
                    p.issuer(),
                    new PairingLog(p.witness().andThen(trail::pairing))));
    this.pairingPages =
        new PairingPages(
            config.wantsTokens(),
            pairing,
            access,
            () -> config().origins().orElse(OriginPolicy.LOCAL));
    this.watch = new LoopWatch(loops.all(), System::nanoTime);
    this.memory =
        new MemoryWatch(
            () -> config().memory(),
            System::nanoTime,
            (pressure, what) -> {
              router.pressure(pressure);
              trail.memory(pressure, what);
            });
    this.health = new HealthPages(new ServerHealth(this, watch, router.clock()));
    LinkServer.Builder door =
        LinkServer.builder()
            .host(host.getHostAddress())
            .port(config.port())
            .loops(loops)
            .origins(() -> config().effectiveOrigins())
            .protocols(config.network().protocols())
            .limits(config.network().limits())
            .proxies(config.network().proxies())
            .http(
                new Pages(
                    router,
                    this::door,
                    this::others,
                    keeper.map(k -> k::status),
                    new ConsoleFiles(),
                    () -> config().effectiveOrigins(),
                    access,
                    pairingPages,
                    new TicketPages(
                        access, config.wantsTokens(), System::nanoTime, new SecureRandom()),
                    health,
                    watch,
                    this::companions))
            .acceptor(this::accept);
    config.network().tls().ifPresent(door::tls);
    if (config.inherited().isPresent()) {
      door.inherited(config.inherited().get());
    }
    this.listener = door.tlsOnly(config.network().tlsOnly()).build();
    this.listeners =
        config.network().listeners().stream()
            .map(factory -> factory.create(listener.lobby(), loops))
            .toList();
    this.companions = config.companions().stream().map(factory -> factory.create(this)).toList();
  }

  /**
   * Starts a server; it is ready when this returns.
   *
   * @throws ServerException with a sentence for the user: address in use, host not allowed, host
   *     unknown, the folder for the state cannot be used
   */
  public static ClaspServer start(ServerConfig config) {
    ClaspServer server = new ClaspServer(config, checkedHost(config));
    try {
      server.restoreState();
      server.listener.start();
      server.listeners.forEach(Listener::start);
      server.watchCertificate();
      server.companions.forEach(Companion::start);
      server.watching.scheduleAtFixedRate(server.watch::look, 1, 1, TimeUnit.SECONDS);
      server.watching.scheduleWithFixedDelay(server.memory::look, 1, 1, TimeUnit.SECONDS);
      server.phase = HealthPages.Phase.RUNNING;
      server.trail.started("version " + Version.number() + " on " + server.address());
    } catch (RuntimeException e) {
      server.companions.forEach(Companion::close);
      server.listeners.forEach(Listener::close);
      server.listener.stopAccepting();
      server.loops.close();
      server.pairingPages.close();
      server.writing.shutdown();
      server.watching.shutdown();
      server.keeper.ifPresent(StateKeeper::close);
      throw new ServerException(String.valueOf(e.getMessage()), e);
    }
    LOG.info("listening on {} for {}", server.address(), String.join(", ", server.urls()));
    return server;
  }

  /** Values that were kept are there before anybody connects. */
  private void restoreState() {
    if (keeper.isEmpty()) {
      return;
    }
    EventLoop[] all = loops.all().toArray(EventLoop[]::new);
    int[] turn = {0};
    keeper
        .get()
        .load((state, piece) -> {
          // In turns, so that all lanes share the looking after lifetimes.
          EventLoop loop = all[turn[0]++ % all.length];
          Lane lane = laneOf(loop);
          return CompletableFuture.supplyAsync(() -> state.restore(lane, piece), loop).join();
        });
    long interval = config.persistence().orElseThrow().interval().toNanos();
    writing.scheduleWithFixedDelay(keeper.get()::flush, 0, interval, TimeUnit.NANOSECONDS);
  }

  /** A new certificate in the same files is used without a restart. */
  private void watchCertificate() {
    config
        .network()
        .tls()
        .ifPresent(tls ->
            writing.scheduleWithFixedDelay(
                tls::refresh, CERTIFICATE_SECONDS, CERTIFICATE_SECONDS, TimeUnit.SECONDS));
  }

  private FrameListener accept(FrameLink link) {
    return new RouterListener(
        router.open(laneOf(link.loop()), new LinkConnection(link, config.network().smallFrame())));
  }

  /**
   * A way in for a client of this process: no socket, and no token from outside. It may read and
   * write everything, but administers nothing.
   *
   * @param name of the client, as sessions and the audit log show it: {@code bridge:desk}
   */
  public LocalDoor localDoor(String name) {
    return localDoor(name, LOCAL_SCOPES);
  }

  /**
   * The same with other rights. On a server that asks nobody for a token, everybody has all.
   *
   * @param scopes what the client may do
   */
  public LocalDoor localDoor(String name, Scopes scopes) {
    return new ServerDoor(
        name,
        Optional.empty(),
        () -> config.wantsTokens() ? passes.issue(name, scopes) : "",
        () -> !stopping.get(),
        loops,
        this::accept);
  }

  /**
   * A way in for somebody who came from elsewhere by another protocol and is spoken for here: a
   * session with the rights of the token that he has shown, which the caller gives the client.
   *
   * @param name of the client, as sessions show it
   * @param peer where he comes from, {@code host:port}: for the logs, and for the patience with
   *     wrong tokens
   */
  public LocalDoor doorFor(String name, String peer) {
    return new ServerDoor(
        name, Optional.of(peer), () -> "", () -> !stopping.get(), loops, this::accept);
  }

  /** The bound address. */
  public InetSocketAddress address() {
    return listener.address();
  }

  /** The first of {@link #urls}. */
  public String url() {
    return urls().getFirst();
  }

  /**
   * What clients can connect to: {@code ws://host:port}, {@code tcp://host:port}; with a
   * certificate {@code wss} and {@code tls} instead.
   */
  public List<String> urls() {
    List<String> urls = new ArrayList<>();
    for (LinkServer.Protocol protocol : LinkServer.Protocol.values()) {
      if (config.network().protocols().contains(protocol)) {
        urls.add(
            switch (protocol) {
                  case WEBSOCKET -> config.network().tls().isPresent() ? "wss://" : "ws://";
                  case TCP -> config.network().tls().isPresent() ? "tls://" : "tcp://";
                }
                + hostAndPort());
      }
    }
    listeners.forEach(other -> urls.addAll(other.urls()));
    return List.copyOf(urls);
  }

  /** Who may come in, also for companions that let peers of other protocols in. */
  public Lobby door() {
    return listener.lobby();
  }

  /** What lives beside it. */
  List<Companion> companions() {
    return companions;
  }

  /** All event loops turn; if they do not, only a restart helps. Any thread. */
  public boolean healthy() {
    return watch.turning();
  }

  /** Further ways in. */
  List<Listener> others() {
    return listeners;
  }

  /** {@code http://host:port/}, the console. */
  public String consoleUrl() {
    return (config.network().tls().isPresent() ? "https://" : "http://") + hostAndPort() + "/";
  }

  /** The router behind the listeners. */
  public Router router() {
    return router;
  }

  /** Where codes for pairing are made, if the configuration has it. */
  public Optional<PairingDesk> pairing() {
    return pairing;
  }

  /**
   * Takes new settings while it runs: origins, the time to drain, numbers of connections, and what
   * {@link Router#reconfigure} takes. Everything else stays as it was at the start. Any thread.
   */
  public synchronized void reconfigure(ServerConfig next) {
    config = config.withLive(next);
    listener.lobby().relimit(next.network().limits());
    router.reconfigure(next.router());
  }

  /**
   * The same with what is made of the settings that hold, which nobody else changes meanwhile.
   *
   * @param change may throw; then everything stays as it was
   */
  synchronized void reconfigure(UnaryOperator<ServerConfig> change) {
    reconfigure(change.apply(config));
  }

  /**
   * Does not wait for slow clients any more while it stops: what has not left by now is lost to
   * them. Any thread.
   */
  public void hurry() {
    hurried.complete(null);
  }

  /** The settings that hold. */
  public ServerConfig config() {
    return config;
  }

  /** On which the lanes of the router run. */
  public EventLoops loops() {
    return loops;
  }

  /**
   * A client on a lane that is no connection of the network, but speaks for somebody who does not
   * speak CLASP. On the thread of the loop, which reads what the peer sends.
   */
  public VirtualClient virtualClient(EventLoop loop, VirtualPeer peer) {
    return VirtualClient.open(router, laneOf(loop), new LoopExecutor(loop), peer);
  }

  /**
   * Takes on a connection of a protocol that makes frames of what its peers say, and the other way
   * round. On the thread of the loop, which reads what the peer sends.
   */
  public RouterConnection open(EventLoop loop, Connection connection) {
    return router.open(laneOf(loop), connection);
  }

  /** Lets connections of MQTT into the main port. Before it starts. */
  public void welcome(GuestProtocol protocol) {
    listener.welcome(protocol);
  }

  /** Who may see what is told over HTTP. */
  ApiAccess access() {
    return access;
  }

  AuditTrail trail() {
    return trail;
  }

  LoopWatch watch() {
    return watch;
  }

  MemoryWatch memory() {
    return memory;
  }

  HealthPages health() {
    return health;
  }

  HealthPages.Phase phase() {
    return phase;
  }

  /** Who writes the state, if anybody does. */
  Optional<StateKeeper> keeper() {
    return keeper;
  }

  /** How the writing of the state goes, if it is written. */
  Optional<StateKeeper.Status> stateStatus() {
    return keeper.map(StateKeeper::status);
  }

  /** False if it has stopped and what was set last is not on the disk, though it should be. */
  public boolean stateKept() {
    return stateKept;
  }

  /**
   * Writes what has changed to the disk now, and waits for it, if the state is kept at all.
   *
   * @throws ServerException it cannot be written
   */
  public void writeState() {
    if (keeper.isEmpty()) {
      return;
    }
    try {
      writing.submit(keeper.get()::flush).get(WRITE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
      throw new ServerException("the state cannot be written: " + e, e);
    }
    Optional<String> failure = keeper.get().status().failure();
    if (failure.isPresent()) {
      throw new ServerException("the state cannot be written: " + failure.get());
    }
  }

  /** A lane for what comes from no connection. */
  Lane anyLane() {
    return laneOf(loops.next());
  }

  /**
   * Stops: {@code /ready} says so, nobody new is accepted, every client gets what waits for it, a
   * word when to come back, then close code 1001, and everything is freed. Takes as long as the
   * slowest client, at most {@link ServerConfig#drain} and about five seconds. On an event loop of
   * this server it returns at once and goes on by itself. Idempotent.
   */
  @Override
  public void close() {
    if (stopping.compareAndSet(false, true)) {
      if (loops.onLoop()) {
        Thread.ofPlatform().name("clasp-stop").start(this::stop);
      } else {
        stop();
      }
    } else if (!loops.onLoop()) {
      stopped.join();
    }
  }

  private void stop() {
    try {
      LOG.info("stopping");
      trail.draining();
      phase = HealthPages.Phase.DRAINING;
      listener.stopAccepting();
      listeners.forEach(Listener::stopAccepting);
      companions.forEach(Companion::drain);
      // Now, and again at the end: whoever waits for us may lose patience in between.
      keeper.ifPresent(k -> writing.execute(k::flush));
      await(router.sayGoodbyeAndCloseAll(STOPPING, config.drain().toNanos()));
      listeners.forEach(Listener::close);
      listener.close();
      companions.forEach(Companion::close);
      watching.shutdown();
      loops.close();
      pairingPages.close();
      keepState();
    } finally {
      stopped.complete(null);
    }
  }

  /** The last write, when nobody changes anything any more. */
  private void keepState() {
    writing.shutdown();
    if (keeper.isEmpty()) {
      return;
    }
    try {
      // A disk that hangs must not keep the process for ever.
      if (!writing.awaitTermination(WRITE_SECONDS, TimeUnit.SECONDS)) {
        stateKept = false;
        LOG.error("the disk hangs: what was set last is not written to {}", keeper.get().path());
      } else if (!keeper.get().finish()) {
        stateKept = false;
      } else {
        LOG.info("the state is kept in {}", keeper.get().path());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void await(CompletableFuture<Void> told) {
    try {
      // A second more, for a loop that is late. What has not been told by then is told below.
      CompletableFuture.anyOf(told, hurried)
          .get(config.drain().plusSeconds(1).toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("some clients could not be told in time that the server stops");
    }
  }

  private Lane laneOf(EventLoop loop) {
    return lanes.computeIfAbsent(loop, l -> router.addLane(new LoopExecutor(l)));
  }

  private String hostAndPort() {
    return Listener.hostAndPort(address());
  }

  /** D18, SEC-26: without authentication only loopback, unless the user insists. */
  private static InetAddress checkedHost(ServerConfig config) {
    InetAddress host;
    try {
      // Once: what is checked is what is bound, whatever the name server says later.
      host = InetAddress.getByName(config.host());
    } catch (UnknownHostException e) {
      throw new ServerException("cannot bind to " + config.host() + ": unknown host", e);
    }
    if (host.isLoopbackAddress()) {
      return host;
    }
    if (config.wantsTokens()) {
      if (config.network().tlsOnly()) {
        return host;
      }
      LOG.warn(
          config.network().tls().isPresent()
              ? "listening on {} with and without TLS: whoever is on the way can read tokens and"
                  + " values of those who come without. --tls-only refuses them"
              : "listening on {} without encryption: whoever is on the way can read tokens and"
                  + " values. Make a certificate with 'clasp cert', unless you trust the whole"
                  + " network",
          config.host());
      return host;
    }
    if (!config.allowOpen()) {
      throw new ServerException(
          "refusing to listen on "
              + config.host()
              + ": there is no authentication, so everybody who reaches this address could read and"
              + " write everything. Ask for tokens with --token-file. Add --allow-open if that is what"
              + " you want, or use --host 127.0.0.1");
    }
    LOG.warn(
        "listening on {} without authentication: everybody who reaches it can read and write"
            + " everything",
        config.host());
    return host;
  }
}
