package dev.clasp.oscquery;

import com.fasterxml.jackson.core.JsonFactory;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.Registration;
import dev.clasp.client.Signal;
import dev.clasp.client.Subscription;
import dev.clasp.discovery.DiscoveryException;
import dev.clasp.discovery.MdnsAdvertiser;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.ServiceAnnouncement;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the address space of a router to OSCQuery programs (OSCQuery proposal of VIDVOX): the tree
 * by HTTP, values by WebSocket and OSC. Shows what its client may see, and writes what its client
 * may write.
 *
 * <p>Has one event loop of its own. Thread-safe.
 */
public final class OscQueryServer implements AutoCloseable {

  /**
   * Where definitions of signals come from. A QUERY of CLASP leaves out ranges, units and
   * descriptions; who has the router in the same process knows them.
   */
  @FunctionalInterface
  public interface Definitions {

    /** Those that there are now, as far as the server may show them. Any thread; must not wait. */
    CompletableFuture<List<SignalDefinition>> definitions();
  }

  static final JsonFactory JSON = new JsonFactory();

  private static final Logger LOG = LoggerFactory.getLogger(OscQueryServer.class);

  /** A connection that asks nothing for so long ends. */
  private static final int QUIET_SECONDS = 60;

  private static final int MAX_REQUEST_LINE = 4096;
  private static final int MAX_HEAD = 8192;
  private static final int MAX_BODY = 1024;

  /** Parameters of which it is asked at once whether they are still there. */
  private static final int CHECKS = 8;

  private final OscQueryConfig config;
  private final ClaspClient router;
  private final Definitions definitions;
  private final OscQueryCounts counts = new OscQueryCounts();
  private final OscQueryTree tree;
  private final NodeJson nodeJson;
  private final OscInput input;
  private final EventLoops loops = EventLoops.create("clasp-oscquery", 1);
  private final EventLoop loop = loops.next();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger openSessions = new AtomicInteger();
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private final StillThere stillThere;
  private final List<MdnsAdvertiser> advertisers = new ArrayList<>();
  private final AtomicBoolean asking = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable Channel http;
  private volatile @Nullable Channel osc;
  private @Nullable Subscription subscription;
  private @Nullable Registration registration;
  private @Nullable Future<?> asker;
  private volatile @Nullable InetSocketAddress address;
  private volatile @Nullable InetSocketAddress oscAddress;

  private OscQueryServer(OscQueryConfig config, ClaspClient router, Definitions definitions) {
    this.config = config;
    this.router = router;
    this.definitions = definitions;
    this.tree = new OscQueryTree(config.served(), config.limits().nodes(), new News());
    this.nodeJson = new NodeJson(config.name(), config.readOnly());
    this.input =
        new OscInput(
            tree,
            nodeJson,
            router,
            counts,
            config.limits(),
            config.create(),
            Clock.systemUTC(),
            System::nanoTime,
            this::published);
    this.stillThere = new StillThere(CHECKS, router::get, tree::ended);
  }

  /**
   * Starts a server; requests are answered when this returns. The tree is complete a moment later.
   *
   * @param router stays open when the server is closed
   * @throws OscQueryException a port is not to be had, with a sentence for the user
   */
  public static OscQueryServer start(OscQueryConfig config, ClaspClient router) {
    return start(config, router, () -> router.query(config.served().pattern()));
  }

