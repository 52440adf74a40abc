package dev.clasp.oscquery;

import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.osc.OscAddresses;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscValues;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.Backoff;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The other program while a bridge to it runs: asks for its tree, listens to it, asks again when it
 * changes, and starts anew when it goes away.
 *
 * <p>One virtual thread does all of that; what comes by WebSocket is handed over by the threads of
 * the HTTP client, one message at a time.
 */
final class ImportEndpoint implements Endpoint {

  /** Between two readings of a tree that changes all the time. */
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** A WebSocket that says nothing for so long is asked, and given up after twice as long. */
  static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final Backoff BACKOFF = Backoff.DEFAULT;

  /** What the thread has to do. */
  private enum Work {
    READ_AGAIN,
    /** The WebSocket is gone. */
    GONE,
    END
  }

  private final ImportConfig config;
  private final EndpointContext context;
  private final RemoteProgram program;
  private final BlockingQueue<Work> work = new LinkedBlockingQueue<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean readAgain = new AtomicBoolean();

  /** Paths of which the program says that they are new: whoever listened to them does no more. */
  private final Set<String> added = ConcurrentHashMap.newKeySet();

  private volatile Map<String, RemoteNode> nodes = Map.of();
  private volatile HostInfo info = HostInfo.UNSAID;
  private volatile Optional<RemoteLine> line = Optional.empty();
  private volatile @Nullable InetSocketAddress osc;
  private @Nullable DatagramSocket socket;
  private @Nullable Thread thread;

  ImportEndpoint(ImportConfig config, EndpointContext context) {
    this.config = config;
    this.context = context;
    this.program = new RemoteProgram(config);
  }

  @Override
  public void start() {
    context.down("connecting to " + config.url());
    thread = Thread.ofVirtual().name("clasp-oscquery-" + context.name()).start(this::run);
  }

  // --- connecting --------------------------------------------------------------------------------

  private void run() {
    int attempt = 0;
    while (!closed.get()) {
      long began = System.nanoTime();
      try {
        converse();
      } catch (IOException e) {
        if (!closed.get()) {
          context.down("no OSCQuery at " + config.url() + ": " + e.getMessage());
        }
      } catch (InterruptedException e) {
        break;
      } finally {
        hangUp();
      }
      attempt = System.nanoTime() - began > TimeUnit.SECONDS.toNanos(30) ? 1 : attempt + 1;
      if (closed.get() || !rest(attempt)) {
        break;
      }
    }
  }

