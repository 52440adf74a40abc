package dev.clasp.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.webrtc.PeerException.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Offers, answers, candidates and ends, as one side sees them (transports.md 8.4 and 8.5). */
class ConnectingTest {

  private final Desk desk = Desk.alone();

  private static Candidate candidate(int n) {
    return new Candidate(
        "candidate:" + n + " 1 udp 1 10.0.0.1 9 typ host", "0", 0, Optional.empty());
  }

  static Kind failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return ((PeerException) future.exceptionNow()).kind();
  }

  private FakeConnections.Fake connection() {
    return desk.connections.last();
  }

  // --- the one who offers ------------------------------------------------------------------------

  @Test
  void theOfferWaitsForCandidatesAtMost200Milliseconds() {
    desk.connect("b");
    connection().listener.localSet();
    desk.loop.pass(Duration.ofMillis(199));
    assertThat(desk.signals()).isEmpty();
    desk.loop.pass(Duration.ofMillis(1));
    assertThat(desk.types()).containsExactly("Offer");
  }

  @Test
  void theOfferGoesAtOnceWhenEverythingIsGathered() {
    desk.connect("b");
    connection().described();
    assertThat(desk.types()).containsExactly("Offer");
  }

  @Test
  void ownCandidatesWaitForTheOffer() {
    desk.connect("b");
    connection().listener.candidate(candidate(1));
    connection().listener.localSet();
    connection().listener.candidate(candidate(2));
    assertThat(desk.signals()).isEmpty();
    connection().listener.gathered();
    connection().listener.candidate(candidate(3));
    assertThat(desk.types())
        .containsExactly("Offer", "IceCandidate", "IceCandidate", "IceCandidate");
  }

  @Test
  void theOfferTellsOurLimitOfMessages() {
    desk.connect("b");
    connection().described();
    PeerSignal.Offer offer = (PeerSignal.Offer) desk.lastSignal("offer");
    assertThat(offer.sdp()).contains("a=max-message-size:65536");
    assertThat(offer.correlation()).startsWith("me-b-").endsWith(Attempts.TIE_BREAKING);
  }

  @Test
  void candidatesOfThePeerWaitForItsAnswer() {
    desk.connect("b");
    connection().described();
    String correlation = desk.lastSignal("offer").correlation();
    desk.receives(new PeerSignal.IceCandidate("b", correlation, candidate(1)));
    desk.receives(new PeerSignal.Answer("b", correlation, FakeConnections.SDP));
    desk.receives(new PeerSignal.IceCandidate("b", correlation, candidate(2)));
    assertThat(connection().asked).containsExactly("offer", "complete");
    assertThat(connection().added).isEmpty();
    connection().listener.remoteSet();
    desk.receives(new PeerSignal.IceCandidate("b", correlation, candidate(3)));
    assertThat(connection().added).containsExactly(candidate(1), candidate(2), candidate(3));
  }

  @Test
  void connectedIsToldOnceWhenTheReliableChannelOpens() {
    CompletableFuture<Peer> promise = desk.connect("b");
    connection().described();
    String correlation = desk.lastSignal("offer").correlation();
    desk.receives(new PeerSignal.Answer("b", correlation, FakeConnections.SDP));
    connection().listener.open(false);
    desk.receives(new PeerSignal.Connected("b", correlation));
    assertThat(promise).isNotDone();
    connection().listener.open(true);
    connection().listener.open(true);
    desk.receives(new PeerSignal.Connected("b", correlation));
    assertThat(promise.join().state()).isEqualTo(Peer.State.CONNECTED);
    assertThat(desk.told()).containsExactly("Connected");
    assertThat(desk.types()).containsExactly("Offer", "Connected");
  }

  @Test
  void severalCallsWaitForOneConnection() {
    CompletableFuture<Peer> one = desk.connect("b");
    CompletableFuture<Peer> two = desk.connect("b");
    assertThat(desk.connections.opened).hasSize(1);
    connection().opened();
    assertThat(one).isCompleted();
    assertThat(two).isCompleted();
    assertThat(desk.connect("b")).isCompleted();
  }

  @Test
  void withoutAnAnswerItFailsAfterThirtySeconds() {
    CompletableFuture<Peer> promise = desk.connect("b");
    connection().described();
    desk.loop.pass(Duration.ofSeconds(30));
    assertThat(failure(promise)).isEqualTo(Kind.TIMEOUT);
    assertThat(connection().closed).isTrue();
    assertThat(desk.told()).containsExactly("Failed");
    assertThat(desk.types()).containsExactly("Offer", "Disconnected");
    assertThat(desk.board.peers().getFirst().state()).isEqualTo(Peer.State.FALLBACK);
  }

  @Test
  void aPeerThatTheRouterDoesNotKnowFailsAtOnce() {
    CompletableFuture<Peer> promise = desk.connect("nobody");
    connection().described();
    desk.settle();
    assertThat(failure(promise)).isEqualTo(Kind.NO_SUCH_PEER);
    assertThat(connection().closed).isTrue();
    assertThat(desk.board.peers()).isEmpty();
  }

  @Test
  void aRouterThatForbidsItFailsItAtOnce() {
    CompletableFuture<Peer> promise = desk.connect("b");
    desk.board.refused(301, "Insufficient scope", SignalCodec.address("b"));
    assertThat(failure(promise)).isEqualTo(Kind.NOT_PERMITTED);
  }

  @Test
  void aPeerThatDoesNotWantItFailsAtOnce() {
    CompletableFuture<Peer> promise = desk.connect("b");
    connection().described();
    desk.receives(
        new PeerSignal.Disconnected(
            "b", desk.lastSignal("offer").correlation(), Optional.of("refused")));
    assertThat(failure(promise)).isEqualTo(Kind.REFUSED);
    assertThat(desk.types()).as("no goodbye to a goodbye").containsExactly("Offer");
  }

  @Test
  void anAnswerThatCannotBeUsedFailsTheAttempt() {
    CompletableFuture<Peer> promise = desk.connect("b");
    connection().described();
    desk.receives(new PeerSignal.Answer("b", desk.lastSignal("offer").correlation(), "v=0\n"));
    assertThat(failure(promise)).isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void aMachineThatCannotSaysSo() {
    desk.connections.unsupported = true;
    assertThat(failure(desk.connect("b"))).isEqualTo(Kind.UNSUPPORTED);
    assertThat(desk.told()).containsExactly("Failed");
  }

  @Test
  void callersMistakesAreToldAtOnce() {
    assertThat(failure(desk.connect("me"))).isEqualTo(Kind.INVALID);
    assertThat(failure(desk.connect("a/b"))).isEqualTo(Kind.INVALID);
    assertThat(failure(desk.connect(""))).isEqualTo(Kind.INVALID);
  }

  @Test
  void noMoreThan32ConnectionsAreMadeAtATime() {
    for (int i = 0; i < 32; i++) {
      desk.connect("p" + i);
    }
    assertThat(failure(desk.connect("one more"))).isEqualTo(Kind.INVALID);
    assertThat(failure(desk.connect("onemore"))).isEqualTo(Kind.OVERFLOW);
    desk.loop.pass(Duration.ofSeconds(31));
    assertThat(desk.connections.open()).isZero();
    assertThat(desk.connect("onemore")).isNotDone();
  }

  // --- the one who answers -----------------------------------------------------------------------

  @Test
  void nothingIsDisclosedBeforeTheApplicationHasDecided() {
    desk.admits = new CompletableFuture<>();
    desk.offered("b", "c");
    assertThat(desk.asked).containsExactly("b");
    assertThat(desk.connections.opened).isEmpty();
    assertThat(desk.signals()).isEmpty();
    desk.admits.complete(true);
    desk.loop.run();
    assertThat(connection().asked).containsExactly("answer");
  }

  @Test
  void candidatesThatComeBeforeTheDecisionAreNotLost() {
    desk.receives(new PeerSignal.IceCandidate("b", "c", candidate(1)));
    desk.admits = new CompletableFuture<>();
    desk.offered("b", "c");
    desk.receives(new PeerSignal.IceCandidate("b", "c", candidate(2)));
    desk.admits.complete(true);
    desk.loop.run();
    desk.receives(new PeerSignal.IceCandidate("b", "c", candidate(3)));
    connection().listener.remoteSet();
    assertThat(connection().added).containsExactly(candidate(1), candidate(2), candidate(3));
  }

  @Test
  void theAnswerHasTheCorrelationIdOfTheOffer() {
    desk.offered("b", "b-me-42");
    connection().listener.remoteSet();
    connection().described();
    assertThat(desk.lastSignal("answer"))
        .isEqualTo(
            new PeerSignal.Answer(
                "me", "b-me-42", SessionDescription.limited(FakeConnections.SDP)));
    connection().opened();
    assertThat(desk.told()).containsExactly("Connected");
  }

  @Test
  void aRefusedPeerIsToldSoAndNotAskedAboutAgainForTenSeconds() {
    desk.admits = CompletableFuture.completedFuture(false);
    desk.offered("b", "c1");
    assertThat(desk.types()).containsExactly("Disconnected");
    desk.offered("b", "c2").offered("b", "c3");
    assertThat(desk.asked).hasSize(1);
    assertThat(desk.types()).hasSize(1);
    desk.loop.pass(Duration.ofSeconds(10));
    desk.offered("b", "c4");
    assertThat(desk.asked).hasSize(2);
    assertThat(desk.connections.opened).isEmpty();
  }

  @Test
  void aDecisionThatNeverComesIsANo() {
    desk.admits = new CompletableFuture<>();
    desk.offered("b", "c");
    desk.loop.pass(Duration.ofSeconds(30));
    assertThat(desk.types()).containsExactly("Disconnected");
    desk.admits.complete(true);
    desk.loop.run();
    assertThat(desk.connections.opened).isEmpty();
  }

  @Test
  void aPeerThatGivesUpMeanwhileIsNotAnswered() {
    desk.admits = new CompletableFuture<>();
    desk.offered("b", "c");
    desk.receives(new PeerSignal.Disconnected("b", "c", Optional.empty()));
    desk.admits.complete(true);
    desk.loop.run();
    assertThat(desk.connections.opened).isEmpty();
  }

  @Test
  void connectingToAPeerThatWaitsForTheDecisionAnswersIt() {
    desk.admits = new CompletableFuture<>();
    desk.offered("b", "c");
    CompletableFuture<Peer> promise = desk.connect("b");
    assertThat(connection().asked).containsExactly("answer");
    connection().opened();
    assertThat(promise).isCompleted();
  }

  // --- glare -------------------------------------------------------------------------------------

  @Test
  void whenAPeerOfTheReferenceOffersTooBothAreTriedAndTheFirstWins() {
    desk.connect("b");
    FakeConnections.Fake own = connection();
    own.described();
    desk.offered("b", "b-me-0");
    FakeConnections.Fake theirs = connection();
    assertThat(own.closed).isFalse();
    own.opened();
    assertThat(theirs.closed).isTrue();
    assertThat(desk.types())
        .as("no goodbye, which the reference would take for the other one")
        .doesNotContain("Disconnected");
    assertThat(desk.told()).containsExactly("Connected");
  }

  @Test
  void theAnsweredOneMayWinToo() {
    CompletableFuture<Peer> promise = desk.connect("b");
    FakeConnections.Fake own = connection();
    desk.offered("b", "b-me-0");
    connection().opened();
    assertThat(own.closed).isTrue();
    assertThat(promise).isCompleted();
    assertThat(desk.told()).containsExactly("Connected");
  }

  @Test
  void betweenTwoOfThisKindTheSmallerCorrelationIdStays() {
    desk.connect("b");
    FakeConnections.Fake own = connection();
    own.described();
    desk.offered("b", "zzz" + Attempts.TIE_BREAKING);
    assertThat(desk.connections.opened).hasSize(1);
    desk.offered("b", "000" + Attempts.TIE_BREAKING);
    assertThat(own.closed).isTrue();
    assertThat(connection().asked).containsExactly("answer");
  }

  @Test
  void twoThatOfferAtTheSameMomentEndUpWithOneConnection() {
    Desk.FakeRouter network = new Desk.FakeRouter();
    Desk a = new Desk("a", network, desk.loop, RoutingMode.PREFER_PEER);
    Desk b = new Desk("b", network, desk.loop, RoutingMode.PREFER_PEER);
    CompletableFuture<Peer> fromA = a.connect("b");
    CompletableFuture<Peer> fromB = b.connect("a");
    a.connections.last().described();
    b.connections.last().described();
    a.settle();
    a.connections.opened.stream().filter(f -> !f.closed).forEach(FakeConnections.Fake::described);
    b.connections.opened.stream().filter(f -> !f.closed).forEach(FakeConnections.Fake::described);
    a.settle();
    assertThat(a.connections.open()).isOne();
    assertThat(b.connections.open()).isOne();
    a.connections.opened.stream().filter(f -> !f.closed).forEach(FakeConnections.Fake::opened);
    b.connections.opened.stream().filter(f -> !f.closed).forEach(FakeConnections.Fake::opened);
    a.settle();
    assertThat(fromA).isCompleted();
    assertThat(fromB).isCompleted();
    assertThat(a.told()).containsExactly("Connected");
    assertThat(b.told()).containsExactly("Connected");
  }

  // --- ends --------------------------------------------------------------------------------------

  @Test
  void disconnectingTellsThePeerAndClosesTheConnection() {
    String correlation = desk.connectedTo("b");
    desk.board.disconnect("b");
    assertThat(desk.told()).containsExactly("Connected", "Disconnected");
    assertThat(connection().closed).as("what was sent is still on its way").isFalse();
    assertThat(desk.types()).doesNotContain("Disconnected");
    connection().drained.run();
    assertThat(connection().closed).isTrue();
    assertThat(desk.lastSignal("disconnected"))
        .isEqualTo(new PeerSignal.Disconnected("me", correlation, Optional.of(Attempts.GOODBYE)));
    assertThat(desk.told()).containsExactly("Connected", "Disconnected");
  }

  @Test
  void aPeerThatDoesNotTakeWhatWasSentIsLeftAfterTwoSeconds() {
    desk.connectedTo("b");
    desk.board.disconnect("b");
    desk.loop.pass(Duration.ofSeconds(2));
    assertThat(connection().closed).isTrue();
    assertThat(desk.types()).endsWith("Disconnected");
  }

  @Test
  void aPeerThatClosesTheConnectionIsNotTriedAgain() {
    desk.connectedTo("b");
    connection().listener.left();
    assertThat(connection().closed).isTrue();
    assertThat(desk.told()).containsExactly("Connected", "Disconnected");
    desk.loop.pass(Duration.ofSeconds(61));
    desk.send("b", "x");
    assertThat(desk.connections.opened).hasSize(1);
  }

  @Test
  void aPeerThatDisconnectsEndsTheConnection() {
    String correlation = desk.connectedTo("b");
    desk.receives(new PeerSignal.Disconnected("b", correlation, Optional.of("bye")));
    assertThat(connection().closed).isTrue();
    assertThat(desk.told()).containsExactly("Connected", "Disconnected");
  }

  @Test
  void aDeadConnectionIsClosedAndTriedAgainAfterAMinuteWithTheNextMessage() {
    desk.connectedTo("b");
    connection().listener.ended("the connection was lost");
    assertThat(connection().closed).isTrue();
    assertThat(desk.told()).containsExactly("Connected", "Disconnected");
    desk.loop.pass(Duration.ofSeconds(59));
    desk.send("b", "through the router");
    assertThat(desk.connections.opened).hasSize(1);
    desk.loop.pass(Duration.ofSeconds(2));
    desk.send("b", "and again directly");
    assertThat(desk.connections.opened).hasSize(2);
    assertThat(connection().asked).containsExactly("offer");
  }

  @Test
  void aNewOfferOfAConnectedPeerReplacesTheConnectionWithoutABreak() {
    desk.connectedTo("b");
    FakeConnections.Fake old = connection();
    desk.offered("b", "c2");
    assertThat(old.closed).isFalse();
    connection().opened();
    assertThat(old.closed).isTrue();
    assertThat(desk.send("b", "on").join()).isEqualTo(Route.PEER);
    assertThat(connection().reliableSent).hasSize(1);
    assertThat(desk.told()).containsExactly("Connected");
  }

  @Test
  void closingEndsEverything() {
    desk.connectedTo("b");
    CompletableFuture<Peer> other = desk.connect("other");
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    desk.board.close(() -> done.complete(true));
    assertThat(failure(other)).isEqualTo(Kind.CLOSED);
    assertThat(done).isNotDone();
    desk.connections.opened.getFirst().drained.run();
    assertThat(done).isCompleted();
    assertThat(desk.connections.open()).isZero();
    assertThat(desk.connections.closed).isTrue();
    assertThat(failure(desk.connect("b"))).isEqualTo(Kind.CLOSED);
    assertThat(failure(desk.send("b", "x"))).isEqualTo(Kind.CLOSED);
  }

  @Test
  void whenTheRouterIsGoneConnectionsStayAndAttemptsEnd() {
    desk.connectedTo("b");
    CompletableFuture<Peer> other = desk.connect("other");
    desk.session = "";
    desk.board.left();
    assertThat(failure(other)).isEqualTo(Kind.NO_ROUTER);
    assertThat(desk.connections.open()).isOne();
    assertThat(desk.send("b", "still").join()).isEqualTo(Route.PEER);
    assertThat(failure(desk.connect("third"))).isEqualTo(Kind.NO_ROUTER);
    desk.session = "me2";
    desk.board.joined();
    desk.connect("third");
    connection().described();
    assertThat(desk.lastSignal("offer").from()).isEqualTo("me2");
  }

  @Test
  void itAnnouncesItselfWhenItJoinsAndEveryTwentyMinutes() {
    desk.board.joined();
    desk.loop.pass(Duration.ofMinutes(19));
    assertThat(desk.published).hasSize(1);
    desk.loop.pass(Duration.ofMinutes(2));
    assertThat(desk.published)
        .containsOnly(
            new Desk.Published(
                "/clasp/p2p/announce", SignalCodec.announcement("me", SignalCodec.FEATURES)))
        .hasSize(2);
  }
}
