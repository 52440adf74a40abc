package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real sockets, with real threads, against a scripted router. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WebSocketTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Backoff SOON =
      new Backoff(Duration.ofMillis(10), 1, Duration.ofMillis(10), false, 0);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final BlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T keep(T value) {
    open.add(value);
    return value;
  }

  private ClaspClient.Builder builder(URI uri) {
    return ClaspClient.builder(uri)
        .name("test")
        .connectTimeout(LIMIT)
        .requestTimeout(LIMIT)
        .backoff(SOON)
        .listener(events::add);
  }

  private ClaspClient connect(ScriptedRouter router) {
    return keep(builder(router.uri()).connectBlocking());
  }

  private static void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("waiting for " + what).isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  private <E extends ClientEvent> E awaitEvent(Class<E> kind) throws InterruptedException {
    while (true) {
      ClientEvent event = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(event).as("waiting for " + kind.getSimpleName()).isNotNull();
      if (kind.isInstance(event)) {
        return kind.cast(event);
      }
    }
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  // --- the three faces ---------------------------------------------------------------------------

  @Test
  void theFacesShareOneConnection() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = get(builder(router.uri()).connect());
    keep(client);
    BlockingQueue<Signal> got = new LinkedBlockingQueue<>();
    get(client.subscribe("/**", got::add).active());

    assertThat(client.blocking().set("/a", 1).revision()).hasValue(1);
    assertThat(get(client.set("/a", 2)).revision()).hasValue(2);
    assertThat(client.blocking().get("/a").orElseThrow().value()).isEqualTo(Value.of(2));
    assertThat(client.blocking().get("/b")).isEmpty();
    assertThat(client.blocking().async()).isSameAs(client);
    assertThat(client.blocking().ping()).isPositive();

    assertThat(((Signal.Change) got.take()).revision()).isEqualTo(1);
    assertThat(((Signal.Change) got.take()).revision()).isEqualTo(2);
    assertThat(router.links()).hasSize(1);
  }

  @Test
  void takesSignalsFromAQueue() {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    SignalQueue queue = client.blocking().subscribe("/a/*");
    client.blocking().set("/a/1", 1);
    client.blocking().set("/b", 1);
    client.blocking().set("/a/2", 2);

    assertThat(queue.take().address()).isEqualTo("/a/1");
    assertThat(queue.take().address()).isEqualTo("/a/2");
    assertThat(queue.poll(Duration.ZERO)).isEmpty();
    assertThat(queue.subscription().pattern()).isEqualTo("/a/*");
    queue.close();
    assertThatThrownBy(queue::take)
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
  }

  @Test
  void aQueueEndsWithTheClient() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    SignalQueue queue = client.blocking().subscribe("/a");
    CompletableFuture<Signal> taken = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            taken.complete(queue.take());
          } catch (ClaspException e) {
            taken.completeExceptionally(e);
          }
        });
    client.close();

    assertThatThrownBy(() -> get(taken))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ClaspException.class);
  }

  @Test
  void theBlockingFaceThrowsWhatHappened() {
    ScriptedRouter router =
        keep(
            ScriptedRouter.start((_, message) ->
                message instanceof Message.SetValue set
                    ? Optional.of(List.of(Rig.error(401, "LockHeld", set.address())))
                    : Optional.empty()));
    ClaspClient client = connect(router);

    assertThatThrownBy(() -> client.blocking().set("/a", 1))
        .isInstanceOfSatisfying(
            ClaspException.class,
            e -> {
              assertThat(e.code()).hasValue(401);
              assertThat(e.getStackTrace())
                  .as("the stack of the caller")
                  .anyMatch(frame -> frame.getClassName().equals(BlockingClient.class.getName()));
            });
    assertThatThrownBy(() -> client.set("/a", 1).join()).hasCauseInstanceOf(ClaspException.class);
  }

  @Test
  void waitingCanBeInterrupted() throws Exception {
    ScriptedRouter router =
        keep(
            ScriptedRouter.start((_, message) ->
                message instanceof Message.Get ? Optional.of(List.of()) : Optional.empty()));
    ClaspClient client = connect(router);
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread waiter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                client.blocking().get("/a");
              } catch (ClaspException e) {
                outcome.complete(Thread.currentThread().isInterrupted() ? e : new Error("flag"));
              }
            });
    await(() -> router.received().contains(new Message.Get("/a")), "the read");
    waiter.interrupt();

    assertThat(get(outcome))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INTERRUPTED));
  }

  // --- inside callbacks
  // ----------------------------------------------------------------------------

  @Test
  void aCallbackMayWaitForTheRouter() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    client.subscribe(
        "/question",
        signal -> {
          seen.add(client.blocking().set("/answer", 42).revision());
          seen.add(client.blocking().get("/answer").orElseThrow().value());
          seen.add(client.set("/answer", 43).join().revision());
          SignalQueue queue = client.blocking().subscribe("/other");
          router.broadcast(Rig.set("/other", 1, 1));
          seen.add(queue.take().address());
          queue.close();
        });
    client.blocking().set("/question", 1);

    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(java.util.OptionalLong.of(1));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(Value.of(42));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(java.util.OptionalLong.of(2));
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("/other");
  }

  @Test
  void aCallbackMayCloseTheClient() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    CountDownLatch closed = new CountDownLatch(1);
    client.subscribe(
        "/end",
        _ -> {
          client.close();
          closed.countDown();
        });
    client.blocking().set("/end", 1);

    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    awaitEvent(ClientEvent.Closed.class);
  }

  @Test
  void callbacksRunOnTheDispatcherAndStagesOnTheCompleter() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    CompletableFuture<String> callback = new CompletableFuture<>();
    CompletableFuture<String> stage = new CompletableFuture<>();
    client.subscribe("/a", _ -> callback.complete(Thread.currentThread().getName()));
    // The answer comes only when the stage is chained, so that it cannot run on this thread.
    CompletableFuture<Duration> ping = client.ping();
    ping.whenComplete((_, _) -> stage.complete(Thread.currentThread().getName()));
    client.set("/a", 1);

    assertThat(get(callback)).endsWith("-dispatcher");
    assertThat(get(stage)).matches(name -> !name.contains("loop"), "is not a loop");
  }

  /** Not recommended, but it must not hang. */
  @Test
  void aStageThatWaitsForAnotherFutureIsFreed() throws Exception {
    CountDownLatch chained = new CountDownLatch(1);
    ScriptedRouter router =
        keep(
            ScriptedRouter.start((_, message) -> {
              if (message instanceof Message.SetValue set && set.address().equals("/second")) {
                awaitLatch(chained);
                return Optional.of(List.of(Rig.ack("/first", 1), Rig.ack("/second", 1)));
              }
              return message instanceof Message.SetValue
                  ? Optional.of(List.of())
                  : Optional.empty();
            }));
    ClaspClient client = connect(router);
    CompletableFuture<Ack> first = client.set("/first", 1);
    CompletableFuture<Ack> second = client.set("/second", 1);
    CompletableFuture<Ack> both = first.thenApply(_ -> second.join());
    chained.countDown();

    assertThat(get(both).address()).hasValue("/second");
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // --- connecting
  // ----------------------------------------------------------------------------------

  @Test
  void tellsWhenNobodyListens() throws Exception {
    URI nobody = URI.create("ws://127.0.0.1:" + FreePort.find());

    assertThatThrownBy(() -> builder(nobody).connectBlocking())
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
        .hasMessageContaining("nobody listens on 127.0.0.1")
        .hasMessageContaining("clasp server");
  }

  @Test
  void refusesUrisThatCannotWork() {
    assertThatThrownBy(() -> ClaspClient.builder("http://localhost:1"))
        .hasMessage(
            "cannot use http://localhost:1: it must start with ws://, wss://, tcp://, tls://, quic://"
                + " or udp://");
    assertThatThrownBy(() -> ClaspClient.builder("localhost:7330"))
        .isInstanceOf(ClaspException.class);
    assertThatThrownBy(() -> ClaspClient.builder("not a uri"))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    assertThatThrownBy(() -> ClaspClient.builder(new URI[0])).isInstanceOf(ClaspException.class);
    assertThatThrownBy(() ->
            ClaspClient.builder("ws://localhost:1").name("x".repeat(70_000)).connectBlocking())
        .hasMessageContaining("the name or the token cannot be sent");
  }

  @Test
  void sendsHeaders() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      CompletableFuture<List<String>> request = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try (Socket peer = socket.accept();
                BufferedReader reader =
                    new BufferedReader(
                        new InputStreamReader(peer.getInputStream(), StandardCharsets.US_ASCII))) {
              List<String> lines = new ArrayList<>();
              for (String line = reader.readLine();
                  line != null && !line.isEmpty();
                  line = reader.readLine()) {
                lines.add(line);
              }
              request.complete(lines);
            } catch (java.io.IOException e) {
              request.completeExceptionally(e);
            }
          });
      assertThatThrownBy(() ->
              builder(URI.create("ws://127.0.0.1:" + socket.getLocalPort() + "/clasp"))
                  .header("X-Stage", "main")
                  .connectBlocking())
          .isInstanceOf(ClaspException.class);

      assertThat(get(request))
          .startsWith("GET /clasp HTTP/1.1")
          .anyMatch(line -> line.equalsIgnoreCase("X-Stage: main"))
          .anyMatch(line -> line.equalsIgnoreCase("Sec-WebSocket-Protocol: clasp"));
    }
  }

  @Test
  void aRefusedTokenIsReportedWithCodeAndReason() {
    ScriptedRouter router =
        keep(
            ScriptedRouter.start((link, message) -> {
              if (message instanceof Message.Hello hello && hello.token().isEmpty()) {
                ScriptedRouter.send(link, Rig.error(300, "No token"));
                link.close(new CloseReason(CloseReason.POLICY, "No token"));
                return Optional.of(List.of());
              }
              return Optional.empty();
            }));

    assertThatThrownBy(() -> builder(router.uri()).connectBlocking())
        .isInstanceOfSatisfying(
            ClaspException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(Kind.REFUSED);
              assertThat(e.code()).hasValue(300);
            })
        .hasMessageEndingWith("No token (code 300). It wants a token, and none was given");
    keep(builder(router.uri()).token("good").connectBlocking());
    await(() -> router.links().size() == 1, "the end of the refused one");
  }

  @Test
  void clientsMayShareTheirLoops() {
    ScriptedRouter router = keep(ScriptedRouter.start());
    EventLoops loops = keep(EventLoops.create("shared", 2));
    ClaspClient first = builder(router.uri()).loops(loops).connectBlocking();
    ClaspClient second = keep(builder(router.uri()).loops(loops).connectBlocking());
    first.close();

    assertThat(second.blocking().set("/a", 1).revision()).hasValue(1);
  }

  // --- losing and closing
  // --------------------------------------------------------------------------

  @Test
  void comesBackWhenTheRouterClosesTheConnection() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    BlockingQueue<Signal> got = new LinkedBlockingQueue<>();
    client.subscribe("/a", got::add);
    client.blocking().set("/a", 1);
    router.links().getFirst().close(new CloseReason(CloseReason.GOING_AWAY, "maintenance"));

    assertThat(awaitEvent(ClientEvent.Disconnected.class).reason())
        .isEqualTo(new CloseReason(CloseReason.GOING_AWAY, "maintenance"));
    CompletableFuture<Ack> write = client.set("/a", 2);
    ClientEvent.Connected connected = awaitEvent(ClientEvent.Connected.class);
    assertThat(connected.resumed()).isTrue();
    assertThat(connected.session()).isEqualTo("session-2");
    assertThat(get(write).revision()).hasValue(2);
    assertThat(((Signal.Change) got.take()).revision()).isEqualTo(1);
    assertThat(((Signal.Change) got.take()).revision()).isEqualTo(2);
  }

  @Test
  void closingSaysGoodbyeAndEndsTheThreads() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    AtomicReference<Thread> dispatcher = new AtomicReference<>();
    CountDownLatch called = new CountDownLatch(1);
    client.subscribe(
        "/a",
        _ -> {
          dispatcher.set(Thread.currentThread());
          called.countDown();
        });
    CompletableFuture<Ack> last = client.set("/a", 1);
    assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
    client.close();
    client.close();

    assertThat(get(last).revision()).as("sent before the end").hasValue(1);
    await(() -> !router.closed().isEmpty(), "the close frame");
    assertThat(router.closed().getFirst().code()).isEqualTo(CloseReason.NORMAL);
    assertThat(dispatcher.get().isDaemon()).isTrue();
    await(() -> !dispatcher.get().isAlive(), "the end of the dispatcher");
  }

  @Test
  void nothingHangsAfterTheEnd() {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    client.close();

    assertThatThrownBy(() -> client.blocking().set("/a", 1))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
    assertThatThrownBy(() -> client.blocking().subscribe("/a"))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
    Subscription subscription = client.subscribe("/a", _ -> {});
    assertThat(subscription.isOpen()).isFalse();
    subscription.close();
    client.close();
  }

  @Test
  void operationsThatRaceWithTheEndAllHaveAnOutcome() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    for (int round = 0; round < 20; round++) {
      ClaspClient client = builder(router.uri()).connectBlocking();
      List<CompletableFuture<?>> requests = new ArrayList<>();
      CountDownLatch started = new CountDownLatch(1);
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                for (int left = 1_000; left > 0; ) {
                  requests.add(client.set("/a", left));
                  started.countDown();
                  // Up to the end and beyond.
                  if (client.state() == ClientState.CLOSED) {
                    left--;
                  } else {
                    Thread.yield();
                  }
                }
              });
      assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
      client.close();
      writer.join();
      for (CompletableFuture<?> request : requests) {
        get(request.handle((_, _) -> true));
      }
    }
  }

  // --- volume
  // --------------------------------------------------------------------------------------

  @Test
  void manyThreadsShareFewWrites() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    int threads = 4;
    int writes = 2_000;
    List<List<CompletableFuture<Ack>>> acks = new ArrayList<>();
    List<Thread> writers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      List<CompletableFuture<Ack>> mine = new ArrayList<>();
      acks.add(mine);
      String address = "/fader/" + t;
      writers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < writes; i++) {
                  mine.add(client.set(address, i));
                }
              }));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    for (List<CompletableFuture<Ack>> mine : acks) {
      for (int i = 0; i < writes; i++) {
        assertThat(get(mine.get(i)).revision()).hasValue(i + 1);
      }
    }
    Statistics statistics = client.statistics();
    assertThat(statistics.acks()).isEqualTo((long) threads * writes);
    assertThat(statistics.writes()).isLessThan(statistics.framesSent());
  }

  @Test
  void aRouterThatDoesNotReadGetsTheLastValueLater() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    // Room for whatever this thread submits before the loop gets its turn.
    ClaspClient client = keep(builder(router.uri()).maxWaitingBytes(512 << 20).connectBlocking());
    FrameLink link = router.links().getFirst();
    link.pauseReading();
    String padding = "x".repeat(1000);
    List<CompletableFuture<Ack>> all = new ArrayList<>();
    int count = 0;
    while (client.statistics().conflated() == 0) {
      all.add(client.set("/a", count++ + padding));
    }
    CompletableFuture<Ack> last = client.set("/a", "last");
    link.resumeReading();

    get(last);
    for (CompletableFuture<Ack> each : all) {
      get(each);
    }
    List<Message> sets =
        router.received().stream().filter(m -> m instanceof Message.SetValue).toList();
    assertThat(((Message.SetValue) sets.getLast()).value()).isEqualTo(Value.of("last"));
    assertThat(sets).hasSizeLessThan(all.size() + 1);
  }

  @Test
  void signalsOfAFlowArriveAsRequested() throws Exception {
    ScriptedRouter router = keep(ScriptedRouter.start());
    ClaspClient client = connect(router);
    BlockingQueue<Signal> got = new LinkedBlockingQueue<>();
    CompletableFuture<String> end = new CompletableFuture<>();
    client
        .signals("/a")
        .subscribe(
            new java.util.concurrent.Flow.Subscriber<>() {
              private java.util.concurrent.Flow.@org.jspecify.annotations.Nullable Subscription
                  subscription;

              @Override
              public void onSubscribe(java.util.concurrent.Flow.Subscription value) {
                subscription = value;
                value.request(1);
              }

              @Override
              public void onNext(Signal signal) {
                got.add(signal);
                if (subscription != null) {
                  subscription.request(1);
                }
              }

              @Override
              public void onError(Throwable e) {
                end.completeExceptionally(e);
              }

              @Override
              public void onComplete() {
                end.complete("complete");
              }
            });
    for (int i = 1; i <= 100; i++) {
      client.set("/a", i);
    }
    for (int i = 1; i <= 100; i++) {
      assertThat(((Signal.Change) got.take()).revision()).isEqualTo(i);
    }
    client.close();
    assertThat(get(end)).isEqualTo("complete");
  }
}
