package dev.clasp.bridgeartnet;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtAddress;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtDmx;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtInput;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtIpProg;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtNzs;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPoll;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtRdm;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtSync;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTimeCode;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodData;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTrigger;
import dev.clasp.dmx.Dmx;
import dev.clasp.dmx.DmxClock;
import dev.clasp.dmx.DmxReceiver;
import dev.clasp.dmx.DmxSource;
import dev.clasp.dmx.DmxTransmitter;
import dev.clasp.dmx.FrameSink;
import dev.clasp.dmx.GoneParameters;
import dev.clasp.dmx.MergePolicy;
import dev.clasp.dmx.UniverseView;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.rdm.Uid;
import dev.clasp.transform.MappedSignal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A bridge to Art-Net while it runs: node, controller, levels in both directions.
 *
 * <p><b>Threads.</b> The readers of the sockets, the clock and the host come in; the lock of this
 * object guards node, controller, input and devices. The transmitter has a lock of its own, under
 * which frames leave: what is needed there (subscribers, inputs that are switched off) is read
 * without this lock, which may be held while the transmitter is asked.
 */
final class ArtNetEndpoint implements Endpoint {

  private static final int MAX_SEQUENCE = 255;

  /** Universes that a node asks for if the user names none. */
  private static final int STANDARD_PORTS = 4;

  /** Mistakes of one sender are told at most so often. */
  private static final long TOLD_NANOS = 10_000_000_000L;

  private static final int MAX_TOLD = 256;

  /** Parameters of nodes that are away, about ten of each. */
  private static final int MAX_GONE = 20_000;

  /** How soon others hear that we send another universe. */
  private static final long PORTS_NANOS = 500_000_000L;

  private final ArtNetConfig config;
  private final EndpointContext context;
  private final RandomGenerator random;
  private final DmxReceiver receiver;
  private final DmxTransmitter transmitter;
  private final ArtNetInput input;

  /** Universes for which a console has asked for a merge. */
  private final Map<Integer, Boolean> latest = new HashMap<>();

  private final Map<InetAddress, Long> toldAt = new HashMap<>();
  private final RdmDevices rdm;
  private final GoneParameters goneNodes;
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private volatile List<InetSocketAddress> targets = List.of();
  private volatile @Nullable ArtNetSocket socket;
  private volatile @Nullable ArtNetNode node;
  private volatile @Nullable ArtNetController controller;
  private volatile @Nullable DmxClock clock;
  private boolean sourcesChanged;

  /** When the ports are looked at next. */
  private long portsAt;

  ArtNetEndpoint(ArtNetConfig config, EndpointContext context, RandomGenerator random) {
    this.config = config;
    this.context = context;
    this.random = random;
    this.receiver = new DmxReceiver(config.dmx().input(), config.dmx().patch(), context);
    this.transmitter =
        new DmxTransmitter(
            config.dmx().output(), config.dmx().patch(), config::sends, new Frames());
    this.input =
        new ArtNetInput(
            config::receives, config.dmx().input().merge().timeoutNanos(), new Levels());
    this.goneNodes = new GoneParameters(context, MAX_GONE);
    this.rdm =
        new RdmDevices(
            Uid.of(ArtNetNode.ESTA, random.nextInt() & 0x7FFF_FFFFL),
            this::transmit,
            this::tell,
            context::dropped);
  }

  // --- life --------------------------------------------------------------------------------------

  @Override
  public void start() {
    targets = resolve("targets", config.targets());
    InetSocketAddress bind =
        new InetSocketAddress(
            address("bind", config.bind().host().isEmpty() ? "0.0.0.0" : config.bind().host()),
            config.bind().port());
    ArtNetSocket opened =
        new ArtNetSocket(bind, config.networkInterface(), context, this::received);
    socket = opened;
    targets = withPort(targets, opened.port());
    List<InetSocketAddress> poll = withPort(resolve("poll", config.poll()), opened.port());
    synchronized (this) {
      if (config.node()) {
        node =
            new ArtNetNode(
                new NodeIdentity(
                    opened::locals, opened.port(), config.shortName(), config.longName()),
                new Ports(),
                new Orders(),
                opened,
                random);
        portsAt = context.nanoTime();
        ports(portsAt);
      }
      if (config.controller()) {
        controller =
            new ArtNetController(
                opened, () -> polled(opened, poll), opened.port(), random, new Nodes());
      }
    }
    opened.start();
    clock = DmxClock.start("artnet-clock-" + context.name(), context::nanoTime, this::run);
    context.up(how(opened));
  }

