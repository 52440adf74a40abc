package dev.clasp.bridgedmx;

import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.dmx.Dmx;
import dev.clasp.dmx.DmxClock;
import dev.clasp.dmx.DmxReceiver;
import dev.clasp.dmx.DmxSource;
import dev.clasp.dmx.DmxTransmitter;
import dev.clasp.dmx.UniverseView;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A bridge to lines of DMX while it runs.
 *
 * <p><b>Threads.</b> Each interface has one that reads or, with Open DMX, sends; a clock makes the
 * frames. Transmitter and receiver have locks of their own. An interface never calls the
 * transmitter, so that frames may be handed over under its lock.
 */
final class DmxEndpoint implements Endpoint {

  /** Interfaces that tell only changes are asked whether they are still there so often. */
  private static final long TOUCH_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private final DmxConfig config;
  private final EndpointContext context;
  private final DmxReceiver receiver;
  private final DmxTransmitter transmitter;
  private final List<DmxInterface> interfaces;
  private final Map<DmxInterface, DmxSource> sources = new LinkedHashMap<>();
  private volatile Optional<DmxClock> clock = Optional.empty();
  private volatile boolean closed;

  DmxEndpoint(DmxConfig config, EndpointContext context, Ports ports, Ticker ticker) {
    this.config = config;
    this.context = context;
    this.receiver = new DmxReceiver(config.dmx().input(), config.dmx().patch(), context);
    this.transmitter =
        new DmxTransmitter(config.dmx().output(), config.dmx().patch(), config::sends, this::frame);
    List<DmxInterface> all = new ArrayList<>();
    Plugs plugs = new Plugs();
    for (InterfaceSpec spec : config.interfaces()) {
      DmxInterface made = new DmxInterface(spec, ports, ticker, plugs);
      all.add(made);
      if (!spec.sends()) {
        String id = spec.name().replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^-+|-+$", "");
        sources.put(made, new DmxSource(id.isEmpty() ? "line" : id, "", spec.name()));
      }
    }
    this.interfaces = List.copyOf(all);
  }

  @Override
  public void start() {
    context.down("opening " + names(interfaces));
    clock =
        Optional.of(DmxClock.start("dmx-clock-" + context.name(), context::nanoTime, this::run));
    interfaces.forEach(DmxInterface::start);
  }

  private static String names(List<DmxInterface> some) {
    return some.stream().map(DmxInterface::name).collect(Collectors.joining(", "));
  }

  /** Does what is due; called by the clock. */
  long run(long nanos) {
    long next = transmitter.transmit(nanos);
    for (Map.Entry<DmxInterface, DmxSource> each : sources.entrySet()) {
      DmxInterface from = each.getKey();
      if (from.spec().onChange() && from.works()) {
        receiver.touch(from.spec().universe(), each.getValue(), nanos);
        next = Math.min(next, nanos + TOUCH_NANOS);
      }
    }
    return Math.min(next, receiver.expire(nanos));
  }

  private void wake() {
    clock.ifPresent(DmxClock::wake);
  }

  // --- out ---------------------------------------------------------------------------------------

  @Override
  public boolean sends() {
    return config.interfaces().stream().anyMatch(InterfaceSpec::sends);
  }

  @Override
  public boolean stateful() {
    return true;
  }

  @Override
  public void send(Parcel parcel) {
    if (transmitter.take(parcel, context.nanoTime(), context::dropped)) {
      wake();
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

  private void frame(int universe, byte[] slots, int count, int sequence) {
    byte[] frame = Arrays.copyOf(slots, count);
    for (DmxInterface each : interfaces) {
      InterfaceSpec spec = each.spec();
      if (!spec.sends()) {
        continue;
      }
      if (spec.universe() == universe) {
        each.output(0, frame);
      }
      if (spec.second().isPresent() && spec.second().getAsInt() == universe) {
        each.output(1, frame);
      }
    }
  }

  // --- in, and what becomes of the interfaces ----------------------------------------------------

  private final class Plugs implements DmxInterface.Listener {

    // Guarded by this.
    private final Map<DmxInterface, String> reasons = new HashMap<>();
    private boolean up;

    @Override
    public void up(DmxInterface which, String what) {
      synchronized (this) {
        reasons.remove(which);
      }
      tell();
      wake();
    }

    @Override
    public void down(DmxInterface which, String why) {
      boolean news;
      synchronized (this) {
        boolean before = up;
        news = !why.equals(reasons.put(which, why));
        tell();
        // The host reports by itself that nothing works any more.
        news &= !before || up;
      }
      // Not at each new try.
      if (news && !closed) {
        context.error(why);
      }
    }

    /**
     * All of them in one sentence. The endpoint is up while one interface works that sends, because
     * the host sends nothing to one that is down; without any that sends, while one works.
     */
    private synchronized void tell() {
      if (closed) {
        return;
      }
      List<DmxInterface> missing = interfaces.stream().filter(each -> !each.works()).toList();
      List<DmxInterface> present = interfaces.stream().filter(DmxInterface::works).toList();
      String here =
          present.stream()
              .map(each -> each.name() + " (" + each.state() + ")")
              .collect(Collectors.joining(", "));
      String away =
          missing.stream()
              .map(each -> each.name() + ": " + each.state())
              .collect(Collectors.joining("; "));
      up = present.stream().anyMatch(each -> each.spec().sends() || !sends());
      if (up) {
        context.up(missing.isEmpty() ? here : here + "; missing: " + away);
      } else {
        context.down(present.isEmpty() ? away : away + "; working: " + here);
      }
    }

    @Override
    public void heard(DmxInterface which, byte[] slots) {
      DmxSource source = sources.get(which);
      if (source != null && !closed) {
        receiver.received(
            which.spec().universe(),
            source,
            Dmx.PRIORITY,
            Dmx.START_LEVELS,
            slots,
            0,
            slots.length,
            context.nanoTime());
        wake();
      }
    }

    @Override
    public void unusable(DmxInterface which, String why) {
      context.dropped(why);
    }

    @Override
    public void bytes(long in, long out) {
      context.bytes(in, out);
    }
  }

  @Override
  public Optional<Value> universe(int number) {
    return UniverseView.of(receiver, transmitter, number);
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put(
        "interfaces", Value.of(interfaces.stream().map(each -> Value.of(each.details())).toList()));
    details.put("sending", Value.of(transmitter.sending().stream().map(Value::of).toList()));
    if (!sources.isEmpty()) {
      details.put("sources", receiver.sources());
    }
    return details;
  }

  @Override
  public void close() {
    closed = true;
    clock.ifPresent(DmxClock::close);
    transmitter.stop();
    interfaces.forEach(DmxInterface::close);
  }
}
