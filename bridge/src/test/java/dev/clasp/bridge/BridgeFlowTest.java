package dev.clasp.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.Direction;
import dev.clasp.transform.MappedSignal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What goes through, what waits, what is left out. */
class BridgeFlowTest {

  private final HostRig rig = new HostRig();

  private static MappedSignal param(String address, int value) {
    return new MappedSignal(address, SignalType.PARAM, Value.of(value));
  }

  @Test
  void carriesBothWaysWithTheNamespace() {
    rig.addDesk().says("/fader/1", Value.of(0.5));
    assertThat(rig.router.values).containsEntry("/fake/fader/1", Value.of(0.5));
    rig.writes("/fake/lamp", Value.of(7)).writes("/fakelamp", Value.of(8));
    assertThat(rig.heard()).containsExactly("/lamp 7");
    assertThat(rig.counts().in()).isEqualTo(1);
    assertThat(rig.counts().out()).isEqualTo(1);
    assertThat(rig.status().latencyIn().count()).isEqualTo(1);
    assertThat(rig.status().latencyOut().count()).isEqualTo(1);
  }

  @Test
  void eventsAndStreamsKeepTheirKind() {
    rig.addDesk();
    rig.device().says("/go", SignalType.EVENT, Value.NULL);
    rig.device().says("/meter", SignalType.STREAM, Value.of(0.1));
    rig.clock.settle();
    assertThat(rig.router.published)
        .containsExactly("EVENT /fake/go " + Value.NULL, "STREAM /fake/meter " + Value.of(0.1));
    rig.router.emit("/fake/stop", Value.of(1));
    assertThat(rig.heard()).containsExactly("/stop 1");
  }

  @Test
  void oneWayIsOneWay() {
    rig.add(HostRig.desk().withDirection(BridgeDirection.IN));
    rig.writes("/fake/a", Value.of(1)).says("/b", Value.of(2));
    assertThat(rig.heard()).isEmpty();
    assertThat(rig.router.subscribers()).isZero();
    assertThat(rig.router.values).containsEntry("/fake/b", Value.of(2));

    rig.host.replace("desk", HostRig.desk().withDirection(BridgeDirection.OUT));
    rig.writes("/fake/a", Value.of(3)).says("/b", Value.of(4));
    assertThat(rig.heard()).containsExactly("/a 3");
    assertThat(rig.router.values).containsEntry("/fake/b", Value.of(2));
  }

  @Test
  void whatBelongsTogetherArrivesTogether() {
    rig.addDesk();
    rig.device()
        .context
        .receive(
            new Parcel(
                List.of(
                    param("/a", 1),
                    param("/b", 2),
                    new MappedSignal("/go", SignalType.EVENT, Value.NULL)),
                true,
                OptionalLong.empty(),
                Optional.empty()));
    rig.device()
        .context
        .receive(
            new Parcel(
                List.of(param("/c", 3)),
                false,
                OptionalLong.of(1_800_000_000_000_000L),
                Optional.empty()));
    rig.clock.settle();
    assertThat(rig.router.bundles)
        .containsExactly(
            List.of(
                param("/fake/a", 1),
                param("/fake/b", 2),
                new MappedSignal("/fake/go", SignalType.EVENT, Value.NULL)),
            List.of(param("/fake/c", 3)));
    assertThat(rig.router.bundleTimes)
        .containsExactly(OptionalLong.empty(), OptionalLong.of(1_800_000_000_000_000L));
    assertThat(rig.counts().in()).isEqualTo(4);
    assertThat(rig.heard()).as("own ones do not come back").isEmpty();
  }

  @Test
  void aBundleThatCannotBeSentGoesOneByOne() {
    rig.addDesk();
    rig.router.forbidden = "/fake/bad";
    rig.device()
        .context
        .receive(
            new Parcel(
                List.of(param("/a", 1), param("/bad", 2)),
                true,
                OptionalLong.empty(),
                Optional.empty()));
    rig.clock.settle();
    assertThat(rig.router.values).containsOnlyKeys("/fake/a");
    assertThat(rig.counts().dropped()).isEqualTo(1);
    assertThat(rig.status().lastError())
        .hasValue("/fake/bad did not get into the router: not allowed");
  }

