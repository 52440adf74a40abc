package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Announce;
import dev.clasp.protocol.Message.Query;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.Result;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ANNOUNCE and QUERY: whose a definition is, how long it stays, what it means for a parameter. */
class AnnounceTest {

  private TestRouter t = new TestRouter();

  private void configure(UnaryOperator<RouterConfig.Builder> settings) {
    t = new TestRouter(settings);
  }

  private static SignalDefinition signal(String address) {
    return signal(address, "rw");
  }

  private static SignalDefinition signal(String address, String access) {
    return new SignalDefinition(
        address, SignalType.PARAM, Optional.of("f64"), Optional.of(access), Optional.empty());
  }

  private static SignalDefinition ranged(String address, double min, double max) {
    return new SignalDefinition(
        address,
        SignalType.PARAM,
        Optional.empty(),
        Optional.empty(),
        Optional.of(
            new SignalMeta(
                Optional.of("%"),
                Optional.of(new Range(min, max)),
                Optional.of(Value.of(0.5)),
                Optional.empty())));
  }

  private static Message announce(SignalDefinition... signals) {
    return new Announce("/ns", Arrays.asList(signals), Map.of());
  }

  private static boolean accepted(TestPeer peer) {
    List<Message> answers = peer.received();
    assertThat(answers).hasSize(1);
    return answers.getFirst() instanceof Ack ack && ack.address().equals(Optional.of("/ns"));
  }

  private static String refusal(TestPeer peer) {
    Message.Error error = TestRouter.onlyError(peer.received());
    assertThat(error.code()).isEqualTo(400);
    return error.message() + " @" + error.address().orElse("");
  }

  private List<String> known(String pattern) {
    List<String> addresses = new ArrayList<>();
    for (Message message : t.client("asker").send(new Query(pattern)).received()) {
      assertThat(message).isInstanceOf(Result.class);
      ((Result) message).signals().forEach(s -> addresses.add(s.address()));
    }
    return addresses;
  }

  private @Nullable Address find(String name) {
    byte[] b = name.getBytes(StandardCharsets.UTF_8);
    long hash = t.router.space().hash(b, 0, b.length);
    return t.router.space().stripeOf(hash).find(b, 0, b.length, hash);
  }

  private @Nullable AnnouncedParameter announced(String name) {
    Address address = find(name);
    return address == null ? null : address.announced;
  }

  // --- ownership ---------------------------------------------------------------------------------

  @Test
  void aDefinitionOfALiveSessionIsItsOwn() {
    TestPeer a = t.client("a").send(announce(signal("/x"), signal("/y")));
    assertThat(accepted(a)).isTrue();
    TestPeer b = t.farClient("b").send(announce(signal("/new"), signal("/y")));
    assertThat(refusal(b)).startsWith("SignalOwned: ").endsWith(" @/y").doesNotContain(a.session());
    assertThat(known("/**")).as("all or nothing").containsExactly("/x", "/y");
    a.send(announce(signal("/y", "r")));
    assertThat(accepted(a)).as("its owner may replace it").isTrue();
  }

  @Test
  void aClientOfTheSameNameHasComeBack() {
    configure(c -> c.idleNanos(0));
    TestPeer before = t.client("desk").send(announce(signal("/x")));
    TestPeer after = t.farClient("desk").send(announce(signal("/x")));
    assertThat(accepted(after)).isTrue();
    // The old connection is found dead later: that does not concern the definition any more.
    before.disconnect();
    t.time.pass(Duration.ofHours(2));
    assertThat(known("/**")).containsExactly("/x");
    assertThat(accepted(t.client("b").send(announce(signal("/y"))))).isTrue();
    assertThat(refusal(t.client("c").send(announce(signal("/x"))))).startsWith("SignalOwned");
  }

  @Test
  void afterItsSessionADefinitionIsStaleThenGone() {
    configure(c -> c.signalTtlNanos(Duration.ofHours(1).toNanos()).idleNanos(0));
    TestPeer a = t.client("a").send(announce(ranged("/x", 0, 1), signal("/y")));
    a.disconnect();
    assertThat(known("/**")).containsExactly("/x", "/y");
    t.time.pass(Duration.ofMinutes(59));
    assertThat(known("/**")).containsExactly("/x", "/y");
    assertThat(announced("/x")).isNotNull();
    t.time.pass(Duration.ofMinutes(1));
    assertThat(known("/**")).isEmpty();
    assertThat(announced("/x")).isNull();
    assertThat(t.router.signals().size()).isZero();
  }

  @Test
  void aStaleDefinitionMayBeTakenOverAndAReannouncementRefreshesIt() {
    configure(c -> c.signalTtlNanos(Duration.ofHours(1).toNanos()).idleNanos(0));
    t.client("a").send(announce(signal("/x"), signal("/y"))).disconnect();
    t.time.pass(Duration.ofMinutes(30));
    TestPeer b = t.client("b").send(announce(signal("/x")));
    assertThat(accepted(b)).isTrue();
    t.time.pass(Duration.ofMinutes(31));
    assertThat(known("/**")).containsExactly("/x");
    b.disconnect();
    t.time.pass(Duration.ofMinutes(59));
    assertThat(known("/**")).containsExactly("/x");
    t.time.pass(Duration.ofMinutes(1));
    assertThat(known("/**")).isEmpty();
  }

