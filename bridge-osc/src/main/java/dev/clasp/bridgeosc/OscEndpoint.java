package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.Value;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One OSC bridge while it runs: its port, its listener, its targets. */
final class OscEndpoint implements Endpoint {

  private final OscConfig config;
  private final EndpointContext context;
  private final KnownAddresses known = new KnownAddresses();
  private final UdpPeers peers;
  private final Inbound inbound;
  private final Outbound outbound;
  private final Gathering gathering;
  private final List<UdpTarget> udpTargets = new CopyOnWriteArrayList<>();
  private final List<TcpTarget> tcpTargets = new CopyOnWriteArrayList<>();
  private final Set<TcpTarget> connected = ConcurrentHashMap.newKeySet();
  private final Map<Phrase.Repeated, Runnable> repeating = new ConcurrentHashMap<>();
  private volatile @Nullable UdpPort udp;
  private volatile @Nullable TcpListener tcp;
  private volatile boolean closed;

  /**
   * @param wallMicros time of day in Unix microseconds, which is what time tags mean
   */
  OscEndpoint(OscConfig config, EndpointContext context, LongSupplier wallMicros) {
    this.config = config;
    this.context = context;
    this.peers = new UdpPeers(config.replyPort(), config.replyTime().toNanos());
    this.inbound = new Inbound(config, context, known, wallMicros);
    this.outbound = new Outbound(config, context, known, wallMicros);
    this.gathering =
        new Gathering(
            config.gather().toNanos(), context, parcel -> outbound.send(parcel, destinations()));
  }

  @Override
  public void start() {
    int port = config.bind().port();
    if (config.needsUdp()) {
      UdpPort opened = new UdpPort(config, context, inbound, peers);
      udp = opened;
      opened.open();
      for (TargetSpec spec : config.targets()) {
        if (!spec.stream()) {
          List<UdpTarget> itself = new ArrayList<>();
          UdpTarget target =
              new UdpTarget(spec, opened, context, () -> outbound.say(config.hello(), itself));
          itself.add(target);
          udpTargets.add(target);
        }
      }
      if (port == 0 && config.transport().udp()) {
        // The same for both.
        port = opened.port();
      }
    }
    if (config.transport().tcp()) {
      TcpListener opened = new TcpListener(config, context, inbound);
      tcp = opened;
      opened.open(port);
    }
    for (TargetSpec spec : config.targets()) {
      if (spec.stream()) {
        tcpTargets.add(new TcpTarget(spec, config, context, inbound, this::changed));
      }
    }
    if (listens() || !udpTargets.isEmpty()) {
      context.up(how());
    } else {
      context.down("connecting to " + config.targets().getFirst());
    }
    udpTargets.forEach(UdpTarget::start);
    tcpTargets.forEach(TcpTarget::start);
    config.keepAlive().forEach(this::repeat);
  }

  private boolean listens() {
    return config.transport() != OscConfig.Transport.NONE;
  }

  private String how() {
    List<String> parts = new ArrayList<>();
    UdpPort udpPort = udp;
    TcpListener listener = tcp;
    String host = config.bind().host().isEmpty() ? "0.0.0.0" : config.bind().host();
    if (udpPort != null && config.transport().udp()) {
      parts.add("listening on udp " + new HostPort(host, udpPort.port()));
    }
    if (listener != null) {
      parts.add("listening on tcp " + new HostPort(host, listener.port()));
    }
    if (!config.targets().isEmpty()) {
      parts.add(
          "sending to "
              + String.join(", ", config.targets().stream().map(TargetSpec::toString).toList()));
    }
    return String.join("; ", parts);
  }

  private void changed(TcpTarget target, String why) {
    if (why.isEmpty()) {
      connected.add(target);
      target.link().ifPresent(link -> outbound.say(config.hello(), List.of(link)));
    } else {
      connected.remove(target);
    }
    if (listens() || !udpTargets.isEmpty()) {
      if (!why.isEmpty()) {
        context.error(why);
      }
    } else if (!connected.isEmpty()) {
      context.up(
          "connected to "
              + String.join(", ", connected.stream().map(TcpTarget::toString).sorted().toList()));
    } else {
      context.down(why);
    }
  }

  private void repeat(Phrase.Repeated phrase) {
    if (closed) {
      return;
    }
    repeating.put(
        phrase,
        context.schedule(
            () ->
                Thread.startVirtualThread(() -> {
                  if (!closed) {
                    outbound.say(List.of(phrase.message()), targets());
                    repeat(phrase);
                  }
                }),
            phrase.interval().toNanos()));
  }

  // --- sending -----------------------------------------------------------------------------------

  @Override
  public boolean sends() {
    return !config.targets().isEmpty() || config.reply() || config.transport().tcp();
  }

  @Override
  public boolean stateful() {
    return config.initial();
  }

  @Override
  public void send(Parcel parcel) {
    gathering.send(parcel);
  }

  /** Those of the settings. */
  private List<Destination> targets() {
    List<Destination> targets = new ArrayList<>(udpTargets);
    for (TcpTarget target : tcpTargets) {
      target.link().ifPresent(targets::add);
    }
    return targets;
  }

  private List<Destination> destinations() {
    List<Destination> destinations = targets();
    TcpListener listener = tcp;
    if (listener != null) {
      destinations.addAll(listener.links());
    }
    UdpPort port = udp;
    if (config.reply() && port != null) {
      for (InetSocketAddress peer : peers.present(context.nanoTime())) {
        if (udpTargets.stream().noneMatch(target -> target.isAt(peer))) {
          destinations.add(new UdpReply(peer, config.width() == 64, port));
        }
      }
    }
    return destinations;
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    UdpPort udpPort = udp;
    TcpListener listener = tcp;
    if (udpPort != null) {
      details.put("udp_port", Value.of(udpPort.port()));
    }
    if (listener != null) {
      details.put("tcp_port", Value.of(listener.port()));
      details.put("tcp_connections", Value.of(listener.links().size()));
    }
    details.put("targets", texts(config.targets()));
    if (!tcpTargets.isEmpty()) {
      details.put("connected", texts(connected));
    }
    if (config.reply()) {
      details.put(
          "peers",
          texts(
              peers.present(context.nanoTime()).stream()
                  .map(peer -> peer.getAddress().getHostAddress() + ":" + peer.getPort())
                  .toList()));
    }
    details.put("known_addresses", Value.of(known.size()));
    return details;
  }

  private static Value texts(Iterable<?> things) {
    List<Value> texts = new ArrayList<>();
    things.forEach(thing -> texts.add(Value.of(thing.toString())));
    return Value.of(texts);
  }

  @Override
  public void close() {
    gathering.flush();
    closed = true;
    repeating.values().forEach(Runnable::run);
    udpTargets.forEach(UdpTarget::close);
    tcpTargets.forEach(TcpTarget::close);
    TcpListener listener = tcp;
    if (listener != null) {
      listener.close();
    }
    UdpPort port = udp;
    if (port != null) {
      port.close();
    }
  }
}