  private String how(ArtNetSocket opened) {
    String sending =
        switch (config.send()) {
          case SUBSCRIBED -> "; sending to the nodes that ask for it";
          case TARGETS ->
              "; sending to "
                  + String.join(", ", targets.stream().map(ArtNetSocket::text).toList());
          case BROADCAST -> "; sending to everybody";
          case OFF -> "";
        };
    return "listening on udp port "
        + opened.port()
        + " as "
        + opened.locals().getFirst().address().getHostAddress()
        + sending;
  }

  private List<InetSocketAddress> polled(ArtNetSocket opened, List<InetSocketAddress> poll) {
    refresh(opened);
    Set<InetSocketAddress> all = new LinkedHashSet<>(opened.broadcasts());
    all.addAll(targets);
    all.addAll(poll);
    return List.copyOf(all);
  }

  /** Lists of interfaces take their time, and frames shall not wait: the next poll has them. */
  private void refresh(ArtNetSocket opened) {
    if (refreshing.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("artnet-interfaces-" + context.name())
          .start(() -> {
            try {
              opened.refresh();
            } catch (RuntimeException e) {
              context.error("network interfaces: " + e);
            } finally {
              refreshing.set(false);
            }
          });
    }
  }

  private static List<InetSocketAddress> resolve(String setting, List<HostPort> hosts) {
    return hosts.stream()
        .map(host -> new InetSocketAddress(address(setting, host.host()), host.port()))
        .toList();
  }

  /** Without a port of their own, others have the same as we. */
  private static List<InetSocketAddress> withPort(List<InetSocketAddress> all, int port) {
    return all.stream()
        .map(each -> each.getPort() == 0 ? new InetSocketAddress(each.getAddress(), port) : each)
        .toList();
  }

  private static InetAddress address(String setting, String host) {
    try {
      for (InetAddress each : InetAddress.getAllByName(host)) {
        if (each instanceof java.net.Inet4Address) {
          return each;
        }
      }
    } catch (UnknownHostException e) {
      // Told below.
    }
    throw BridgeException.passing(
        setting + ": " + host + " is not known as an IPv4 address; Art-Net has no IPv6");
  }

  @Override
  public void close() {
    DmxClock running = clock;
    if (running != null) {
      running.close();
    }
    ArtNetSocket opened = socket;
    if (opened != null) {
      transmitter.stop();
      opened.close();
    }
  }

  // --- time --------------------------------------------------------------------------------------

  /** Does what is due; called by the clock. */
  long run(long nanos) {
    long next = Math.min(transmitter.transmit(nanos), receiver.expire(nanos));
    synchronized (this) {
      next = Math.min(next, input.tick(nanos));
      ArtNetNode answering = node;
      if (answering != null) {
        if (nanos - portsAt >= 0) {
          portsAt = nanos + PORTS_NANOS;
          ports(nanos);
        }
        next = Math.min(next, Math.min(portsAt, answering.tick(nanos)));
      }
      ArtNetController polling = controller;
      if (polling != null) {
        next = Math.min(next, polling.tick(nanos));
        next = Math.min(next, goneNodes.expire(nanos));
      }
      if (config.rdm()) {
        next = Math.min(next, rdm.tick(nanos));
      }
    }
    return next;
  }

  private void wake() {
    DmxClock running = clock;
    if (running != null) {
      running.wake();
    }
  }

  /** What the node tells of its ports follows what comes and goes, if the user names none. */
  private void ports(long nanos) {
    ArtNetNode answering = node;
    if (answering == null) {
      return;
    }
    SortedSet<Integer> outputs = config.universes();
    if (outputs.isEmpty()) {
      outputs = new TreeSet<>(input.universes());
      for (int port = 0; port < STANDARD_PORTS; port++) {
        outputs.add(port);
      }
    }
    Collection<Integer> inputs =
        config.send() == ArtNetConfig.Send.OFF
            ? List.of()
            : config.outputUniverses().isEmpty() ? transmitter.sending() : config.outputUniverses();
    answering.ports(outputs, inputs, nanos);
  }

