package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Easing;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** From the router to the callbacks. */
class DeliveryTest {

  private static final Message PING = new Message.Ping();
  private static final Message PONG = new Message.Pong();

  private final Rig rig = Rig.connected();
  private final ClaspClient client = rig.client();

  private List<Signal> subscribe(String pattern) {
    return subscribe(pattern, SubscribeOptions.DEFAULT);
  }

  private List<Signal> subscribe(String pattern, SubscribeOptions options) {
    List<Signal> got = new ArrayList<>();
    client.subscribe(pattern, options, got::add);
    rig.sent();
    return got;
  }

  private static Message.Publish publish(
      String address, SignalType type, GesturePhase phase, Content content) {
    return new Message.Publish(
        address,
        type,
        phase,
        content,
        OptionalLong.of(5),
        type == SignalType.GESTURE ? OptionalInt.of(3) : OptionalInt.empty(),
        OptionalInt.empty());
  }

  private static Message.Publish event(String address) {
    return publish(address, SignalType.EVENT, GesturePhase.START, Content.NONE);
  }

  private static List<Double> values(List<Signal> signals) {
    return signals.stream()
        .map(signal -> Values.number(((Signal.Change) signal).value()).orElseThrow())
        .toList();
  }

  // --- subscribing -------------------------------------------------------------------------------

  @Test
  void subscribesWithAllOptionsAndAFence() {
    Subscription subscription =
        client.subscribe(
            "/lights/**",
            SubscribeOptions.DEFAULT
                .withTypes(SignalType.PARAM, SignalType.GESTURE)
                .withMaxRate(30)
                .withEpsilon(0.5)
                .withHistory(2)
                .withWindow(Duration.ofMillis(1500)),
            _ -> {});

    assertThat(rig.sent())
        .containsExactly(
            new Message.Subscribe(
                1,
                "/lights/**",
                0x09,
                new Message.SubscribeOptions(
                    OptionalInt.of(30),
                    OptionalDouble.of(0.5),
                    OptionalInt.of(2),
                    OptionalInt.of(1500))),
            PING);
    assertThat(subscription.id()).isEqualTo(1);
    assertThat(subscription.active()).isNotDone();

    rig.link().says(PONG);
    assertThat(result(subscription.active())).isSameAs(subscription);
  }

  @Test
  void severalSubscriptionsShareAFence() {
    client.subscribe("/a", _ -> {});
    client.subscribe("/b", _ -> {});

    assertThat(rig.sent()).hasSize(3).endsWith(PING).startsWith(subscribeMessage(1, "/a"));
  }

  private static Message subscribeMessage(int id, String pattern) {
    return new Message.Subscribe(id, pattern, 0xFF, Message.SubscribeOptions.NONE);
  }

  @Test
  void aRefusedSubscriptionFailsAndEnds() {
    Subscription refused = client.subscribe("/secret/**", _ -> {});
    Subscription taken = client.subscribe("/public/**", _ -> {});
    rig.sent();

    rig.link().says(Rig.error(301, "no right", "/secret/**"), PONG);

    assertThat(failure(refused.active()).code()).hasValue(301);
    assertThat(refused.isOpen()).isFalse();
    assertThat(taken.active()).isCompleted();
  }

  @Test
  void aRouterThatDoesNotAnswerPingsIsNotWaitedForForEver() {
    Subscription subscription = client.subscribe("/a", _ -> {});
    rig.reactor.pass(Duration.ofSeconds(5));

    assertThat(subscription.active()).isCompleted();
  }

  @Test
  void closingUnsubscribes() {
    Subscription subscription = client.subscribe("/a", _ -> {});
    rig.sent();
    rig.link().says(PONG);
    subscription.close();
    subscription.close();

    assertThat(rig.sent()).containsExactly(new Message.Unsubscribe(1));
    assertThat(subscription.isOpen()).isFalse();
  }

  @Test
  void nothingIsDeliveredAfterClosing() {
    List<Signal> got = new ArrayList<>();
    Subscription subscription = client.subscribe("/a", got::add);
    rig.sent();
    subscription.close();
    rig.link().says(Rig.set("/a", 1, 1));

    assertThat(got).isEmpty();
  }