  @Test
  void lifetimeZeroKeepsThemForEver() {
    configure(c -> c.signalTtlNanos(0).idleNanos(0));
    t.client("a").send(announce(signal("/x"))).disconnect();
    t.time.pass(Duration.ofDays(365));
    assertThat(known("/**")).containsExactly("/x");
  }

  // --- limits ------------------------------------------------------------------------------------

  @Test
  void oneSessionMayAnnounceAQuarterOfAll() {
    configure(c -> c.maxSignals(8));
    TestPeer a = t.client("a").send(announce(signal("/1"), signal("/2")));
    assertThat(accepted(a)).isTrue();
    assertThat(refusal(a.send(announce(signal("/1"), signal("/3")))))
        .isEqualTo("AtCapacity: a session may announce at most 2 signals @/ns");
    assertThat(accepted(a.send(announce(signal("/1"), signal("/1"), signal("/2"))))).isTrue();
    assertThat(accepted(t.client("b").send(announce(signal("/3"))))).isTrue();
  }

  @Test
  void aFullTableRefusesAllOrNothing() {
    configure(c -> c.maxSignals(4));
    for (int i = 0; i < 4; i++) {
      assertThat(accepted(t.client("c" + i).send(announce(signal("/" + i))))).isTrue();
    }
    assertThat(refusal(t.client("more").send(announce(signal("/more"))))).startsWith("AtCapacity");
    assertThat(known("/**")).containsExactly("/0", "/1", "/2", "/3");
    configure(c -> c.maxSignals(0));
    assertThat(refusal(t.client("a").send(announce(signal("/x"))))).startsWith("AtCapacity");
  }