  // --- from the network --------------------------------------------------------------------------

  private void received(byte[] bytes, int length, InetSocketAddress from) {
    if (!ArtNetDecoder.isArtNet(bytes, length)) {
      wrong(from, "it sends something that is no Art-Net");
      return;
    }
    try {
      ArtNetPacket packet = ArtNetDecoder.decode(bytes, length);
      // Levels of a source that is known make nothing due earlier, and come a thousand times a
      // second.
      boolean levels = packet instanceof ArtDmx || packet instanceof ArtNzs;
      if (take(packet, from) || !levels) {
        wake();
      }
    } catch (ArtNetException e) {
      wrong(from, e.getMessage());
    }
  }

  private synchronized void wrong(InetSocketAddress from, @Nullable String what) {
    long now = context.nanoTime();
    Long before = toldAt.get(from.getAddress());
    if (before == null || now - before >= TOLD_NANOS) {
      if (toldAt.size() >= MAX_TOLD) {
        toldAt.clear();
      }
      toldAt.put(from.getAddress(), now);
      context.dropped(ArtNetSocket.text(from) + ": " + what);
    }
  }

  /** Whether sources have come or gone. */
  private synchronized boolean take(ArtNetPacket packet, InetSocketAddress from) {
    sourcesChanged = false;
    long now = context.nanoTime();
    ArtNetNode answering = node;
    ArtNetController polling = controller;
    switch (packet) {
      case ArtDmx dmx ->
          levels(dmx.portAddress(), 0, dmx.sequence(), dmx.physical(), dmx.data(), from, now);
      case ArtNzs nzs ->
          levels(nzs.portAddress(), nzs.startCode(), nzs.sequence(), 0, nzs.data(), from, now);
      case ArtSync _ -> input.sync(from.getAddress(), now);
      case ArtPoll poll -> {
        if (answering != null) {
          answering.polled(poll, from, now);
        }
      }
      case ArtPollReply reply -> {
        if (polling != null && !polling.replied(reply, from, now)) {
          context.error("there are too many nodes; " + ArtNetSocket.text(from) + " is left out");
        }
      }
      case ArtAddress address -> {
        if (answering != null) {
          answering.address(address, from, now);
        }
      }
      case ArtInput order -> {
        if (answering != null) {
          answering.input(order, from, now);
        }
      }
      case ArtIpProg prog -> {
        if (answering != null) {
          answering.ipProg(prog, from);
        }
      }
      case ArtTimeCode time ->
          // Never a parameter: a router would keep it, and send an old time at the next start.
          receive(
              new MappedSignal(ShowSignals.TIME_CODE, SignalType.STREAM, ShowSignals.value(time)),
              from);
      case ArtTrigger trigger ->
          receive(
              new MappedSignal(ShowSignals.TRIGGER, SignalType.EVENT, ShowSignals.value(trigger)),
              from);
      case ArtTodData data -> {
        if (config.rdm()) {
          rdm.table(data, from.getAddress(), now);
        }
      }
      case ArtRdm message -> {
        if (config.rdm()) {
          rdm.answered(message, from.getAddress(), now);
        }
      }
      // Replies to what we never ask, and what only gateways and media servers do.
      case ArtNetPacket.ArtIpProgReply _,
          ArtNetPacket.ArtTodRequest _,
          ArtNetPacket.ArtTodControl _,
          ArtNetPacket.ArtRdmSub _,
          ArtNetPacket.ArtDiagData _,
          ArtNetPacket.ArtCommand _,
          ArtNetPacket.Other _ -> {}
    }
    return sourcesChanged;
  }

  private void levels(
      int portAddress,
      int startCode,
      int sequence,
      int physical,
      byte[] data,
      InetSocketAddress from,
      long now) {
    String why =
        input.received(portAddress, startCode, sequence, physical, data, from.getAddress(), now);
    if (!why.isEmpty()) {
      wrong(from, why);
    }
  }

