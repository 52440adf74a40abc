package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.Ack;
import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.FreePort;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Java client against our own server in the same process, over real sockets. */
class JavaClientTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final List<AutoCloseable> open = new ArrayList<>();
  // Some start it again: nobody may take the port meanwhile.
  private ClaspServer server = start(FreePort.find());

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

  private ClaspClient connect(String name) {
    return keep(builder(name).connectBlocking());
  }

  private ClaspClient.Builder builder(String name) {
    return ClaspClient.builder(server.url()).name(name).connectTimeout(LIMIT).requestTimeout(LIMIT);
  }

  private <T extends AutoCloseable> T keep(T value) {
    open.add(value);
    return value;
  }

  private static Signal next(SignalQueue queue) {
    return queue.poll(LIMIT).orElseThrow(() -> new AssertionError("no signal in " + LIMIT));
  }

  @Test
  void aWriteReachesASubscriberAndALateJoiner() {
    ClaspClient desk = connect("desk");
    SignalQueue lights = connect("viewer").blocking().subscribe("/lights/**");

    Ack ack = desk.blocking().set("/lights/1/brightness", 0.8);
    assertThat(ack.revision()).hasValue(1);
    assertThat(next(lights))
        .isEqualTo(
            new Signal.Change(
                "/lights/1/brightness",
                Value.of(0.8),
                1,
                Optional.empty(),
                java.util.OptionalLong.empty(),
                false));

    SignalQueue late = connect("late").blocking().subscribe("/lights/*/brightness");
    Signal.Change change = (Signal.Change) next(late);
    assertThat(change.value()).isEqualTo(Value.of(0.8));
    assertThat(change.fromSnapshot()).isTrue();
    assertThat(change.writer()).hasValue(desk.session());
    assertThat(desk.blocking().get("/lights/1/brightness").orElseThrow().revision()).isEqualTo(1);
    assertThat(desk.blocking().get("/lights/2/brightness")).isEmpty();
  }

  @Test
  void locksAndConditionsAreRefusedWithCodeAndAddress() {
    ClaspClient operator = connect("operator");
    ClaspClient assistant = connect("assistant");
    operator.blocking().set("/spot", Value.of(0.8), SetOptions.CONFIRM.locking());

    assertThatThrownBy(() -> assistant.blocking().set("/spot", 0.5))
        .isInstanceOfSatisfying(
            ClaspException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(ClaspException.Kind.REJECTED);
              assertThat(e.code()).hasValue(401);
              assertThat(e.address()).hasValue("/spot");
            });
    assertThatThrownBy(() ->
            operator.blocking().set("/spot", Value.of(0.5), SetOptions.CONFIRM.ifRevision(99)))
        .isInstanceOfSatisfying(ClaspException.class, e -> assertThat(e.code()).hasValue(400));

    operator.blocking().set("/spot", Value.of(0.9), SetOptions.CONFIRM.unlocking());
    assertThat(assistant.blocking().set("/spot", 0.5).revision()).hasValue(3);
  }

  @Test
  void closingGivesLocksBack() {
    ClaspClient operator = connect("operator");
    operator.blocking().set("/spot", Value.of(0.8), SetOptions.CONFIRM.locking());
    operator.close();

    ClaspClient assistant = connect("assistant");
    assistant.blocking().set("/spot", 0.5);
    assertThat(assistant.blocking().get("/spot").orElseThrow().value()).isEqualTo(Value.of(0.5));
  }

  @Test
  void eventsStreamsGesturesAndTimelinesArrive() {
    ClaspClient sender = connect("sender");
    SignalQueue all = connect("viewer").blocking().subscribe("/**");
    Timeline timeline =
        Timeline.of(
            List.of(
                new Timeline.Keyframe(0, Value.of(0.0), Easing.EASE_IN),
                new Timeline.Keyframe(1_000_000, Value.of(1.0), Easing.LINEAR)));

    sender.blocking().emit("/cue/go", Value.of("intro"));
    sender.blocking().stream("/meter", Value.of(0.25));
    sender.stream("/audio", new double[] {0.1, 0.2, 0.3}, 100);
    sender.blocking().gesture("/touch", 7, GesturePhase.START, Value.of(1));
    sender.blocking().timeline("/fade", timeline);

    Signal.Event event = (Signal.Event) next(all);
    assertThat(event.value()).isEqualTo(Value.of("intro"));
    assertThat(event.timestampMicros()).isPresent();
    assertThat(((Signal.Stream) next(all)).value()).isEqualTo(Value.of(0.25));
    Signal.Stream block = (Signal.Stream) next(all);
    assertThat(block.values()).containsExactly(Value.of(0.1), Value.of(0.2), Value.of(0.3));
    assertThat(block.rate()).hasValue(100);
    Signal.Gesture gesture = (Signal.Gesture) next(all);
    assertThat(gesture.id()).isEqualTo(7);
    assertThat(gesture.phase()).isEqualTo(GesturePhase.START);
    assertThat(((Signal.TimelinePublished) next(all)).timeline()).hasValue(timeline);
  }

  @Test
  void aBundleArrivesWholeAndInOrder() {
    ClaspClient desk = connect("desk");
    SignalQueue all = connect("viewer").blocking().subscribe("/**");

    desk.blocking()
        .bundle(
            new BundleBuilder()
                .set("/scene/active", "sunset")
                .set("/lights/1/brightness", 0.8)
                .emit("/scene/activated"));

    assertThat(List.of(next(all), next(all), next(all)))
        .extracting(Signal::address)
        .containsExactly("/scene/active", "/lights/1/brightness", "/scene/activated");
  }

  @Test
  void aBundleWithARefusedMemberFailsWhole() {
    ClaspClient operator = connect("operator");
    operator.blocking().set("/spot", Value.of(1), SetOptions.CONFIRM.locking());
    ClaspClient assistant = connect("assistant");

    assertThatThrownBy(
            () -> assistant.blocking().bundle(new BundleBuilder().set("/other", 1).set("/spot", 2)))
        .isInstanceOfSatisfying(ClaspException.class, e -> assertThat(e.code()).hasValue(401));
    assertThat(assistant.blocking().get("/other")).isEmpty();
  }

  @Test
  void announcedSignalsAreFound() {
    ClaspClient fixture = connect("fixture");
    SignalDefinition definition =
        new SignalDefinition(
            "/lights/1/brightness",
            SignalType.PARAM,
            Optional.of("f64"),
            Optional.of("rw"),
            Optional.empty());
    fixture.blocking().announce("/lights", List.of(definition));

    ClaspClient desk = connect("desk");
    assertThat(desk.blocking().query("/lights/**")).containsExactly(definition);
    assertThat(desk.blocking().query("/audio/**")).isEmpty();
  }

  @Test
  void theClockOfTheRouterIsKnown() {
    ClaspClient client = connect("clock");
    assertThat(client.blocking().ping()).isPositive();
    assertThat(client.blocking().sync().samples()).isGreaterThanOrEqualTo(5);
    // The router lives in this process: its clock is ours, give or take the round trip.
    assertThat(Math.abs(client.time() - System.currentTimeMillis() * 1000))
        .isLessThan(TimeUnit.SECONDS.toMicros(5));
  }

  @Test
  void aPatternWithTypesSeesOnlyThose() {
    ClaspClient sender = connect("sender");
    SignalQueue events =
        connect("viewer")
            .blocking()
            .subscribe("/**", SubscribeOptions.DEFAULT.withTypes(SignalType.EVENT));
    sender.blocking().set("/a", 1);
    sender.blocking().emit("/b");

    assertThat(next(events).address()).isEqualTo("/b");
  }

  @Test
  void everythingIsBackAfterARestartOfTheServer() throws Exception {
    BlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>();
    ClaspClient client =
        keep(
            builder("desk")
                .backoff(new Backoff(Duration.ofMillis(50), 1, Duration.ofMillis(50), false, 0))
                .listener(events::add)
                .connectBlocking());
    SignalQueue queue = client.blocking().subscribe("/mixer/**");
    client.blocking().set("/mixer/a", 1);
    assertThat(next(queue).address()).isEqualTo("/mixer/a");
    int port = server.address().getPort();

    server.close();
    await(events, ClientEvent.Disconnected.class);
    var first = client.set("/mixer/a", 2);
    var newest = client.set("/mixer/a", 3);
    var other = client.set("/mixer/b", 4);
    server = start(port);
    await(events, ClientEvent.Connected.class);

    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(newest.get(20, TimeUnit.SECONDS));
    assertThat(other.get(20, TimeUnit.SECONDS).revision()).hasValue(1);
    assertThat(List.of(next(queue), next(queue)))
        .extracting(signal -> ((Signal.Change) signal).value())
        .containsExactly(Value.of(3), Value.of(4));
    assertThat(client.statistics().connections()).isEqualTo(2);
  }

  private static void await(BlockingQueue<ClientEvent> events, Class<? extends ClientEvent> kind)
      throws InterruptedException {
    ClientEvent event;
    do {
      event = events.poll(20, TimeUnit.SECONDS);
      assertThat(event).as("waiting for " + kind.getSimpleName()).isNotNull();
    } while (!kind.isInstance(event));
  }

  @Test
  void manyWritesFromManyThreadsArriveInOrderAndInFewSystemCalls() throws Exception {
    ClaspClient desk = connect("desk");
    SignalQueue queue =
        connect("viewer")
            .blocking()
            .subscribe("/fader/*", SubscribeOptions.DEFAULT.withCapacity(1_000_000));
    int threads = 4;
    int writes = 5_000;
    List<Thread> writers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      String address = "/fader/" + t;
      writers.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 1; i <= writes; i++) {
                  desk.set(address, Value.of(i), SetOptions.FIRE);
                }
              }));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    for (int t = 0; t < threads; t++) {
      assertThat(desk.blocking().get("/fader/" + t).orElseThrow().revision()).isEqualTo(writes);
    }
    long[] last = new long[threads];
    while (java.util.Arrays.stream(last).anyMatch(value -> value < writes)) {
      Signal.Change change = (Signal.Change) next(queue);
      int t = Integer.parseInt(change.address().substring("/fader/".length()));
      long value = ((Value.Int) change.value()).value();
      assertThat(value).isGreaterThan(last[t]);
      last[t] = value;
    }
    var statistics = desk.statistics();
    // How many go together is the business of the scheduler; a call for each it must not be.
    assertThat(statistics.writes()).isLessThan(statistics.framesSent());
  }
}
