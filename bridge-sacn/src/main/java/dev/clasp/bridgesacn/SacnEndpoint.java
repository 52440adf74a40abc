package dev.clasp.bridgesacn;

import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.dmx.DmxClock;
import dev.clasp.dmx.DmxReceiver;
import dev.clasp.dmx.DmxTransmitter;
import dev.clasp.dmx.UniverseView;
import dev.clasp.protocol.Value;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One sACN bridge while it runs. A thread of its own sends frames and looks who is silent. */
final class SacnEndpoint implements Endpoint {

  private static final long LOOK_NANOS = 1_000_000_000L;

  /** Network interfaces come and go without a word. */
  private static final long INTERFACES_NANOS = 5_000_000_000L;

  private final SacnConfig config;
  private final EndpointContext context;
  private final UUID cid;
  private final DmxReceiver lights;
  private final SacnReceiver receiver;
  private final SacnSockets sockets;
  private final SacnSender sender;
  private final DmxTransmitter transmitter;
  private long discoverAt = Long.MIN_VALUE;
  private long interfacesAt;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile @Nullable DmxClock clock;
  private boolean open;

  SacnEndpoint(SacnConfig config, EndpointContext context) {
    this.config = config;
    this.context = context;
    this.cid = config.cid().orElseGet(() -> OwnCid.of(context.name(), config.sourceName()));
    this.sockets = new SacnSockets(config, context, this::received);
    this.lights = new DmxReceiver(config.lights().input(), config.lights().patch(), context);
    // Who only listens has nothing of its own: another bridge of the same name may be what it
    // hears.
    UUID own = config.mode().sends() ? cid : UUID.randomUUID();
    this.receiver = new SacnReceiver(config, own, lights, context, sockets::join);
    this.sender = new SacnSender(config, cid, sockets, context::nanoTime);
    this.transmitter =
        new DmxTransmitter(
            config.lights().output(),
            config.lights().patch(),
            universe -> config.universes().contains(universe),
            sender);
  }

  @Override
  public void start() {
    open = true;
    sockets.open();
    interfacesAt = context.nanoTime();
    clock = DmxClock.start("sacn-" + context.name(), context::nanoTime, this::work);
    context.up(sockets.how());
  }

  private long work(long nanos) {
    long next = Long.MAX_VALUE;
    if (config.mode().sends()) {
      next = transmitter.transmit(nanos);
      if (config.discovery()) {
        if (discoverAt == Long.MIN_VALUE || nanos - discoverAt >= 0) {
          discoverAt = nanos + Sacn.DISCOVERY_NANOS;
          sender.discover(transmitter.sending());
        }
        next = Math.min(next, discoverAt);
      }
    }
    if (config.mode().receives()) {
      next = Math.min(next, receiver.expire(nanos));
      // Whoever comes in the meantime is not silent before that.
      long timeout = config.lights().input().merge().timeoutNanos();
      next = Math.min(next, nanos + Math.min(timeout, LOOK_NANOS));
    }
    if (config.multicast()) {
      if (nanos - interfacesAt >= INTERFACES_NANOS) {
        interfacesAt = nanos;
        look();
      }
      next = Math.min(next, interfacesAt + INTERFACES_NANOS);
    }
    return next;
  }

  /** Lists of interfaces take their time, and frames shall not wait for them. */
  private void look() {
    if (looking.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("sacn-interfaces-" + context.name())
          .start(() -> {
            try {
              sockets.look();
            } catch (RuntimeException e) {
              context.error("network interfaces: " + e);
            } finally {
              looking.set(false);
            }
          });
    }
  }

  private void received(byte[] datagram, int length, InetSocketAddress from) {
    receiver.received(datagram, length, from, context.nanoTime());
  }

  @Override
  public boolean sends() {
    return config.mode().sends();
  }

  @Override
  public boolean stateful() {
    return config.mode().sends();
  }

  @Override
  public void send(Parcel parcel) {
    if (transmitter.take(parcel, context.nanoTime(), context::dropped)) {
      wake();
    }
  }

  private void wake() {
    DmxClock running = clock;
    if (running != null) {
      running.wake();
    }
  }

  @Override
  public void routerConnected(boolean connected) {
    if (connected) {
      transmitter.routerBack(context.nanoTime());
    } else {
      transmitter.routerLost(context.nanoTime());
    }
    wake();
  }

  @Override
  public Optional<Value> universe(int number) {
    return UniverseView.of(lights, transmitter, number);
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("cid", Value.of(cid.toString()));
    if (config.mode().receives()) {
      details.put("udp_port", Value.of(sockets.port()));
      details.put("sockets", Value.of(sockets.listeners()));
      details.put("sources", lights.sources());
      details.put("discovered", receiver.discovered());
      details.put("ignored", Value.of(receiver.ignored()));
    }
    if (config.mode().sends()) {
      details.put(
          "sending", Value.of(transmitter.sending().stream().map(each -> Value.of(each)).toList()));
    }
    return details;
  }

  @Override
  public void close() {
    DmxClock running = clock;
    if (running != null) {
      running.close();
    }
    if (open) {
      transmitter.stop();
    }
    sockets.close();
  }
}
