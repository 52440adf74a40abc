package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Writes whose answers got lost with the connection: none is lost, none is done twice. */
class DoubtTest {

  private static final Message PING = new Message.Ping();
  private static final Message PONG = new Message.Pong();

  private final Rig rig = Rig.connected();
  private final ClaspClient client = rig.client();

  private void reconnect() {
    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(4));
    rig.welcome();
  }

  private static Message set(String address, long value) {
    return new Message.SetValue(
        address, Value.of(value), OptionalLong.empty(), false, false, Optional.empty());
  }

  /** The state of a parameter, as a router tells it. */
  private static Message state(
      String address, Value value, long revision, String writer, long micros) {
    return Rig.snapshot(
        new Message.Parameter(
            address, value, revision, Optional.of(writer), OptionalLong.of(micros)));
  }

  private long now() {
    return rig.reactor.unixMicros();
  }

  /** A write that was sent and not answered; the client has connected again, and asks. */
  private CompletableFuture<Ack> writeInDoubt() {
    CompletableFuture<Ack> write = client.set("/a", 7);
    assertThat(rig.sent()).containsExactly(set("/a", 7));
    reconnect();
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"), PING);
    return write;
  }

  @Test
  void whatWasCarriedOutIsNotSentAgain() {
    CompletableFuture<Ack> write = writeInDoubt();

    rig.link().says(state("/a", Value.of(7), 4, "session-1", now()), PONG);

    assertThat(result(write).revision()).hasValue(4);
    assertThat(rig.sent()).isEmpty();
  }

  @Test
  void aRouterThatMakesFloatsOfNumbersIsUnderstood() {
    CompletableFuture<Ack> write = writeInDoubt();
    rig.link().says(state("/a", Value.of(7.0), 4, "session-1", now()), PONG);
    assertThat(result(write).revision()).hasValue(4);
  }

  @Test
  void whatIsNotThereIsSent() {
    CompletableFuture<Ack> write = writeInDoubt();

    rig.link().says(Rig.error(404, "none", "/a"), PONG);

    assertThat(rig.sent()).containsExactly(set("/a", 7));
    rig.link().says(Rig.ack("/a", 1));
    assertThat(result(write).revision()).hasValue(1);
  }

  @Test
  void aRouterThatSaysNothingOfWhatIsNotThereIsNotWaitedFor() {
    CompletableFuture<Ack> write = writeInDoubt();

    rig.link().says(PONG);

    assertThat(rig.sent()).containsExactly(set("/a", 7));
    rig.link().says(Rig.ack("/a", 1));
    assertThat(write).isCompleted();
    CompletableFuture<Optional<Parameter>> read = client.get("/a");
    rig.sent();
    rig.link().says(state("/a", Value.of(7), 1, "session-2", now()));
    assertThat(result(read)).as("the place of the check is free").isPresent();
  }

  @Test
  void anOlderValueOfOursIsReplaced() {
    CompletableFuture<Ack> write = writeInDoubt();
    rig.link().says(state("/a", Value.of(6), 3, "session-1", now()), PONG);
    assertThat(rig.sent()).containsExactly(set("/a", 7));
    assertThat(write).isNotDone();
  }

  @Test
  void anOlderValueOfAnotherIsReplaced() {
    long before = now();
    rig.reactor.pass(Duration.ofSeconds(1));
    CompletableFuture<Ack> write = writeInDoubt();
    rig.link().says(state("/a", Value.of(6), 3, "somebody", before), PONG);
    assertThat(rig.sent()).containsExactly(set("/a", 7));
    assertThat(write).isNotDone();
  }

  @Test
  void theTimeOfAMergedWriteIsThatOfItsValue() {
    rig.link().writable(false);
    client.set("/a", 1);
    rig.reactor.pass(Duration.ofSeconds(1));
    long between = now();
    rig.reactor.pass(Duration.ofSeconds(1));
    client.set("/a", 2);
    rig.reactor.run();
    rig.link().writable(true);
    assertThat(rig.sent()).containsExactly(set("/a", 2));
    reconnect();
    rig.sent();

    // Younger than the first of the two, older than the second.
    rig.link().says(state("/a", Value.of(6), 9, "somebody", between), PONG);
    assertThat(rig.sent()).startsWith(set("/a", 2));
  }

  @Test
  void aFaderThatMovesForLongWithoutAConnectionIsNotRemembered() {
    rig.link().breaks("cable");
    Request.Write first =
        rig.conductor().submit(Requests.write("/a", Value.of(0), SetOptions.CONFIRM));
    for (int i = 0; i < 3000; i++) {
      client.set("/a", i);
      rig.reactor.pass(Duration.ofMillis(10));
    }
    // Those whose callers still wait, 500, and as many again at most.
    assertThat(first.mergedCount()).isBetween(500, 1001);
  }

  @Test
  void aNewerValueOfAnotherStays() {
    CompletableFuture<Ack> write = writeInDoubt();

    rig.link().says(state("/a", Value.of(6), 9, "somebody", now()), PONG);

    assertThat(rig.sent()).isEmpty();
    assertThat(result(write).revision()).isEmpty();
    assertThat(client.statistics().waiting()).isZero();
  }

  @Test
  void whoMayNotReadSendsAgain() {
    CompletableFuture<Ack> write = writeInDoubt();
    rig.link().says(Rig.error(301, "no right to read", "/a"), PONG);
    assertThat(rig.sent()).containsExactly(set("/a", 7));
    rig.link().says(Rig.ack("/a", 1));
    assertThat(write).isCompleted();
  }

  @Test
  void nothingOvertakesWhatIsInDoubt() {
    writeInDoubt();
    client.set("/b", 1);
    client.emit("/go");
    assertThat(rig.sent()).isEmpty();

    rig.link().says(Rig.error(404, "none", "/a"), PONG);

    List<Message> sent = rig.sent();
    assertThat(sent).startsWith(set("/a", 7), set("/b", 1)).hasSize(3);
  }

  @Test
  void aNewerValueOfOursIsSentWhateverTheAnswer() {
    CompletableFuture<Ack> write = writeInDoubt();
    CompletableFuture<Ack> newer = client.set("/a", 8);
    assertThat(rig.sent()).isEmpty();

    rig.link().says(state("/a", Value.of(7), 4, "session-1", now()), PONG);

    assertThat(rig.sent()).containsExactly(set("/a", 8));
    rig.link().says(Rig.ack("/a", 5));
    assertThat(result(write)).isEqualTo(result(newer));
  }

  @Test
  void ofSeveralValuesInDoubtTheNewestIsAskedFor() {
    CompletableFuture<Ack> first = client.set("/a", 1);
    CompletableFuture<Ack> second = client.set("/a", 2);
    rig.sent();
    reconnect();
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"), PING);

    rig.link().says(state("/a", Value.of(2), 2, "session-1", now()), PONG);

    assertThat(result(first)).isEqualTo(result(second));
    assertThat(rig.sent()).isEmpty();
  }

  // --- what else was sent behind it --------------------------------------------------------------

  /** The client has sent all that, got no answer, connected again, and asks for /a. */
  private void doubtAgainst(Message found) {
    rig.sent();
    reconnect();
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"), PING);
    rig.link().says(found, PONG);
  }

  @Test
  void aLaterBundleOfOursIsNotUndone() {
    CompletableFuture<Ack> write = client.set("/a", 7);
    CompletableFuture<Ack> bundle =
        client.bundle(new BundleBuilder().set("/a", 8).set("/b", 1).emit("/go"));
    doubtAgainst(state("/a", Value.of(8), 5, "session-1", now()));

    assertThat(rig.sent()).isEmpty();
    assertThat(result(write).revision()).isEmpty();
    assertThat(failure(bundle).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void aBundleThatWasNotCarriedOutDoesNotKeepTheWriteBack() {
    CompletableFuture<Ack> write = client.set("/a", 7);
    client.bundle(new BundleBuilder().set("/a", 8));
    doubtAgainst(state("/a", Value.of(6), 3, "session-1", now()));

    assertThat(rig.sent()).containsExactly(set("/a", 7));
    rig.link().says(Rig.ack("/a", 4));
    assertThat(result(write).revision()).hasValue(4);
  }

  @Test
  void aLaterCompareAndSetOfOursIsNotUndone() {
    CompletableFuture<Ack> write = client.set("/a", 7);
    client.set("/a", 8, SetOptions.CONFIRM.ifRevision(3));
    client.set("/a", 9, SetOptions.CONFIRM.locking());
    // The first of the two.
    doubtAgainst(state("/a", Value.of(8), 4, "session-1", now()));

    assertThat(rig.sent()).isEmpty();
    assertThat(result(write).revision()).isEmpty();
  }

  @Test
  void anEarlierCompareAndSetSaysNothingOfALaterWrite() {
    client.set("/a", 8, SetOptions.CONFIRM.ifRevision(3));
    client.set("/a", 7);
    doubtAgainst(state("/a", Value.of(8), 4, "session-1", now()));
    assertThat(rig.sent()).containsExactly(set("/a", 7));
  }

  @Test
  void ofTwoWritesWithAConditionBetweenTheSecondCounts() {
    CompletableFuture<Ack> first = client.set("/a", 7);
    client.set("/a", 8, SetOptions.CONFIRM.ifRevision(3));
    CompletableFuture<Ack> second = client.set("/a", 9);
    doubtAgainst(state("/a", Value.of(8), 4, "session-1", now()));

    assertThat(rig.sent()).containsExactly(set("/a", 9));
    rig.link().says(Rig.ack("/a", 5));
    assertThat(result(first)).isEqualTo(result(second));
  }

  @Test
  void aLaterFiredWriteIsNotUndone() {
    CompletableFuture<Ack> write = client.set("/a", 7);
    client.set("/a", 8, SetOptions.FIRE);
    client.set("/a", 9, SetOptions.FIRE);
    doubtAgainst(state("/a", Value.of(9), 5, "session-1", now()));

    assertThat(rig.sent()).isEmpty();
    assertThat(result(write).revision()).hasValue(5);
  }

  @Test
  void theNewestFiredWriteIsSentForTheOneInDoubt() {
    CompletableFuture<Ack> write = client.set("/a", 7);
    client.set("/a", 8, SetOptions.FIRE);
    client.set("/a", 9, SetOptions.FIRE);
    doubtAgainst(state("/a", Value.of(8), 4, "session-1", now()));

    assertThat(rig.sent()).containsExactly(set("/a", 9));
    rig.link().says(Rig.ack("/a", 6));
    assertThat(result(write).revision()).as("it asks for the answer").hasValue(6);
  }

  @Test
  void aBundleBehindAFiredWriteIsNotUndone() {
    CompletableFuture<Ack> write = client.set("/a", 7);
    client.set("/a", 8, SetOptions.FIRE);
    client.bundle(new BundleBuilder().set("/a", 9));
    doubtAgainst(state("/a", Value.of(9), 5, "session-1", now()));

    assertThat(rig.sent()).isEmpty();
    assertThat(result(write).revision()).isEmpty();
  }

  @Test
  void anAnsweredWriteIsNotSentForAFiredOne() {
    client.set("/a", 7);
    rig.sent();
    rig.link().says(Rig.ack("/a", 1));
    client.set("/a", 8, SetOptions.FIRE);
    rig.sent();
    reconnect();
    assertThat(rig.sent()).isEmpty();
  }

  @Test
  void whatALaterTimelineHasMovedIsNotUndone() {
    CompletableFuture<Ack> write = client.set("/a", 7);
    client.timeline(
        "/a", new TimelineBuilder().at(Duration.ZERO, 0.0).at(Duration.ofSeconds(1), 1.0).build());
    // The router has played it while the client was away.
    doubtAgainst(state("/a", Value.of(0.4), 5, "session-1", now() + 4_000_000));

    assertThat(rig.sent()).isEmpty();
    assertThat(result(write).revision()).isEmpty();
  }

  @Test
  void aConnectionThatBreaksAgainLeavesTheDoubt() {
    writeInDoubt();
    rig.link().breaks("again");
    rig.reactor.pass(Duration.ofSeconds(2));
    rig.welcome();
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"), PING);

    rig.link().says(state("/a", Value.of(7), 4, "session-1", now()), PONG);

    assertThat(rig.sent()).isEmpty();
    assertThat(client.statistics().waiting()).isZero();
  }

  @Test
  void aDoubtThatManyConnectionsDoNotSettleIsStillOne() {
    CompletableFuture<Ack> write = writeInDoubt();
    for (int i = 0; i < 100; i++) {
      rig.link().breaks("again");
      rig.reactor.pass(Duration.ofMinutes(1));
      rig.welcome();
      assertThat(rig.sent()).containsExactly(new Message.Get("/a"), PING);
    }

    rig.link().says(state("/a", Value.of(7), 4, "session-1", now()), PONG);

    assertThat(rig.sent()).isEmpty();
    assertThat(write.isDone()).isTrue();
  }

  @Test
  void closingWaitsForTheDecision() {
    CompletableFuture<Ack> write = writeInDoubt();
    client.closeAsync();
    rig.reactor.run();
    assertThat(rig.link().closes()).isEmpty();

    rig.link().says(Rig.error(404, "none", "/a"), PONG);
    assertThat(rig.sent()).contains(set("/a", 7));
    rig.link().says(Rig.ack("/a", 1), PONG, PONG);

    assertThat(write).isCompleted();
    assertThat(rig.link().closes()).hasSize(1);
  }

  // --- half open ---------------------------------------------------------------------------------

  @Test
  void aConnectionThatSwallowsEverythingIsLeftAndTheLastValueArrives() {
    client.ping();
    rig.sent();
    rig.link().says(PONG);
    CompletableFuture<Ack> write = client.set("/a", 7);
    // Five seconds for the write, as many for the fence behind it.
    rig.reactor.pass(Duration.ofSeconds(10));
    assertThat(failure(write).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(rig.events)
        .contains(
            new ClientEvent.Disconnected(
                new CloseReason(CloseReason.ABNORMAL, "the router has fallen silent"), List.of()));

    rig.reactor.pass(Duration.ofSeconds(2));
    rig.welcome();
    assertThat(rig.sent()).containsExactly(new Message.Get("/a"), PING);
    rig.link().says(Rig.error(404, "none", "/a"), PONG);
    assertThat(rig.sent()).startsWith(set("/a", 7));
  }

  @Test
  void aRouterThatHasNeverAnsweredAPingIsNotTakenForDead() {
    client.subscribe("/a", _ -> {});
    rig.reactor.pass(Duration.ofSeconds(30));
    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
  }

  @Test
  void aLoopThatStoodStillItselfBlamesNobody() {
    client.ping();
    rig.sent();
    rig.link().says(PONG);
    Subscription subscription = client.subscribe("/a", _ -> {});
    rig.reactor.run();
    // A debugger; the PONG is in the socket.
    rig.reactor.standStill(Duration.ofHours(1));
    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
    rig.link().says(PONG);
    assertThat(subscription.active()).isCompleted();
  }

  @Test
  void butNotForEver() {
    client.ping();
    rig.sent();
    rig.link().says(PONG);
    client.subscribe("/a", _ -> {});
    rig.reactor.run();
    rig.reactor.standStill(Duration.ofHours(1));
    rig.reactor.pass(Duration.ofSeconds(5));
    assertThat(client.state()).isEqualTo(ClientState.RECONNECTING);
  }

  @Test
  void whoTakesWhatIsSentIsNotDead() {
    client.ping();
    rig.sent();
    rig.link().says(PONG);
    client.subscribe("/a", _ -> {});
    rig.reactor.run();
    rig.link().writable(false);
    rig.reactor.pass(Duration.ofSeconds(4));
    rig.link().writable(true);
    rig.reactor.pass(Duration.ofSeconds(5));
    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
    rig.reactor.pass(Duration.ofSeconds(1));
    assertThat(client.state()).isEqualTo(ClientState.RECONNECTING);
  }

  // --- bounds ------------------------------------------------------------------------------------

  @Test
  void onlySoManyRequestsWaitForTheRouter() {
    for (int i = 0; i < Exchange.MAX_UNANSWERED + 10; i++) {
      client.set("/" + i, i);
      if (i % 1000 == 0) {
        rig.reactor.run();
      }
    }
    List<Message> sent = rig.sent();
    assertThat(sent).hasSize(Exchange.MAX_UNANSWERED);
    assertThat(client.statistics().waiting()).isEqualTo(10);

    rig.link().says(Rig.ack("/0", 1), Rig.ack("/1", 1));

    assertThat(rig.sent()).hasSize(2);
    assertThat(client.statistics().waiting()).isEqualTo(8);
  }
}
