package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.RouterDoor;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.Direction;
import dev.clasp.transform.GestureStep;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transform.MappingRun;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bridge at work: its endpoint, its place at the router, and everything between them.
 *
 * <p><b>Threads.</b> One lock, that of the object, guards all that is here; it is held for short
 * steps only, and nothing foreign runs under it but the router's client, which never waits. The
 * endpoint is opened, used and closed on a line of tasks of its own, without the lock. What comes
 * from the endpoint or the router goes all the way to the queue of the other side on the thread
 * that brings it, so order is kept.
 *
 * <p><b>Generations.</b> Each endpoint has a number; what an old one still says is not heard. But
 * what it says while it is closed is: a device that goes lets go of what it holds. Those last words
 * are bounded, go by the rules that the endpoint has worked by, and end before the next endpoint
 * can say anything.
 */
final class Bridge {

  private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

  /**
   * Signals that the router has not acknowledged, above which newer values replace waiting ones.
   */
  static final int MAX_UNACKNOWLEDGED = 2048;

  /** An event that could not be sent for so long is history. */
  static final long MOMENT_NANOS = 5_000_000_000L;

  /** A bridge that has worked for so long begins again with short pauses. */
  static final long STABLE_NANOS = 30_000_000_000L;

  /** After a failure of the router that may pass. */
  static final long RETRY_NANOS = 250_000_000;

  /** For a send that does not return when the endpoint shall be closed. */
  private static final long CLOSE_NANOS = 3_000_000_000L;

  /** For a farewell, also if an endpoint cannot be closed at all: then it says no more. */
  static final long FAREWELL_NANOS = 10_000_000_000L;

  /** Signals that an endpoint may still say while it is closed: all keys of 16 devices. */
  static final int MAX_LAST_WORDS = 32_768;

  /** Timer ticks are not closer than this. */
  private static final long TICK_NANOS = 2_000_000;

  private static final long PROBLEM_NANOS = 1_000_000_000;

  /** Definitions that are announced: a router gives a quarter of its table to one client. */
  private static final int MAX_OFFERED = 2000;

  /** Longest text of an error that is kept. */
  private static final int MAX_TEXT = 500;

  private final HostClock clock;
  private final Supplier<CompletableFuture<RouterPort>> ports;
  private final Backoff backoff;
  private final RandomGenerator random;
  private final Optional<RouterDoor> door;
  private final Consumer<BridgeEvent> events;
  private final SerialLine work;

  private BridgePlan plan;
  private MappingRun run;
  private RateLimiter capsIn;
  private RateLimiter capsOut;
  private ForeignEchoes foreign;
  private final EchoBook own = new EchoBook();
  private final LoopGuard loops = new LoopGuard();
  private final OwnContacts contacts = new OwnContacts();

  // --- its life
  private BridgeState state = BridgeState.STOPPED;
  private String detail = "";
  private Instant since;
  private long generation;
  private int attempt;
  private long workedSince;
  private boolean worked;
  private boolean started;
  private @Nullable Instant nextTry;
  private @Nullable Runnable nextStart;
  private @Nullable Endpoint endpoint;
  private boolean sends;
  private boolean stateful;
  private boolean gestures;

  /** The endpoint that is being closed, while it may speak. */
  private @Nullable Parting parting;

  /** The rules from before while the endpoint lets go by them, and the thread on which it does. */
  private @Nullable Parting former;

  private @Nullable Thread letting;

  /** The connection to the router that the bridge had before it stopped. */
  private @Nullable Farewell farewell;

  /** What the router has taken of that. */
  private final LongAdder saidLast = new LongAdder();

  /** What the endpoint says that there is on the other side; paths, not addresses. */
  private List<SignalDefinition> offered = List.of();

  /** What the endpoint has said before its start was over. */
  private @Nullable String downAtStart;

  // --- the router
  private @Nullable RouterPort port;
  private @Nullable AutoCloseable listening;
  private @Nullable AutoCloseable subscription;
  private List<String> subscribed = List.of();

  // --- queues
  private SignalLine toRouter = new SignalLine();
  private final SignalLine toForeign = new SignalLine();
  private int unacknowledged;
  private boolean feeding;
  private boolean pumping;
  private long retryAt = Long.MIN_VALUE;

  /** The number of the newest write of an address that is on its way. */
  private final Map<String, Long> newest = new HashMap<>();

  private long numbers;

  /** Who waits for what becomes of what is on its way to an address. */
  private final AnswerBook asking = new AnswerBook();

  /** What the router has said and nobody has looked at yet. */
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

  private final ShownValues shown = new ShownValues();

  private @Nullable Runnable tick;
  private long tickAt = Long.MAX_VALUE;

  // --- for people
  private final BridgeTally tally = new BridgeTally();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LatencyHistogram latencyIn = new LatencyHistogram();
  private final LatencyHistogram latencyOut = new LatencyHistogram();
  private final RecentSources sources = new RecentSources();
  private final List<CompletableFuture<SeenSource>> learners = new ArrayList<>();
  private final List<TrafficWatch> watches = new CopyOnWriteArrayList<>();
  private long lastActivity;
  private boolean active;
  private @Nullable String lastError;
  private @Nullable Instant lastErrorAt;
  private long problemToldAt = Long.MIN_VALUE;
  private long problemsUntold;

  /**
   * @param ports makes a connection to the router for this bridge
   * @param door for peers that say who they are
   * @param events told under the lock; must not wait
   */
  Bridge(
      HostClock clock,
      BridgePlan plan,
      Supplier<CompletableFuture<RouterPort>> ports,
      Backoff backoff,
      RandomGenerator random,
      Optional<RouterDoor> door,
      Consumer<BridgeEvent> events) {
    this.clock = clock;
    this.plan = plan;
    this.ports = ports;
    this.backoff = backoff;
    this.random = random;
    this.door = door;
    this.events = events;
    this.since = clock.now();
    this.work = new SerialLine(task -> clock.execute("clasp-bridge-" + name(), task));
    this.run = plan.mapping().start();
    this.capsIn = new RateLimiter(plan.definition().ratesIn());
    this.capsOut = new RateLimiter(plan.definition().ratesOut());
    this.foreign = new ForeignEchoes(plan.definition().echoWindow().toNanos());
  }