  @Test
  void closingBeforeTheRouterHasAnsweredFailsTheWait() {
    Subscription subscription = client.subscribe("/a", _ -> {});
    rig.sent();
    subscription.close();
    rig.sent();

    assertThat(failure(subscription.active()).kind()).isEqualTo(Kind.CLOSED);
  }

  // --- parameters --------------------------------------------------------------------------------

  @Test
  void deliversChangesInOrder() {
    List<Signal> got = subscribe("/a");
    rig.link().says(Rig.set("/a", 0.1, 1), Rig.set("/a", 0.2, 2), Rig.set("/a", 0.2, 3));

    assertThat(values(got)).containsExactly(0.1, 0.2, 0.2);
    assertThat(got.getLast())
        .isEqualTo(
            new Signal.Change(
                "/a", Value.of(0.2), 3, Optional.empty(), OptionalLong.empty(), false));
  }

  @Test
  void overlappingSubscriptionsGetEachSignalOnce() {
    List<Signal> wide = subscribe("/lights/**");
    List<Signal> narrow = subscribe("/lights/1/*");
    List<Signal> other = subscribe("/audio/**");

    rig.link().says(Rig.set("/lights/1/brightness", 0.5, 1));

    assertThat(wide).hasSize(1);
    assertThat(narrow).hasSize(1);
    assertThat(other).isEmpty();
    assertThat(client.statistics().delivered()).isEqualTo(2);
  }

