package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.ClientMetrics.Operation;
import dev.clasp.client.DefinitionBuilder;
import dev.clasp.client.GestureWriter;
import dev.clasp.client.HeldLock;
import dev.clasp.client.LockOptions;
import dev.clasp.client.Named;
import dev.clasp.client.OfflinePolicy;
import dev.clasp.client.Parameter;
import dev.clasp.client.PlayedTimeline;
import dev.clasp.client.Refusal;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.client.StreamOptions;
import dev.clasp.client.StreamWriter;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.client.TimelineBuilder;
import dev.clasp.client.View;
import dev.clasp.client.ViewEvent;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.FreePort;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each operation of the Java client against our own server, over real sockets. */
@Timeout(180)
class JavaClientApiTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<AutoCloseable> open = new ArrayList<>();
  // Some start it again: nobody may take the port meanwhile.
  private ClaspServer server = start(FreePort.find());

  enum Mode {
    @Named("slow-fade")
    FADE,
    STROBE
  }

  record Position(double x, double y) {}

  record Light(String name, Position at, Mode mode, Optional<Integer> group) {}

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    server.close();
  }

  private static ClaspServer start(int port) {
    return ClaspServer.start(ServerConfig.DEFAULT.withPort(port));
  }

  private ClaspClient.Builder builder(String name) {
    return ClaspClient.builder(server.url()).name(name).connectTimeout(LIMIT).requestTimeout(LIMIT);
  }

  private ClaspClient connect(String name) {
    return keep(builder(name).connectBlocking());
  }

  private <T extends AutoCloseable> T keep(T value) {
    open.add(value);
    return value;
  }

  private static Signal next(SignalQueue queue) {
    return queue.poll(LIMIT).orElseThrow(() -> new AssertionError("no signal in " + LIMIT));
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing came in " + LIMIT);
    }
    return next;
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("the condition within " + LIMIT).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void recordsGoThroughTheRouter() {
    ClaspClient desk = connect("desk");
    Light light = new Light("spot", new Position(0.5, 2), Mode.FADE, Optional.of(3));
    SignalQueue seen = connect("viewer").blocking().subscribe("/lights/*");

    desk.blocking().set("/lights/1", light);
    assertThat(next(seen).as(Light.class)).isEqualTo(light);
    assertThat(desk.blocking().get("/lights/1", Light.class)).hasValue(light);
    desk.blocking().set("/lights/2", "text");
    assertThatThrownBy(() -> desk.blocking().get("/lights/2", Light.class))
        .hasMessage("/lights/2: the value is no Light: it must be a map, not the text 'text'");
  }

  @Test
  void manyClientsCountTogether() throws Exception {
    int clients = 4;
    int rounds = 10;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      ClaspClient client = connect("counter " + i);
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int n = 0; n < rounds; n++) {
                  client
                      .blocking()
                      .update("/count", found -> found.map(p -> p.as(int.class)).orElse(0) + 1);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(connect("reader").blocking().get("/count", int.class)).hasValue(clients * rounds);
  }

  @Test
  void oneOfManyTakesTheSeat() {
    List<ClaspClient> clients = IntStream.range(0, 5).mapToObj(i -> connect("guest " + i)).toList();
    long winners =
        clients.stream()
            .map(client -> client.compareAndSet("/seat", 0, Value.of(client.session())))
            .toList()
            .stream()
            .filter(future -> future.join())
            .count();
    assertThat(winners).isEqualTo(1);
    String holder = clients.getFirst().blocking().get("/seat", String.class).orElseThrow();
    assertThat(
            clients
                .getFirst()
                .blocking()
                .compareAndSet("/seat", Value.of("nobody"), Value.of("me")))
        .isFalse();
    assertThat(
            clients.getFirst().blocking().compareAndSet("/seat", Value.of(holder), Value.of("me")))
        .isTrue();
  }

  @Test
  void aLockIsHeldWaitedForAndGivenBack() throws Exception {
    ClaspClient operator = connect("operator");
    ClaspClient assistant = connect("assistant");
    assertThatThrownBy(() -> operator.blocking().lock("/spot"))
        .hasMessageContaining("there is no value at /spot");
    HeldLock lock = operator.blocking().lock("/spot", LockOptions.NOW.withValue(0.8));
    assertThat(assistant.blocking().tryLock("/spot")).isEmpty();
    assertThat(assistant.set("/spot", 0.1))
        .failsWithin(LIMIT)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .satisfies(e -> assertThat(Refusal.of(e)).hasValue(Refusal.LOCK_HELD));

    var waiting = assistant.lock("/spot", LockOptions.NOW.withPatience(LIMIT));
    lock.set(0.9).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    lock.release().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    HeldLock taken = waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(assistant.blocking().get("/spot", double.class)).hasValue(0.9);
    assertThat(operator.set("/spot", 0.1)).failsWithin(LIMIT);
    taken.close();
    assistant.blocking().flush();
    until(() -> operator.set("/spot", 0.2).handle((_, failure) -> failure == null).join());
  }

  @Test
  void aLockIsLostWithTheServer() throws Exception {
    ClaspClient operator =
        keep(builder("operator").reconnect(false).requestTimeout(LIMIT).connectBlocking());
    HeldLock lock = operator.blocking().lock("/spot", LockOptions.NOW.withValue(1));
    var lost = lock.lost();
    server.close();
    assertThat(lost.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).contains("connection was lost");
    assertThat(lock.isHeld()).isFalse();
  }

  @Test
  void aViewHasTheStateThenEveryChange() throws Exception {
    ClaspClient writer = connect("writer");
    Thread writing =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 1; i <= 2_000; i++) {
                writer.set("/v/" + i % 50, i);
              }
              writer.blocking().flush();
            });
    ClaspClient viewer = connect("viewer");
    Map<String, Parameter> rebuilt = new ConcurrentHashMap<>();
    BlockingQueue<ViewEvent> odd = new LinkedBlockingQueue<>();
    View view =
        viewer
            .blocking()
            .watch(
                "/v/**",
                event -> {
                  switch (event) {
                    case ViewEvent.State state -> {
                      rebuilt.clear();
                      rebuilt.putAll(state.parameters());
                    }
                    case ViewEvent.Changed(Parameter now, Optional<Parameter> before) -> {
                      Parameter had = rebuilt.put(now.address(), now);
                      if (!Optional.ofNullable(had).equals(before)
                          || (had != null && had.revision() >= now.revision())) {
                        odd.add(event);
                      }
                    }
                    case ViewEvent.Stale _, ViewEvent.Ended _ -> odd.add(event);
                  }
                });
    writing.join();
    List<Parameter> truth = writer.blocking().list("/v/**");
    assertThat(truth).hasSize(50);
    until(() ->
        truth.stream()
            .allMatch(p ->
                Optional.ofNullable(rebuilt.get(p.address()))
                    .filter(had -> had.revision() == p.revision())
                    .isPresent()));
    assertThat(odd).isEmpty();
    assertThat(view.size()).isEqualTo(50);
    assertThat(view.isCurrent()).isTrue();
    view.close();
  }

  @Test
  void aViewForgetsWhatARestartedServerDoesNotHave() throws Exception {
    ClaspClient client =
        keep(
            builder("desk")
                .backoff(new Backoff(Duration.ofMillis(50), 1, Duration.ofMillis(50), false, 0))
                .connectBlocking());
    BlockingQueue<ViewEvent> events = new LinkedBlockingQueue<>();
    View view = client.blocking().watch("/a/**", events::add);
    // What comes before the state is told is told with it.
    assertThat(next(events)).isInstanceOf(ViewEvent.State.class);
    client.blocking().set("/a/1", 1);
    assertThat(next(events)).isInstanceOf(ViewEvent.Changed.class);
    assertThat(client.cacheEntry("/a/1").orElseThrow().isCurrent()).isTrue();

    int port = server.address().getPort();
    server.close();
    assertThat(next(events)).isInstanceOf(ViewEvent.Stale.class);
    assertThat(view.get("/a/1")).isPresent();
    assertThat(client.cacheEntry("/a/1").orElseThrow().staleness()).isPositive();
    server = start(port);
    assertThat(next(events)).isEqualTo(new ViewEvent.State(Map.of()));
    assertThat(view.get("/a/1")).isEmpty();
    assertThat(client.cached("/a/1")).isEmpty();
  }

  @Test
  void samplesArriveInBlocks() {
    SignalQueue samples =
        connect("viewer")
            .blocking()
            .subscribe("/meter", SubscribeOptions.DEFAULT.withTypes(SignalType.STREAM));
    ClaspClient sender = connect("sender");
    try (StreamWriter meter =
        sender.stream("/meter", StreamOptions.DEFAULT.withMaxSamples(400).withRate(48_000))) {
      for (int i = 0; i < 1_000; i++) {
        meter.write(i);
      }
    }
    List<Double> got = new ArrayList<>();
    while (got.size() < 1_000) {
      Signal.Stream block = (Signal.Stream) next(samples);
      assertThat(block.rate()).hasValue(48_000);
      block.values().forEach(value -> got.add(((Value.Float) value).value()));
    }
    assertThat(got).isEqualTo(IntStream.range(0, 1_000).mapToObj(i -> (double) i).toList());
  }

  @Test
  void aGestureArrivesWithItsEnd() {
    SignalQueue steps =
        connect("viewer")
            .blocking()
            .subscribe("/pad", SubscribeOptions.DEFAULT.withTypes(SignalType.GESTURE));
    ClaspClient sender = connect("sender");
    int id;
    try (GestureWriter finger = sender.blocking().gesture("/pad").start(new Position(0, 0))) {
      id = finger.id();
      for (int i = 1; i <= 100; i++) {
        finger.move(new Position(i, i));
      }
    }
    List<GesturePhase> phases = new ArrayList<>();
    Signal.Gesture step;
    do {
      step = (Signal.Gesture) next(steps);
      assertThat(step.id()).isEqualTo(id);
      phases.add(step.phase());
    } while (step.phase() != GesturePhase.END);
    assertThat(phases).startsWith(GesturePhase.START).endsWith(GesturePhase.END);
    assertThat(phases).contains(GesturePhase.MOVE).hasSizeLessThan(102);
    assertThat(step.as(Position.class)).isEqualTo(new Position(100, 100));
  }

  @Test
  void aTimelineIsPlayedPausedAndStopped() throws Exception {
    ClaspClient desk = connect("desk");
    View fade = desk.blocking().watch("/fade");
    PlayedTimeline playing =
        desk.blocking()
            .play(
                "/fade",
                new TimelineBuilder()
                    .at(Duration.ZERO, 0.0)
                    .at(Duration.ofSeconds(1_000), 1_000.0)
                    .build());
    until(() -> fade.get("/fade").isPresent());
    playing.seek(Duration.ofSeconds(500)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    until(() -> fade.get("/fade").orElseThrow().as(double.class) >= 500);
    playing.pause().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    until(() -> rests(desk, "/fade"));
    double paused = desk.blocking().get("/fade", double.class).orElseThrow();
    playing.resume().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    until(() -> fade.get("/fade").orElseThrow().as(double.class) > paused);
    playing.stop().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    until(() -> rests(desk, "/fade"));
    assertThat(playing.isFinished()).isTrue();
  }

  /** Nobody has written it for some round trips. */
  private static boolean rests(ClaspClient client, String address) {
    long revision = client.blocking().get(address).orElseThrow().revision();
    for (int i = 0; i < 200; i++) {
      client.blocking().ping();
    }
    return client.blocking().get(address).orElseThrow().revision() == revision;
  }

  @Test
  void aScheduledBundleComesInItsTimeOrIsCalledOff() throws Exception {
    ClaspClient desk = connect("desk");
    SignalQueue seen = connect("viewer").blocking().subscribe("/cue/**");
    long later = desk.time() + TimeUnit.HOURS.toMicros(1);
    desk.blocking().bundle(new BundleBuilder().set("/cue/never", 1).at(later));
    desk.blocking()
        .bundle(
            new BundleBuilder()
                .set("/cue/soon", new Position(1, 2))
                .at(desk.time() + TimeUnit.MILLISECONDS.toMicros(50)));
    assertThat(next(seen).as(Position.class)).isEqualTo(new Position(1, 2));
    desk.blocking().callOff(later);
    assertThat(desk.blocking().get("/cue/never")).isEmpty();
  }

  @Test
  void announcementsSayWhatMayBeWritten() {
    ClaspClient fixture = connect("fixture");
    SignalDefinition definition =
        DefinitionBuilder.param("/dimmer")
            .datatype("f64")
            .range(0, 1)
            .conflict(DefinitionBuilder.Conflict.MAX)
            .unit("ratio")
            .build();
    fixture.blocking().announce("/", List.of(definition));
    ClaspClient desk = connect("desk");
    assertThat(desk.blocking().query("/**"))
        .extracting(SignalDefinition::address)
        .containsExactly("/dimmer");
    assertThatThrownBy(() -> desk.blocking().set("/dimmer", 1.5))
        .satisfies(e -> assertThat(Refusal.of(e)).hasValue(Refusal.NOT_ACCEPTED));
    desk.blocking().set("/dimmer", 0.5);
  }

  @Test
  void historyAndRatesAreAskedFor() {
    ClaspClient desk = connect("desk");
    for (int i = 1; i <= 5; i++) {
      desk.blocking().set("/a", i);
    }
    SignalQueue latest =
        connect("viewer")
            .blocking()
            .subscribe("/a", SubscribeOptions.DEFAULT.withMaxRate(1).withEpsilon(0.5));
    assertThat(next(latest).as(int.class)).isEqualTo(5);
    desk.set("/a", 6);
    desk.set("/a", 7);
    Signal last;
    do {
      last = next(latest);
    } while (last.as(int.class) != 7);
  }

  @Test
  void metricsExecutorAndTheOfflinePolicyAreTheUsers() throws Exception {
    Set<Operation> timed = ConcurrentHashMap.newKeySet();
    ExecutorService callbacks =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().name("mine").daemon().factory());
    open.add(callbacks::shutdownNow);
    BlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>();
    BlockingQueue<String> threads = new LinkedBlockingQueue<>();
    ClaspClient client =
        keep(
            builder("metered")
                .executor(callbacks)
                .metrics((operation, nanos, failure) -> {
                  if (nanos > 0 && failure.isEmpty()) {
                    timed.add(operation);
                  }
                })
                .offline(OfflinePolicy.DROP)
                .listener(events::add)
                .connectBlocking());
    client.subscribe("/a", _ -> threads.add(Thread.currentThread().getName()));
    client.blocking().set("/a", 1);
    client.blocking().get("/a");
    client.blocking().ping();
    client.blocking().emit("/b");
    assertThat(next(threads)).isEqualTo("mine");
    assertThat(timed).contains(Operation.SET, Operation.GET, Operation.PING, Operation.PUBLISH);
    assertThat(client.meters())
        .anySatisfy(meter -> {
          assertThat(meter.name()).isEqualTo("clasp.client.connected");
          assertThat(meter.value()).isEqualTo(1);
        });

    server.close();
    while (!(next(events) instanceof ClientEvent.Disconnected)) {
      // Not yet.
    }
    client.emit("/b").get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThatThrownBy(() -> client.blocking().set("/a", 2))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(ClaspException.Kind.CLOSED));
    until(() -> client.statistics().dropped() > 0);
  }
}