  synchronized BridgePlan plan() {
    return plan;
  }

  synchronized BridgeDefinition definition() {
    return plan.definition();
  }

  private String name() {
    return plan.definition().name();
  }

  private BridgeDirection direction() {
    return plan.definition().direction();
  }

  // --- life --------------------------------------------------------------------------------------

  /** Starts, if it does not run. */
  synchronized void start() {
    if (state == BridgeState.STOPPED || state == BridgeState.FAILED) {
      attempt = 0;
      begin();
    }
  }

  /**
   * Stops.
   *
   * @return done when the endpoint is closed (ports are free) and the router has its last words
   */
  synchronized CompletableFuture<Void> stop() {
    // What a cap holds back is the newest value; it would be an old one after the next start.
    capsIn.giveUp(signal -> offerIn(Carried.of(signal, clock.nanoTime())));
    unsubscribe();
    Farewell words = leave();
    Parting going = parting;
    if (going != null && going.words == null) {
      // It is being closed for another start, which does not come now.
      going.words = words;
    }
    CompletableFuture<Void> closed = closeEndpoint(plan, run, words);
    callOff();
    toRouter.clear();
    toForeign.clear();
    shown.clear();
    newest.clear();
    asking.clear();
    become(BridgeState.STOPPED, "");
    if (words != null) {
      return closed.thenCompose(_ -> {
        words.closed();
        return words.done();
      });
    }
    Farewell before = farewell;
    return before == null ? closed : closed.thenCompose(_ -> before.done());
  }

  /** Closes the endpoint, if there is one, and opens another at once. */
  synchronized void restart() {
    if (state == BridgeState.STOPPED) {
      return;
    }
    restart(plan, run);
  }

  private void restart(BridgePlan by, MappingRun with) {
    callOff();
    closeEndpoint(by, with, null);
    attempt = 0;
    begin();
  }

  /**
   * Works by another definition from now on. The endpoint goes on, unless its settings are others.
   */
  synchronized void follow(BridgePlan next) {
    BridgePlan before = plan;
    MappingRun runBefore = run;
    plan = next;
    boolean rules =
        !before.definition().mapping().equals(next.definition().mapping())
            || !before.namespace().equals(next.namespace());
    if (rules) {
      // Rules that are the same go on with what they remember.
      run = next.mapping().start(run);
    }
    long now = clock.nanoTime();
    if (!before.definition().ratesIn().equals(next.definition().ratesIn())) {
      RateLimiter old = capsIn;
      capsIn = new RateLimiter(next.definition().ratesIn());
      old.giveUp(signal -> limitIn(signal, now));
    }
    if (!before.definition().ratesOut().equals(next.definition().ratesOut())) {
      RateLimiter old = capsOut;
      capsOut = new RateLimiter(next.definition().ratesOut());
      old.giveUp(signal -> limitOut(signal, now));
    }
    if (!before.definition().echoWindow().equals(next.definition().echoWindow())) {
      foreign.release(Long.MAX_VALUE, signal -> mapIn(signal, Optional.empty(), now));
      foreign = new ForeignEchoes(next.definition().echoWindow().toNanos());
    }
    if (state == BridgeState.STOPPED) {
      return;
    }
    if (!before.sameEndpoint(next)) {
      shown.clear();
      restart(before, runBefore);
      return;
    }
    if (state == BridgeState.FAILED) {
      restart(before, runBefore);
      return;
    }
    Endpoint working = endpoint;
    if (rules && working != null) {
      Parting last = new Parting(generation, before, runBefore, null);
      work.add(() -> letGo(working, last));
    }
    if (rules && stateful) {
      // The snapshot of the new subscription says what the other side shall show.
      shown.clear();
      unsubscribe();
    }
    subscribe();
    announce();
    feed();
    pump();
    tick(now);
  }

  /** On the line of the endpoint: what is held is held where the old rules have put it. */
  private void letGo(Endpoint from, Parting by) {
    synchronized (this) {
      if (by.generation != generation) {
        return;
      }
      former = by;
      letting = Thread.currentThread();
    }
    try {
      from.letGo();
    } catch (RuntimeException e) {
      LOG.error("bridge {}: unexpected failure", definition().name(), e);
    }
    synchronized (this) {
      former = null;
      letting = null;
    }
  }

  private void begin() {
    long g = ++generation;
    nextTry = null;
    downAtStart = null;
    become(BridgeState.STARTING, port == null ? "connecting to the router" : "");
    if (started) {
      tally.restarts++;
    }
    started = true;
    if (port != null) {
      work.add(() -> open(g));
      return;
    }
    Farewell before = farewell;
    if (before == null) {
      connect(g);
    } else {
      // Or what is new might come before what was said last.
      before.done().whenComplete((_, _) -> connect(g));
    }
  }

  private void connect(long g) {
    synchronized (this) {
      if (g != generation) {
        return;
      }
    }
    CompletableFuture<RouterPort> connecting;
    try {
      connecting = ports.get();
    } catch (RuntimeException e) {
      connecting = CompletableFuture.failedFuture(e);
    }
    connecting.whenComplete((made, failure) -> {
      if (failure != null) {
        failed(g, "the router cannot be reached: " + Failures.reason(failure), false);
      } else {
        connected(g, made);
      }
    });
  }

  private void connected(long g, RouterPort made) {
    synchronized (this) {
      if (g == generation && port == null) {
        port = made;
        listening = made.listen(change -> router(made, change));
        announce();
        work.add(() -> open(g));
        return;
      }
    }
    // Nobody wants it any more.
    clock.execute("clasp-bridge-close", made::close);
  }

