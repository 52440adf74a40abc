package dev.clasp.webrtc;

import static dev.clasp.webrtc.ConnectingTest.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Value;
import dev.clasp.webrtc.PeerException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which way data goes, and what its sender is told. */
class DataTest {

  private final ManualLoop loop = new ManualLoop();
  private final Desk.FakeRouter network = new Desk.FakeRouter();
  private final Desk a = desk("a", RoutingMode.PREFER_PEER);

  private Desk desk(String session, RoutingMode mode) {
    return new Desk(session, network, loop, mode);
  }

  private static byte[] bytes(int size) {
    return new byte[size];
  }

  // --- directly ----------------------------------------------------------------------------------

  @Test
  void dataGoesOverTheChannelThatTheSenderChose() {
    a.connectedTo("b");
    assertThat(a.send("b", bytes(3), true).join()).isEqualTo(Route.PEER);
    assertThat(a.send("b", bytes(4), false).join()).isEqualTo(Route.PEER);
    assertThat(a.connections.last().reliableSent).hasSize(1);
    assertThat(a.connections.last().unreliableSent).hasSize(1);
  }

  @Test
  void messagesAreAsLongAsThePeerTakesThem() {
    a.connectedTo("b");
    assertThat(a.send("b", bytes(65_536), true).join()).isEqualTo(Route.PEER);
    assertThat(failure(a.send("b", bytes(65_537), true))).isEqualTo(Kind.TOO_LARGE);
  }

  @Test
  void aFullChannelIsAnErrorAndNothingIsSent() {
    a.connectedTo("b");
    a.connections.last().buffered = Limits.MAX_BUFFERED - 10;
    assertThat(failure(a.send("b", bytes(11), true))).isEqualTo(Kind.OVERFLOW);
    assertThat(a.send("b", bytes(10), true).join()).isEqualTo(Route.PEER);
    assertThat(a.connections.last().reliableSent).hasSize(1);
  }

  @Test
  void receivedDataSaysWhereItCameFrom() {
    a.connectedTo("b");
    byte[] hello = "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(a.budget.take(hello.length)).isTrue();
    a.connections.last().listener.message(hello, false);
    loop.run();
    assertThat(a.events.getLast()).isEqualTo(new PeerEvent.Received("b", hello, false, Route.PEER));
  }

  @Test
  void dataThatComesBeforeTheReliableChannelIsOpenComesAfterConnected() {
    a.offered("b", "c");
    FakeConnections.Fake connection = a.connections.last();
    assertThat(a.budget.take(1)).isTrue();
    connection.listener.message(new byte[] {'x'}, false);
    assertThat(a.told()).isEmpty();
    connection.opened();
    assertThat(a.told()).containsExactly("Connected", "Received x PEER");
  }

  @Test
  void whoeverWantsOnlyDirectConnectionsGetsAnErrorWithoutOne() {
    Desk only = desk("only", RoutingMode.PEER_ONLY);
    assertThat(failure(only.send("b", "x"))).isEqualTo(Kind.NOT_CONNECTED);
    only.connectedTo("b");
    assertThat(only.send("b", "x").join()).isEqualTo(Route.PEER);
    only.connections.last().open = false;
    assertThat(failure(only.send("b", "x"))).isEqualTo(Kind.NOT_CONNECTED);
    assertThat(only.told()).containsExactly("Connected", "Disconnected");
  }

  // --- through the router ------------------------------------------------------------------------

  @Test
  void withoutAConnectionDataReallyGoesThroughTheRouter() {
    Desk b = desk("b", RoutingMode.PREFER_PEER);
    CompletableFuture<Route> sent = a.send("b", "hello");
    a.settle();
    assertThat(sent.join()).isEqualTo(Route.RELAY);
    assertThat(b.asked).containsExactly("a");
    assertThat(b.told()).containsExactly("Received hello RELAY");
  }

  @Test
  void aPeerThatDoesNotKnowOurRelayingIsNeverToldToHaveGotSomething() {
    CompletableFuture<Route> sent = a.send("reference", "hello");
    network.desks.put("reference", Desk.alone());
    network.deliver();
    loop.pass(Duration.ofSeconds(2));
    assertThat(failure(sent)).isEqualTo(Kind.NO_RELAY);
  }

