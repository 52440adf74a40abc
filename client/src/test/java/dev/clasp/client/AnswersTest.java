package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which answer belongs to which request. */
class AnswersTest {

  private static final Message PING = new Message.Ping();
  private static final Message PONG = new Message.Pong();

  private final Rig rig = Rig.connected();
  private final ClaspClient client = rig.client();

  // --- writes ------------------------------------------------------------------------------------

  @Test
  void anAckCompletesTheWrite() {
    CompletableFuture<Ack> write = client.set("/a", 0.5);
    assertThat(rig.link().takeFrames())
        .containsExactly(
            new FakeLink.Sent(
                new Message.SetValue(
                    "/a", Value.of(0.5), OptionalLong.empty(), false, false, Optional.empty()),
                Qos.CONFIRM));
    assertThat(write).isNotDone();

    rig.link().says(Rig.ack("/a", 7));

    assertThat(result(write)).isEqualTo(new Ack(Optional.of("/a"), OptionalLong.of(7)));
  }

  @Test
  void acksOfOneAddressBelongToItsWritesInOrder() {
    var first = client.set("/a", 1);
    var other = client.set("/b", 1);
    var second = client.set("/a", 2);
    rig.sent();

    rig.link().says(Rig.ack("/a", 1));
    assertThat(result(first).revision()).hasValue(1);
    assertThat(second).isNotDone();
    assertThat(other).isNotDone();

    rig.link().says(Rig.ack("/a", 2), Rig.ack("/b", 1));
    assertThat(result(second).revision()).hasValue(2);
    assertThat(result(other).revision()).hasValue(1);
  }

  @Test
  void anErrorFailsTheOldestWriteOfItsAddress() {
    var first = client.set("/a", 1);
    var second = client.set("/a", 2);
    rig.sent();

    rig.link().says(Rig.error(401, "LockHeld", "/a"));
    rig.link().says(Rig.ack("/a", 3));

    ClaspException failure = failure(first);
    assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
    assertThat(failure.code()).hasValue(401);
    assertThat(failure.address()).hasValue("/a");
    assertThat(failure).hasMessage("/a: LockHeld (code 401)");
    assertThat(result(second).revision()).hasValue(3);
    assertThat(rig.events.getLast())
        .isEqualTo(new ClientEvent.ErrorReceived(401, "LockHeld", Optional.of("/a"), true));
  }

  @Test
  void anErrorThatNobodyAskedForIsReportedOnly() {
    rig.link().says(Rig.error(503, "slow"));

    assertThat(rig.events.getLast())
        .isEqualTo(new ClientEvent.ErrorReceived(503, "slow", Optional.empty(), false));
    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
  }

  @Test
  void aFireWriteIsDoneWhenItIsHandedOver() {
    var write = client.set("/a", Value.of(1), SetOptions.FIRE);
    assertThat(write).isNotDone();

    assertThat(rig.link().takeFrames()).extracting(FakeLink.Sent::qos).containsExactly(Qos.FIRE);

    assertThat(result(write)).isEqualTo(new Ack(Optional.of("/a"), OptionalLong.empty()));
  }

  @Test
  void anAckThatNobodyWaitsForIsCounted() {
    client.set("/a", Value.of(1), SetOptions.FIRE);
    rig.sent();
    rig.link().says(Rig.ack("/a", 1), Rig.bundleAck(1));

    assertThat(client.statistics().unmatchedAcks()).isEqualTo(2);
  }

  @Test
  void optionsReachTheWire() {
    client.set("/a", Value.of(1), SetOptions.COMMIT.locking().ifRevision(4));
    client.set("/a", Value.of(2), SetOptions.CONFIRM.unlocking());

    List<FakeLink.Sent> sent = rig.link().takeFrames();
    assertThat(sent.getFirst())
        .isEqualTo(
            new FakeLink.Sent(
                new Message.SetValue(
                    "/a", Value.of(1), OptionalLong.of(4), true, false, Optional.empty()),
                Qos.COMMIT));
    assertThat(((Message.SetValue) sent.getLast().message()).unlock()).isTrue();
  }

