package dev.clasp.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What other sessions may try (transports.md, T-11). */
class HostilePeersTest {

  private final Desk desk = Desk.alone();

  private static Candidate candidate() {
    return new Candidate("candidate:1 1 udp 1 10.0.0.1 9 typ host", "0", 0, Optional.empty());
  }

  @Test
  void anotherSessionCannotEndAConnection() {
    String correlation = desk.connectedTo("b");
    desk.receives(new PeerSignal.Disconnected("mallory", correlation, Optional.empty()));
    assertThat(desk.told()).containsExactly("Connected");
    assertThat(desk.connections.open()).isOne();
    assertThat(desk.board.ignored()).isOne();
  }

  @Test
  void aGoodbyeWithAnotherCorrelationIdEndsNothing() {
    desk.connectedTo("b");
    desk.receives(new PeerSignal.Disconnected("b", "guessed", Optional.empty()));
    assertThat(desk.told()).containsExactly("Connected");
    assertThat(desk.connections.open()).isOne();
  }

  @Test
  void aClaimToBeConnectedConnectsNobody() {
    CompletableFuture<Peer> promise = desk.connect("b");
    desk.connections.last().described();
    String correlation = desk.lastSignal("offer").correlation();
    desk.receives(new PeerSignal.Connected("b", correlation));
    desk.receives(new PeerSignal.Connected("mallory", correlation));
    assertThat(promise).isNotDone();
    assertThat(desk.told()).isEmpty();
  }

  @Test
  void onlyTheFirstAnswerOfTheRightPeerCounts() {
    desk.connect("b");
    desk.connections.last().described();
    String correlation = desk.lastSignal("offer").correlation();
    desk.receives(new PeerSignal.Answer("mallory", correlation, FakeConnections.SDP));
    desk.receives(new PeerSignal.Answer("b", "guessed", FakeConnections.SDP));
    assertThat(desk.connections.last().asked).containsExactly("offer");
    desk.receives(new PeerSignal.Answer("b", correlation, FakeConnections.SDP));
    desk.receives(new PeerSignal.Answer("b", correlation, FakeConnections.SDP));
    assertThat(desk.connections.last().asked).containsExactly("offer", "complete");
  }

  @Test
  void anAnswerToAnOfferThatWeAnswerIsNone() {
    desk.offered("b", "c");
    desk.connections.last().described();
    desk.receives(new PeerSignal.Answer("b", "c", FakeConnections.SDP));
    assertThat(desk.connections.last().asked).containsExactly("answer");
  }

  @Test
  void signalsInOurOwnNameAreIgnored() {
    desk.offered("me", "c");
    desk.receives(new PeerSignal.Relayed("me", List.of(new byte[1]), true));
    assertThat(desk.connections.opened).isEmpty();
    assertThat(desk.told()).isEmpty();
    assertThat(desk.board.ignored()).isEqualTo(2);
  }

  @Test
  void aFloodOfCandidatesIsCutOff() {
    String correlation = desk.connectedTo("b");
    for (int i = 0; i < 10_000; i++) {
      desk.receives(new PeerSignal.IceCandidate("b", correlation, candidate()));
      desk.receives(new PeerSignal.IceCandidate("b", "c" + i, candidate()));
      desk.receives(new PeerSignal.IceCandidate("p" + i, "c", candidate()));
    }
    assertThat(desk.connections.last().added).hasSize(Limits.MAX_CANDIDATES);
    assertThat(desk.board.peers()).as("candidates introduce nobody").hasSize(1);
  }

  @Test
  void aFloodOfOffersOfOnePeerIsCutOff() {
    for (int i = 0; i < 1_000; i++) {
      desk.offered("b", "c" + i);
    }
    assertThat(desk.connections.opened).hasSize(Limits.MAX_OFFERS);
    assertThat(desk.connections.open()).isOne();
    assertThat(desk.asked).hasSize(1);
    desk.loop.pass(Duration.ofSeconds(31));
    assertThat(desk.connections.open()).isZero();
  }

  @Test
  void aFloodOfOffersOfManyPeersIsCutOff() {
    for (int i = 0; i < 2_000; i++) {
      desk.offered("p" + i, "c");
    }
    assertThat(desk.connections.open()).isEqualTo(Limits.MAX_ATTEMPTS);
    assertThat(desk.board.peers()).hasSizeLessThanOrEqualTo(Limits.MAX_KNOWN);
  }

