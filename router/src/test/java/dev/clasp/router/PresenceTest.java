package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Get;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Values that end with whoever wrote them, or when it is silent (clients.md 5, S13). */
class PresenceTest {

  private static final String EVERYWHERE = "/presence/**";

  private final ManualTime time = new ManualTime();
  private Router router = new Router(RouterConfig.DEFAULT, time);
  private Lane lane = router.addLane(time.loop());

  private void configure(RouterConfig.Builder config) {
    router = new Router(config.build(), time);
    lane = router.addLane(time.loop());
  }

  private TestPeer client(String name) {
    return new TestPeer(time, router, lane).hello(name);
  }

  private static SetValue set(String address, Value value) {
    return TestPeer.setOf(address, value);
  }

  /** Sends with QoS confirm: the new revision, or the text of the ERROR. */
  private static String write(TestPeer peer, Message message) {
    for (Message reply : peer.send(message, Qos.CONFIRM).received()) {
      if (reply instanceof Ack ack) {
        return Long.toString(ack.revision().orElseThrow());
      } else if (reply instanceof Message.Error error) {
        return error.message();
      }
    }
    throw new AssertionError("no answer");
  }

  /** What GET by a fresh client finds. */
  private Optional<Value> stored(String address) {
    List<Message> replies = client("reader").send(new Get(address)).received();
    assertThat(replies).hasSize(1);
    return replies.getFirst() instanceof Snapshot snapshot
        ? Optional.of(snapshot.parameters().getFirst().value())
        : Optional.empty();
  }

  private static List<SetValue> sets(TestPeer watcher) {
    return watcher.received().stream()
        .filter(SetValue.class::isInstance)
        .map(SetValue.class::cast)
        .toList();
  }

  private void ephemeral() {
    configure(
        RouterConfig.builder()
            .parameterRules(List.of(ParameterRule.ephemeral(AddressPattern.parse(EVERYWHERE)))));
  }

  private void lifetime(Duration time) {
    configure(
        RouterConfig.builder()
            .parameterRules(
                List.of(ParameterRule.lifetime(AddressPattern.parse(EVERYWHERE), time.toNanos()))));
  }

  @Test
  void whatEndsWithItsWriterIsToldOnceWithTheNextRevision() {
    ephemeral();
    TestPeer watcher = client("watcher").subscribe(1, "/**");
    TestPeer tab = client("tab").set("/presence/tab", 1).set("/presence/tab", 2);
    tab.set("/other", 1);
    watcher.received();

    tab.disconnect();

    assertThat(sets(watcher))
        .singleElement()
        .satisfies(set -> {
          assertThat(set.address()).isEqualTo("/presence/tab");
          assertThat(set.value()).isEqualTo(Value.NULL);
          assertThat(set.revision()).hasValue(3);
        });
    assertThat(stored("/presence/tab")).isEmpty();
    assertThat(stored("/other")).isPresent();
    assertThat(client("late").subscribe(1, EVERYWHERE).received()).isEmpty();
    assertThat(router.count(Counter.ENDED_WITH_SESSION)).isEqualTo(1);
    assertThat(write(client("next"), set("/presence/tab", Value.TRUE))).isEqualTo("4");
  }

  @Test
  void whoeverWroteLastDecides() {
    ephemeral();
    TestPeer first = client("first").set("/presence/x", 1);
    TestPeer second = client("second").set("/presence/x", 2);
    first.disconnect();
    assertThat(stored("/presence/x")).contains(Value.of(2.0));
    second.disconnect();
    assertThat(stored("/presence/x")).isEmpty();
  }

  @Test
  void aClientThatSaidGoodbyeItselfIsNotRepeated() {
    ephemeral();
    TestPeer watcher = client("watcher").subscribe(1, "/**");
    TestPeer tab = client("tab").set("/presence/tab", 1);
    tab.send(set("/presence/tab", Value.NULL));
    tab.disconnect();
    assertThat(sets(watcher)).hasSize(2);
    assertThat(stored("/presence/tab")).isEmpty();
  }