  @Test
  void aSlowRouterGetsTheNewestOfEachAndMissesNone() {
    rig.addDesk();
    rig.router.holdsAnswers = true;
    int many = 3 * Bridge.MAX_UNACKNOWLEDGED;
    for (int i = 0; i < many; i++) {
      rig.device().says("/fader/" + i % 4, Value.of(i));
    }
    rig.device().says("/go", SignalType.EVENT, Value.NULL);
    assertThat(rig.router.unanswered()).isEqualTo(Bridge.MAX_UNACKNOWLEDGED);
    assertThat(rig.counts().waitingIn()).isEqualTo(Bridge.MAX_UNACKNOWLEDGED + 5);
    assertThat(rig.router.values.get("/fake/fader/0"))
        .isEqualTo(Value.of(Bridge.MAX_UNACKNOWLEDGED - 4));
    rig.router.answer();
    rig.router.answer();
    for (int i = 0; i < 4; i++) {
      assertThat(rig.router.values).containsEntry("/fake/fader/" + i, Value.of(many - 4 + i));
    }
    assertThat(rig.router.published).hasSize(1);
    assertThat(rig.counts().coalesced()).isEqualTo(many - Bridge.MAX_UNACKNOWLEDGED - 4);
    assertThat(rig.counts().dropped()).isZero();
    assertThat(rig.counts().waitingIn()).isZero();
  }

  @Test
  void eventsBeyondTheBoundAreDroppedAndCounted() {
    rig.addDesk();
    rig.router.ports.getFirst().change(RouterPort.Change.LOST);
    for (int i = 0; i < SignalLine.MAX_MOMENTS + 10; i++) {
      rig.device().says("/go", SignalType.EVENT, Value.of(i));
    }
    assertThat(rig.counts().dropped()).isEqualTo(10);
    rig.router.ports.getFirst().change(RouterPort.Change.CONNECTED);
    rig.router.answer();
    assertThat(rig.router.published).hasSize(SignalLine.MAX_MOMENTS);
  }

  @Test
  void theLastValueSurvivesALostConnection() {
    rig.addDesk();
    rig.router.holdsAnswers = true;
    rig.says("/a", Value.of(1)).says("/b", Value.of(1)).says("/a", Value.of(2));
    var port = rig.router.ports.getFirst();
    port.change(RouterPort.Change.LOST);
    rig.router.values.clear();
    rig.router.failAnswers();
    rig.says("/b", Value.of(3));
    rig.router.holdsAnswers = false;
    port.change(RouterPort.Change.CONNECTED);
    rig.pass(Duration.ofSeconds(1));
    assertThat(rig.router.values)
        .containsEntry("/fake/a", Value.of(2))
        .containsEntry("/fake/b", Value.of(3));
    assertThat(rig.counts().dropped()).isZero();
    assertThat(rig.counts().waitingIn()).isZero();
    assertThat(port.announced).hasSize(2);
  }

  @Test
  void oldEventsAreNotSentWhenTheRouterIsBack() {
    rig.addDesk();
    var port = rig.router.ports.getFirst();
    port.change(RouterPort.Change.LOST);
    rig.device().says("/go", SignalType.EVENT, Value.NULL);
    rig.pass(Duration.ofSeconds(6));
    rig.device().says("/stop", SignalType.EVENT, Value.NULL);
    port.change(RouterPort.Change.CONNECTED);
    assertThat(rig.router.published).containsExactly("EVENT /fake/stop " + Value.NULL);
    assertThat(rig.counts().dropped()).isEqualTo(1);
  }