  @Test
  void staleDefinitionsMakeRoomTheOldestFirst() {
    configure(c -> c.maxSignals(4));
    List<TestPeer> peers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      peers.add(t.client("c" + i).send(announce(ranged("/" + i, 0, 1))));
    }
    peers.get(2).disconnect();
    peers.get(1).disconnect();
    assertThat(accepted(t.client("new").send(announce(signal("/a"))))).isTrue();
    assertThat(known("/**")).containsExactly("/0", "/1", "/3", "/a");
    assertThat(announced("/2")).isNull();
    assertThat(announced("/1")).isNotNull();
    assertThat(accepted(t.client("newer").send(announce(signal("/b"))))).isTrue();
    assertThat(known("/**")).containsExactly("/0", "/3", "/a", "/b");
    assertThat(refusal(t.client("late").send(announce(signal("/c"))))).startsWith("AtCapacity");
  }

  @Test
  void theDefinitionsTogetherAreBoundedInBytesToo() {
    configure(c -> c.maxSignals(40));
    String long_ = "x".repeat(20_000);
    assertThat(accepted(t.client("a").send(announce(signal("/1", long_))))).isTrue();
    assertThat(accepted(t.client("b").send(announce(signal("/2", long_))))).isTrue();
    assertThat(refusal(t.client("c").send(announce(signal("/3", long_))))).startsWith("AtCapacity");
    assertThat(accepted(t.client("d").send(announce(signal("/4"))))).isTrue();
  }

  @Test
  void aClientThatComesBackOverAndOverLeavesNothingBehind() {
    configure(c -> c.signalTtlNanos(0).maxSignals(8));
    for (int i = 0; i < 1000; i++) {
      TestPeer a = t.client("a").send(announce(signal("/x"), signal("/y")));
      assertThat(accepted(a)).isTrue();
      a.disconnect();
    }
    assertThat(t.router.signals().size()).isEqualTo(2);
    assertThat(t.router.signals().staleAnnouncers()).isEqualTo(1);
  }

  // --- QUERY -------------------------------------------------------------------------------------

  @Test
  void theAnswerIsSortedAndSplitBySize() {
    configure(c -> c.maxSignals(4000));
    List<SignalDefinition> many = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      many.add(signal(String.format("/s/%03d", 59 - i), "x".repeat(900)));
    }
    TestPeer a = t.client("a");
    a.send(announce(many.subList(0, 30).toArray(SignalDefinition[]::new)));
    a.send(announce(many.subList(30, 60).toArray(SignalDefinition[]::new)));
    a.received();
    TestPeer b = t.client("b");
    b.send(announce(signal("/s/100", "y".repeat(900))));
    b.received();
    List<Message> results = b.send(new Query("/s/*")).received();
    assertThat(results).hasSizeGreaterThan(0);
    assertThat(known("/s/*")).hasSize(61).isSorted();
    assertThat(known("/nothing")).isEmpty();
    assertThat(b.send(new Query("/nothing")).received()).containsExactly(new Result(List.of()));
  }

  @Test
  void whetherGlobstarMatchesItsParentIsASetting() {
    for (boolean matches : List.of(true, false)) {
      configure(c -> c.globstarMatchesParent(matches));
      t.client("a").send(announce(signal("/x")));
      assertThat(known("/x/**")).hasSize(matches ? 1 : 0);
    }
  }

  @Test
  void wildcardsMayBeAnnouncedAndAreTextForQuery() {
    TestPeer a = t.client("a").send(announce(signal("/lights/*/dim")));
    assertThat(accepted(a)).isTrue();
    assertThat(known("/lights/**")).containsExactly("/lights/*/dim");
    assertThat(find("/lights/*/dim")).isNull();
    a.send(announce(signal("lights")));
    assertThat(refusal(a)).startsWith("InvalidAddress");
    a.send(announce(signal("no/slash/*")));
    assertThat(refusal(a)).startsWith("InvalidAddress");
  }

  // --- parameters --------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "rw | null",
        "conflict=max | MAX",
        "rw,conflict=min | MIN",
        "rw; conflict=MERGE | MERGE",
        "rw conflict=lock\tx | LOCK",
        "conflict=max,conflict=lww | LWW",
        "noconflict=max | null",
      })
  void theAccessTextMayNameAConflictStrategy(String access, @Nullable ConflictStrategy strategy) {
    assertThat(accepted(t.client("a").send(announce(signal("/x", access))))).isTrue();
    AnnouncedParameter announced = announced("/x");
    assertThat(announced == null ? null : announced.settings().strategy()).isEqualTo(strategy);
  }

  @Test
  void anUnknownStrategyIsRefusedWithThoseThatThereAre() {
    assertThat(refusal(t.client("a").send(announce(signal("/x", "rw,conflict=best")))))
        .isEqualTo("UnknownStrategy: \"conflict=best\"; there are lww, max, min, lock, merge @/x");
  }

  @Test
  void theRangeIsKnownAtTheAddress() {
    TestPeer a = t.client("a").send(announce(ranged("/x", -1, 1)));
    assertThat(accepted(a)).isTrue();
    assertThat(announced("/x"))
        .isEqualTo(new AnnouncedParameter(new Range(-1, 1), ParameterSettings.NONE));
    a.send(announce(ranged("/x", 0, 5)));
    assertThat(announced("/x"))
        .isEqualTo(new AnnouncedParameter(new Range(0, 5), ParameterSettings.NONE));
    a.received();
    a.send(announce(ranged("/x", 1, 0)));
    assertThat(refusal(a)).startsWith("InvalidRange");
    a.send(announce(ranged("/x", Double.NaN, 0)));
    assertThat(refusal(a)).startsWith("InvalidRange");
    a.send(announce(signal("/x")));
    assertThat(announced("/x")).isNull();
  }

  @Test
  void theRangeOfAnotherSignalSaysNothingAboutTheParameter() {
    SignalDefinition stream =
        new SignalDefinition(
            "/x",
            SignalType.STREAM,
            Optional.empty(),
            Optional.of("conflict=max"),
            ranged("/x", 0, 1).meta());
    assertThat(accepted(t.client("a").send(announce(stream)))).isTrue();
    assertThat(announced("/x")).isNull();
  }

  @Test
  void theAccessTextMayGiveALifetimeAlsoToAValueThatIsThere() {
    TestPeer watcher = t.client("watcher").subscribe(1, "/x");
    t.client("writer").set("/x", 1);
    assertThat(accepted(t.client("a").send(announce(signal("/x", "rw,ttl=35"))))).isTrue();
    watcher.received();
    t.time.pass(Duration.ofSeconds(34));
    assertThat(watcher.received()).isEmpty();
    t.time.pass(Duration.ofSeconds(1));
    assertThat(watcher.received()).hasSize(1);
    assertThat(t.router.parameterCount()).isZero();
  }

  @Test
  void theAccessTextMayEndAValueWithItsWriter() {
    assertThat(accepted(t.client("a").send(announce(signal("/x", "rw ephemeral"))))).isTrue();
    TestPeer b = t.client("b").set("/x", 1);
    assertThat(t.router.parameterCount()).isEqualTo(1);
    b.disconnect();
    assertThat(t.router.parameterCount()).isZero();
  }

  @Test
  void aLifetimeThatIsNoNumberIsRefused() {
    assertThat(refusal(t.client("a").send(announce(signal("/x", "ttl=35s")))))
        .startsWith("InvalidLifetime: \"ttl=35s\"");
  }

  @Test
  void anAnnouncedAddressStaysInterned() {
    configure(c -> c.maxIdleAddresses(256).idleNanos(0));
    TestPeer a = t.client("a").send(announce(ranged("/x", -1, 1)));
    TestPeer other = t.client("other");
    publishMany(other);
    assertThat(announced("/x")).isNotNull();
    a.disconnect();
    t.time.pass(Duration.ofHours(2));
    publishMany(other);
    assertThat(find("/x")).isNull();
  }

  private void publishMany(TestPeer peer) {
    for (int i = 0; i < 20_000; i++) {
      peer.sendWithinTurn(TestPeer.event("/other/" + i, Value.NULL));
    }
    t.time.runAll();
  }
}