  @Test
  void aSecondHelloEndsWhatTheFirstSessionWrote() {
    ephemeral();
    TestPeer tab = client("tab").set("/presence/tab", 1);
    tab.hello("tab again");
    assertThat(stored("/presence/tab")).isEmpty();
  }

  @Test
  void aRefusedBundleTakesNothingOver() {
    ephemeral();
    TestPeer holder = client("holder");
    write(
        holder,
        new SetValue("/held", Value.TRUE, OptionalLong.empty(), true, false, Optional.empty()));
    TestPeer first = client("first").set("/presence/x", 1);
    TestPeer second = client("second");
    second.send(
        new Message.Bundle(
            List.of(set("/presence/x", Value.of(2)), set("/held", Value.of(2))),
            OptionalLong.empty()));
    second.disconnect();
    assertThat(stored("/presence/x")).contains(Value.of(1.0));
    first.disconnect();
    assertThat(stored("/presence/x")).isEmpty();
  }

  @Test
  void manyAreEndedInPieces() {
    ephemeral();
    TestPeer watcher = client("watcher").subscribe(1, "/**");
    TestPeer tab = client("tab");
    for (int i = 0; i < 3000; i++) {
      tab.sendWithinTurn(set("/presence/" + i, Value.of(i)));
    }
    watcher.received();
    tab.disconnect();
    assertThat(sets(watcher)).hasSize(3000).allMatch(s -> s.value().equals(Value.NULL));
    assertThat(router.parameterCount()).isZero();
  }

  @Test
  void aLifetimeByPatternCountsFromTheLastWrite() {
    lifetime(Duration.ofSeconds(35));
    TestPeer watcher = client("watcher").subscribe(1, "/**");
    TestPeer tab = client("tab").set("/presence/tab", 1).set("/other", 1);
    time.pass(Duration.ofSeconds(34));
    tab.set("/presence/tab", 2);
    watcher.received();
    time.pass(Duration.ofSeconds(34));
    // To be read is no sign of life.
    assertThat(stored("/presence/tab")).isPresent();
    assertThat(sets(watcher)).isEmpty();

    time.pass(Duration.ofSeconds(1));

    assertThat(sets(watcher))
        .singleElement()
        .satisfies(set -> {
          assertThat(set.value()).isEqualTo(Value.NULL);
          assertThat(set.revision()).hasValue(3);
        });
    assertThat(stored("/presence/tab")).isEmpty();
    assertThat(stored("/other")).isPresent();
  }

  @Test
  void aLifetimeByPatternMayBeForEver() {
    configure(
        RouterConfig.builder()
            .idleNanos(0)
            .parameterTtlNanos(Duration.ofSeconds(1).toNanos())
            .parameterRules(List.of(ParameterRule.lifetime(AddressPattern.parse("/keep/**"), 0))));
    client("a").set("/keep/x", 1).set("/other", 1);
    time.pass(Duration.ofDays(1));
    assertThat(stored("/keep/x")).isPresent();
    assertThat(stored("/other")).isEmpty();
  }

  @Test
  void theLifetimeOfASetGoesBeforeThatOfAPattern() {
    lifetime(Duration.ofSeconds(35));
    client("a")
        .send(
            new SetValue(
                "/presence/x",
                Value.TRUE,
                OptionalLong.empty(),
                false,
                false,
                Optional.of(new Ttl.Sliding(5))));
    time.pass(Duration.ofSeconds(6));
    assertThat(stored("/presence/x")).isEmpty();
  }

  @Test
  void ofTheRulesForOneThingTheFirstHolds() {
    configure(
        RouterConfig.builder()
            .parameterRules(
                List.of(
                    ParameterRule.conflict(AddressPattern.parse("/a/**"), ConflictStrategy.MAX),
                    ParameterRule.lifetime(AddressPattern.parse("/a/b"), 1_000_000_000L),
                    ParameterRule.lifetime(AddressPattern.parse("/a/*"), 9_000_000_000L))));
    client("a").set("/a/b", 1).set("/a/c", 1);
    time.pass(Duration.ofSeconds(2));
    assertThat(stored("/a/b")).isEmpty();
    assertThat(write(client("b"), set("/a/c", Value.of(0)))).startsWith("ConflictRejected");
  }
}