  /** The same, with definitions from elsewhere than QUERY. */
  public static OscQueryServer start(
      OscQueryConfig config, ClaspClient router, Definitions definitions) {
    OscQueryServer server = new OscQueryServer(config, router, definitions);
    try {
      server.open();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void open() {
    listen();
    if (config.takesOsc()) {
      listenForOsc();
    }
    Subscription subscribed = router.subscribe(config.served().pattern(), signal -> heard(signal));
    subscription = subscribed;
    subscribed
        .active()
        .whenComplete((_, failure) -> {
          if (failure != null && !closed.get()) {
            LOG.warn(
                "OSCQuery shows nothing: the router refuses the subscription of {}: {}",
                config.served().pattern(),
                failure.getMessage());
          }
        });
    registration = router.listen(this::routerSaid);
    askForDefinitions();
    long every = config.definitions().toNanos();
    asker =
        loop.scheduleWithFixedDelay(this::askForDefinitions, every, every, TimeUnit.NANOSECONDS);
    announce();
  }

  // --- ports -------------------------------------------------------------------------------------

  private void listen() {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, 128)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(32 << 10, 128 << 10))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    arrived(channel);
                  }
                });
    ChannelFuture bound = bootstrap.bind(config.host(), config.port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw cannotListen("for OSCQuery on " + config.host() + ":" + config.port(), bound.cause());
    }
    http = bound.channel();
    address = (InetSocketAddress) bound.channel().localAddress();
  }

  private void arrived(SocketChannel channel) {
    if (connections.incrementAndGet() > config.limits().connections()) {
      connections.decrementAndGet();
      counts.add(OscQueryCounter.REFUSED_CONNECTIONS);
      channel.close();
      return;
    }
    channels.add(channel);
    channel
        .closeFuture()
        .addListener(_ -> {
          channels.remove(channel);
          connections.decrementAndGet();
        });
    channel
        .pipeline()
        .addLast(new IdleStateHandler(true, 0, 0, QUIET_SECONDS, TimeUnit.SECONDS))
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_REQUEST_LINE)
                    .setMaxHeaderSize(MAX_HEAD)
                    .setMaxChunkSize(MAX_HEAD)))
        .addLast(new HttpObjectAggregator(MAX_BODY, true))
        .addLast(new ChunkedWriteHandler())
        .addLast(new QueryEntry(this));
  }

  private void listenForOsc() {
    int port = config.oscPort().orElseThrow();
    ChannelFuture bound =
        new Bootstrap()
            .group(loop)
            .channel(loops.datagramChannel())
            .option(ChannelOption.SO_RCVBUF, 1 << 20)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(config.limits().message() + 1))
            .handler(new Datagrams())
            .bind(config.host(), port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw cannotListen("for OSC on udp " + config.host() + ":" + port, bound.cause());
    }
    osc = bound.channel();
    oscAddress = (InetSocketAddress) bound.channel().localAddress();
  }

  private static OscQueryException cannotListen(String where, Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    String advice =
        message.contains("Address already in use")
            ? "the port is in use. Stop the other program, or choose another port"
            : message;
    return new OscQueryException("cannot listen " + where + ": " + advice, cause);
  }

  /** OSC by UDP. */
  private final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext at, DatagramPacket datagram) {
      int length = datagram.content().readableBytes();
      if (length > config.limits().message()) {
        counts.add(OscQueryCounter.MALFORMED);
        return;
      }
      byte[] packet = new byte[length];
      datagram.content().readBytes(packet);
      input.take(packet, OscInput.Sender.NOBODY);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
      // ICMP of a peer that is gone, for example; the socket goes on.
      LOG.debug("OSC by UDP: {}", cause.toString());
    }
  }

  // --- sessions ----------------------------------------------------------------------------------

  /** A session for one more program, if there is room. */
  Optional<Session> admit() {
    if (openSessions.incrementAndGet() > config.limits().sessions() || closed.get()) {
      openSessions.decrementAndGet();
      counts.add(OscQueryCounter.REFUSED_CONNECTIONS);
      return Optional.empty();
    }
    counts.add(OscQueryCounter.SESSIONS);
    Session session = new Session(new SharedHouse());
    sessions.add(session);
    return Optional.of(session);
  }

  void ended(Session session) {
    if (sessions.remove(session)) {
      openSessions.decrementAndGet();
    }
  }

  private final class SharedHouse implements Session.House {
    @Override
    public OscQueryTree tree() {
      return tree;
    }

    @Override
    public OscInput input() {
      return input;
    }

    @Override
    public OscQueryCounts counts() {
      return counts;
    }

    @Override
    public OscQueryLimits limits() {
      return config.limits();
    }

    @Override
    public boolean readable(TreeNode node) {
      return (nodeJson.access(node) & TreeNode.READ) != 0;
    }

    @Override
    public boolean datagram(byte[] packet, InetSocketAddress to) {
      Channel channel = osc;
      if (channel == null || !channel.isWritable()) {
        return channel != null;
      }
      channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(packet), to));
      return true;
    }

    @Override
    public void ended(Session session) {
      OscQueryServer.this.ended(session);
    }
  }

  private final class News implements OscQueryTree.Watcher {
    @Override
    public void added(TreeNode node) {
      tell("PATH_ADDED", node.path());
    }

    @Override
    public void removed(TreeNode node, String path) {
      node.listeners().forEach(session -> session.forget(node));
      tell("PATH_REMOVED", path);
    }

    @Override
    public void changed(TreeNode node) {
      tell("PATH_CHANGED", node.path());
    }

    private void tell(String command, String path) {
      for (Session session : sessions) {
        session.news(command, path);
      }
    }
  }

  // --- from the router ---------------------------------------------------------------------------

  /** On the dispatcher of the client, one at a time. */
  private void heard(Signal signal) {
    switch (signal) {
      case Signal.Change change -> {
        heard(change.address(), SignalType.PARAM, change.value());
        if (change.value().equals(Value.NULL)) {
          // The end of a lifetime looks like this, and so does a null.
          stillThere.check(change.address());
        }
      }
      case Signal.Stream stream -> heard(stream.address(), SignalType.STREAM, stream.value());
      case Signal.Event event -> happened(event.address(), event.value());
      // OSC has nothing that is like them.
      case Signal.Gesture _, Signal.TimelinePublished _ -> {}
    }
  }

  private void heard(String address, SignalType type, Value value) {
    tree.heard(address, type, Optional.of(value))
        .ifPresent(node -> {
          for (Session session : node.listeners()) {
            session.changed(node, address, value);
          }
        });
  }

  private void happened(String address, Value value) {
    tree.heard(address, SignalType.EVENT, Optional.empty())
        .ifPresent(node -> {
          for (Session session : node.listeners()) {
            session.happened(node, address, value);
          }
        });
  }

  private void published(String address, SignalType type, Value value) {
    if (type == SignalType.EVENT) {
      happened(address, value);
    } else {
      heard(address, type, value);
    }
  }

  private void routerSaid(ClientEvent event) {
    if (event instanceof ClientEvent.Connected connected && connected.resumed()) {
      // What ended meanwhile, nobody has told us.
      tree.addresses().forEach(stillThere::check);
      askForDefinitions();
    }
  }

  private void askForDefinitions() {
    if (closed.get() || !asking.compareAndSet(false, true)) {
      return;
    }
    try {
      definitions
          .definitions()
          .whenComplete((list, failure) -> {
            asking.set(false);
            if (failure == null) {
              tree.define(list);
            } else {
              LOG.debug("no definitions: {}", failure.getMessage());
            }
          });
    } catch (ClaspException e) {
      asking.set(false);
      LOG.debug("no definitions: {}", e.getMessage());
    }
  }

  // --- mDNS --------------------------------------------------------------------------------------

  private void announce() {
    InetAddress bound = address().getAddress();
    if (config.mdns().isEmpty() || bound.isLoopbackAddress()) {
      return;
    }
    MdnsNetwork network = config.mdns().get();
    if (!bound.isAnyLocalAddress()) {
      network = network.withOnly(bound);
    }
    UUID id = UUID.randomUUID();
    advertise(
        new ServiceAnnouncement(id, config.name(), "_oscjson._tcp", address().getPort(), Map.of()),
        network);
    InetSocketAddress takesOsc = oscAddress;
    if (takesOsc != null) {
      advertise(
          new ServiceAnnouncement(id, config.name(), "_osc._udp", takesOsc.getPort(), Map.of()),
          network);
    }
  }

  private void advertise(ServiceAnnouncement what, MdnsNetwork network) {
    MdnsAdvertiser advertiser = new MdnsAdvertiser(what, network);
    try {
      advertiser.start();
      advertisers.add(advertiser);
    } catch (DiscoveryException e) {
      advertiser.close();
      LOG.warn("{} is not announced by mDNS: {}", what.type(), e.getMessage());
    }
  }

  // --- what others may know ----------------------------------------------------------------------

  OscQueryConfig config() {
    return config;
  }

  OscQueryTree tree() {
    return tree;
  }

  NodeJson nodeJson() {
    return nodeJson;
  }

  OscQueryCounts counts() {
    return counts;
  }

  /**
   * @param asked the address of ours at which a program has reached us: there it finds the rest too
   */
  HostInfo hostInfo(SocketAddress asked) {
    Optional<String> ip =
        asked instanceof InetSocketAddress inet && inet.getAddress() != null
            ? Optional.of(plain(inet.getAddress()))
            : Optional.empty();
    InetSocketAddress takesOsc = oscAddress;
    Map<String, Boolean> extensions = new LinkedHashMap<>();
    for (Attribute attribute : Attribute.values()) {
      switch (attribute) {
        case ACCESS,
            VALUE,
            RANGE,
            DESCRIPTION,
            UNIT,
            TAGS,
            CLIPMODE,
            CRITICAL,
            OVERLOADS,
            EXTENDED_TYPE,
            HTML ->
            extensions.put(attribute.name(), attribute.served());
        case FULL_PATH, CONTENTS, TYPE, HOST_INFO -> {}
      }
    }
    for (String command : List.of("LISTEN", "PATH_ADDED", "PATH_CHANGED", "PATH_REMOVED")) {
      extensions.put(command, true);
    }
    // Addresses of CLASP have no other names.
    extensions.put("PATH_RENAMED", false);
    extensions.put("OSC_STREAMING", takesOsc != null);
    return new HostInfo(
        Optional.of(config.name()),
        takesOsc == null ? Optional.empty() : ip,
        takesOsc == null ? OptionalInt.empty() : OptionalInt.of(takesOsc.getPort()),
        takesOsc == null ? Optional.empty() : Optional.of("UDP"),
        ip,
        OptionalInt.of(address().getPort()),
        extensions);
  }

  /** Without the name of an interface. */
  private static String plain(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }

  /** Where HTTP and WebSockets are served. */
  public InetSocketAddress address() {
    InetSocketAddress a = address;
    if (a == null) {
      throw new IllegalStateException("not started");
    }
    return a;
  }

  /** Where OSC by UDP is taken; empty if it is not. */
  public Optional<InetSocketAddress> oscAddress() {
    return Optional.ofNullable(oscAddress);
  }

  /** For people: {@code http://127.0.0.1:7770}, {@code osc.udp://127.0.0.1:7770}. */
  public List<String> urls() {
    List<String> urls = new ArrayList<>();
    urls.add("http://" + hostAndPort(address()));
    oscAddress().ifPresent(a -> urls.add("osc.udp://" + hostAndPort(a)));
    return urls;
  }

  private static String hostAndPort(InetSocketAddress address) {
    // What listens everywhere is there on this machine too, and that can be clicked.
    String host =
        address.getAddress().isAnyLocalAddress() ? "localhost" : plain(address.getAddress());
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** What happened since the start. */
  public long count(OscQueryCounter counter) {
    return counts.of(counter);
  }

  /** The same by name, with how much there is now. */
  public Map<String, Long> counters() {
    Map<String, Long> all = counts.all();
    all.put("connected", (long) openSessions.get());
    all.put("methods", (long) tree.methodCount());
    all.put("left_out", tree.leftOut());
    return all;
  }

  /** Ends everything; ports are free when it returns. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    advertisers.forEach(MdnsAdvertiser::withdraw);
    Future<?> regular = asker;
    if (regular != null) {
      regular.cancel(false);
    }
    Registration told = registration;
    if (told != null) {
      told.close();
    }
    Subscription s = subscription;
    if (s != null) {
      s.close();
    }
    for (Channel channel : new Channel[] {http, osc}) {
      if (channel != null) {
        channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
      }
    }
    sessions.forEach(Session::close);
    List<Channel> open = List.copyOf(channels);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    for (Channel channel : open) {
      boolean talks = channel.pipeline().get(Session.class) != null;
      Future<?> end = talks ? channel.closeFuture() : channel.close();
      end.awaitUninterruptibly(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
    advertisers.forEach(MdnsAdvertiser::close);
    loops.close();
  }
}