  @Test
  void whatTheRouterRefusesIsCountedWithItsReason() {
    rig.addDesk();
    rig.router.forbidden = "/fake/secret";
    rig.says("/secret/a", Value.of(1)).says("/open", Value.of(1));
    assertThat(rig.counts().dropped()).isEqualTo(1);
    assertThat(rig.counts().in()).isEqualTo(1);
    assertThat(rig.status().lastError())
        .hasValueSatisfying(
            error -> assertThat(error).contains("/fake/secret/a").contains("not allowed"));
  }

  @Test
  void onlyASideThatKeepsValuesGetsThoseFromBefore() {
    rig.router.write("/fake/a", Value.of(1));
    rig.addDesk();
    assertThat(rig.heard()).isEmpty();

    HostRig lights = new HostRig();
    lights.protocol.stateful = true;
    lights.router.write("/fake/a", Value.of(1));
    lights.addDesk();
    assertThat(lights.heard()).containsExactly("/a 1");
    lights.writes("/fake/a", Value.of(2)).writes("/fake/b", Value.of(3));
    assertThat(lights.heard()).containsExactly("/a 2", "/b 3");
    lights.device().context.down("dark");
    lights.writes("/fake/b", Value.of(4));
    lights.device().context.up("lit");
    assertThat(lights.heard()).containsExactlyInAnyOrder("/a 2", "/b 4");
    lights.device().context.failed("burnt");
    lights.pass(Duration.ofSeconds(1));
    assertThat(lights.heard()).containsExactlyInAnyOrder("/a 2", "/b 4");
  }

  @Test
  void whatTheOtherSideSaidItselfIsNotUndoneAfterAReconnect() {
    HostRig lights = new HostRig();
    lights.protocol.stateful = true;
    lights.addDesk();
    lights.writes("/fake/a", Value.of(1));
    lights.says("/a", Value.of(5)).says("/sensor", Value.of(20));
    lights.device().context.down("dark");
    lights.heard();
    lights.device().context.up("lit");
    assertThat(lights.heard()).containsExactly("/a 5");
    assertThat(lights.router.values).containsEntry("/fake/a", Value.of(5));
  }

  @Test
  void whatTheRouterRefusedOfTheOtherSideIsPutRightAfterAReconnect() {
    HostRig lights = new HostRig();
    lights.protocol.stateful = true;
    lights.addDesk();
    lights.writes("/fake/a", Value.of(1));
    lights.router.forbidden = "/fake/a";
    lights.says("/a", Value.of(5));
    lights.device().context.down("dark");
    lights.heard();
    lights.device().context.up("lit");
    assertThat(lights.heard()).containsExactly("/a 1");
  }

  @Test
  void ordersAreNotRepeated() {
    HostRig lights = new HostRig();
    lights.protocol.stateful = true;
    lights.router.write("/fake/order/1", Value.of(1));
    lights.addDesk();
    assertThat(lights.heard()).isEmpty();
    lights.writes("/fake/order/1", Value.of(2)).writes("/fake/a", Value.of(3));
    assertThat(lights.heard()).containsExactly("/order/1 2", "/a 3");
    lights.device().context.down("dark");
    lights.device().context.up("lit");
    assertThat(lights.heard()).containsExactly("/a 3");
  }