  @Test
  void theApplicationIsNotAskedAboutMoreThan32PeersAtATime() {
    desk.admits = new CompletableFuture<>();
    for (int i = 0; i < 1_000; i++) {
      desk.offered("p" + i, "c");
    }
    assertThat(desk.asked).hasSize(Limits.MAX_QUESTIONS);
    desk.loop.pass(Duration.ofSeconds(31));
    desk.offered("later", "c");
    assertThat(desk.asked).hasSize(Limits.MAX_QUESTIONS + 1);
  }

  @Test
  void aFloodOfAnnouncementsIsRememberedUpToAThousandAndConnectionsSurviveIt() {
    desk.connectedTo("b");
    for (int i = 0; i < 5_000; i++) {
      desk.board.announced(SignalCodec.announcement("p" + i, SignalCodec.FEATURES));
    }
    assertThat(desk.board.peers()).hasSize(Limits.MAX_KNOWN);
    assertThat(desk.board.peers()).extracting(Peer::session).contains("b");
    assertThat(desk.published.size())
        .as("we answer few of them")
        .isLessThan(2 * Limits.INTRODUCTIONS_PER_SECOND + 3);
    assertThat(desk.send("b", "x").join()).isEqualTo(Route.PEER);
  }

  @Test
  void aFloodOfAnnouncementsDoesNotFillTheMemoryOfASlowListener() {
    for (int i = 0; i < 5_000; i++) {
      desk.board.announced(SignalCodec.announcement("p" + i, List.of("f")));
    }
    desk.loop.run();
    assertThat(desk.events).hasSize(Limits.MAX_NOTICES);
  }

  @Test
  void malformedSignalsAreCountedAndChangeNothing() {
    String correlation = desk.connectedTo("b");
    for (String sdp : List.of("v=0", "x", "v=0\nm=audio 9 x\n", "v=0\nm=application 9 x\0")) {
      desk.receives(new PeerSignal.Offer("b", "c", sdp));
    }
    desk.board.signalled(Value.NULL);
    desk.board.announced(Value.of("hello"));
    desk.board.signalled(
        Desk.with(
            SignalCodec.encode(new PeerSignal.IceCandidate("b", correlation, candidate())),
            "candidate",
            Value.of("{")));
    assertThat(desk.board.ignored()).isEqualTo(7);
    assertThat(desk.connections.opened).hasSize(1);
    assertThat(desk.told()).containsExactly("Connected");
  }

  @Test
  void noMoreThan128PeersStayConnected() {
    for (int i = 0; i < 200; i++) {
      desk.offered("p" + i, "c");
      desk.connections.last().described();
      desk.connections.last().opened();
      desk.loop.pass(Duration.ofMillis(100));
    }
    assertThat(desk.connections.open()).isEqualTo(Limits.MAX_CONNECTED);
  }

  @Test
  void messagesOfAConnectionThatDoesNotStandAreHeldInSmallNumberAndGivenBack() {
    desk.offered("b", "c");
    for (int i = 0; i < 1_000; i++) {
      assertThat(desk.budget.take(100)).isTrue();
      desk.connections.last().listener.message(new byte[100], false);
    }
    desk.receives(new PeerSignal.Disconnected("b", "c", Optional.empty()));
    assertThat(desk.connections.last().closed).isTrue();
    assertThat(desk.budget.take(Limits.MAX_RECEIVED - Limits.CALL_COST)).isTrue();
  }

  @Test
  void strangersCannotUseUpTheRoomOfAdmittedPeers() {
    desk.admits = new CompletableFuture<>();
    for (int i = 0; i < 1_000; i++) {
      desk.receives(new PeerSignal.Relayed("p" + i, List.of(new byte[60_000]), true));
      desk.receives(new PeerSignal.Relayed("p" + i, List.of(new byte[60_000]), true));
    }
    assertThat(desk.asked).hasSize(Limits.MAX_QUESTIONS);
    assertThat(desk.budget.take(Limits.MAX_RECEIVED / 2)).isTrue();
  }

  @Test
  void anOfferTooManyOfAConnectedPeerIsNoFailureOfItsConnection() {
    desk.connectedTo("b");
    for (int i = 0; i < Limits.MAX_ATTEMPTS; i++) {
      desk.connect("p" + i);
    }
    desk.offered("b", "c2");
    assertThat(desk.told()).containsExactly("Connected");
    assertThat(desk.send("b", "x").join()).isEqualTo(Route.PEER);
  }

  @Test
  void noTimerOutlivesWhatItIsFor() {
    desk.connectedTo("b");
    desk.offered("c", "c");
    desk.board.disconnect("b");
    desk.board.disconnect("c");
    desk.loop.pass(Duration.ofSeconds(3));
    assertThat(desk.loop.pending()).isZero();
  }
}
