package dev.clasp.bridgeserver;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeEvent;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.BridgeStatus;
import dev.clasp.bridge.BridgeStore;
import dev.clasp.bridge.RouterDoors;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.client.ClaspClient;
import dev.clasp.server.AdminRoute;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.Measures;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridges of a server. They run as long as it does, each as a client of its own that needs no
 * socket: {@code bridge:desk} in the list of sessions. Those of the configuration are changed
 * there; others are made and changed by the admin API.
 *
 * <p>Thread-safe.
 */
public final class Bridges {

  private static final Logger LOG = LoggerFactory.getLogger(Bridges.class);

  private final Optional<Path> store;

  /** Those of the file, as they were at the start. */
  private final List<BridgeDefinition> made;

  /** Those of the configuration by name. Guarded by this. */
  private Map<String, FixedBridge> fixed;

  /** What was said last of a bridge that does not work. */
  private final Map<String, String> told = new ConcurrentHashMap<>();

  /** Guarded by this; there while it runs. */
  private @Nullable ClaspServer server;

  /** Made when it is needed: most routers have no bridges, and start sooner without. */
  private volatile @Nullable BridgeHost host;

  /**
   * Nothing runs before the server does.
   *
   * @throws BridgeException the file cannot be read, or two bridges have one name
   */
  public Bridges(BridgesConfig config) {
    this.fixed = byName(config.fixed());
    this.store = config.file();
    this.made = store.map(BridgeStore::load).orElse(List.of());
  }

  private static Map<String, FixedBridge> byName(List<FixedBridge> bridges) {
    Map<String, FixedBridge> all = new LinkedHashMap<>();
    for (FixedBridge bridge : bridges) {
      String name = bridge.definition().name();
      FixedBridge other = all.put(name, bridge);
      if (other != null) {
        throw BridgeException.lasting(
            bridge.place() + ": there is a bridge " + name + " already, at " + other.place());
      }
    }
    return all;
  }

  /** For the settings of a server. */
  public Companion.Factory factory() {
    return Beside::new;
  }

  /** For its admin API. */
  public List<AdminRoute> routes() {
    return routes(Duration.ofSeconds(5));
  }

  /** The same with another patience for devices. */
  List<AdminRoute> routes(Duration patience) {
    return new BridgeCalls(this, patience).routes();
  }

  // --- definitions -------------------------------------------------------------------------------

  /**
   * @throws BridgeException the server has not begun, or has ended
   */
  BridgeHost host() {
    BridgeHost now = host;
    return now == null ? begin() : now;
  }

  private synchronized BridgeHost begin() {
    BridgeHost now = host;
    if (now != null) {
      return now;
    }
    ClaspServer running = server;
    if (running == null) {
      throw BridgeException.passing("the bridges do not run now");
    }
    BridgeHost begun =
        BridgeHost.perBridge(
            name ->
                ClaspClient.builder(running.localDoor("bridge:" + name))
                    .awaitRouter(true)
                    .connect(),
            RouterDoors.inProcess(running::doorFor, running.loops()),
            this::tell);
    host = begun;
    return begun;
  }

  /** Where a bridge is written down, if it cannot be changed here. */
  synchronized Optional<String> place(String name) {
    return Optional.ofNullable(fixed.get(name)).map(FixedBridge::place);
  }

  /**
   * Whether bridges that are made now are there after a restart.
   *
   * @return false: they end with the server
   */
  boolean kept() {
    return store.isPresent();
  }

  synchronized void add(BridgeDefinition definition) {
    host().add(definition);
    keep();
  }

  /** Also one that is not there yet. */
  synchronized void put(BridgeDefinition definition) {
    if (host().definition(definition.name()).isPresent()) {
      host().replace(definition.name(), definition);
    } else {
      host().add(definition);
    }
    keep();
  }

  synchronized void remove(String name) {
    host().remove(name);
    keep();
  }

  /** Holds until the next start for those of the configuration. */
  synchronized void enable(String name, boolean enabled) {
    host().enable(name, enabled);
    keep();
  }

  private void keep() {
    store.ifPresent(s ->
        BridgeStore.save(
            s,
            host().definitions().stream()
                .filter(definition -> !fixed.containsKey(definition.name()))
                .toList()));
  }

  /**
   * The configuration says something else now: what has changed there changes here, and nothing
   * else does.
   *
   * @return what has changed, for people
   * @throws BridgeException one of them cannot be used; then all stay as they were
   */
  public synchronized List<String> reconfigure(List<FixedBridge> bridges) {
    Map<String, FixedBridge> next = byName(bridges);
    List<String> changed = differences(next);
    if (changed.isEmpty()) {
      fixed = next;
      return changed;
    }
    BridgeHost now = host();
    for (String name : fixed.keySet()) {
      if (!next.containsKey(name)) {
        now.remove(name);
      }
    }
    next.forEach((name, bridge) -> {
      FixedBridge old = fixed.get(name);
      if (old == null) {
        now.add(bridge.definition());
      } else if (!old.definition().equals(bridge.definition())) {
        now.replace(name, bridge.definition());
      }
    });
    fixed = next;
    return changed;
  }

