package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.RouterDoor;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.transform.Direction;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transform.MappingStep;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs bridges: in a server, for a command, for the bridge service; the same everywhere. Each is an
 * ordinary client of a router (bridges.md 2.14). Everything can be changed while it runs.
 *
 * {@snippet :
 * try (BridgeHost host = BridgeHost.shared(client, event -> System.err.println(event))) {
 *   host.add(BridgeDefinition.of("desk", "osc", Map.of("bind", Value.of(":9000"))));
 *   host.status("desk");
 * }
 * }
 *
 * <p>Thread-safe. Nothing waits, but {@link #close}. A definition that cannot work is refused with
 * a lasting {@link BridgeException}, and nothing changes; what goes wrong later is in the {@link
 * #status} and told to the listener.
 */
public final class BridgeHost implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BridgeHost.class);

  /** Stands for a secret that is not shown. */
  public static final String HIDDEN = "********";

  static final int MAX_BRIDGES = 1000;

  private static final Duration MAX_LEARN = Duration.ofHours(1);
  private static final int MAX_WATCH = 100_000;
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final Map<String, BridgeProvider> providers;
  private final Function<String, CompletableFuture<RouterPort>> ports;
  private final Backoff backoff;
  private final RandomGenerator random;
  private final HostClock clock;
  private final Optional<RouterDoor> door;
  private final SerialLine telling;
  private final Consumer<? super BridgeEvent> listener;

  /** By name, in the order in which they were added. Guarded by this; taken before a bridge's. */
  private final Map<String, Bridge> bridges = new LinkedHashMap<>();

  private boolean closed;

  BridgeHost(
      List<BridgeProvider> providers,
      Function<String, CompletableFuture<RouterPort>> ports,
      Backoff backoff,
      RandomGenerator random,
      HostClock clock,
      Consumer<? super BridgeEvent> listener) {
    this(providers, ports, Optional.empty(), backoff, random, clock, listener);
  }

  private BridgeHost(
      List<BridgeProvider> providers,
      Function<String, CompletableFuture<RouterPort>> ports,
      Optional<RouterDoor> door,
      Backoff backoff,
      RandomGenerator random,
      HostClock clock,
      Consumer<? super BridgeEvent> listener) {
    this.door = door;
    Map<String, BridgeProvider> byProtocol = new TreeMap<>();
    providers.forEach(provider -> byProtocol.put(provider.protocol(), provider));
    this.providers = byProtocol;
    this.ports = ports;
    this.backoff = backoff;
    this.random = random;
    this.clock = clock;
    this.listener = listener;
    this.telling = new SerialLine(task -> clock.execute("clasp-bridge-events", task));
  }

  /**
   * All bridges of one client, with every protocol that is on the class path.
   *
   * @param client stays open when the host is closed
   * @param listener told what happens, in order; may wait
   */
  public static BridgeHost shared(ClaspClient client, Consumer<? super BridgeEvent> listener) {
    return create(
        found(), _ -> CompletableFuture.completedFuture(new ClientPort(client, false)), listener);
  }

  /**
   * The same for bridges whose peers say who they are.
   *
   * @param door lets those peers in
   */
  public static BridgeHost shared(
      ClaspClient client, RouterDoor door, Consumer<? super BridgeEvent> listener) {
    return create(
        found(),
        _ -> CompletableFuture.completedFuture(new ClientPort(client, false)),
        Optional.of(door),
        listener);
  }

  /**
   * Without a router: what bridges bring is seen by {@link #watch} alone, and nothing goes out.
   *
   * @param listener told what happens, in order; may wait
   */
  public static BridgeHost alone(Consumer<? super BridgeEvent> listener) {
    return create(
        found(),
        _ ->
            CompletableFuture.completedFuture(
                new ServicePort(_ -> true, Optional.empty(), HostClock.system())),
        listener);
  }

  /**
   * A client for each bridge, so that the router sees them apart.
   *
   * @param clients connects for the bridge of that name, and does not wait for it; what it gives is
   *     closed with the bridge. Called again when a client has given up. Should be patient ({@code
   *     awaitRouter}): a failure makes the bridge try again
   */
  public static BridgeHost perBridge(
      Function<String, CompletableFuture<ClaspClient>> clients,
      Consumer<? super BridgeEvent> listener) {
    return perBridge(found(), clients, listener);
  }

  /**
   * The same for bridges whose peers say who they are.
   *
   * @param door lets those peers in
   */
  public static BridgeHost perBridge(
      Function<String, CompletableFuture<ClaspClient>> clients,
      RouterDoor door,
      Consumer<? super BridgeEvent> listener) {
    return create(
        found(),
        name -> clients.apply(name).thenApply(client -> new ClientPort(client, true)),
        Optional.of(door),
        listener);
  }

  /** The same with protocols of one's own. */
  public static BridgeHost perBridge(
      List<BridgeProvider> providers,
      Function<String, CompletableFuture<ClaspClient>> clients,
      Consumer<? super BridgeEvent> listener) {
    return create(
        providers,
        name -> clients.apply(name).thenApply(client -> new ClientPort(client, true)),
        listener);
  }

  static BridgeHost create(
      List<BridgeProvider> providers,
      Function<String, CompletableFuture<RouterPort>> ports,
      Consumer<? super BridgeEvent> listener) {
    return create(providers, ports, Optional.empty(), listener);
  }

  private static BridgeHost create(
      List<BridgeProvider> providers,
      Function<String, CompletableFuture<RouterPort>> ports,
      Optional<RouterDoor> door,
      Consumer<? super BridgeEvent> listener) {
    return new BridgeHost(
        providers, ports, door, Backoff.DEFAULT, new LockedRandom(), HostClock.system(), listener);
  }

  /**
   * The protocols on the class path. One that cannot be loaded, as after a jar was forgotten, is
   * left out with a line in the log: the others are not to suffer.
   */
  public static List<BridgeProvider> found() {
    return found(ServiceLoader.load(BridgeProvider.class, BridgeProvider.class.getClassLoader()));
  }

  static List<BridgeProvider> found(ServiceLoader<BridgeProvider> loader) {
    List<BridgeProvider> found = new ArrayList<>();
    Iterator<BridgeProvider> each = loader.iterator();
    while (true) {
      try {
        if (!each.hasNext()) {
          return List.copyOf(found);
        }
        found.add(each.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        LOG.warn(
            "a protocol for bridges cannot be loaded and is not offered ({}): is its jar complete,"
                + " and of this version?",
            e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause());
      }
    }
  }

  /** Of many bridges. */
  private static final class LockedRandom implements RandomGenerator {
    private final SplittableRandom random = new SplittableRandom();

    @Override
    public synchronized long nextLong() {
      return random.nextLong();
    }
  }

  // --- protocols ---------------------------------------------------------------------------------

  /** What bridges can speak here, by name. */
  public List<BridgeProvider> providers() {
    return List.copyOf(providers.values());
  }

  public Optional<BridgeProvider> provider(String protocol) {
    return Optional.ofNullable(providers.get(protocol));
  }

  // --- definitions -------------------------------------------------------------------------------

  /**
   * Looks at a definition without using it.
   *
   * @throws BridgeException (lasting) it cannot be used
   */
  public void check(BridgeDefinition definition) {
    plan(definition);
  }

  private BridgePlan plan(BridgeDefinition definition) {
    return BridgePlan.of(definition, providerOf(definition));
  }

  private BridgeProvider providerOf(BridgeDefinition definition) {
    BridgeProvider provider = providers.get(definition.protocol());
    if (provider == null) {
      throw BridgeException.lasting(
          "there is no protocol "
              + definition.protocol()
              + (providers.isEmpty()
                  ? " here, and no other"
                  : "; there are " + String.join(", ", providers.keySet())));
    }
    return provider;
  }

  /**
   * Adds a bridge, and starts it if it is enabled.
   *
   * @throws BridgeException (lasting) the name is taken, or the definition cannot be used
   */
  public void add(BridgeDefinition definition) {
    BridgePlan plan = plan(definition);
    synchronized (this) {
      checkOpen();
      if (bridges.containsKey(definition.name())) {
        throw BridgeException.lasting("there is a bridge " + definition.name() + " already");
      }
      if (bridges.size() >= MAX_BRIDGES) {
        throw BridgeException.lasting("there are " + MAX_BRIDGES + " bridges already");
      }
      bridges.put(definition.name(), begin(plan));
    }
  }

  private Bridge begin(BridgePlan plan) {
    String name = plan.definition().name();
    Bridge bridge =
        new Bridge(clock, plan, () -> ports.apply(name), backoff, random, door, this::tell);
    tell(new BridgeEvent.Defined(name, plan.definition()));
    if (plan.definition().enabled()) {
      bridge.start();
    }
    return bridge;
  }

  /**
   * A definition as people may see it, with {@link #HIDDEN} in the place of secrets.
   *
   * @throws BridgeException (lasting) there is no such protocol
   */
  public BridgeDefinition shown(BridgeDefinition definition) {
    TreeSecrets inside = inside(definition);
    return definition.withSettings(secrets(definition, (_, _) -> Value.of(HIDDEN), inside::hidden));
  }

  /** A definition that came back from people, with the secrets that they did not see. */
  private BridgeDefinition withSecrets(BridgeDefinition definition, BridgeDefinition before) {
    return definition.withSettings(
        secrets(
            definition,
            (name, value) ->
                value.equals(Value.of(HIDDEN))
                    ? before.settings().getOrDefault(name, value)
                    : value,
            (name, value) ->
                inside(definition)
                    .restored(name, value, Optional.ofNullable(before.settings().get(name)))));
  }

  private TreeSecrets inside(BridgeDefinition definition) {
    return new TreeSecrets(providerOf(definition).secretFields());
  }

  private Map<String, Value> secrets(
      BridgeDefinition definition,
      BiFunction<String, Value, Value> change,
      BiFunction<String, Value, Value> changeTree) {
    Map<String, Value> settings = new LinkedHashMap<>(definition.settings());
    for (BridgeSetting setting : providerOf(definition).settings()) {
      if (setting.kind() == BridgeSetting.Kind.SECRET) {
        settings.computeIfPresent(setting.name(), change);
      } else if (setting.kind() == BridgeSetting.Kind.TREE) {
        settings.computeIfPresent(setting.name(), changeTree);
      }
    }
    return settings;
  }

  /**
   * Defines a bridge in another way. Rules, namespace, direction and rates change while messages go
   * on; other settings of the protocol open its endpoint anew; another name or protocol makes it
   * another bridge, whose counters begin again. A secret that is {@link #HIDDEN} stays as it is.
   *
   * @throws BridgeException (lasting) there is none, the new name is taken, or the definition
   *     cannot be used; then the old one stays
   */
  public void replace(String name, BridgeDefinition definition) {
    synchronized (this) {
      checkOpen();
      Bridge bridge = get(name);
      BridgeDefinition before = bridge.definition();
      BridgePlan plan = plan(withSecrets(definition, before));
      boolean renamed = !name.equals(definition.name());
      if (renamed && bridges.containsKey(definition.name())) {
        throw BridgeException.lasting("there is a bridge " + definition.name() + " already");
      }
      if (renamed || !before.protocol().equals(definition.protocol())) {
        // Its port must be free before the other takes it.
        exchange(name, bridge, plan);
        return;
      }
      bridge.follow(plan);
      tell(new BridgeEvent.Defined(name, plan.definition()));
      if (definition.enabled()) {
        bridge.start();
      } else if (before.enabled()) {
        bridge.stop();
      }
    }
  }

  private void exchange(String name, Bridge old, BridgePlan plan) {
    String next = plan.definition().name();
    Map<String, Bridge> all = new LinkedHashMap<>(bridges);
    bridges.clear();
    BridgeDefinition definition = plan.definition();
    Bridge made =
        new Bridge(clock, plan, () -> ports.apply(next), backoff, random, door, this::tell);
    all.forEach((each, bridge) -> {
      if (each.equals(name)) {
        bridges.put(next, made);
      } else {
        bridges.put(each, bridge);
      }
    });
    CompletableFuture<Void> stopped = old.stop();
    if (!next.equals(name)) {
      tell(new BridgeEvent.Removed(name));
    }
    tell(new BridgeEvent.Defined(next, definition));
    stopped.whenComplete((_, _) -> {
      synchronized (this) {
        if (!closed && bridges.get(next) == made && made.definition().enabled()) {
          made.start();
        }
      }
    });
  }

  /**
   * Gives a bridge another name; it is started anew under it.
   *
   * @throws BridgeException (lasting) there is none, or the name is taken or no name
   */
  public void rename(String name, String next) {
    if (!name.equals(next)) {
      replace(name, definitionOf(name).withName(next));
    }
  }

  /**
   * Starts or stops a bridge for good.
   *
   * @throws BridgeException (lasting) there is none
   */
  public void enable(String name, boolean enabled) {
    replace(name, definitionOf(name).withEnabled(enabled));
  }

  /**
   * Opens the endpoint anew, at once and whatever the state; does nothing if the bridge is stopped.
   *
   * @throws BridgeException (lasting) there is none
   */
  public void restart(String name) {
    bridge(name).restart();
  }

  /**
   * Removes a bridge.
   *
   * @return done when its ports are free
   * @throws BridgeException (lasting) there is none
   */
  public CompletableFuture<Void> remove(String name) {
    synchronized (this) {
      Bridge bridge = get(name);
      bridges.remove(name);
      CompletableFuture<Void> stopped = bridge.stop();
      tell(new BridgeEvent.Removed(name));
      return stopped;
    }
  }

  /** In the order in which they were added. */
  public List<BridgeDefinition> definitions() {
    return all().stream().map(Bridge::definition).toList();
  }

  public Optional<BridgeDefinition> definition(String name) {
    return find(name).map(Bridge::definition);
  }

  private BridgeDefinition definitionOf(String name) {
    return bridge(name).definition();
  }

  // --- what they do ------------------------------------------------------------------------------

  /** In the order in which they were added. */
  public List<BridgeStatus> status() {
    return all().stream().map(Bridge::status).toList();
  }

  public Optional<BridgeStatus> status(String name) {
    return find(name).map(Bridge::status);
  }

  /**
   * What came from the other side lately, the newest first, at most 256 paths.
   *
   * @throws BridgeException (lasting) there is no such bridge
   */
  public List<SeenSource> sources(String name) {
    return bridge(name).sources();
  }

  /**
   * Waits for the next signal from the other side, which is carried as ever. Cancel it to give up.
   *
   * @param timeout at most an hour
   * @return fails with a {@link BridgeException} when nothing came in time
   * @throws BridgeException (lasting) there is no such bridge
   */
  public CompletableFuture<SeenSource> learn(String name, Duration timeout) {
    return bridge(name).learn(timeout.compareTo(MAX_LEARN) > 0 ? MAX_LEARN : timeout);
  }

  /**
   * Live traffic, until it is closed.
   *
   * @param capacity how much waits to be taken; at most 100,000
   * @throws BridgeException (lasting) there is no such bridge
   */
  public TrafficWatch watch(String name, int capacity) {
    return bridge(name).watch(Math.clamp(capacity, 1, MAX_WATCH));
  }

  /**
   * What is known of one universe of a bridge to lights.
   *
   * @return empty if it does not run, or has no such universe
   * @throws BridgeException (lasting) there is no such bridge
   */
  public Optional<Value> universe(String name, int number) {
    return bridge(name).universe(number);
  }

  /**
   * Sends something to the other side, past the rules.
   *
   * @param signal with a path of the protocol
   * @throws BridgeException there is no such bridge (lasting), or it does not run
   */
  public void send(String name, MappedSignal signal) {
    bridge(name).sendOut(signal);
  }

  /**
   * Sends something to the other side through the rules, as if somebody had written it in the
   * router.
   *
   * @param signal with an address
   * @throws BridgeException there is no such bridge, or no rule takes the address (lasting), or it
   *     does not run
   */
  public void deliver(String name, MappedSignal signal) {
    bridge(name).deliver(signal);
  }

  /**
   * What the rules of a bridge would make of some signals. Nothing is sent, and the bridge does not
   * notice.
   *
   * @throws BridgeException (lasting) there is no such bridge
   */
  public List<Preview> preview(String name, Direction direction, List<MappedSignal> samples) {
    return preview(bridge(name).plan(), direction, samples);
  }

  /**
   * What the rules of a definition would make of some signals.
   *
   * @throws BridgeException (lasting) the definition cannot be used
   */
  public List<Preview> preview(
      BridgeDefinition definition, Direction direction, List<MappedSignal> samples) {
    return preview(plan(definition), direction, samples);
  }

  private List<Preview> preview(BridgePlan plan, Direction way, List<MappedSignal> samples) {
    // A run of its own: what the rules remember begins with the first sample.
    var run = plan.mapping().start();
    List<Preview> previews = new ArrayList<>();
    BridgeDirection direction = plan.definition().direction();
    boolean carried = way == Direction.IN ? direction.in() : direction.out();
    for (MappedSignal sample : samples) {
      List<MappedSignal> results = new ArrayList<>();
      List<MappingStep> steps = List.of();
      String note = "";
      try {
        steps = run.explain(way, sample, clock.nanoTime());
        run.map(way, sample, clock.nanoTime(), results::add);
        if (!carried) {
          note = "the bridge does not carry this way";
        }
      } catch (RuntimeException e) {
        note = "the rules fail: " + e.getMessage();
      }
      previews.add(
          new Preview(
              sample,
              carried ? results : List.of(),
              steps.stream().map(Preview::sentence).toList(),
              steps,
              note));
    }
    return previews;
  }

  // --- the host ----------------------------------------------------------------------------------

  private synchronized List<Bridge> all() {
    return List.copyOf(bridges.values());
  }

  private synchronized Optional<Bridge> find(String name) {
    return Optional.ofNullable(bridges.get(name));
  }

  private synchronized Bridge bridge(String name) {
    return get(name);
  }

  private Bridge get(String name) {
    Bridge bridge = bridges.get(name);
    if (bridge == null) {
      throw BridgeException.lasting("there is no bridge " + name);
    }
    return bridge;
  }

  private void checkOpen() {
    if (closed) {
      throw BridgeException.lasting("the bridges have been closed");
    }
  }

  private void tell(BridgeEvent event) {
    telling.add(() -> listener.accept(event));
  }

  /** Stops all bridges; waits until their ports are free, 5 s at most. Idempotent. */
  @Override
  public void close() {
    List<CompletableFuture<Void>> stopping = new ArrayList<>();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      bridges.values().forEach(bridge -> stopping.add(bridge.stop()));
      bridges.clear();
    }
    try {
      CompletableFuture.allOf(stopping.toArray(CompletableFuture[]::new))
          .get(CLOSE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("some bridges take long to close; that goes on in the background");
    }
    clock.close();
  }
}