  private void receive(MappedSignal signal, InetSocketAddress from) {
    context.receive(
        new Parcel(
            List.of(signal),
            false,
            OptionalLong.empty(),
            Optional.of(from.getAddress().getHostAddress())));
  }

  private void tell(List<MappedSignal> signals) {
    context.receive(new Parcel(signals, false, OptionalLong.empty(), Optional.empty()));
  }

  private final class Levels implements ArtNetInput.Levels {
    @Override
    public void received(
        int portAddress, DmxSource source, int startCode, byte[] data, long nanos) {
      receiver.received(portAddress, source, Dmx.PRIORITY, startCode, data, 0, data.length, nanos);
    }

    @Override
    public void terminated(int portAddress, DmxSource source, long nanos) {
      receiver.terminated(portAddress, source, nanos);
    }

    @Override
    public void sourcesChanged(long nanos) {
      sourcesChanged = true;
      portsAt = nanos;
      ArtNetNode answering = node;
      if (answering != null) {
        answering.changed(nanos);
      }
    }
  }

  // --- what the node is told and tells -----------------------------------------------------------

  private final class Ports implements PortState {
    @Override
    public boolean receives(int portAddress) {
      return input.receives(portAddress);
    }

    @Override
    public boolean merges(int portAddress) {
      return input.merges(portAddress);
    }

    @Override
    public boolean latestWins(int portAddress) {
      return latest.getOrDefault(
          portAddress, config.dmx().input().merge().mode() == MergePolicy.Mode.LTP);
    }

    @Override
    public boolean sends(int portAddress) {
      return transmitter.sending().contains(portAddress);
    }
  }

  private final class Orders implements ArtNetNode.Orders {
    @Override
    public void cancelMerge(Collection<Integer> portAddresses) {
      input.cancelMerge(portAddresses);
    }

    @Override
    public void merge(int portAddress, boolean latestWins) {
      latest.put(portAddress, latestWins);
      receiver.merge(
          portAddress,
          latestWins ? MergePolicy.Mode.LTP : MergePolicy.Mode.HTP,
          context.nanoTime());
    }
  }

  private final class Nodes implements ArtNetController.Watcher {
    @Override
    public void changed(ArtNetController.Entry entry) {
      List<MappedSignal> signals = NodeSignals.of(entry, true);
      signals.forEach(signal -> goneNodes.back(signal.address()));
      tell(signals);
      if (config.rdm()) {
        rdm.node(entry, true);
      }
    }

    @Override
    public void gone(ArtNetController.Entry entry) {
      long now = context.nanoTime();
      tell(NodeSignals.of(entry, false));
      NodeSignals.of(entry, true).forEach(signal -> goneNodes.gone(signal.address(), now));
      context.error("node " + NodeSignals.name(entry) + " does not answer any more");
      if (config.rdm()) {
        rdm.node(entry, false);
      }
    }
  }

  // --- to the network ----------------------------------------------------------------------------

  @Override
  public boolean sends() {
    return config.send() != ArtNetConfig.Send.OFF || config.rdm();
  }

  @Override
  public boolean stateful() {
    return true;
  }

  @Override
  public void send(Parcel parcel) {
    long now = context.nanoTime();
    List<MappedSignal> levels = new ArrayList<>(parcel.signals().size());
    for (MappedSignal signal : parcel.signals()) {
      String path = signal.address();
      if (path.startsWith(RdmDevices.ROOT)) {
        if (config.rdm()) {
          synchronized (this) {
            rdm.write(path, signal.value(), now);
          }
          wake();
        }
      } else if (path.equals(ShowSignals.TIME_CODE)) {
        show(
            path, ShowSignals.timeCode(signal.value()), "01:02:03:04, or a map with time and rate");
      } else if (path.equals(ShowSignals.TRIGGER)) {
        show(path, ShowSignals.trigger(signal.value()), "a map with key and sub_key");
      } else {
        levels.add(signal);
      }
    }
    if (levels.isEmpty() || config.send() == ArtNetConfig.Send.OFF) {
      return;
    }
    Parcel rest =
        levels.size() == parcel.signals().size()
            ? parcel
            : new Parcel(levels, parcel.atomic(), parcel.timeMicros(), parcel.peer());
    if (transmitter.take(rest, now, context::dropped)) {
      wake();
    }
  }