  /** On the line of the endpoint. */
  private void open(long g) {
    Endpoint made;
    BridgePlan by;
    synchronized (this) {
      if (g != generation) {
        return;
      }
      by = plan;
    }
    try {
      made = by.provider().create(by.settings(), new Context(g, name(), by.definition().profile()));
    } catch (BridgeException e) {
      failed(g, String.valueOf(e.getMessage()), e.lasting());
      return;
    } catch (RuntimeException e) {
      LOG.error("bridge {}: unexpected failure", by.definition().name(), e);
      failed(g, "unexpected failure: " + e, false);
      return;
    }
    synchronized (this) {
      if (g != generation) {
        close(made);
        return;
      }
      endpoint = made;
      parting = null;
      sends = made.sends();
      stateful = made.stateful();
      gestures = made.gestures();
      subscribe();
    }
    try {
      made.start();
    } catch (BridgeException e) {
      failed(g, String.valueOf(e.getMessage()), e.lasting());
      return;
    } catch (RuntimeException e) {
      LOG.error("bridge {}: unexpected failure", by.definition().name(), e);
      failed(g, "unexpected failure: " + e, false);
      return;
    }
    synchronized (this) {
      if (g == generation && state == BridgeState.STARTING) {
        String why = downAtStart;
        if (why == null) {
          works(detail);
        } else {
          become(BridgeState.DEGRADED, why);
        }
      }
      if (g == generation && port != null && !port.connected()) {
        // It was lost before there was an endpoint to tell. When it is back, that comes behind.
        tellEndpoint(false);
      }
    }
  }

  private void works(String how) {
    worked = true;
    workedSince = clock.nanoTime();
    become(BridgeState.RUNNING, how);
    if (stateful) {
      long now = clock.nanoTime();
      shown.values().stream()
          .filter(this::repeats)
          .forEach(signal -> toForeign.offer(Carried.of(signal, now)));
    }
    pump();
  }

  private void failed(long g, String why, boolean lasting) {
    synchronized (this) {
      if (g != generation) {
        return;
      }
      problem(why);
      closeEndpoint(plan, run, null);
      if (lasting) {
        become(BridgeState.FAILED, why);
        return;
      }
      if (worked && clock.nanoTime() - workedSince >= STABLE_NANOS) {
        attempt = 0;
      }
      worked = false;
      OptionalLong delay = backoff.delayNanos(attempt, random);
      if (delay.isEmpty()) {
        become(BridgeState.FAILED, why);
        return;
      }
      attempt++;
      nextTry = clock.now().plusNanos(delay.getAsLong());
      become(BridgeState.WAITING, why);
      long waiting = generation;
      nextStart =
          clock.schedule(
              () -> {
                synchronized (this) {
                  if (waiting == generation && state == BridgeState.WAITING) {
                    begin();
                  }
                }
              },
              delay.getAsLong());
    }
  }

  private void callOff() {
    Runnable start = nextStart;
    nextStart = null;
    nextTry = null;
    if (start != null) {
      start.run();
    }
  }

  /**
   * @param by what the endpoint has worked by
   * @param words where it says its last words if the bridge leaves the router
   */
  private CompletableFuture<Void> closeEndpoint(
      BridgePlan by, MappingRun with, @Nullable Farewell words) {
    Endpoint old = endpoint;
    endpoint = null;
    CompletableFuture<Void> closed = new CompletableFuture<>();
    if (old == null) {
      generation++;
      // Behind what is perhaps being opened.
      work.add(() -> closed.complete(null));
      return closed;
    }
    Parting last = new Parting(generation++, by, with, words);
    parting = last;
    Runnable hurry =
        clock.schedule(
            () ->
                clock.execute(
                    "clasp-bridge-close",
                    () -> {
                      LOG.warn(
                          "a send of bridge {} does not return; it is closed", definition().name());
                      close(old);
                      gone(last);
                      closed.complete(null);
                    }),
            CLOSE_NANOS);
    work.add(() -> {
      hurry.run();
      close(old);
      gone(last);
      closed.complete(null);
    });
    return closed;
  }

  private synchronized void gone(Parting last) {
    if (last.equals(parting)) {
      parting = null;
    }
  }

  private static void close(Endpoint old) {
    try {
      old.close();
    } catch (RuntimeException e) {
      LOG.warn("an endpoint of a bridge could not be closed", e);
    }
  }

  private void become(BridgeState next, String how) {
    detail = how;
    if (next == state) {
      return;
    }
    BridgeState before = state;
    state = next;
    since = clock.now();
    events.accept(new BridgeEvent.StateChanged(name(), before, next, how));
  }

  // --- the router --------------------------------------------------------------------------------

  private void subscribe() {
    RouterPort router = port;
    List<String> wanted = direction().out() && sends ? plan.routerPatterns() : List.of();
    if (router == null || endpoint == null || wanted.equals(subscribed)) {
      return;
    }
    unsubscribe();
    subscribed = wanted;
    if (!wanted.isEmpty()) {
      subscription =
          router.subscribe(
              wanted,
              signal -> fromRouter(router, signal),
              why -> {
                synchronized (this) {
                  problem("the router refuses the subscription of " + why);
                }
              });
    }
  }

  private void unsubscribe() {
    subscribed = List.of();
    closeQuietly(subscription);
    subscription = null;
  }

  /** Gives the connection, with what waits for it, to a farewell; null if there is none. */
  private @Nullable Farewell leave() {
    RouterPort old = port;
    if (old == null) {
      return null;
    }
    closeQuietly(listening);
    listening = null;
    port = null;
    unacknowledged = 0;
    retryAt = Long.MIN_VALUE;
    Farewell words = new Farewell(clock, old, toRouter, saidLast);
    toRouter = new SignalLine();
    farewell = words;
    Runnable limit = clock.schedule(words::closed, FAREWELL_NANOS);
    words
        .done()
        .whenComplete((_, _) -> {
          limit.run();
          synchronized (this) {
            if (words.equals(farewell)) {
              farewell = null;
            }
          }
        });
    return words;
  }

