package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.webrtc.Peer;
import dev.clasp.webrtc.PeerEvent;
import dev.clasp.webrtc.PeerException;
import dev.clasp.webrtc.PeerToPeer;
import dev.clasp.webrtc.Route;
import dev.clasp.webrtc.RoutingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What peers say to each other through the real server, without WebRTC itself. */
@RealProgram
class PeerSignallingTest {

  private static final String ADMIN = token("admin");
  private static final String PEER = token("peer");
  private static final String STRANGER = token("stranger");

  @RegisterExtension static final Stage STAGE = Stage.forRestarts();

  @RegisterExtension
  static final Stage WITH_TOKENS =
      Stage.withTokens(
          ADMIN,
          "--token",
          ADMIN + " admin:/**",
          "--token",
          PEER + " read:/clasp/p2p/**,write:/clasp/p2p/**",
          "--token",
          STRANGER + " read:/lights/**");

  private final List<PeerToPeer> open = new ArrayList<>();

  private static String token(String name) {
    return "cpsk_" + name + "0".repeat(32 - name.length());
  }

  @AfterEach
  void closeAll() {
    open.forEach(PeerToPeer::close);
  }

  private record Side(
      ClaspClient client, PeerToPeer peers, Received<PeerEvent> events, List<String> asked) {
    String session() {
      return peers.session();
    }

    void awaitData(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      events.awaitFirst(
          text,
          event ->
              event instanceof PeerEvent.Received received
                  && new String(received.data(), StandardCharsets.UTF_8).equals(text)
                  && received.data().length == bytes.length);
    }

    /** Waits until this side has heard of the other under another id. */
    String awaitNewIdOf(Side other, String before) {
      return events.awaitAnswer(
          "the new id of " + before,
          Patience.START,
          all ->
              all.stream()
                  .map(PeerEvent::peer)
                  .filter(peer -> !peer.equals(before) && peer.equals(other.client().session()))
                  .findFirst());
    }

    void awaitPeer(String session) {
      events.awaitFirst(
          "announcement of " + session,
          event ->
              event instanceof PeerEvent.Announced announced && announced.peer().equals(session));
    }
  }

  private Side side(ClaspClient client) {
    Received<PeerEvent> events = new Received<>("peer " + client.session());
    List<String> asked = new CopyOnWriteArrayList<>();
    PeerToPeer peers =
        PeerToPeer.builder(client)
            .mode(RoutingMode.ROUTER_ONLY)
            .admit(peer -> {
              asked.add(peer);
              return true;
            })
            .listener(events::add)
            .start()
            .join();
    open.add(peers);
    return new Side(client, peers, events, asked);
  }

  private static Route send(Side from, String to, String text) {
    return from.peers().send(to, text.getBytes(StandardCharsets.UTF_8), true).join();
  }

  @Test
  void afterARestartOfTheRouterPeersFindEachOtherUnderTheirNewIds() {
    Side a = side(STAGE.java("a"));
    Side b = side(STAGE.java("b"));
    a.awaitPeer(b.session());
    b.awaitPeer(a.session());
    String before = b.session();
    String ownBefore = a.session();
    assertThat(send(a, before, "before")).isEqualTo(Route.RELAY);
    b.awaitData("before");

    STAGE.restartServer();

    String after = a.awaitNewIdOf(b, before);
    // Only then a itself is there again.
    b.awaitNewIdOf(a, ownBefore);
    assertThat(send(a, after, "after")).isEqualTo(Route.RELAY);
    b.awaitData("after");
  }

  @Test
  void nobodySpeaksInTheNameOfAnother() {
    Side a = side(STAGE.java("a"));
    Side b = side(STAGE.java("b"));
    ClaspClient mallory = STAGE.java("mallory");
    mallory
        .emit(
            "/clasp/p2p/signal/" + b.session(),
            Value.of(
                Map.of(
                    "type", Value.of("relay"),
                    "from", Value.of(a.session()),
                    "data", Value.of("forged".getBytes(StandardCharsets.UTF_8)))))
        .join();
    b.awaitData("forged");
    assertThat(b.asked()).containsExactly(mallory.session());
    assertThat(b.events().all())
        .filteredOn(PeerEvent.Received.class::isInstance)
        .extracting(PeerEvent::peer)
        .containsExactly(mallory.session());
  }

  @Test
  void whatIsSentToAPeerThatHasLeftIsReported() {
    Side a = side(STAGE.java("a"));
    ClaspClient client = STAGE.java("b");
    Side b = side(client);
    String session = b.session();
    a.awaitPeer(session);
    send(a, session, "one");
    b.awaitData("one");
    b.peers().close();
    client.close();

    // Until the router knows that it has left, it takes what is for it.
    assertThatThrownBy(
            () -> {
              long end = System.nanoTime() + Patience.LIMIT.toNanos();
              while (System.nanoTime() < end) {
                send(a, session, "more");
                a.client().ping().join();
              }
            })
        .hasRootCauseInstanceOf(PeerException.class);
    a.events().awaitFirst("a word about it", PeerEvent.Undelivered.class::isInstance);
  }

  @Test
  void aPublishedClientSeesTheAnnouncement() {
    Watch announcements = STAGE.connect(STAGE.node(), "published").subscribe("/clasp/p2p/announce");
    Side a = side(STAGE.java("a"));
    announcements.await(
        "/clasp/p2p/announce",
        Map.of(
            "session_id",
            a.session(),
            "p2p_capable",
            true,
            "features",
            List.of("reliable", "unreliable", "relay")));
  }

  @Test
  void aTokenForPeersSuffices() {
    Side a = side(WITH_TOKENS.java("a", builder -> builder.token(PEER)));
    Side b = side(WITH_TOKENS.java("b", builder -> builder.token(PEER)));
    a.awaitPeer(b.session());
    assertThat(a.peers().peers()).extracting(Peer::session).contains(b.session());
    assertThat(send(a, b.session(), "hello")).isEqualTo(Route.RELAY);
    b.awaitData("hello");
  }

  @Test
  void withoutTheRightThereAreNoPeers() {
    ClaspClient stranger = WITH_TOKENS.java("stranger", builder -> builder.token(STRANGER));
    assertThatThrownBy(() -> PeerToPeer.builder(stranger).start().join())
        .cause()
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("read:/clasp/p2p/**");
    assertThat(stranger.ping().join()).as("the client goes on").isPositive();
  }
}