  @Override
  public void routerConnected(boolean connected) {
    long now = context.nanoTime();
    if (connected) {
      transmitter.routerBack(now);
    } else {
      transmitter.routerLost(now);
    }
    synchronized (this) {
      rdm.router(connected, now);
    }
    wake();
  }

  /** A time code or a trigger, to whom levels go: all nodes if there are no targets. */
  private void show(String path, Optional<? extends ArtNetPacket> packet, String takes) {
    if (packet.isEmpty()) {
      context.dropped(path + " takes " + takes);
      return;
    }
    Collection<InetSocketAddress> to =
        switch (config.send()) {
          case SUBSCRIBED -> allNodes();
          case TARGETS -> targets;
          case BROADCAST -> broadcasts();
          case OFF -> List.of();
        };
    to.forEach(each -> transmit(packet.get(), each));
  }

  private synchronized Collection<InetSocketAddress> allNodes() {
    ArtNetController polling = controller;
    Set<InetSocketAddress> all = new LinkedHashSet<>();
    if (polling != null) {
      polling.nodes().forEach(entry -> all.add(entry.machine));
    }
    return all;
  }

  private Collection<InetSocketAddress> broadcasts() {
    ArtNetSocket opened = socket;
    return opened == null ? List.of() : opened.broadcasts();
  }

  private void transmit(ArtNetPacket packet, InetSocketAddress to) {
    ArtNetSocket opened = socket;
    if (opened != null) {
      opened.send(packet, to);
    }
  }

  /** Frames of the transmitter; called under its lock. */
  private final class Frames implements FrameSink {

    private final Set<InetSocketAddress> reached = new LinkedHashSet<>();

    @Override
    public void frame(int universe, byte[] slots, int count, int sequence) {
      ArtNetNode answering = node;
      if (answering != null && answering.isDisabled(universe)) {
        return;
      }
      Collection<InetSocketAddress> destinations = destinations(universe);
      ArtNetSocket opened = socket;
      if (destinations.isEmpty() || opened == null) {
        return;
      }
      byte[] octets =
          ArtNetEncoder.encode(
              new ArtDmx(1 + sequence % MAX_SEQUENCE, 0, universe, Arrays.copyOf(slots, count)));
      for (InetSocketAddress to : destinations) {
        opened.send(octets, to);
        if (config.sync()) {
          reached.add(to);
        }
      }
    }

    private Collection<InetSocketAddress> destinations(int universe) {
      return switch (config.send()) {
        case SUBSCRIBED -> {
          ArtNetController polling = controller;
          yield polling == null ? List.of() : polling.subscribers(universe);
        }
        case TARGETS -> targets;
        case BROADCAST -> broadcasts();
        case OFF -> List.of();
      };
    }

    @Override
    public void together(int frames) {
      if (config.sync()) {
        // Every time: whoever gets ArtSync once waits for it.
        reached.forEach(to -> transmit(new ArtSync(0), to));
      }
      reached.clear();
    }
  }

  // --- for people --------------------------------------------------------------------------------

  @Override
  public Optional<Value> universe(int number) {
    return UniverseView.of(receiver, transmitter, number);
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    ArtNetSocket opened = socket;
    if (opened != null) {
      details.put("udp_port", Value.of(opened.port()));
      details.put(
          "addresses",
          Value.of(
              opened.locals().stream()
                  .map(local -> Value.of(local.address().getHostAddress()))
                  .toList()));
    }
    details.put(
        "sending",
        Value.of(transmitter.sending().stream().map(each -> Value.of((long) each)).toList()));
    details.put("sources", receiver.sources());
    synchronized (this) {
      details.put("synchronous", Value.of(input.synchronous()));
      details.put("late_packets", Value.of(input.late()));
      ArtNetController polling = controller;
      if (polling != null) {
        details.put(
            "nodes", Value.of(polling.nodes().stream().map(NodeSignals::describe).toList()));
      }
      if (config.rdm()) {
        details.put("rdm_devices", rdm.table());
      }
    }
    return details;
  }
}