  /**
   * What {@link #reconfigure} would change, for people. Nothing changes.
   *
   * @throws BridgeException as there
   */
  public synchronized List<String> differences(List<FixedBridge> bridges) {
    return differences(byName(bridges));
  }

  private List<String> differences(Map<String, FixedBridge> next) {
    if (next.isEmpty() && fixed.isEmpty()) {
      return List.of();
    }
    BridgeHost now = host();
    next.forEach((name, bridge) -> {
      check(now, bridge);
      if (!fixed.containsKey(name) && now.definition(name).isPresent()) {
        throw BridgeException.lasting(
            bridge.place() + ": there is a bridge " + name + " already, made by the admin API");
      }
    });
    List<String> changed = new ArrayList<>();
    for (String name : fixed.keySet()) {
      if (!next.containsKey(name)) {
        changed.add("bridge " + name + " is gone");
      }
    }
    next.forEach((name, bridge) -> {
      FixedBridge old = fixed.get(name);
      if (old == null) {
        changed.add("bridge " + name + " is new");
      } else if (!old.definition().equals(bridge.definition())) {
        changed.add("bridge " + name);
      }
    });
    return changed;
  }

  private static void check(BridgeHost host, FixedBridge bridge) {
    try {
      host.check(bridge.definition());
    } catch (BridgeException e) {
      throw BridgeException.lasting(bridge.place() + ": " + e.getMessage());
    }
  }

  // --- beside the server -------------------------------------------------------------------------

  private synchronized void start(ClaspServer running) {
    server = running;
    if (fixed.isEmpty() && made.isEmpty()) {
      return;
    }
    BridgeHost begun = begin();
    for (FixedBridge bridge : fixed.values()) {
      check(begun, bridge);
      begun.add(bridge.definition());
    }
    for (BridgeDefinition definition : made) {
      FixedBridge other = fixed.get(definition.name());
      if (other == null) {
        begun.add(definition);
      } else {
        LOG.warn(
            "bridge {} is in the configuration too, and that one runs: {}",
            definition.name(),
            other.place());
      }
    }
  }

  private void stop() {
    BridgeHost now;
    synchronized (this) {
      server = null;
      now = host;
      host = null;
    }
    if (now != null) {
      now.close();
    }
  }

  /** Each thing once: a bridge that tries again and again says why the first time. */
  private void tell(BridgeEvent event) {
    switch (event) {
      case BridgeEvent.StateChanged(String name, _, BridgeState to, String detail) -> {
        String state = to.name().toLowerCase(Locale.ROOT);
        switch (to) {
          case DEGRADED, WAITING, FAILED -> {
            if (!detail.equals(told.put(name, detail))) {
              LOG.warn("bridge {} is {}: {}", name, state, detail);
            }
          }
          case STARTING -> LOG.debug("bridge {} is {}", name, state);
          case RUNNING, STOPPED -> {
            told.remove(name);
            LOG.info("bridge {} is {}{}", name, state, detail.isEmpty() ? "" : ": " + detail);
          }
        }
      }
      case BridgeEvent.Problem(String name, String what, long more) -> {
        if (!what.equals(told.put(name, what))) {
          LOG.warn(
              "bridge {}: {}{}", name, what, more == 0 ? "" : " (and " + more + " more like that)");
        }
      }
      case BridgeEvent.Defined(String name, _) -> LOG.debug("bridge {} is defined", name);
      case BridgeEvent.Removed(String name) -> {
        told.remove(name);
        LOG.info("bridge {} is removed", name);
      }
    }
  }

  private final class Beside implements Companion {

    private final ClaspServer beside;

    Beside(ClaspServer beside) {
      this.beside = beside;
    }

    @Override
    public String name() {
      return "bridges";
    }

    @Override
    public void start() {
      Bridges.this.start(beside);
    }

    @Override
    public void measure(Measures to) {
      BridgeHost now = host;
      if (now == null) {
        return;
      }
      for (BridgeStatus status : now.status()) {
        String labels = "bridge=" + status.name() + ",protocol=" + status.protocol();
        to.gauge(
            "clasp_bridge_up",
            labels,
            "1 while messages come and go",
            status.state() == BridgeState.RUNNING ? 1 : 0);
        BridgeStatus.Counts counts = status.counts();
        String help = "Signals that a bridge has carried";
        to.counter("clasp_bridge_messages_total", labels + ",direction=in", help, counts.in());
        to.counter("clasp_bridge_messages_total", labels + ",direction=out", help, counts.out());
        to.counter(
            "clasp_bridge_dropped_total", labels, "Signals that were lost", counts.dropped());
        to.counter(
            "clasp_bridge_errors_total",
            labels,
            "Everything that went wrong, lost signals included",
            counts.errors());
        to.counter(
            "clasp_bridge_reconnects_total",
            labels,
            "Times that the other side came back or the bridge began anew",
            counts.reconnects() + counts.restarts());
      }
    }

    @Override
    public void drain() {
      stop();
    }

    @Override
    public void close() {
      stop();
    }
  }
}