  @Test
  void aRateCapKeepsTheNewestValueAndCountsTheEventsThatItDrops() {
    rig.add(
        HostRig.desk()
            .withRates(
                new RateCaps(OptionalDouble.of(10), OptionalDouble.empty()),
                new RateCaps(OptionalDouble.of(10), OptionalDouble.empty())));
    for (int i = 0; i < 50; i++) {
      rig.device().says("/a", Value.of(i));
      rig.device().says("/go", SignalType.EVENT, Value.of(i));
      rig.router.write("/fake/out", Value.of(i));
    }
    rig.clock.settle();
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(0));
    assertThat(rig.heard()).containsExactly("/out 0");
    rig.pass(Duration.ofMillis(99));
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(0));
    rig.pass(Duration.ofMillis(1));
    assertThat(rig.router.values).containsEntry("/fake/a", Value.of(49));
    assertThat(rig.heard()).containsExactly("/out 49");
    assertThat(rig.counts().limited()).isEqualTo(49);
    assertThat(rig.counts().dropped()).isEqualTo(49);
  }

  @Test
  void learningTakesTheNextSignalAndDisturbsNothing() {
    rig.addDesk();
    var learned = rig.host.learn("desk", Duration.ofSeconds(30));
    assertThat(learned).isNotDone();
    rig.says("/fader/3", Value.of(0.25));
    assertThat(learned)
        .isCompletedWithValueMatching(seen ->
            seen.path().equals("/fader/3")
                && seen.value().equals(Value.of(0.25))
                && seen.type() == SignalType.PARAM
                && seen.peer().equals(Optional.of("peer:1")));
    assertThat(rig.router.values).containsKey("/fake/fader/3");

    var late = rig.host.learn("desk", Duration.ofSeconds(30));
    rig.pass(Duration.ofSeconds(30));
    assertThat(late).isCompletedExceptionally();
    assertThat(late.exceptionNow()).hasMessage("nothing came from desk within 30.0 s");

    var cancelled = rig.host.learn("desk", Duration.ofSeconds(30));
    cancelled.cancel(false);
    assertThat(rig.clock.timers()).isZero();
  }

  @Test
  void sourcesAreRememberedTheNewestFirstAndOnlySoMany() {
    rig.addDesk().says("/a", Value.of(1)).says("/b", Value.of(1)).says("/a", Value.of(2));
    rig.pass(Duration.ofSeconds(2));
    assertThat(rig.host.sources("desk"))
        .extracting(SeenSource::path, SeenSource::value, SeenSource::count, SeenSource::age)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("/a", Value.of(2), 2L, Duration.ofSeconds(2)),
            org.assertj.core.groups.Tuple.tuple("/b", Value.of(1), 1L, Duration.ofSeconds(2)));
    for (int i = 0; i < 1000; i++) {
      rig.device().says("/n/" + i, Value.of(i));
    }
    assertThat(rig.host.sources("desk")).hasSize(RecentSources.MAX);
  }

  @Test
  void aWatchSeesWhatBecomesOfEachSignal() {
    rig.addDesk();
    try (TrafficWatch watch = rig.host.watch("desk", 3)) {
      rig.says("/a", Value.of(1)).writes("/fake/b", Value.of(2));
      assertThat(watch.take())
          .extracting(Traffic::direction, Traffic::outcome, t -> t.before().address())
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(Direction.IN, Traffic.Outcome.CARRIED, "/a"),
              org.assertj.core.groups.Tuple.tuple(Direction.OUT, Traffic.Outcome.ECHO, "/fake/a"),
              org.assertj.core.groups.Tuple.tuple(
                  Direction.OUT, Traffic.Outcome.CARRIED, "/fake/b"));
      for (int i = 0; i < 5; i++) {
        rig.writes("/fake/c", Value.of(i));
      }
      assertThat(watch.missed()).isEqualTo(2);
      assertThat(watch.take()).hasSize(3);
    }
  }

  @Test
  void aPreviewTellsWhatWouldComeOut() {
    rig.addDesk();
    assertThat(rig.host.preview("desk", Direction.IN, List.of(param("/a", 1))))
        .extracting(Preview::results)
        .containsExactly(List.of(param("/fake/a", 1)));
    List<Preview> previews =
        rig.host.preview(
            HostRig.desk().withNamespace(Namespace.parse("/x")),
            Direction.OUT,
            List.of(param("/x/a", 1), param("/y", 2)));
    assertThat(previews)
        .extracting(Preview::results)
        .containsExactly(List.of(param("/a", 1)), List.of());
    assertThat(previews.getLast().steps()).singleElement().asString().startsWith("no rule: ");
    assertThat(rig.router.values).isEmpty();
  }
}
