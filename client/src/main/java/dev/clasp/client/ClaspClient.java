package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.discovery.Device;
import dev.clasp.discovery.Discovery;
import dev.clasp.discovery.DiscoveryConfig;
import dev.clasp.discovery.RendezvousException;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.LinkClient;
import dev.clasp.transport.LocalDoor;
import dev.clasp.transport.TransportException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of a CLASP router. Thread-safe; nothing here waits except {@link #close}. See the
 * package for which thread runs what.
 *
 * {@snippet :
 * try (ClaspClient client = ClaspClient.builder("ws://localhost:7330").name("desk").connectBlocking()) {
 *   client.subscribe("/lights/**", signal -> System.out.println(signal));
 *   client.set("/lights/1/brightness", 0.8);                       // asynchronous
 *   long revision = client.blocking().set("/lights/1/on", true).revision().orElseThrow();
 * }
 * }
 *
 * <p><b>Failures.</b> A caller's mistake (bad address, pattern or value) is thrown at once as
 * {@link ClaspException} of kind INVALID; everything else fails the future with a {@link
 * ClaspException}. Each request fails with TIMEOUT when the router does not answer in the request
 * time limit, counted from the call.
 *
 * <p><b>Order.</b> What one thread submits reaches the router in that order.
 *
 * <p><b>Reconnecting.</b> When the connection is lost, the client connects again, with the same
 * subscriptions (ids and options), announces again what it had announced, sends reads that wait for
 * their answer again, and then the plain writes that were not confirmed, the newest for each
 * address: the last value is not lost. One that had been sent already is not sent twice: the router
 * is asked first, and if the value is there, or a newer one of somebody else, the write counts as
 * done (without a revision in the second case). Writes with conditions or locks, bundles and pings
 * fail with CLOSED, since nobody knows whether they were carried out. Locks are lost with the
 * connection. docs/client-behaviour.md tells more.
 */
public final class ClaspClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClaspClient.class);

  /** The closing handshake of the connection and the end of its threads, beyond the requests. */
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

  private static final Duration MAX_LIMIT = Duration.ofDays(1);

  private static final Duration MIN_PING_INTERVAL = Duration.ofSeconds(1);

  private static final int MIN_WAITING_BYTES = 64 << 10;

  /** Of a router in the same process. */
  private static final URI LOCAL = URI.create("local:router");

  private final Conductor conductor;
  private final BlockingClient blocking;

  /** Addresses that this client has locked, or is locking. */
  private final Set<String> locked = ConcurrentHashMap.newKeySet();

  private final AtomicInteger gestures = new AtomicInteger();

  /** Weak: what the program forgets about is forgotten here. */
  private final Set<Unfinished> unfinished =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  ClaspClient(Conductor conductor) {
    this.conductor = conductor;
    this.blocking = new BlockingClient(this, conductor);
  }

  /**
   * Starts configuring a client.
   *
   * @param uri {@code ws://host:port}, or with another transport: see {@link LinkClient#connect}
   * @throws ClaspException of kind INVALID: not a URI
   */
  public static Builder builder(String uri) {
    try {
      return new Builder(List.of(new URI(uri)));
    } catch (URISyntaxException e) {
      throw ClaspException.of(
          Kind.INVALID, "cannot use '" + uri + "': it is not a URI such as ws://localhost:7330", e);
    }
  }

  /**
   * Starts configuring a client that fails over: each attempt tries the routers in this order,
   * beginning with the one that was connected last.
   *
   * @throws ClaspException of kind INVALID: no URI
   */
  public static Builder builder(URI... uris) {
    return new Builder(List.of(uris));
  }

  /**
   * Starts configuring a client of a router in the same process, which it reaches without sockets.
   * It needs no token, and reconnects like any other.
   *
   * @param door of the router
   */
  public static Builder builder(LocalDoor door) {
    return new Builder(door);
  }

  // --- finding routers ---------------------------------------------------------------------------

  /** Looks for routers in the local network for 5 s; see {@link #discover(DiscoveryConfig)}. */
  public static CompletableFuture<List<Device>> discover() {
    return discover(DiscoveryConfig.DEFAULT);
  }

  /**
   * Looks for routers, without waiting: the list comes when the time of the configuration is over.
   * {@link Device#url} is what {@link #builder(String)} takes. To watch them come and go, use
   * {@link Discovery}.
   *
   * <p>Nobody has vouched for what is found: anybody in the network can answer under any name. Do
   * not send a token to a router only because it was found.
   *
   * @return never fails; empty if nothing is found
   * @throws ClaspException of kind INVALID: the rendezvous URL is none
   */
  public static CompletableFuture<List<Device>> discover(DiscoveryConfig config) {
    Discovery discovery;
    try {
      discovery = Discovery.builder().config(config).build();
    } catch (RendezvousException e) {
      throw ClaspException.of(Kind.INVALID, e.getMessage(), e);
    }
    return discovery
        .look(_ -> false)
        .whenComplete((_, _) ->
            // Closing waits a little, and this may be anybody's thread.
            Thread.ofVirtual().name("clasp-discovery-end").start(discovery::close));
  }

  // --- parameters --------------------------------------------------------------------------------

  /** Writes a parameter, confirmed: the future completes with the new revision. */
  public CompletableFuture<Ack> set(String address, Value value) {
    return set(address, value, SetOptions.CONFIRM);
  }

  /**
   * Writes a parameter.
   *
   * @return completed by the router's answer; with {@link SetOptions#FIRE} when the write is handed
   *     to the connection
   */
  public CompletableFuture<Ack> set(String address, Value value, SetOptions options) {
    return conductor.submit(Requests.write(address, value, options)).future();
  }

  /** Writes a number. */
  public CompletableFuture<Ack> set(String address, double value) {
    return set(address, Value.of(value));
  }

  /** Writes a whole number. */
  public CompletableFuture<Ack> set(String address, long value) {
    return set(address, Value.of(value));
  }

  /** Writes a boolean. */
  public CompletableFuture<Ack> set(String address, boolean value) {
    return set(address, Value.of(value));
  }

  /** Writes a text. */
  public CompletableFuture<Ack> set(String address, String value) {
    return set(address, Value.of(value));
  }

  /**
   * Writes anything that {@link Values#of} takes, such as a record, an enum, a list or a map.
   *
   * @throws ClaspException of kind INVALID: it has no value
   */
  public CompletableFuture<Ack> set(String address, Object value) {
    return set(address, Values.of(value));
  }

  /** The same with options. */
  public CompletableFuture<Ack> set(String address, Object value, SetOptions options) {
    return set(address, Values.of(value), options);
  }

  /**
   * Writes if the present value is the expected one, as {@link Values#same} compares; while others
   * write at the same time, looks again up to 32 times.
   *
   * @return whether it was written; fails with REJECTED when the router refuses the write for
   *     another reason, or others were faster each time
   */
  public CompletableFuture<Boolean> compareAndSet(String address, Value expected, Value value) {
    return Updates.compareAndSet(this, address, expected, value, 1);
  }

  /**
   * Writes if the parameter is at this revision.
   *
   * @param revision unsigned; 0 = only if there is none yet
   * @return whether it was written
   */
  public CompletableFuture<Boolean> compareAndSet(String address, long revision, Value value) {
    return Updates.compareAndSet(this, address, revision, value);
  }

  /**
   * Changes a parameter by what it is: reads it, and writes what the function makes of it if nobody
   * has written in between; else again, up to 32 times.
   *
   * @param change gets the present parameter, gives anything that {@link Values#of} takes; may be
   *     called several times; runs like code that is chained to a future
   * @return what was written, with its revision. Where there is none, a router of the reference
   *     does not answer the reading, and this fails with TIMEOUT
   */
  public CompletableFuture<Parameter> update(
      String address, Function<Optional<Parameter>, ?> change) {
    return Updates.update(this, address, change);
  }

  /** Takes the lock of an address, now; see {@link #lock(String, LockOptions)}. */
  public CompletableFuture<HeldLock> lock(String address) {
    return lock(address, LockOptions.NOW);
  }

  /**
   * Takes the lock of an address. A lock comes with a write: of the value of the options, or of the
   * one that is there.
   *
   * @return the lock; fails with REJECTED, {@link Refusal#LOCK_HELD}, when another session or
   *     another part of this program holds it, with INVALID when there is no value and none was
   *     given
   */
  public CompletableFuture<HeldLock> lock(String address, LockOptions options) {
    return HeldLock.take(this, conductor, locked, address, options);
  }

  /** Takes the lock of an address if nobody holds it; see {@link #lock(String, LockOptions)}. */
  public CompletableFuture<Optional<HeldLock>> tryLock(String address) {
    return lock(address)
        .thenApply(Optional::of)
        .exceptionallyCompose(failure ->
            Updates.isLocked(failure)
                ? CompletableFuture.completedFuture(Optional.empty())
                : CompletableFuture.failedFuture(Refusal.cause(failure)));
  }

  /**
   * Asks the router for a parameter. Concurrent calls for one address share one request.
   *
   * @return empty when there is none. A router of the reference does not answer then, and the
   *     future fails with TIMEOUT
   */
  public CompletableFuture<Optional<Parameter>> get(String address) {
    return conductor.submit(Requests.read(address)).future();
  }

  /**
   * Asks the router for a parameter, as an object: see {@link Values}.
   *
   * @return fails with INVALID when it is something else
   */
  public <T> CompletableFuture<Optional<T>> get(String address, Class<T> type) {
    return get(address).thenApply(found -> found.map(parameter -> parameter.as(type)));
  }

  /**
   * The cached parameter if it can be relied on, else asks the router.
   *
   * @param maxStaleness see {@link Cached#staleness}; zero = only while connected
   */
  public CompletableFuture<Optional<Parameter>> getOrCached(String address, Duration maxStaleness) {
    Optional<Parameter> cached =
        cacheEntry(address)
            .filter(entry -> entry.staleness().compareTo(maxStaleness) <= 0)
            .map(Cached::parameter);
    return cached.isPresent() ? CompletableFuture.completedFuture(cached) : get(address);
  }

  /** As {@link #cached}, with how far it can be relied on. */
  public Optional<Cached> cacheEntry(String address) {
    return cached(address).map(parameter -> new Cached(parameter, conductor.staleness()));
  }

  /**
   * All parameters that match a pattern, as they are now.
   *
   * @return in no particular order; fails with TIMEOUT when the router does not tell all in the
   *     request time limit, and with REJECTED when it refuses
   */
  public CompletableFuture<List<Parameter>> list(String pattern) {
    View view = watch(pattern);
    AtomicBoolean late = new AtomicBoolean();
    Duration limit = conductor.config().requestTimeout();
    conductor.after(
        limit.toNanos(),
        () -> {
          late.set(true);
          view.close();
        });
    return view.ready()
        .handle((ready, failure) -> {
          view.close();
          if (failure == null) {
            return List.copyOf(ready.parameters().values());
          }
          throw late.get()
              ? ClaspException.of(
                  Kind.TIMEOUT,
                  "the router did not tell all of "
                      + pattern
                      + " within "
                      + limit.toMillis()
                      + " ms",
                  failure)
              : Refusal.cause(failure) instanceof ClaspException e
                  ? e
                  : ClaspException.of(Kind.CLOSED, "the client has ended", failure);
        });
  }

  /**
   * The newest value that a subscription has brought, without asking the router. Empty for an
   * address that no open subscription covers. While disconnected, the last known one.
   */
  public Optional<Parameter> cached(String address) {
    return conductor.cached(address);
  }

  // --- subscriptions -----------------------------------------------------------------------------

  /** Subscribes to signals of every type. */
  public Subscription subscribe(String pattern, Consumer<? super Signal> callback) {
    return subscribe(pattern, SubscribeOptions.DEFAULT, callback);
  }

  /**
   * Subscribes. The current state is delivered first, marked {@link Signal.Change#fromSnapshot}.
   * Overlapping subscriptions each get every signal that matches, once; a snapshot that the router
   * sends for one of them reaches the others only where a value has changed.
   *
   * @param pattern an address, or one with {@code *} for a segment and {@code **} for any number
   * @param callback runs on the client's dispatcher, or on the executor of the options; one call at
   *     a time, in order. An exception is logged and reported and changes nothing
   */
  public Subscription subscribe(
      String pattern, SubscribeOptions options, Consumer<? super Signal> callback) {
    SignalSink sink =
        new CallbackSink(
            new SignalBuffer(options.capacity(), options.latestOnly()),
            lineFor(options),
            callback,
            failure -> conductor.callbackFailed(pattern, failure));
    return conductor.subscribe(Addresses.pattern(pattern), options, sink);
  }

  /** Signals as a publisher; see {@link #signals(String, SubscribeOptions)}. */
  public Flow.Publisher<Signal> signals(String pattern) {
    return signals(pattern, SubscribeOptions.DEFAULT);
  }

  /**
   * Signals as a publisher. Each subscriber is a subscription of its own, ended by cancelling. A
   * subscriber that requests too little is treated like a slow callback: see {@link
   * SubscribeOptions#capacity}. Completes when the client is closed, fails when the router refuses
   * the subscription or the client gives up.
   */
  public Flow.Publisher<Signal> signals(String pattern, SubscribeOptions options) {
    AddressPattern parsed = Addresses.pattern(pattern);
    return subscriber -> {
      Objects.requireNonNull(subscriber);
      PublisherSink sink =
          new PublisherSink(
              new SignalBuffer(options.capacity(), options.latestOnly()),
              lineFor(options),
              subscriber,
              failure -> conductor.callbackFailed(pattern, failure));
      subscriber.onSubscribe(sink);
      sink.belongsTo(conductor.subscribe(parsed, options, sink));
    };
  }

  /** The parameters that match a pattern, kept up to date; see {@link View}. */
  public View watch(String pattern) {
    return watch(pattern, SubscribeOptions.DEFAULT, Optional.empty());
  }

  /**
   * The same, telling what happens.
   *
   * @param callback runs like that of a subscription; see {@link ViewEvent}
   */
  public View watch(String pattern, Consumer<? super ViewEvent> callback) {
    return watch(pattern, SubscribeOptions.DEFAULT, callback);
  }

  /**
   * The same with options: maxRate, epsilon and the executor count, the others mean nothing here.
   */
  public View watch(
      String pattern, SubscribeOptions options, Consumer<? super ViewEvent> callback) {
    return watch(pattern, options, Optional.of(callback));
  }

  private View watch(
      String pattern, SubscribeOptions options, Optional<Consumer<? super ViewEvent>> callback) {
    ViewSink view =
        new ViewSink(
            conductor::cached,
            lineFor(options),
            callback,
            failure -> conductor.callbackFailed(pattern, failure),
            conductor.config().maxViewParameters(),
            conductor.config().maxViewBytes(),
            conductor::drop);
    var _ =
        conductor.subscribe(
            Addresses.pattern(pattern),
            options.withTypes(SignalType.PARAM).forView(),
            view,
            view::belongsTo);
    return view;
  }

  // --- moments -----------------------------------------------------------------------------------

  /** Emits an event without a value. Completes when it is handed to the connection. */
  public CompletableFuture<Void> emit(String address) {
    return conductor.submit(Requests.event(address, Content.NONE, time())).future();
  }

  /** Emits an event. Completes when it is handed to the connection. */
  public CompletableFuture<Void> emit(String address, Value value) {
    return conductor.submit(Requests.event(address, Content.of(value), time())).future();
  }

  /** Emits an event with anything that {@link Values#of} takes, such as a record. */
  public CompletableFuture<Void> emit(String address, Object value) {
    return emit(address, Values.of(value));
  }

  /** Sends samples one by one, collected into blocks: see {@link StreamWriter}. */
  public StreamWriter stream(String address, StreamOptions options) {
    StreamWriter writer = new StreamWriter(conductor, address, options);
    unfinished.add(writer);
    return writer;
  }

  /** Begins a gesture: see {@link GestureWriter}. */
  public GestureBuilder gesture(String address) {
    return new GestureBuilder(this, conductor, address, gestures::incrementAndGet, unfinished::add);
  }

  /**
   * Lets the router play a timeline, at the rate it is set to; see {@link PlayedTimeline} and
   * {@link TimelineBuilder}.
   */
  public PlayedTimeline play(String address, Timeline timeline) {
    return new PlayedTimeline(conductor, address, timeline, 0).start();
  }

  /**
   * The same.
   *
   * @param rate samples per second, 1 to 1,000
   */
  public PlayedTimeline play(String address, Timeline timeline, int rate) {
    if (rate < 1 || rate > 1000) {
      throw ClaspException.of(
          Kind.INVALID, "a timeline is played at 1 to 1,000 samples per second, not " + rate);
    }
    return new PlayedTimeline(conductor, address, timeline, rate).start();
  }

  /**
   * Sends a sample of a stream. Completes when it is handed to the connection; when the connection
   * is too slow, older samples are dropped and their futures fail with OVERFLOW.
   */
  public CompletableFuture<Void> stream(String address, Value sample) {
    return conductor.submit(Requests.stream(address, Content.of(sample), 0, time())).future();
  }

  /** Sends a number as a sample of a stream. */
  public CompletableFuture<Void> stream(String address, double sample) {
    return stream(address, Value.of(sample));
  }

  /**
   * Sends a block of samples, oldest first, at most 8,000.
   *
   * @param rate samples per second; 0 = not told
   */
  public CompletableFuture<Void> stream(String address, double[] samples, int rate) {
    return conductor
        .submit(Requests.stream(address, Content.ofSamples(samples), rate, time()))
        .future();
  }

  /**
   * Sends a step of a gesture. Completes when it is handed to the connection.
   *
   * @param id of the contact; unsigned
   */
  public CompletableFuture<Void> gesture(String address, int id, GesturePhase phase, Value value) {
    return conductor.submit(Requests.gesture(address, id, phase, value, time())).future();
  }

  /** Publishes a timeline. Completes when it is handed to the connection. */
  public CompletableFuture<Void> timeline(String address, Timeline timeline) {
    return conductor.submit(Requests.timeline(address, timeline, time())).future();
  }

  /**
   * Sends writes and events that the router carries out together or not at all.
   *
   * @return completed when the router has accepted it: for a bundle without a time, when it has
   *     been carried out
   */
  public CompletableFuture<Ack> bundle(BundleBuilder bundle) {
    return conductor.submit(Requests.group(bundle)).future();
  }

  /**
   * Calls off the bundles that this session has scheduled for exactly this time; see {@link
   * BundleBuilder#at}. A router of the reference carries bundles out at once, and there is nothing
   * to call off.
   *
   * @return completed also if there were none
   */
  public CompletableFuture<Ack> callOff(long atMicros) {
    return conductor.submit(Requests.callingOff(atMicros)).future();
  }

  /**
   * Completes when the router has handled everything that was submitted before, also what it does
   * not confirm. Fails like {@link #ping}.
   */
  public CompletableFuture<Void> flush() {
    return ping().thenAccept(_ -> {});
  }

  // --- the router --------------------------------------------------------------------------------

  /** Measures the round trip to the router, queues included. */
  public CompletableFuture<Duration> ping() {
    return conductor.submit(Requests.ping()).future();
  }

  /**
   * Measures the router's clock now, with five exchanges. The client does so by itself after
   * connecting and every 30 s, unless that is switched off. Fails with TIMEOUT when the router does
   * not answer; then {@link #time} goes by its WELCOME.
   */
  public CompletableFuture<ClockReading> sync() {
    return conductor.submit(new Request.ClockCheck()).future();
  }

  /** What is known about the router's clock. */
  public ClockReading clock() {
    return conductor.clockReading();
  }

  /**
   * Router time in Unix microseconds. Does not jump when the local clock is set; corrections of up
   * to 100 ms are spread out, at 1 ms per second at most.
   */
  public long time() {
    return conductor.time();
  }

  /** Tells the router what signals there are, for {@link #query} of others. */
  public CompletableFuture<Void> announce(String namespace, List<SignalDefinition> signals) {
    return announce(namespace, signals, Map.of());
  }

  /**
   * The same with what is known of the whole namespace, for example that it is that of a bridge.
   */
  public CompletableFuture<Void> announce(
      String namespace, List<SignalDefinition> signals, Map<String, Value> meta) {
    return conductor.submit(Requests.announcement(namespace, signals, meta)).future();
  }

  /** The announced signals whose addresses match. */
  public CompletableFuture<List<SignalDefinition>> query(String pattern) {
    return conductor.submit(Requests.question(pattern)).future();
  }

  /** Session id that the router gave the current or last connection. */
  public String session() {
    return conductor.session();
  }

  /** The router of the current or last connection. */
  public ServerIdentity server() {
    return conductor.server();
  }

  // --- the client --------------------------------------------------------------------------------

  /** Where the client is between connecting and closed. */
  public ClientState state() {
    return conductor.state();
  }

  /**
   * Adds a listener beside that of the builder, for parts of a program that were handed this
   * client. Told on the dispatcher what happens from now on. An exception is logged.
   */
  public Registration listen(Consumer<? super ClientEvent> listener) {
    return conductor.listen(listener);
  }

  /** What has been counted since the client was built. */
  public Statistics statistics() {
    return conductor.statistics();
  }

  /** Everything that is measured, by name, for a system of metrics: see {@link ClientMetrics}. */
  public List<Meter> meters() {
    return Meter.of(conductor);
  }

  /** The same client with methods that wait. */
  public BlockingClient blocking() {
    return blocking;
  }

  /**
   * Sends what was submitted before, with what stream writers have collected and the ends of
   * gestures that are going on, waits up to the request time limit for answers that are still
   * missing, gives locks back, and closes the connection with 1000. Later operations fail with
   * CLOSED. Waits until all that is done; callable from anywhere, callbacks included. Idempotent.
   */
  @Override
  public void close() {
    CompletableFuture<Conductor> closed = finish();
    if (conductor.inLoop()) {
      return;
    }
    try {
      closed.get(
          conductor.config().requestTimeout().plus(CLOSE_GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("closing {} takes longer than expected; it goes on in the background", this, e);
    }
  }

  /** As {@link #close}, without waiting. */
  public CompletableFuture<Void> closeAsync() {
    return finish().thenAccept(_ -> {});
  }

  private CompletableFuture<Conductor> finish() {
    for (Unfinished each : List.copyOf(unfinished)) {
      each.close();
    }
    return conductor.close();
  }

  private TaskLine lineFor(SubscribeOptions options) {
    return options.executor().map(conductor::lineOn).orElseGet(conductor::dispatcher);
  }

  @Override
  public String toString() {
    return "ClaspClient[" + conductor.config().name() + ", " + state() + "]";
  }

  /** Configures a client. Not thread-safe; may build several clients. */
  public static final class Builder {

    private final List<URI> uris;
    private String name = ClientConfig.DEFAULT_NAME;
    private Set<Feature> features = ClientConfig.DEFAULT_FEATURES;
    private Supplier<String> tokens = () -> "";
    private boolean tokenMayChange;
    private Duration connectTimeout = limit("clasp.client.connectTimeout", Duration.ofSeconds(10));
    private Duration requestTimeout = limit("clasp.client.requestTimeout", Duration.ofSeconds(5));
    private boolean reconnect = true;
    private boolean awaitRouter;
    private Backoff backoff = Backoff.DEFAULT;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private Optional<EventLoops> loops = Optional.empty();
    private Consumer<? super ClientEvent> listener = _ -> {};
    private OfflinePolicy offline = OfflinePolicy.BUFFER;
    private int maxWaitingBytes = 8 << 20;
    private int maxViewParameters = 1_000_000;
    private long maxViewBytes = 256L << 20;
    private boolean clockSync = true;
    private Duration pingInterval = DialOptions.DEFAULT.pingInterval();
    private boolean requireSubprotocol = true;
    private ClientTls tls = ClientTls.DEFAULT;
    private Optional<Executor> executor = Optional.empty();
    private Optional<ClientMetrics> metrics = Optional.empty();
    private Optional<LocalDoor> door = Optional.empty();

    private Builder(LocalDoor door) {
      // Nobody connects to it; it is for messages and events.
      this.uris = List.of(LOCAL);
      this.door = Optional.of(door);
      this.name = door.name();
      this.tokens = door::pass;
      this.tokenMayChange = true;
    }

    private Builder(List<URI> uris) {
      if (uris.isEmpty()) {
        throw ClaspException.of(Kind.INVALID, "a client needs the URI of a router");
      }
      for (URI uri : uris) {
        try {
          LinkClient.check(uri);
        } catch (TransportException e) {
          throw ClaspException.of(Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
      }
      this.uris = List.copyOf(uris);
    }

    /** What the router shows to others. Default: {@code CLASP Java}. */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /** What the client says it supports. Default: everything but federation. */
    public Builder features(Set<Feature> value) {
      features = Set.copyOf(value);
      return this;
    }

    /** Token for routers that ask for one. */
    public Builder token(String value) {
      tokens = () -> value;
      tokenMayChange = false;
      return this;
    }

    /**
     * Where the token comes from; asked before each attempt to connect, on a virtual thread, where
     * it may wait as long as an attempt may take, and again when the router has refused one: if it
     * then gives another, the client tries that. An empty token means none.
     */
    public Builder token(Supplier<String> value) {
      tokens = value;
      tokenMayChange = true;
      return this;
    }

    /**
     * For each attempt to connect, from the first packet to WELCOME. Default 10 s, or what the
     * system property {@code clasp.client.connectTimeout} says, such as {@code PT1M}.
     */
    public Builder connectTimeout(Duration value) {
      connectTimeout = positive(value, "the limit for connecting");
      return this;
    }

    /**
     * For each request, from the call to the answer. Default 5 s, or what the system property
     * {@code clasp.client.requestTimeout} says: for slow machines and lines, without a change of
     * the program.
     */
    public Builder requestTimeout(Duration value) {
      requestTimeout = positive(value, "the limit for requests");
      return this;
    }

    /** Whether to connect again when the connection is lost. Default true. */
    public Builder reconnect(boolean value) {
      reconnect = value;
      return this;
    }

    /**
     * Whether {@link #connect} goes on trying, with the delays of {@link #backoff}, when no router
     * can be reached. Default false: it tries each URI once.
     */
    public Builder awaitRouter(boolean value) {
      awaitRouter = value;
      return this;
    }

    /**
     * Delays between attempts. Default {@link Backoff#DEFAULT}. The count of attempts starts again
     * when a connection has lasted for 30 s.
     */
    public Builder backoff(Backoff value) {
      backoff = value;
      return this;
    }

    /** Whom to trust behind {@code wss}, {@code tls} and {@code quic}, and as whom to appear. */
    public Builder tls(ClientTls value) {
      tls = value;
      return this;
    }

    /**
     * Between liveness probes of the transport; two that stay unanswered end the connection. At
     * least 1 s. Default 30 s.
     */
    public Builder pingInterval(Duration value) {
      if (value.compareTo(MIN_PING_INTERVAL) < 0) {
        throw ClaspException.of(
            Kind.INVALID, "the ping interval must be at least 1 s, not " + value);
      }
      pingInterval = value;
      return this;
    }

    /**
     * Whether a WebSocket server must answer with the subprotocol {@code clasp}. Default true;
     * false for gateways that leave it out.
     */
    public Builder requireSubprotocol(boolean value) {
      requireSubprotocol = value;
      return this;
    }

    /** Adds a header to the upgrade request of WebSocket connections. */
    public Builder header(String headerName, String value) {
      headers.put(headerName, value);
      return this;
    }

    /**
     * Event loops to share with other clients and servers; the caller closes them. Default: a loop
     * of the client's own.
     */
    public Builder loops(EventLoops value) {
      loops = Optional.of(value);
      return this;
    }

    /**
     * Where callbacks and the listener run instead of a thread of the client's own; one at a time
     * all the same, unless a subscription has its own executor. It must not refuse tasks while the
     * client is open: their signals would be lost.
     */
    public Builder executor(Executor value) {
      executor = Optional.of(value);
      return this;
    }

    /** Told how long requests take. */
    public Builder metrics(ClientMetrics value) {
      metrics = Optional.of(value);
      return this;
    }

    /** Told what happens to the client, on the dispatcher. An exception is logged. */
    public Builder listener(Consumer<? super ClientEvent> value) {
      listener = value;
      return this;
    }

    /** What happens to operations while disconnected. Default {@link OfflinePolicy#BUFFER}. */
    public Builder offline(OfflinePolicy value) {
      offline = value;
      return this;
    }

    /**
     * Bytes that may wait to be sent, while disconnected or when the router reads too slowly; at
     * least 64 KiB. Default 8 MiB. Beyond, waiting stream samples and gesture moves are dropped,
     * oldest first, and when there are none, operations fail with OVERFLOW.
     */
    public Builder maxWaitingBytes(int value) {
      if (value < MIN_WAITING_BYTES) {
        throw ClaspException.of(
            Kind.INVALID,
            "maxWaitingBytes must be at least " + MIN_WAITING_BYTES + ", not " + value);
      }
      maxWaitingBytes = value;
      return this;
    }

    /**
     * How much one {@link View} may hold, and one {@link ClaspClient#list}. A view with more ends
     * with OVERFLOW.
     *
     * @param parameters at least 1; default 1,000,000
     * @param bytes memory of addresses and values, about; at least 1024; default 256 MiB
     */
    public Builder maxView(int parameters, long bytes) {
      if (parameters < 1 || bytes < 1024) {
        throw ClaspException.of(
            Kind.INVALID,
            "a view must hold at least 1 parameter and 1024 bytes, not "
                + parameters
                + " and "
                + bytes);
      }
      maxViewParameters = parameters;
      maxViewBytes = bytes;
      return this;
    }

    /** Whether to measure the router's clock after connecting and every 30 s. Default true. */
    public Builder clockSync(boolean value) {
      clockSync = value;
      return this;
    }

    /**
     * Connects.
     *
     * @return the connected client; fails with {@link ClaspException}: UNREACHABLE, TIMEOUT,
     *     REFUSED, INVALID
     */
    public CompletableFuture<ClaspClient> connect() {
      return start().thenApply(ClaspClient::new);
    }

    /**
     * Connects and waits for it.
     *
     * @throws ClaspException UNREACHABLE, TIMEOUT, REFUSED, INVALID or INTERRUPTED
     */
    public ClaspClient connectBlocking() {
      return new ClaspClient(Waiting.on(start()));
    }

    private CompletableFuture<Conductor> start() {
      checkHello();
      EventLoops group = loops.orElseGet(() -> EventLoops.create("clasp-client-loop", 1));
      EventLoops pinned = group.pinned();
      ClientConfig config =
          new ClientConfig(
              uris,
              name,
              features,
              tokens,
              tokenMayChange,
              connectTimeout,
              requestTimeout,
              reconnect,
              awaitRouter,
              backoff,
              listener,
              offline,
              maxWaitingBytes,
              maxViewParameters,
              maxViewBytes,
              clockSync);
      Conductor conductor =
          new Conductor(
              config,
              new NettyReactor(pinned.next()),
              dialer(pinned, loops.isPresent() ? () -> {} : group::close),
              Threads.create(executor),
              new SplittableRandom());
      metrics.ifPresent(conductor::measure);
      return conductor.start();
    }

    private Dialer dialer(EventLoops pinned, Runnable onClose) {
      return door.isPresent()
          ? new LocalDialer(pinned, door.get(), onClose)
          : new LinkDialer(pinned, options(), onClose);
    }

    private DialOptions options() {
      return new DialOptions(
          connectTimeout,
          Map.copyOf(headers),
          requireSubprotocol,
          tls,
          DialOptions.DEFAULT.maxMessage(),
          pingInterval);
    }

    private void checkHello() {
      try {
        FrameCodec.encode(
            new Message.Hello(
                1,
                features,
                name,
                tokenMayChange ? Optional.empty() : Optional.of(tokens.get()),
                Optional.empty(),
                Optional.of(new UUID(0, 0))));
      } catch (EncodeException e) {
        throw ClaspException.of(
            Kind.INVALID, "the name or the token cannot be sent: " + e.getMessage(), e);
      }
    }

    private static Duration limit(String property, Duration otherwise) {
      String text = System.getProperty(property, "");
      try {
        return text.isEmpty()
            ? otherwise
            : positive(Duration.parse(text), "the system property " + property);
      } catch (DateTimeParseException e) {
        throw ClaspException.of(
            Kind.INVALID,
            "the system property " + property + " must be a duration such as PT30S, not " + text,
            e);
      }
    }

    private static Duration positive(Duration value, String what) {
      if (value.isNegative() || value.isZero() || value.compareTo(MAX_LIMIT) > 0) {
        throw ClaspException.of(
            Kind.INVALID, what + " must be more than nothing and at most a day, not " + value);
      }
      return value;
    }
  }
}