  private void releasePort() {
    closeQuietly(listening);
    listening = null;
    RouterPort old = port;
    port = null;
    unacknowledged = 0;
    if (old != null) {
      clock.execute("clasp-bridge-close", old::close);
    }
  }

  private static void closeQuietly(@Nullable AutoCloseable what) {
    if (what != null) {
      try {
        what.close();
      } catch (Exception e) {
        LOG.debug("closing failed", e);
      }
    }
  }

  /** What the other side offers, as addresses. */
  private List<SignalDefinition> definitions() {
    if (offered.isEmpty()) {
      return List.of();
    }
    // Of its own: to ask where a path leads must not count as a value that came.
    MappingRun paths = plan.mapping().start();
    boolean plain = plan.definition().mapping().equals(Value.NULL);
    List<SignalDefinition> definitions = new ArrayList<>();
    for (SignalDefinition offer : offered) {
      Optional<SignalMeta> meta = plain ? offer.meta() : offer.meta().map(Bridge::withoutRange);
      paths.map(
          Direction.IN,
          new MappedSignal(offer.address(), offer.type(), Value.of(0.0)),
          clock.nanoTime(),
          mapped ->
              definitions.add(
                  new SignalDefinition(
                      mapped.address(), mapped.type(), offer.datatype(), offer.access(), meta)));
    }
    return definitions;
  }

  /** Rules may change numbers. */
  private static SignalMeta withoutRange(SignalMeta meta) {
    return new SignalMeta(meta.unit(), Optional.empty(), Optional.empty(), meta.description());
  }

  private void announce() {
    RouterPort router = port;
    if (router == null || !router.connected()) {
      return;
    }
    String device = plan.provider().device(plan.settings());
    router.announce(
        plan.namespace().prefix().isEmpty() ? "/" : plan.namespace().prefix(),
        definitions(),
        Map.of(
            "bridge", Value.TRUE,
            "protocol", Value.of(plan.definition().protocol()),
            "device", Value.of(device.isEmpty() ? name() : device),
            "bidirectional", Value.of(direction() == BridgeDirection.BOTH)));
  }

  private synchronized void router(RouterPort from, RouterPort.Change change) {
    if (!from.equals(port)) {
      return;
    }
    switch (change) {
      case CONNECTED -> {
        announce();
        retryAt = Long.MIN_VALUE;
        tellEndpoint(true);
        feed();
      }
      case LOST -> {
        problem("the connection to the router is lost; values wait");
        tellEndpoint(false);
      }
      case ENDED -> {
        unsubscribe();
        releasePort();
        if (state != BridgeState.STOPPED) {
          failed(generation, "the router has ended the connection for good", false);
        }
      }
    }
  }

  private void tellEndpoint(boolean connected) {
    Endpoint told = endpoint;
    long g = generation;
    if (told == null) {
      return;
    }
    work.add(() -> {
      synchronized (this) {
        if (g != generation) {
          return;
        }
      }
      try {
        told.routerConnected(connected);
      } catch (RuntimeException e) {
        LOG.error("bridge {}: unexpected failure", definition().name(), e);
      }
    });
  }

  // --- from the other side to the router ---------------------------------------------------------

  private synchronized void receive(long g, Parcel parcel, Consumer<Optional<String>> outcome) {
    asking.begin(outcome);
    try {
      receive(g, parcel);
    } finally {
      asking.end();
    }
  }

  private synchronized void receive(long g, Parcel parcel) {
    if (g != generation) {
      Parting last = parting;
      if (last != null && last.generation == g) {
        heardLast(last, parcel);
      }
      return;
    }
    Parting before = former;
    if (before != null && Thread.currentThread().equals(letting)) {
      heardLast(before, parcel);
      return;
    }
    takeAnswers();
    long now = clock.nanoTime();
    touch(now);
    tally.received += parcel.signals().size();
    for (MappedSignal signal : parcel.signals()) {
      sources.seen(signal, parcel, now);
      learn(signal, parcel);
    }
    if (!direction().in()) {
      parcel
          .signals()
          .forEach(signal ->
              watched(Direction.IN, Traffic.Outcome.IGNORED, signal, List.of(), parcel.peer()));
      return;
    }
    if (parcel.atomic() && parcel.signals().size() > 1 || parcel.timeMicros().isPresent()) {
      together(parcel, now);
    } else {
      for (MappedSignal signal : parcel.signals()) {
        if (news(signal, parcel.peer(), now)) {
          mapIn(signal, parcel.peer(), now);
        }
      }
    }
    feed();
    tick(now);
  }

  /** An endpoint while it is closed. Guarded by the bridge. */
  private static final class Parting {
    private final long generation;
    private final BridgePlan plan;
    private final MappingRun run;
    private @Nullable Farewell words;
    private int said;

    Parting(long generation, BridgePlan plan, MappingRun run, @Nullable Farewell words) {
      this.generation = generation;
      this.plan = plan;
      this.run = run;
      this.words = words;
    }
  }

  /** Last words are no echoes, and no cap may keep them. */
  private void heardLast(Parting last, Parcel parcel) {
    last.said += parcel.signals().size();
    if (!last.plan.definition().direction().in()) {
      return;
    }
    if (last.said > MAX_LAST_WORDS) {
      dropped("the endpoint says too much while it is closed");
      return;
    }
    long now = clock.nanoTime();
    tally.received += parcel.signals().size();
    for (MappedSignal signal : parcel.signals()) {
      List<MappedSignal> results = new ArrayList<>(1);
      try {
        last.run.map(Direction.IN, signal, now, results::add);
      } catch (RuntimeException e) {
        dropped("a rule failed with " + signal.address() + ": " + e);
      }
      watched(Direction.IN, Traffic.Outcome.CARRIED, signal, results, parcel.peer());
      for (MappedSignal each : results) {
        Farewell words = last.words;
        if (words == null) {
          offerIn(Carried.of(each, now));
        } else {
          words.say(Carried.of(each, now));
        }
      }
    }
    feed();
  }