  @Test
  void aWriteWithoutAnswerTimesOut() {
    var write = client.set("/a", 1);
    rig.sent();
    rig.reactor.pass(Duration.ofMillis(4999));
    assertThat(write).isNotDone();

    rig.reactor.pass(Duration.ofMillis(1));

    assertThat(failure(write).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(failure(write)).hasMessage("ws://one:1 did not answer the write to /a within 5.0 s");
  }

  @Test
  void aLateAckIsNotTakenForThatOfTheNextWrite() {
    var first = client.set("/a", 1);
    rig.sent();
    rig.reactor.pass(Duration.ofSeconds(5));
    assertThat(first).isCompletedExceptionally();
    var second = client.set("/a", 2);
    rig.sent();

    rig.link().says(Rig.ack("/a", 1));
    assertThat(second).isNotDone();

    rig.link().says(Rig.ack("/a", 2));
    assertThat(result(second).revision()).hasValue(2);
  }

  @Test
  void anAckThatWillNeverComeDoesNotShiftLaterOnes() {
    var first = client.set("/a", 1);
    rig.sent();
    rig.reactor.pass(Duration.ofSeconds(5));
    assertThat(first).isCompletedExceptionally();
    assertThat(rig.sent()).as("a fence behind it").containsExactly(PING);
    rig.link().says(PONG);

    var second = client.set("/a", 2);
    rig.sent();
    rig.link().says(Rig.ack("/a", 1));

    assertThat(result(second).revision()).hasValue(1);
    assertThat(client.statistics().unanswered()).isZero();
  }

  // --- reads -------------------------------------------------------------------------------------

  @Test
  void aReadIsAnsweredByASnapshotOfOneEntry() {
    var read = client.get("/a");
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"));

    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.5, 3)));

    assertThat(result(read))
        .hasValue(
            new Parameter(
                "/a",
                Value.of(0.5),
                3,
                Optional.of("writer"),
                OptionalLong.of(ManualReactor.START_MICROS)));
  }

  @Test
  void theSnapshotOfASubscriptionIsNotTakenForTheAnswer() {
    var read = client.get("/a");
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.1, 1), Rig.entry("/b", 0.1, 1)));

    assertThat(read).isNotDone();
  }

  @Test
  void aMissIsEmpty() {
    var read = client.get("/a");
    rig.sent();
    rig.link().says(Rig.error(404, "NotFound", "/a"));

    assertThat(result(read)).isEmpty();
    assertThat(rig.events).noneMatch(event -> event instanceof ClientEvent.ErrorReceived);
  }

  @Test
  void aReadWithoutRightFails() {
    var read = client.get("/a");
    rig.sent();
    rig.link().says(Rig.error(301, "no right", "/a"));

    assertThat(failure(read).code()).hasValue(301);
  }

  @Test
  void aMissIsNotTakenForTheAnswerToAWrite() {
    var write = client.set("/a", 1);
    var read = client.get("/a");
    rig.sent();
    rig.link().says(Rig.error(404, "NotFound", "/a"));

    assertThat(write).isNotDone();
    assertThat(result(read)).isEmpty();
  }

  @Test
  void readsOfOneAddressShareOneRequest() {
    var first = client.get("/a");
    var second = client.get("/a");
    var other = client.get("/b");
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"), new Message.Get("/b"));

    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.5, 3)));

    assertThat(result(first)).isEqualTo(result(second)).isPresent();
    assertThat(other).isNotDone();
  }

  @Test
  void aReadAfterAnAnswerAsksAgain() {
    client.get("/a");
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a", 0.5, 3)));

    client.get("/a");
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"));
  }

  @Test
  void aReadBehindAWriteDoesNotShareAnOlderRead() {
    var before = client.get("/a");
    client.set("/a", 2);
    var after = client.get("/a");
    assertThat(rig.sent()).filteredOn(new Message.Get("/a")::equals).hasSize(2);

    rig.link().says(Rig.snapshot(Rig.entry("/a", 1, 1)));
    rig.link().says(Rig.ack("/a", 2));
    rig.link().says(Rig.snapshot(Rig.entry("/a", 2, 2)));

    assertThat(result(before).orElseThrow().revision()).isEqualTo(1);
    assertThat(result(after).orElseThrow().revision()).isEqualTo(2);
  }

  @Test
  void aRouterThatDoesNotAnswerAMissLetsTheReadTimeOut() {
    var first = client.get("/a");
    rig.reactor.pass(Duration.ofSeconds(3));
    var sharer = client.get("/a");
    rig.reactor.pass(Duration.ofSeconds(2));

    assertThat(failure(first).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(sharer).isNotDone();
    rig.reactor.pass(Duration.ofSeconds(3));
    assertThat(failure(sharer).kind()).isEqualTo(Kind.TIMEOUT);

    rig.sent();
    client.get("/a");
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"));
  }

  // --- bundles -----------------------------------------------------------------------------------

  @Test
  void anAckWithoutAddressBelongsToTheOldestBundle() {
    var first = client.bundle(new BundleBuilder().set("/a", 1).emit("/go"));
    var second = client.bundle(new BundleBuilder().set("/a", 2).at(99));
    List<FakeLink.Sent> sent = rig.link().takeFrames();
    assertThat(sent).extracting(FakeLink.Sent::qos).containsOnly(Qos.COMMIT);
    assertThat(((Message.Bundle) sent.get(0).message()).messages()).hasSize(2);
    assertThat(((Message.Bundle) sent.get(1).message()).timestampMicros()).hasValue(99);

    rig.link().says(Rig.bundleAck(5));

    assertThat(result(first)).isEqualTo(new Ack(Optional.empty(), OptionalLong.of(5)));
    assertThat(second).isNotDone();
  }

  @Test
  void aForbiddenBundleFailsThoughAWriteOfTheSameAddressWaits() {
    var write = client.set("/a", 1);
    var bundle = client.bundle(new BundleBuilder().set("/b", 1).set("/a", 2));
    rig.sent();

    rig.link().says(Rig.error(403, "no right", "/a"));

    assertThat(write).isNotDone();
    assertThat(failure(bundle).code()).hasValue(403);
  }

  @Test
  void anErrorWithTheAddressOfAMemberFailsTheBundle() {
    var bundle = client.bundle(new BundleBuilder().set("/a", 1).set("/b", 2));
    rig.sent();
    rig.link().says(Rig.error(401, "LockHeld", "/b"));

    assertThat(failure(bundle).code()).hasValue(401);
  }

  @Test
  void anErrorWithoutAddressFailsTheOldestBundle() {
    var write = client.set("/a", 1);
    var bundle = client.bundle(new BundleBuilder().set("/b", 1));
    rig.sent();
    rig.link().says(Rig.error(400, "BundleTime"));

    assertThat(failure(bundle).code()).hasValue(400);
    assertThat(write).isNotDone();
  }

  // --- queries, announcements, pings
  // ---------------------------------------------------------------

  private static SignalDefinition definition(String address) {
    return new SignalDefinition(
        address, SignalType.PARAM, Optional.of("f64"), Optional.empty(), Optional.empty());
  }

  @Test
  void aQueryCollectsAllPartsOfTheResult() {
    var query = client.query("/**");
    assertThat(rig.sent()).containsExactly(new Message.Query("/**"), PING);

    rig.link().says(new Message.Result(List.of(definition("/a"))));
    rig.link().says(new Message.Result(List.of(definition("/b"))));
    assertThat(query).isNotDone();
    rig.link().says(PONG);

    assertThat(result(query)).containsExactly(definition("/a"), definition("/b"));
  }

  @Test
  void queriesAreAnsweredInOrder() {
    var first = client.query("/a/**");
    rig.sent();
    var second = client.query("/b/**");
    rig.sent();

    rig.link()
        .says(
            new Message.Result(List.of(definition("/a"))),
            PONG,
            new Message.Result(List.of()),
            PONG);

    assertThat(result(first)).containsExactly(definition("/a"));
    assertThat(result(second)).isEmpty();
  }

  @Test
  void aQueryThatTheRouterDoesNotAnswerFailsAtOnce() {
    var query = client.query("/**");
    rig.sent();
    rig.link().says(PONG);

    assertThat(failure(query)).hasMessage("the router did not answer the query for /**");
  }

  @Test
  void anAnnouncementIsAcknowledgedWithItsNamespace() {
    var announcement = client.announce("/lights", List.of(definition("/lights/1")));
    assertThat(rig.link().takeFrames()).extracting(FakeLink.Sent::qos).containsExactly(Qos.CONFIRM);
    rig.link()
        .says(
            new Message.Ack(
                Optional.of("/lights"),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty()));

    assertThat(announcement).isCompleted();
  }

  @Test
  void anAnnouncementMayBeRefused() {
    var announcement = client.announce("/lights", List.of(definition("/lights/1")));
    rig.sent();
    rig.link().says(Rig.error(400, "AtCapacity", "/lights"));

    assertThat(failure(announcement)).hasMessageContaining("AtCapacity");
  }

  @Test
  void pingMeasuresTheRoundTrip() {
    var ping = client.ping();
    assertThat(rig.sent()).containsExactly(PING);
    rig.reactor.pass(Duration.ofMillis(3));
    rig.link().says(PONG);

    assertThat(result(ping)).isEqualTo(Duration.ofMillis(3));
    assertThat(client.statistics().roundTrip()).isEqualTo(Duration.ofMillis(3));
  }

  @Test
  void answersPings() {
    rig.link().says(PING);
    assertThat(rig.sent()).containsExactly(PONG);
  }

  @Test
  void aPongThatNobodyAskedForDoesNoHarm() {
    rig.link().says(PONG);
    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
  }

  // --- the caller's mistakes
  // -------------------------------------------------------------------------

  @Test
  void mistakesAreThrownAtOnceAndNothingIsSent() {
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.set("no-slash", 1))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessage("'no-slash' is not an address: the address must start with '/'");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.set("/a/*", 1))
        .hasMessageContaining("wildcards");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.subscribe("/a//b", _ -> {}))
        .hasMessageContaining("is not a pattern");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.set("/a", "x".repeat(70_000)))
        .hasMessageContaining("the write to /a cannot be sent: payload too large");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.bundle(new BundleBuilder()))
        .hasMessageContaining("the bundle is empty");

    assertThat(rig.sent()).isEmpty();
  }

  @Test
  void badFramesAreCountedAndIgnored() {
    var write = client.set("/a", 1);
    rig.sent();
    rig.link().says(new byte[] {0x53, 1, 0, 1, 0x7F});
    rig.link().says(new byte[] {1, 2, 3});
    rig.link().says(new Message.Get("/a"));
    rig.link().says(Rig.ack("/a", 1));

    assertThat(write).isCompleted();
    assertThat(client.statistics().undecodable()).isEqualTo(3);
    rig.reactor.pass(Duration.ofSeconds(1));
    assertThat(rig.events).filteredOn(e -> e instanceof ClientEvent.Undecodable).hasSize(1);
  }

  @Test
  void severalFramesInOneMessageAreAllRead() {
    var first = client.set("/a", 1);
    var second = client.set("/b", 1);
    rig.sent();
    byte[] a = dev.clasp.protocol.FrameCodec.encode(Rig.ack("/a", 1));
    byte[] b = dev.clasp.protocol.FrameCodec.encode(Rig.ack("/b", 1));
    byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    rig.link().says(both);

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
  }

  @Test
  void featuresOfAnotherWelcomeReplaceTheSession() {
    rig.link().says(rig.welcome("second"));
    assertThat(client.session()).isEqualTo("second");
    assertThat(Set.of(client.state())).containsExactly(ClientState.CONNECTED);
  }
}