  /**
   * @return whether to go on
   */
  private boolean rest(int attempt) {
    long nanos =
        BACKOFF
            .delayNanos(attempt, RandomGenerator.getDefault())
            .orElse(TimeUnit.SECONDS.toNanos(30));
    long until = System.nanoTime() + nanos;
    try {
      while (!closed.get()) {
        long left = until - System.nanoTime();
        if (left <= 0) {
          return true;
        }
        work.poll(left, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /** From the first question to the end of the connection. */
  private void converse() throws IOException, InterruptedException {
    work.clear();
    readAgain.set(false);
    info = program.hostInfo();
    osc = oscPlace();
    Map<String, RemoteNode> first = program.tree();
    take(first, config.initial());
    Optional<RemoteLine> open = config.listen() ? openLine() : Optional.empty();
    line = open;
    boolean hears = open.isPresent() && (info.extensions().isEmpty() || info.supports("LISTEN"));
    if (hears) {
      nodes.values().stream()
          .filter(RemoteNode::readable)
          .forEach(node -> listen(open.get(), node));
      // Something may have changed between the tree and the last LISTEN.
      readSoon();
    }
    context.up(
        nodes.size()
            + " addresses of "
            + info.name().orElse(config.url().toString())
            + (hears ? ", listening by WebSocket" : ", asking again and again"));
    attend(open, hears);
  }

  private Optional<RemoteLine> openLine() throws InterruptedException {
    try {
      return Optional.of(program.line(info, new Heard()));
    } catch (IOException e) {
      if (config.pollNanos() == 0) {
        context.error("no WebSocket, and poll is 0: changes will not be seen: " + e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** Until the connection ends. */
  private void attend(Optional<RemoteLine> open, boolean hears)
      throws IOException, InterruptedException {
    long poll = hears ? 0 : config.pollNanos();
    while (!closed.get()) {
      long patience = poll > 0 ? poll : QUIET_NANOS;
      Work next = work.poll(patience, TimeUnit.NANOSECONDS);
      if (closed.get() || next == Work.END) {
        return;
      }
      if (next == Work.GONE) {
        throw new IOException("the connection is gone");
      }
      if (next == Work.READ_AGAIN) {
        TimeUnit.NANOSECONDS.sleep(REST_NANOS);
        readAgain.set(false);
      }
      if (next == Work.READ_AGAIN || poll > 0) {
        read(open.filter(_ -> hears));
      } else if (open.isPresent()) {
        open.get().probe();
      } else {
        // Nobody would tell us that it is gone.
        program.hostInfo();
      }
    }
  }

  /** Asks for the tree again: what is new is listened to, what has changed comes in. */
  private void read(Optional<RemoteLine> open) throws IOException, InterruptedException {
    Map<String, RemoteNode> before = nodes;
    Set<String> fresh = Set.copyOf(added);
    added.removeAll(fresh);
    Map<String, RemoteNode> now = program.tree();
    take(now, true);
    if (open.isEmpty()) {
      return;
    }
    List<RemoteNode> unheard =
        nodes.values().stream()
            .filter(node ->
                node.readable()
                    && (!before.containsKey(node.path()) || fresh.contains(node.path())))
            .toList();
    unheard.forEach(node -> listen(open.get(), node));
    if (!unheard.isEmpty()) {
      // They may have changed between the tree and their LISTEN.
      readSoon();
    }
  }

  private void readSoon() {
    if (readAgain.compareAndSet(false, true)) {
      work.add(Work.READ_AGAIN);
    }
  }

  private static void listen(RemoteLine open, RemoteNode node) {
    open.say(CommandText.of("LISTEN", node.path()));
  }

  /** Takes over a tree: values that are others than before come in. */
  private void take(Map<String, RemoteNode> tree, boolean values) {
    Map<String, RemoteNode> before = nodes;
    Map<String, RemoteNode> now = new LinkedHashMap<>();
    tree.forEach((path, node) -> {
      if (config.takes(node)) {
        now.put(path, node);
      }
    });
    nodes = now;
    boolean same =
        before.size() == now.size()
            && now.values().stream()
                .allMatch(node -> {
                  RemoteNode old = before.get(node.path());
                  return old != null && old.describes(node);
                });
    if (!same) {
      context.offers(now.values().stream().map(node -> node.definition(config.unit())).toList());
    }
    if (values) {
      for (RemoteNode node : now.values()) {
        RemoteNode old = before.get(node.path());
        if (node.value().isPresent() && (old == null || !node.value().equals(old.value()))) {
          receive(node, node.value().get());
        }
      }
    }
  }

  private void hangUp() {
    line.ifPresent(RemoteLine::close);
    line = Optional.empty();
  }

  // --- from the program --------------------------------------------------------------------------

  /** What comes by WebSocket; one call at a time. */
  private final class Heard implements RemoteLine.Listener {

    @Override
    public void text(byte[] utf8) {
      context.bytes(utf8.length, 0);
      Command command = Command.Reader.read(utf8, 0, utf8.length).orElse(new Command.Unknown(""));
      switch (command) {
        case Command.PathAdded(String path) -> {
          if (added.size() < config.nodes()) {
            added.add(path);
          }
          readSoon();
        }
        case Command.PathChanged _, Command.PathRenamed _ -> readSoon();
        case Command.PathRemoved(String path) -> {
          if (nodes.keySet().stream()
              .anyMatch(each -> each.equals(path) || each.startsWith(path + "/"))) {
            readSoon();
          }
        }
        case Command.Listen _, Command.Ignore _, Command.StartStreaming _, Command.Unknown _ -> {}
      }
    }

    @Override
    public void binary(byte[] packet) {
      context.bytes(packet.length, 0);
      try {
        packet(OscCodec.decode(packet));
      } catch (OscException e) {
        context.dropped("no OSC from the program: " + e.getMessage());
      }
    }

    private void packet(OscPacket packet) {
      switch (packet) {
        case OscMessage message -> {
          RemoteNode node = nodes.get(message.address());
          if (node == null) {
            context.dropped("the program sends " + message.address() + ", which it does not have");
          } else {
            receive(node, OscValues.value(message.arguments()));
          }
        }
        case OscBundle bundle -> bundle.elements().forEach(this::packet);
      }
    }

    @Override
    public void ended() {
      work.add(Work.GONE);
    }
  }

  private void receive(RemoteNode node, Value value) {
    boolean bang =
        node.kind() == SignalType.EVENT
            && value instanceof Value.Float(double number)
            && Double.isInfinite(number);
    Value scaled = config.unit() ? scaled(node, value) : value;
    context.receive(
        new Parcel(
            List.of(new MappedSignal(node.address(), node.kind(), bang ? Value.NULL : scaled)),
            false,
            OptionalLong.empty(),
            Optional.of(config.url().getAuthority())));
  }

  private static Value scaled(RemoteNode node, Value value) {
    return node.range().map(range -> RemoteValues.toUnit(range, value)).orElse(value);
  }

  // --- to the program ----------------------------------------------------------------------------

  @Override
  public void send(Parcel parcel) {
    List<OscPacket> messages = new ArrayList<>();
    boolean critical = false;
    for (MappedSignal signal : parcel.signals()) {
      RemoteNode node = nodes.get(OscAddresses.encode(signal.address()));
      if (node == null) {
        context.dropped("the program has no " + signal.address());
      } else if (!node.writable()) {
        context.dropped("the program does not let " + signal.address() + " be written");
      } else {
        try {
          messages.add(
              new OscMessage(
                  node.path(),
                  RemoteValues.arguments(node, signal.type(), outward(node, signal.value()))));
          critical |= node.critical();
        } catch (IllegalArgumentException e) {
          context.dropped(signal.address() + ": " + e.getMessage());
        }
      }
    }
    if (messages.size() > 1 && parcel.atomic()) {
      send(new OscBundle(dev.clasp.osc.OscTimeTag.IMMEDIATELY, messages), critical);
    } else {
      for (OscPacket message : messages) {
        send(message, critical);
      }
    }
  }

  private Value outward(RemoteNode node, Value value) {
    if (!config.unit() || node.range().isEmpty()) {
      return value;
    }
    Range range = node.range().get();
    Value full = RemoteValues.fromUnit(range, value);
    boolean whole = node.tags().equals("i") || node.tags().equals("h");
    return whole && full instanceof Value.Float(double number)
        ? Value.of(Math.round(number))
        : full;
  }

  private void send(OscPacket message, boolean critical) {
    byte[] packet;
    try {
      packet = OscCodec.encode(message);
    } catch (IllegalArgumentException e) {
      context.dropped(String.valueOf(e.getMessage()));
      return;
    }
    Optional<RemoteLine> open = line;
    boolean reliable = critical || info.oscTransport().filter("TCP"::equalsIgnoreCase).isPresent();
    InetSocketAddress to = osc;
    if (open.isPresent() && (reliable || to == null || packet.length > OscCodec.MAX_DATAGRAM)) {
      if (open.get().send(packet)) {
        context.bytes(0, packet.length);
      } else {
        context.dropped("the program reads its WebSocket too slowly");
      }
    } else if (to != null) {
      try {
        socket().send(new DatagramPacket(packet, packet.length, to));
        context.bytes(0, packet.length);
      } catch (IOException e) {
        context.dropped("cannot send OSC to " + to + ": " + e.getMessage());
      }
    } else {
      context.dropped("the program is away");
    }
  }

  private synchronized DatagramSocket socket() throws IOException {
    DatagramSocket open = socket;
    if (open == null) {
      if (closed.get()) {
        throw new IOException("closed");
      }
      open = new DatagramSocket();
      socket = open;
    }
    return open;
  }

  /**
   * Where it takes OSC. Its own word counts for the port only, and for an address only if that is
   * the one that we reach it at: nobody shall be able to point us at others.
   */
  private InetSocketAddress oscPlace() throws IOException {
    String host = config.host();
    int port = info.oscPort().orElse(config.port());
    if (config.osc().isPresent()) {
      ImportConfig.Place place = config.osc().get();
      host = place.host().isEmpty() ? host : place.host();
      port = place.port();
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IOException("unknown host " + host, e);
    }
  }

  // --- the rest ----------------------------------------------------------------------------------

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("url", Value.of(config.url().toString()));
    info.name().ifPresent(name -> details.put("program", Value.of(name)));
    details.put("addresses", Value.of(nodes.size()));
    details.put("listening", Value.of(line.isPresent()));
    InetSocketAddress to = osc;
    if (to != null) {
      details.put("osc", Value.of(to.getHostString() + ":" + to.getPort()));
    }
    return details;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    work.add(Work.END);
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      try {
        running.join(java.time.Duration.ofSeconds(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    hangUp();
    synchronized (this) {
      DatagramSocket open = socket;
      if (open != null) {
        open.close();
      }
    }
    program.close();
  }
}