  @Test
  void aForgedAnnouncementDoesNotMakeAPeerTakeRelayedData() {
    a.board.announced(SignalCodec.announcement("reference", SignalCodec.FEATURES));
    CompletableFuture<Route> sent = a.send("reference", "hello");
    loop.pass(Duration.ofSeconds(2));
    assertThat(failure(sent)).isEqualTo(Kind.NO_RELAY);
  }

  @Test
  void aPeerThatWantsOnlyDirectConnectionsTakesNothingThroughTheRouter() {
    Desk b = desk("b", RoutingMode.PEER_ONLY);
    CompletableFuture<Route> sent = a.send("b", "hello");
    a.settle();
    assertThat(failure(sent)).isEqualTo(Kind.NO_RELAY);
    b.receives(new PeerSignal.Relayed("a", List.of(bytes(1)), true));
    assertThat(b.told()).isEmpty();
  }

  @Test
  void aPeerThatHasLeftIsNoSuchPeer() {
    CompletableFuture<Route> sent = a.send("nobody", "hello");
    a.settle();
    assertThat(failure(sent)).isEqualTo(Kind.NO_SUCH_PEER);
  }

  @Test
  void aPeerThatLeavesLaterIsToldAsUndelivered() {
    desk("b", RoutingMode.PREFER_PEER);
    a.send("b", "one");
    a.settle();
    network.desks.remove("b");
    assertThat(a.send("b", "two").join()).isEqualTo(Route.RELAY);
    a.settle();
    assertThat(a.told()).containsExactly("Undelivered");
  }

  @Test
  void manyMessagesGoInFewSignalsInTheirOrder() {
    Desk b = desk("b", RoutingMode.PREFER_PEER);
    a.send("b", "first");
    a.settle();
    int before = a.published.size();
    List<String> expected = new ArrayList<>(List.of("Received first RELAY"));
    for (int i = 0; i < 1_000; i++) {
      a.send("b", "m" + i);
      expected.add("Received m" + i + " RELAY");
    }
    a.pass(Duration.ofSeconds(1));
    assertThat(b.told()).isEqualTo(expected);
    assertThat(a.published.size() - before).isLessThan(60);
  }

  @Test
  void neverMoreSignalsThanTheRouterTakes() {
    desk("b", RoutingMode.PREFER_PEER);
    a.send("b", "first");
    a.settle();
    int before = a.published.size();
    for (int second = 0; second < 5; second++) {
      for (int i = 0; i < 100; i++) {
        // Large, so that no two fit into one signal.
        a.send("b", bytes(60_000), true);
        loop.pass(Duration.ofMillis(10));
      }
    }
    assertThat(a.published.size() - before).isBetween(300, 5 * 100);
  }