  private boolean news(MappedSignal signal, Optional<String> peer, long now) {
    if (direction().out() && signal.gesture().isEmpty() && foreign.isEcho(signal, now)) {
      tally.echoes++;
      watched(Direction.IN, Traffic.Outcome.ECHO, signal, List.of(), peer);
      return false;
    }
    return true;
  }

  private void mapIn(MappedSignal signal, Optional<String> peer, long now) {
    mapped(Direction.IN, signal, peer, now).forEach(each -> limitIn(each, now));
  }

  /** Through the rules. */
  private List<MappedSignal> mapped(
      Direction way, MappedSignal signal, Optional<String> peer, long now) {
    List<MappedSignal> results = new ArrayList<>(1);
    try {
      run.map(way, signal, now, results::add);
    } catch (RuntimeException e) {
      LOG.debug("bridge {}: a rule failed", name(), e);
      dropped("a rule failed with " + signal.address() + ": " + e);
      watched(way, Traffic.Outcome.DROPPED, signal, List.of(), peer);
      return List.of();
    }
    if (results.isEmpty()) {
      tally.unmapped++;
      watched(way, Traffic.Outcome.UNMAPPED, signal, List.of(), peer);
      return results;
    }
    if (direction() == BridgeDirection.BOTH) {
      boolean in = way == Direction.IN;
      results.removeIf(each -> {
        String address = in ? each.address() : signal.address();
        Value value = in ? each.value() : signal.value();
        return looped(way, address, value, now);
      });
      if (results.isEmpty()) {
        watched(way, Traffic.Outcome.LOOP, signal, results, peer);
        return results;
      }
    }
    if (way == Direction.IN && stateful && signal.type() == SignalType.PARAM) {
      results.forEach(each -> shown.heard(each.address(), signal));
    }
    watched(way, Traffic.Outcome.CARRIED, signal, results, peer);
    return results;
  }

  private boolean looped(Direction way, String address, Value value, long now) {
    if (loops.crosses(way, address, value, now)) {
      return false;
    }
    tally.loops++;
    problem(
        address
            + " goes round in circles: does another bridge or program send back what this one"
            + " sends?");
    return true;
  }

  private void limitIn(MappedSignal signal, long now) {
    if (limited(capsIn.admit(signal, now))) {
      offerIn(Carried.of(signal, now));
    }
  }

  /** Counts what a cap does; true if it passes. */
  private boolean limited(RateLimiter.Outcome outcome) {
    switch (outcome) {
      case PASSES -> {
        return true;
      }
      case HELD -> {}
      case REPLACED -> tally.coalesced++;
      case DROPPED -> {
        tally.dropped++;
        tally.limited++;
      }
    }
    return false;
  }

  /** Several at once, or at a time: as a bundle if all of them pass, else one by one. */
  private void together(Parcel parcel, long now) {
    List<MappedSignal> all = new ArrayList<>();
    for (MappedSignal signal : parcel.signals()) {
      if (news(signal, parcel.peer(), now)) {
        all.addAll(mapped(Direction.IN, signal, parcel.peer(), now));
      }
    }
    List<MappedSignal> passing = new ArrayList<>();
    for (MappedSignal signal : all) {
      if (limited(capsIn.admit(signal, now))) {
        if (signal.type() == SignalType.STREAM || signal.type() == SignalType.GESTURE) {
          // A bundle has none of them.
          offerIn(Carried.of(signal, now));
        } else {
          passing.add(signal);
        }
      }
    }
    if (!passing.isEmpty()) {
      offerIn(new Carried(passing, parcel.atomic(), parcel.timeMicros(), now));
    }
  }

  private void offerIn(Carried carried) {
    carried.signals().forEach(signal -> asking.offered(signal.address()));
    offer(toRouter, carried, "too many signals wait for the router");
  }

  private void offer(SignalLine line, Carried carried, String full) {
    switch (line.offer(carried)) {
      case WAITS -> {}
      case REPLACED -> tally.coalesced++;
      case FULL -> {
        if (carried.signals().size() == 1 && carried.atMicros().isEmpty()) {
          dropped(full + "; one for " + carried.first().address() + " is left out");
        } else {
          // The values must not be lost with the rest.
          for (MappedSignal signal : carried.signals()) {
            offer(line, Carried.of(signal, carried.nanos()), full);
          }
        }
      }
    }
  }

  /** Sends what waits, as long as the router keeps up. */
  private void feed() {
    RouterPort router = port;
    if (feeding || router == null || !router.connected()) {
      return;
    }
    feeding = true;
    try {
      long now = clock.nanoTime();
      while (unacknowledged < MAX_UNACKNOWLEDGED
          && now - retryAt >= 0 | retryAt == Long.MIN_VALUE) {
        Optional<Carried> next = toRouter.poll();
        if (next.isEmpty()) {
          return;
        }
        if (!next.get().replaceable() && isHistory(next.get(), now)) {
          continue;
        }
        send(router, next.get(), now);
      }
    } finally {
      feeding = false;
    }
  }

  /** An event that waited too long is not news any more; values of a bundle still are. */
  private boolean isHistory(Carried carried, long now) {
    if (now - carried.nanos() <= MOMENT_NANOS || carried.atMicros().isPresent()) {
      return false;
    }
    if (carried.signals().stream().anyMatch(Bridge::lasts)) {
      return false;
    }
    dropped("an event for " + carried.first().address() + " waited too long");
    return true;
  }

  /** A value is one until there is another, and an end is missed whenever it comes. */
  private static boolean lasts(MappedSignal signal) {
    return signal.type() == SignalType.PARAM
        || signal.gesture().filter(GestureStep::last).isPresent();
  }

  /** What is on its way to the router. */
  private record OnTheWay(
      RouterPort router, Carried carried, long number, List<EchoBook.Write> writes) {}

  private record Answer(OnTheWay way, OptionalLong revision, @Nullable Throwable failure) {}