  @Test
  void theStateComesFirst() {
    List<Signal> got = subscribe("/a/**");
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 0.1, 4), Rig.entry("/a/2", 0.2, 5)));

    assertThat(got)
        .containsExactly(
            new Signal.Change(
                "/a/1",
                Value.of(0.1),
                4,
                Optional.of("writer"),
                OptionalLong.of(ManualReactor.START_MICROS),
                true),
            new Signal.Change(
                "/a/2",
                Value.of(0.2),
                5,
                Optional.of("writer"),
                OptionalLong.of(ManualReactor.START_MICROS),
                true));
  }

  @Test
  void theSnapshotOfAnotherSubscriptionBringsOnlyWhatIsNew() {
    List<Signal> first = subscribe("/a/**");
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 0.1, 1), Rig.entry("/a/2", 0.2, 1)));
    assertThat(first).hasSize(2);

    List<Signal> second = subscribe("/**");
    rig.link()
        .says(
            Rig.snapshot(
                Rig.entry("/a/1", 0.1, 1), Rig.entry("/a/2", 0.9, 2), Rig.entry("/b", 1, 1)));

    assertThat(values(first)).containsExactly(0.1, 0.2, 0.9);
    assertThat(values(second)).containsExactly(0.1, 0.9, 1.0);
  }

  @Test
  void theAnswerToAReadDoesNotFireSubscriptionsAgain() {
    List<Signal> got = subscribe("/a");
    rig.link().says(Rig.set("/a", 0.5, 3));
    client.get("/a");
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.5, 3)));

    assertThat(got).hasSize(1);
  }

  @Test
  void aLateSubscriptionGetsTheStateThoughALiveValueCameFirst() {
    List<Signal> early = subscribe("/a");
    rig.link().says(Rig.set("/a", 0.5, 3));
    List<Signal> late = subscribe("/a");
    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.5, 3)));
    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.5, 3)));

    assertThat(early).hasSize(1);
    assertThat(late).hasSize(1);
  }

  @Test
  void aRestartedRouterMayReuseARevision() {
    List<Signal> got = subscribe("/a");
    rig.link().says(Rig.set("/a", 0.5, 1));
    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.7, 1)));

    assertThat(values(got)).containsExactly(0.5, 0.7);
  }

  @Test
  void aChangeWithoutRevisionIsAlwaysDelivered() {
    List<Signal> got = subscribe("/a");
    Message.SetValue set =
        new Message.SetValue(
            "/a", Value.of(1), OptionalLong.empty(), false, false, Optional.empty());
    rig.link().says(set, set);

    assertThat(got).hasSize(2);
  }

  @Test
  void theContentsOfABundleAreDeliveredOneByOne() {
    List<Signal> got = subscribe("/**");
    rig.link()
        .says(
            new Message.Bundle(
                List.of(Rig.set("/a", 1, 1), event("/b"), Rig.set("/c", 1, 1)),
                OptionalLong.empty()));

    assertThat(got).extracting(Signal::address).containsExactly("/a", "/b", "/c");
  }

  @Test
  void theCacheHoldsWhatASubscriptionCovers() {
    assertThat(client.cached("/a")).isEmpty();
    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.1, 1)));
    assertThat(client.cached("/a")).as("nobody keeps it up to date").isEmpty();

    Subscription narrow = client.subscribe("/a", _ -> {});
    Subscription wide = client.subscribe("/**", _ -> {});
    client.subscribe("/**", SubscribeOptions.DEFAULT.withTypes(SignalType.EVENT), _ -> {});
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.1, 1), Rig.entry("/b", 0.2, 1)));
    rig.link().says(Rig.set("/a", 0.3, 2));

    assertThat(client.cached("/a").orElseThrow().value()).isEqualTo(Value.of(0.3));
    assertThat(client.cached("/a").orElseThrow().revision()).isEqualTo(2);
    assertThat(client.cached("/b").orElseThrow().writer()).hasValue("writer");

    wide.close();
    rig.sent();
    assertThat(client.cached("/a")).isPresent();
    assertThat(client.cached("/b")).isEmpty();
    narrow.close();
    rig.sent();
    assertThat(client.cached("/a")).isEmpty();
  }

  // --- the other kinds ---------------------------------------------------------------------------

  @Test
  void deliversEveryKind() {
    List<Signal> got = subscribe("/**");
    Timeline timeline = Timeline.of(List.of(new Timeline.Keyframe(0, Value.of(1), Easing.LINEAR)));
    rig.link()
        .says(
            event("/event"),
            publish("/stream", SignalType.STREAM, GesturePhase.START, Content.of(Value.of(1))),
            publish("/samples", SignalType.STREAM, GesturePhase.START, Content.ofSamples(1, 2)),
            publish("/gesture", SignalType.GESTURE, GesturePhase.MOVE, Content.of(Value.of("x"))),
            publish(
                "/timeline",
                SignalType.TIMELINE,
                GesturePhase.START,
                Content.of(timeline.toValue())),
            publish("/lost", SignalType.TIMELINE, GesturePhase.START, Content.NONE));

    OptionalLong time = OptionalLong.of(5);
    assertThat(got)
        .containsExactly(
            new Signal.Event("/event", Value.NULL, time),
            new Signal.Stream("/stream", List.of(Value.of(1)), OptionalInt.empty(), time),
            new Signal.Stream(
                "/samples", List.of(Value.of(1.0), Value.of(2.0)), OptionalInt.empty(), time),
            new Signal.Gesture("/gesture", 3, GesturePhase.MOVE, Value.of("x"), time),
            new Signal.TimelinePublished(
                "/timeline", Optional.of(timeline), timeline.toValue(), time),
            new Signal.TimelinePublished("/lost", Optional.empty(), Value.NULL, time));
  }

  @Test
  void typesAreFilteredHereToo() {
    List<Signal> params = subscribe("/**", SubscribeOptions.DEFAULT.withTypes(SignalType.PARAM));
    List<Signal> events = subscribe("/**", SubscribeOptions.DEFAULT.withTypes(SignalType.EVENT));
    rig.link().says(Rig.set("/a", 1, 1), event("/b"));

    assertThat(params).extracting(Signal::address).containsExactly("/a");
    assertThat(events).extracting(Signal::address).containsExactly("/b");
  }

  // --- callbacks ---------------------------------------------------------------------------------

  @Test
  void aThrowingCallbackHarmsNobody() {
    List<Signal> before = subscribe("/a");
    client.subscribe(
        "/a",
        _ -> {
          throw new IllegalStateException("mine");
        });
    List<Signal> after = subscribe("/a");
    rig.link().says(Rig.set("/a", 1, 1), Rig.set("/a", 2, 2));

    assertThat(before).hasSize(2);
    assertThat(after).hasSize(2);
    assertThat(client.statistics().callbackFailures()).isEqualTo(2);
    assertThat(rig.events)
        .filteredOn(e -> e instanceof ClientEvent.CallbackFailed)
        .hasSize(2)
        .extracting(e -> ((ClientEvent.CallbackFailed) e).pattern())
        .containsOnly("/a");
  }

  @Test
  void aCallbackMaySubscribeWriteAndCloseItself() {
    List<Signal> second = new ArrayList<>();
    List<Subscription> self = new ArrayList<>();
    List<Signal> first = new ArrayList<>();
    self.add(
        client.subscribe(
            "/a",
            signal -> {
              first.add(signal);
              client.subscribe("/b", second::add);
              client.set("/c", 1);
              self.getFirst().close();
            }));
    rig.sent();
    rig.link().says(Rig.set("/a", 1, 1), Rig.set("/a", 2, 2));

    assertThat(first).hasSize(1);
    assertThat(rig.sent())
        .contains(subscribeMessage(2, "/b"), new Message.Unsubscribe(1))
        .hasAtLeastOneElementOfType(Message.SetValue.class);
    rig.link().says(Rig.set("/b", 1, 1));
    assertThat(second).hasSize(1);
  }

  @Test
  void callbacksOfAllSubscriptionsRunInTheOrderOfTheRouter() {
    ArrayDeque<Runnable> dispatcher = new ArrayDeque<>();
    Rig slow = new Rig();
    slow.dispatcher = dispatcher::add;
    slow.connect();
    List<String> got = new ArrayList<>();
    slow.client().subscribe("/scene/**", signal -> got.add("scene " + signal.address()));
    slow.client().subscribe("/lights/**", signal -> got.add("lights " + signal.address()));
    slow.sent();
    slow.link().says(Rig.set("/lights/1", 1, 1), event("/scene/go"));
    slow.link().says(Rig.set("/lights/2", 1, 1));
    assertThat(got).as("nothing runs on the loop").isEmpty();

    while (!dispatcher.isEmpty()) {
      dispatcher.remove().run();
    }
    assertThat(got).containsExactly("lights /lights/1", "scene /scene/go", "lights /lights/2");
  }

  @Test
  void aSubscriptionWithItsOwnExecutorIsServedThere() {
    ArrayDeque<Runnable> own = new ArrayDeque<>();
    List<Signal> apart = subscribe("/a", SubscribeOptions.DEFAULT.withExecutor(own::add));
    List<Signal> shared = subscribe("/a");
    rig.link().says(Rig.set("/a", 1, 1), Rig.set("/a", 2, 2));

    assertThat(shared).hasSize(2);
    assertThat(apart).isEmpty();
    assertThat(own).as("one task for the burst").hasSize(1);
    own.remove().run();
    assertThat(apart).hasSize(2);
  }

  @Test
  void aSlowCallbackGetsTheNewestValuesAndTheLossIsReported() {
    ArrayDeque<Runnable> own = new ArrayDeque<>();
    List<Signal> got =
        subscribe("/**", SubscribeOptions.DEFAULT.withExecutor(own::add).withCapacity(4));
    for (int i = 1; i <= 100; i++) {
      rig.link()
          .says(
              Rig.set("/a", i, i),
              publish("/s", SignalType.STREAM, GesturePhase.START, Content.of(Value.of((long) i))));
    }
    while (!own.isEmpty()) {
      own.remove().run();
    }

    assertThat(got).hasSizeLessThan(8);
    List<Signal> changes = got.stream().filter(s -> s instanceof Signal.Change).toList();
    assertThat(values(changes)).endsWith(100.0).isSorted();
    List<Signal> samples = got.stream().filter(s -> s instanceof Signal.Stream).toList();
    assertThat(((Signal.Stream) samples.getLast()).value()).isEqualTo(Value.of(100));
    Statistics statistics = client.statistics();
    assertThat(statistics.dropped()).isPositive();
    assertThat(statistics.dropped() + statistics.conflated() + got.size()).isEqualTo(200);

    rig.reactor.pass(Duration.ofSeconds(1));
    assertThat(rig.events)
        .filteredOn(e -> e instanceof ClientEvent.Dropped)
        .singleElement()
        .extracting(e -> ((ClientEvent.Dropped) e).count())
        .isEqualTo(statistics.dropped());
  }

  @Test
  void anExecutorThatRefusesDoesNotHarmTheOthers() {
    List<Signal> refused =
        subscribe(
            "/a",
            SubscribeOptions.DEFAULT.withExecutor(_ -> {
              throw new java.util.concurrent.RejectedExecutionException("shut down");
            }));
    List<Signal> other = subscribe("/a");
    rig.link().says(Rig.set("/a", 1, 1));

    assertThat(refused).isEmpty();
    assertThat(other).hasSize(1);
  }
}