  @Test
  void whatWaitsForTheRouterIsBounded() {
    desk("b", RoutingMode.ROUTER_ONLY);
    a.send("b", "first");
    a.settle();
    List<CompletableFuture<Route>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(a.send("b", bytes(60_000), true));
    }
    assertThat(all.stream().filter(CompletableFuture::isCompletedExceptionally).count())
        .isGreaterThan(70);
    assertThat(failure(all.getLast())).isEqualTo(Kind.OVERFLOW);
    assertThat(failure(a.send("b", bytes(64_001), true))).isEqualTo(Kind.TOO_LARGE);
  }

  @Test
  void theTwoKindsKeepApartOnTheWayThroughTheRouter() {
    Desk b = desk("b", RoutingMode.PREFER_PEER);
    a.send("b", "first");
    a.settle();
    for (int i = 0; i < 30; i++) {
      a.send("b", bytes(1), i % 2 == 0);
    }
    a.pass(Duration.ofSeconds(1));
    List<Boolean> kinds =
        b.events.stream()
            .filter(PeerEvent.Received.class::isInstance)
            .map(event -> ((PeerEvent.Received) event).reliable())
            .skip(1)
            .toList();
    assertThat(kinds).hasSize(30);
    for (int i = 0; i < 30; i++) {
      assertThat(kinds.get(i)).isEqualTo(i % 2 == 0);
    }
  }

  @Test
  void routerOnlyMakesAndAnswersNoOffers() {
    Desk only = desk("only", RoutingMode.ROUTER_ONLY);
    assertThat(failure(only.connect("a"))).isEqualTo(Kind.NOT_CONNECTED);
    only.offered("a", "c");
    assertThat(only.connections.opened).isEmpty();
    assertThat(only.types()).containsExactly("Disconnected");
    CompletableFuture<Route> sent = only.send("a", "hello");
    only.settle();
    assertThat(sent.join()).isEqualTo(Route.RELAY);
    assertThat(a.told()).containsExactly("Received hello RELAY");
  }

  @Test
  void relayedDataOfAStrangerWaitsForTheDecision() {
    a.admits = new CompletableFuture<>();
    for (int i = 0; i < 100; i++) {
      a.receives(new PeerSignal.Relayed("b", List.of(new byte[] {'x'}), true));
    }
    assertThat(a.asked).containsExactly("b");
    assertThat(a.told()).isEmpty();
    a.admits.complete(true);
    loop.run();
    assertThat(a.told()).hasSize(Limits.MAX_HELD).containsOnly("Received x RELAY");
  }

  @Test
  void relayedDataOfARefusedPeerIsNotDelivered() {
    a.admits = CompletableFuture.completedFuture(false);
    for (int i = 0; i < 100; i++) {
      a.receives(new PeerSignal.Relayed("b", List.of(bytes(1)), true));
    }
    assertThat(a.asked).hasSize(1);
    assertThat(a.told()).isEmpty();
    assertThat(a.budget.take(Limits.MAX_RECEIVED - Limits.CALL_COST))
        .as("no room is lost")
        .isTrue();
  }

  @Test
  void afterAFailureDataGoesThroughTheRouterAtOnce() {
    Desk b = desk("b", RoutingMode.PREFER_PEER);
    a.connectedTo("b");
    b.admits = CompletableFuture.completedFuture(true);
    a.connections.last().listener.ended("the connection was lost");
    CompletableFuture<Route> sent = a.send("b", "on");
    a.settle();
    assertThat(sent.join()).isEqualTo(Route.RELAY);
    assertThat(b.told()).contains("Received on RELAY");
    assertThat(a.board.peers().getFirst().state()).isEqualTo(Peer.State.FALLBACK);
  }

  @Test
  void aPageCanSendRelayedDataWithoutAnArray() {
    Value value =
        Value.of(
            java.util.Map.of(
                "type", Value.of("relay"),
                "from", Value.of("page"),
                "data", Value.of(new byte[] {'x'})));
    a.board.signalled(value);
    loop.run();
    assertThat(a.told()).containsExactly("Received x RELAY");
  }

  // --- who is there ------------------------------------------------------------------------------

  @Test
  void whoComesLaterLearnsWhoIsThere() {
    a.board.joined();
    a.settle();
    Desk late = desk("late", RoutingMode.PREFER_PEER);
    late.board.joined();
    late.settle();
    assertThat(late.board.peers()).extracting(Peer::session).containsExactly("a");
    assertThat(a.board.peers()).extracting(Peer::session).containsExactly("late");
    assertThat(late.board.peers().getFirst().relay()).isTrue();
  }

  @Test
  void aPeerOfTheReferenceIsNotSentWhatItDoesNotKnow() {
    a.board.announced(
        SignalCodec.announcement("reference", List.of("webrtc", "reliable", "unreliable")));
    assertThat(a.signals()).isEmpty();
    assertThat(a.board.peers().getFirst().features())
        .isEqualTo(Set.of("webrtc", "reliable", "unreliable"));
  }

  @Test
  void peersThatAreNotHeardOfForAnHourAreForgotten() {
    a.board.announced(SignalCodec.announcement("b", List.of()));
    a.board.joined();
    loop.pass(Duration.ofMinutes(59));
    assertThat(a.board.peers()).hasSize(1);
    loop.pass(Duration.ofMinutes(30));
    assertThat(a.board.peers()).isEmpty();
  }
}