  private void send(RouterPort router, Carried carried, long now) {
    boolean bundle = carried.bundled();
    if (!bundle && carried.signals().size() > 1) {
      carried.signals().forEach(signal -> send(router, Carried.of(signal, carried.nanos()), now));
      return;
    }
    long number = numbers++;
    List<EchoBook.Write> writes = new ArrayList<>(carried.signals().size());
    long due = now;
    if (carried.atMicros().isPresent()) {
      due += Math.max(0, carried.atMicros().getAsLong() - router.timeMicros()) * 1000;
    }
    for (MappedSignal signal : carried.signals()) {
      if (signal.type() == SignalType.PARAM) {
        newest.put(signal.address(), number);
        if (!subscribed.isEmpty()) {
          writes.add(own.writing(signal.address(), signal.value(), now, due));
        }
      }
    }
    OnTheWay way = new OnTheWay(router, carried, number, writes);
    CompletableFuture<OptionalLong> sent;
    try {
      MappedSignal first = carried.first();
      contacts.sent(first);
      sent =
          bundle
              ? router.bundle(carried.signals(), carried.atMicros())
              : first.type() == SignalType.PARAM ? router.set(first) : router.publish(first);
    } catch (RuntimeException e) {
      unacknowledged++;
      answered(way, OptionalLong.empty(), e);
      return;
    }
    unacknowledged++;
    sent.whenComplete((revision, failure) -> {
      answers.add(new Answer(way, failure == null ? revision : OptionalLong.empty(), failure));
      synchronized (this) {
        takeAnswers();
      }
    });
  }

  /** Whoever has the lock takes all of them: a device that floods us must not shut them out. */
  private void takeAnswers() {
    for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
      answered(answer.way(), answer.revision(), answer.failure());
    }
  }

  private void answered(OnTheWay way, OptionalLong revision, @Nullable Throwable failure) {
    if (way.router().equals(port)) {
      unacknowledged--;
    }
    Carried carried = way.carried();
    int write = 0;
    for (MappedSignal signal : carried.signals()) {
      if (signal.type() == SignalType.PARAM) {
        boolean last = newest.remove(signal.address(), way.number());
        if (write < way.writes().size()) {
          EchoBook.Write mine = way.writes().get(write++);
          if (failure == null) {
            own.answered(signal.address(), mine, revision);
          } else if (!Failures.passing(failure)) {
            own.failed(signal.address(), mine);
          }
        }
        if (failure != null && last && Failures.passing(failure)) {
          // Nobody has a newer one: it must not be lost.
          toRouter.giveBack(Carried.of(signal, carried.nanos()));
        }
      }
    }
    if (failure == null || !carried.bundled() && !Failures.passing(failure)) {
      Optional<String> why = Optional.ofNullable(failure).map(Failures::reason);
      carried.signals().forEach(signal -> asking.answered(signal.address(), why));
    }
    long now = clock.nanoTime();
    if (failure == null) {
      tally.in += carried.signals().size();
      latencyIn.add(now - carried.nanos());
    } else if (!Failures.passing(failure)) {
      if (carried.bundled()) {
        // One member may be the reason; the others need not suffer.
        carried.signals().forEach(signal -> offerIn(Carried.of(signal, carried.nanos())));
        problem("a bundle is sent one by one: " + Failures.reason(failure));
      } else {
        dropped(
            carried.first().address()
                + " did not get into the router: "
                + Failures.reason(failure));
      }
    } else {
      long lost =
          carried.signals().stream().filter(signal -> signal.type() != SignalType.PARAM).count();
      if (lost > 0) {
        tally.dropped += lost - 1;
        dropped("an event did not get to the router: " + Failures.reason(failure));
      }
      retryAt = now + RETRY_NANOS;
      tick(now);
    }
    feed();
  }

  // --- from the router to the other side ---------------------------------------------------------

  private synchronized void fromRouter(RouterPort router, Signal signal) {
    if (!router.equals(port) || subscribed.isEmpty()) {
      return;
    }
    long now = clock.nanoTime();
    switch (signal) {
      case Signal.Change change -> {
        MappedSignal mapped = new MappedSignal(change.address(), SignalType.PARAM, change.value());
        if (change.fromSnapshot()) {
          if (stateful) {
            snapshot(mapped, now);
          }
        } else if (own.isEcho(change.address(), change.value(), change.revision(), now)) {
          tally.echoes++;
          shown.accepted(change.address());
          watched(Direction.OUT, Traffic.Outcome.ECHO, mapped, List.of(), Optional.empty());
        } else {
          own.overtaken(change.address());
          mapOut(mapped, now);
        }
      }
      case Signal.Event event ->
          mapOut(new MappedSignal(event.address(), SignalType.EVENT, event.value()), now);
      case Signal.Stream stream ->
          mapOut(new MappedSignal(stream.address(), SignalType.STREAM, stream.value()), now);
      case Signal.Gesture gesture -> {
        if (gestures) {
          fromRouter(
              MappedSignal.gesture(
                  gesture.address(),
                  new GestureStep(gesture.id(), gesture.phase()),
                  gesture.value()),
              now);
        }
      }
      // Other protocols have nothing that is like them.
      case Signal.TimelinePublished _ -> {}
    }
    pump();
    tick(now);
  }

  private void fromRouter(MappedSignal gesture, long now) {
    if (contacts.isEcho(gesture)) {
      tally.echoes++;
      watched(Direction.OUT, Traffic.Outcome.ECHO, gesture, List.of(), Optional.empty());
    } else {
      mapOut(gesture, now);
    }
  }

  private void mapOut(MappedSignal signal, long now) {
    touch(now);
    mapped(Direction.OUT, signal, Optional.empty(), now).forEach(each -> limitOut(each, now));
  }

  /** A present value, for an other side that keeps values. */
  private void snapshot(MappedSignal signal, long now) {
    touch(now);
    for (MappedSignal each : mapped(Direction.OUT, signal, Optional.empty(), now)) {
      if (repeats(each)) {
        limitOut(each, now);
      }
    }
  }

  private boolean repeats(MappedSignal signal) {
    Endpoint to = endpoint;
    return to == null || to.repeats(signal.address());
  }

  private void limitOut(MappedSignal signal, long now) {
    if (direction().in() && !capsOut.holds(signal.address()) && foreign.knows(signal, now)) {
      // Back through another bridge, or said by somebody else at the same time.
      tally.echoes++;
      shown.is(signal);
      return;
    }
    if (limited(capsOut.admit(signal, now))) {
      offerOut(signal, now);
    }
  }

  private void offerOut(MappedSignal signal, long now) {
    // Contacts have ids; their values may be equal by chance.
    if (direction().in() && signal.gesture().isEmpty()) {
      foreign.sending(signal, now);
    }
    if (stateful && signal.type() == SignalType.PARAM && repeats(signal)) {
      shown.put(signal);
    }
    offer(toForeign, Carried.of(signal, now), "too many signals wait for the other side");
  }

  /** Lets the endpoint's line send what waits. */
  private void pump() {
    if (!pumping && state == BridgeState.RUNNING && !toForeign.isEmpty()) {
      pumping = true;
      long g = generation;
      work.add(() -> sendAll(g));
    }
  }

  /** On the line of the endpoint. */
  private void sendAll(long g) {
    while (true) {
      Carried next;
      Endpoint to;
      synchronized (this) {
        to = endpoint;
        Optional<Carried> first =
            g == generation && state == BridgeState.RUNNING && to != null
                ? toForeign.poll()
                : Optional.empty();
        if (first.isEmpty() || to == null) {
          pumping = false;
          if (g != generation) {
            // For the next endpoint, which has found somebody pumping.
            pump();
          }
          return;
        }
        next = first.get();
        if (!next.replaceable() && isHistory(next, clock.nanoTime())) {
          continue;
        }
      }
      boolean sent = true;
      try {
        to.send(new Parcel(next.signals(), next.atomic(), next.atMicros(), Optional.empty()));
      } catch (RuntimeException e) {
        sent = false;
        LOG.debug("bridge {}: a signal could not be sent", definition().name(), e);
        synchronized (this) {
          dropped(next.first().address() + " could not be sent: " + Failures.reason(e));
        }
      }
      if (sent) {
        synchronized (this) {
          tally.out += next.signals().size();
          latencyOut.add(clock.nanoTime() - next.nanos());
        }
      }
    }
  }

  /**
   * Sends to the other side, as if it came from the rules.
   *
   * @throws BridgeException the bridge does not run
   */
  synchronized void sendOut(MappedSignal signal) {
    checkRuns();
    long now = clock.nanoTime();
    touch(now);
    offerOut(signal, now);
    pump();
  }

  /**
   * Takes something as if the router had told it.
   *
   * @throws BridgeException the bridge does not run, or no rule takes it
   */
  synchronized void deliver(MappedSignal signal) {
    checkRuns();
    long now = clock.nanoTime();
    touch(now);
    List<MappedSignal> results = mapped(Direction.OUT, signal, Optional.empty(), now);
    if (results.isEmpty()) {
      throw BridgeException.lasting(
          signal.address() + " goes nowhere: it is not below " + plan.namespace().pattern());
    }
    results.forEach(each -> limitOut(each, now));
    pump();
    tick(now);
  }

  private void checkRuns() {
    if (state != BridgeState.RUNNING && state != BridgeState.DEGRADED) {
      throw BridgeException.passing("the bridge " + name() + " does not run");
    }
  }

  // --- time --------------------------------------------------------------------------------------

  private void released(Direction way, MappedSignal signal) {
    long now = clock.nanoTime();
    if (way == Direction.IN) {
      limitIn(signal, now);
    } else {
      limitOut(signal, now);
    }
  }

  /** Gives what was held and is due, and comes again when there is more. */
  private void tick(long now) {
    long next = run.release(now, this::released);
    next = Math.min(next, capsIn.release(now, signal -> offerIn(Carried.of(signal, now))));
    next = Math.min(next, capsOut.release(now, signal -> offerOut(signal, now)));
    next = Math.min(next, foreign.release(now, signal -> mapIn(signal, Optional.empty(), now)));
    if (retryAt != Long.MIN_VALUE) {
      if (now - retryAt >= 0) {
        retryAt = Long.MIN_VALUE;
      } else {
        next = Math.min(next, retryAt);
      }
    }
    feed();
    pump();
    if (next < tickAt) {
      Runnable earlier = tick;
      if (earlier != null) {
        earlier.run();
      }
      tickAt = next;
      tick = clock.schedule(this::ticked, Math.max(TICK_NANOS, next - now));
    }
  }

  private synchronized void ticked() {
    tick = null;
    tickAt = Long.MAX_VALUE;
    tick(clock.nanoTime());
  }

  // --- for people --------------------------------------------------------------------------------

  private void touch(long now) {
    lastActivity = now;
    active = true;
  }

  private void dropped(String why) {
    tally.dropped++;
    problem(why);
  }

  private void problem(String what) {
    tally.errors++;
    String text = what.length() > MAX_TEXT ? what.substring(0, MAX_TEXT) + "…" : what;
    lastError = text;
    lastErrorAt = clock.now();
    long now = clock.nanoTime();
    if (problemToldAt == Long.MIN_VALUE || now - problemToldAt >= PROBLEM_NANOS) {
      events.accept(new BridgeEvent.Problem(name(), text, problemsUntold));
      problemToldAt = now;
      problemsUntold = 0;
    } else {
      problemsUntold++;
    }
  }

  private void learn(MappedSignal signal, Parcel parcel) {
    if (learners.isEmpty()) {
      return;
    }
    SeenSource seen =
        new SeenSource(
            signal.address(), signal.type(), signal.value(), parcel.peer(), 1, Duration.ZERO);
    List<CompletableFuture<SeenSource>> all = List.copyOf(learners);
    learners.clear();
    // Not under the lock: whoever waits may ask this bridge for more.
    clock.execute("clasp-bridge-learn", () -> all.forEach(each -> each.complete(seen)));
  }

  /** The next signal from the other side. */
  synchronized CompletableFuture<SeenSource> learn(Duration timeout) {
    CompletableFuture<SeenSource> learner = new CompletableFuture<>();
    learners.add(learner);
    String of = name();
    Runnable callOff =
        clock.schedule(
            () ->
                clock.execute(
                    "clasp-bridge-learn",
                    () ->
                        learner.completeExceptionally(
                            BridgeException.passing(
                                "nothing came from "
                                    + of
                                    + " within "
                                    + timeout.toMillis() / 1000.0
                                    + " s"))),
            timeout.toNanos());
    learner.whenComplete((_, _) -> {
      callOff.run();
      synchronized (this) {
        learners.remove(learner);
      }
    });
    return learner;
  }

  synchronized List<SeenSource> sources() {
    return sources.list(clock.nanoTime());
  }

  TrafficWatch watch(int capacity) {
    TrafficWatch watch = new TrafficWatch(capacity, watches::remove);
    watches.add(watch);
    return watch;
  }

  private void watched(
      Direction way,
      Traffic.Outcome outcome,
      MappedSignal before,
      List<MappedSignal> after,
      Optional<String> peer) {
    if (!watches.isEmpty()) {
      Traffic traffic = new Traffic(clock.now(), way, outcome, before, after, peer);
      watches.forEach(watch -> watch.add(traffic));
    }
  }

  /** What the endpoint knows of one universe. */
  Optional<Value> universe(int number) {
    Endpoint open;
    synchronized (this) {
      open = endpoint;
    }
    return open == null ? Optional.empty() : open.universe(number);
  }

  BridgeStatus status() {
    Endpoint open;
    synchronized (this) {
      open = endpoint;
    }
    // Not under the lock: it is the endpoint's code.
    Map<String, Value> details = Map.of();
    if (open != null) {
      try {
        details = open.details();
      } catch (RuntimeException e) {
        LOG.debug("an endpoint cannot tell of itself", e);
      }
    }
    synchronized (this) {
      tally.bytesIn = bytesIn.sum();
      tally.bytesOut = bytesOut.sum();
      tally.in += saidLast.sumThenReset();
      return new BridgeStatus(
          name(),
          plan.definition().protocol(),
          plan.namespace().prefix(),
          direction(),
          plan.definition().enabled(),
          state,
          detail,
          since,
          Optional.ofNullable(lastError),
          Optional.ofNullable(lastErrorAt),
          Optional.ofNullable(nextTry),
          active
              ? Optional.of(clock.now().minusNanos(clock.nanoTime() - lastActivity))
              : Optional.empty(),
          tally.counts(
              toRouter.size() + unacknowledged + capsIn.holds(),
              toForeign.size() + capsOut.holds()),
          latencyIn.summary(),
          latencyOut.summary(),
          details);
    }
  }

  // --- what the endpoint says --------------------------------------------------------------------

  private final class Context implements EndpointContext {

    private final long g;
    private final String name;
    private final TypeProfile profile;

    Context(long g, String name, TypeProfile profile) {
      this.g = g;
      this.name = name;
      this.profile = profile;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public TypeProfile profile() {
      return profile;
    }

    @Override
    public String namespace() {
      synchronized (Bridge.this) {
        return plan.namespace().prefix();
      }
    }

    @Override
    public void receive(Parcel parcel) {
      Bridge.this.receive(g, parcel);
    }

    @Override
    public void receive(Parcel parcel, Consumer<Optional<String>> outcome) {
      Bridge.this.receive(g, parcel, outcome);
    }

    @Override
    public void up(String how) {
      synchronized (Bridge.this) {
        if (g != generation) {
          return;
        }
        downAtStart = null;
        if (state == BridgeState.DEGRADED) {
          if (worked) {
            tally.reconnects++;
          }
          works(how);
        } else {
          detail = how;
        }
      }
    }

    @Override
    public void down(String why) {
      synchronized (Bridge.this) {
        if (g != generation) {
          return;
        }
        if (state == BridgeState.STARTING) {
          downAtStart = why;
        } else {
          if (state == BridgeState.RUNNING) {
            problem(why);
          }
          become(BridgeState.DEGRADED, why);
        }
      }
    }

    @Override
    public void failed(String why) {
      Bridge.this.failed(g, why, false);
    }

    @Override
    public void error(String what) {
      synchronized (Bridge.this) {
        if (g == generation) {
          problem(what);
        }
      }
    }

    @Override
    public void dropped(String why) {
      synchronized (Bridge.this) {
        if (g == generation) {
          Bridge.this.dropped(why);
        }
      }
    }

    @Override
    public void offers(List<SignalDefinition> signals) {
      synchronized (Bridge.this) {
        if (g == generation) {
          offered =
              List.copyOf(signals.size() > MAX_OFFERED ? signals.subList(0, MAX_OFFERED) : signals);
          announce();
        }
      }
    }

    @Override
    public Optional<RouterDoor> router() {
      return door;
    }

    @Override
    public void bytes(long in, long out) {
      bytesIn.add(in);
      bytesOut.add(out);
    }

    @Override
    public long nanoTime() {
      return clock.nanoTime();
    }

    @Override
    public long routerMicros() {
      RouterPort router;
      synchronized (Bridge.this) {
        router = port;
      }
      Instant now = clock.now();
      return router == null
          ? now.getEpochSecond() * 1_000_000 + now.getNano() / 1000
          : router.timeMicros();
    }

    @Override
    public Runnable schedule(Runnable task, long delayNanos) {
      return clock.schedule(
          () -> {
            boolean current;
            synchronized (Bridge.this) {
              current = g == generation;
            }
            if (current) {
              try {
                task.run();
              } catch (RuntimeException e) {
                LOG.error("bridge {}: unexpected failure", name, e);
              }
            }
          },
          delayNanos);
    }
  }
}
