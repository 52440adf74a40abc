package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scenario S21 with real WebRTC, signalled through the real server: two Java programs, and a page
 * in Chromium, in networks of their own.
 */
@RealProgram
class WebRtcTest {

  private static Networks networks;
  private static ServerProcess server;
  private static Peer first;
  private static Peer second;
  private static @Nullable Peer browser;

  private final List<PeerClient> open = new ArrayList<>();
  private static int names;

  @BeforeAll
  static void startAll() {
    networks = Networks.create();
    server = startServer();
    List<String> program = Installation.testProgram(WebRtcPeerProgram.class);
    first = Peer.program("first", networks.inFirst(program));
    second = Peer.program("second", networks.inSecond(program));
  }

  private static ServerProcess startServer() {
    return ServerProcess.startIn(networks::inMiddle, "--host", "0.0.0.0", "--allow-open");
  }

  @AfterAll
  static void endAll() {
    for (AutoCloseable each : new AutoCloseable[] {browser, first, second, server, networks}) {
      if (each != null) {
        try {
          each.close();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  @BeforeEach
  void openTheWay() {
    networks.forward(true);
  }

  @AfterEach
  void closeAll() {
    for (PeerClient each : open) {
      each.call("close");
    }
    Optional<String> complaint = server.complaint();
    assertThat(complaint).isEmpty();
  }

  private PeerClient connect(Peer peer, String router) {
    PeerClient client = peer.client("peer " + ++names);
    client.connect(URI.create("ws://" + router + ":" + server.port()));
    open.add(client);
    return client;
  }

  private PeerClient connectFirst() {
    return connect(first, Networks.ROUTER_FROM_FIRST);
  }

  private PeerClient connectSecond() {
    return connect(second, Networks.ROUTER_FROM_SECOND);
  }

  private static void start(PeerClient client, Map<String, ?> options) {
    client.call("p2p-start", Map.copyOf(nodes(options)));
  }

  private static Map<String, JsonNode> nodes(Map<String, ?> options) {
    Map<String, JsonNode> nodes = new HashMap<>();
    options.forEach((key, value) -> nodes.put(key, Json.of(value)));
    return nodes;
  }

  private static String call(PeerClient client, String what, Map<String, ?> options) {
    return client.call(what, nodes(options)).asText();
  }

  private static String sendText(
      PeerClient client, PeerClient peer, String text, boolean reliable) {
    return call(
        client, "p2p-send", Map.of("peer", peer.session(), "text", text, "reliable", reliable));
  }

  private static JsonNode awaitData(PeerClient client, String text) {
    String hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    return client
        .events()
        .awaitFirst(
            "data " + text,
            event ->
                event.get("notice").asText().equals("p2p-data")
                    && event.get("start").asText().equals(hex));
  }

  private static JsonNode awaitLength(PeerClient client, int length) {
    return client
        .events()
        .awaitFirst(
            "message of " + length,
            event ->
                event.get("notice").asText().equals("p2p-data")
                    && event.get("length").intValue() == length);
  }

  private static long count(PeerClient client, String notice) {
    return client.events().all().stream()
        .filter(event -> event.get("notice").asText().equals(notice))
        .count();
  }

  @Test
  void twoJavaPeersFindEachOtherAndSendDirectlyOverBothChannels() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(b, Map.of());
    start(a, Map.of());
    assertThat(b.awaitEvent("p2p-announced").get("peer").asText()).isEqualTo(a.session());
    // The other one was there before and did not announce itself again.
    assertThat(a.awaitEvent("p2p-announced").get("peer").asText()).isEqualTo(b.session());

    assertThat(call(a, "p2p-connect", Map.of("peer", b.session()))).isEqualTo("CONNECTED");
    a.awaitEvent("p2p-connected");
    b.awaitEvent("p2p-connected");

    assertThat(sendText(a, b, "reliable there", true)).isEqualTo("PEER");
    assertThat(sendText(a, b, "quick there", false)).isEqualTo("PEER");
    assertThat(sendText(b, a, "reliable back", true)).isEqualTo("PEER");
    assertThat(sendText(b, a, "quick back", false)).isEqualTo("PEER");
    assertThat(awaitData(b, "reliable there").get("reliable").booleanValue()).isTrue();
    assertThat(awaitData(b, "quick there").get("reliable").booleanValue()).isFalse();
    assertThat(awaitData(a, "reliable back").get("route").asText()).isEqualTo("PEER");
    assertThat(awaitData(a, "quick back").get("reliable").booleanValue()).isFalse();
    assertThat(count(a, "p2p-connected")).isOne();
    assertThat(count(b, "p2p-connected")).isOne();
  }

  @Test
  void aLongMessageArrivesWholeAndMoreThanThePeerTakesIsRefused() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of());
    start(b, Map.of());
    call(a, "p2p-connect", Map.of("peer", b.session()));

    call(a, "p2p-send", Map.of("peer", b.session(), "size", 65_536));
    assertThat(awaitLength(b, 65_536).get("route").asText()).isEqualTo("PEER");
    assertThatThrownBy(() -> call(a, "p2p-send", Map.of("peer", b.session(), "size", 65_537)))
        .hasMessageContaining("TOO_LARGE");
  }

  @Test
  void aThousandReliableMessagesArriveInTheirOrder() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of());
    start(b, Map.of());
    call(a, "p2p-connect", Map.of("peer", b.session()));
    call(a, "p2p-send", Map.of("peer", b.session(), "size", 8, "count", 1_000));
    List<String> starts =
        b.events()
            .awaitAnswer(
                "1000 messages",
                all -> {
                  List<String> data =
                      all.stream()
                          .filter(event -> event.get("notice").asText().equals("p2p-data"))
                          .map(event -> event.get("start").asText().substring(0, 8))
                          .toList();
                  return data.size() >= 1_000 ? Optional.of(data) : Optional.empty();
                });
    assertThat(starts)
        .isEqualTo(IntStream.range(0, 1_000).mapToObj(i -> String.format("%08x", i)).toList());
  }

  @Test
  void twoThatConnectToEachOtherAtTheSameMomentAreConnectedOnce() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of());
    start(b, Map.of());
    var one = a.send("p2p-connect", nodes(Map.of("peer", b.session())));
    var two = b.send("p2p-connect", nodes(Map.of("peer", a.session())));
    one.join();
    two.join();
    assertThat(sendText(a, b, "from a", true)).isEqualTo("PEER");
    assertThat(sendText(b, a, "from b", true)).isEqualTo("PEER");
    awaitData(b, "from a");
    awaitData(a, "from b");
    assertThat(count(a, "p2p-connected")).isOne();
    assertThat(count(b, "p2p-connected")).isOne();
  }

  @Test
  void aPeerThatIsNotAdmittedGetsNoAnswer() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of());
    start(b, Map.of("admit", false));
    assertThatThrownBy(() -> call(a, "p2p-connect", Map.of("peer", b.session())))
        .hasMessageContaining("REFUSED");
    assertThatThrownBy(() -> call(a, "p2p-connect", Map.of("peer", "no-such-session")))
        .hasMessageContaining("NO_SUCH_PEER");
  }

  @Test
  void whatOneSideEndsIsOverOnTheOther() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of());
    start(b, Map.of());
    call(a, "p2p-connect", Map.of("peer", b.session()));
    b.awaitEvent("p2p-connected");
    call(b, "p2p-disconnect", Map.of("peer", a.session()));
    a.awaitEvent("p2p-disconnected");
    b.awaitEvent("p2p-disconnected");
  }

  @Test
  void whatIsConnectedGoesOnWithoutTheRouter() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of());
    start(b, Map.of());
    call(a, "p2p-connect", Map.of("peer", b.session()));
    b.awaitEvent("p2p-connected");
    server.close();
    try {
      assertThat(sendText(a, b, "without a router", true)).isEqualTo("PEER");
      awaitData(b, "without a router");
      assertThat(sendText(b, a, "and back", false)).isEqualTo("PEER");
      awaitData(a, "and back");
      assertThatThrownBy(
              () -> call(a, "p2p-send", Map.of("peer", "somebody-else", "text", "hello")))
          .hasMessageContaining("NO_ROUTER");
    } finally {
      server = startServer();
    }
  }

  // --- through the router ------------------------------------------------------------------------

  /** What is relayed waits two seconds for that and no longer, which a busy machine may exceed. */
  private static void awaitAnnounced(PeerClient to, PeerClient peer) {
    String session = peer.session();
    to.events()
        .awaitFirst(
            "announcement of " + session,
            event ->
                event.get("notice").asText().equals("p2p-announced")
                    && event.get("peer").asText().equals(session));
  }

  @Test
  void whereNoDirectWayExistsDataGoesThroughTheRouterAndNobodyElseSeesIt() {
    networks.forward(false);
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    PeerClient other = connectFirst();
    start(a, Map.of("timeout", 4_000));
    start(b, Map.of("timeout", 4_000));
    awaitAnnounced(a, b);
    awaitAnnounced(b, a);
    call(other, "watch", Map.of("pattern", "/clasp/p2p/**"));

    assertThatThrownBy(() -> call(a, "p2p-connect", Map.of("peer", b.session())))
        .satisfiesAnyOf(
            failure -> assertThat(failure).hasMessageContaining("TIMEOUT"),
            failure -> assertThat(failure).hasMessageContaining("UNREACHABLE"));
    assertThat(a.awaitEvent("p2p-failed").get("relay").booleanValue()).isTrue();
    assertThat(sendText(a, b, "around", true)).isEqualTo("RELAY");
    assertThat(awaitData(b, "around").get("route").asText()).isEqualTo("RELAY");
    assertThat(sendText(b, a, "and back", false)).isEqualTo("RELAY");
    assertThat(awaitData(a, "and back").get("reliable").booleanValue()).isFalse();
    assertThat(other.events().all())
        .filteredOn(event -> event.get("notice").asText().equals("signal"))
        .extracting(event -> event.get("address").asText())
        .doesNotContain("/clasp/p2p/signal/" + a.session(), "/clasp/p2p/signal/" + b.session());
  }

  @Test
  void whenTheDirectWayDiesDataGoesThroughTheRouter() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of());
    start(b, Map.of());
    call(a, "p2p-connect", Map.of("peer", b.session()));
    b.awaitEvent("p2p-connected");
    networks.forward(false);
    a.events()
        .awaitAnswer(
            "disconnected",
            Patience.START,
            all ->
                all.stream()
                    .filter(event -> event.get("notice").asText().equals("p2p-disconnected"))
                    .findFirst());
    assertThat(sendText(a, b, "around", true)).isEqualTo("RELAY");
    awaitData(b, "around");
  }

  @Test
  void whoeverWantsOnlyTheRouterNeverOffers() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of("mode", "ROUTER_ONLY"));
    start(b, Map.of());
    awaitAnnounced(a, b);
    awaitAnnounced(b, a);
    assertThat(sendText(a, b, "to b", true)).isEqualTo("RELAY");
    awaitData(b, "to b");
    assertThatThrownBy(() -> call(b, "p2p-connect", Map.of("peer", a.session())))
        .hasMessageContaining("REFUSED");
    assertThat(sendText(b, a, "to a", true)).isEqualTo("RELAY");
    awaitData(a, "to a");
  }

  @Test
  void aPeerThatKnowsNoRelayingIsNotSaidToHaveGotAnything() {
    PeerClient a = connectFirst();
    PeerClient plain = connectSecond();
    start(a, Map.of("mode", "ROUTER_ONLY"));
    assertThatThrownBy(() -> sendText(a, plain, "hello", true)).hasMessageContaining("NO_RELAY");
    assertThatThrownBy(
            () -> call(a, "p2p-send", Map.of("peer", "no-such-session", "text", "hello")))
        .hasMessageContaining("NO_SUCH_PEER");
  }

  @Test
  void aTurnServerCarriesTheConnectionWhereThePeersCannotReachEachOther(@TempDir Path folder) {
    networks.forward(false);
    Received<String> said = new Received<>("turnserver");
    List<String> command =
        List.of(
            Installation.turnServer(),
            "-n",
            "--log-file=stdout",
            "--no-tls",
            "--no-dtls",
            "--no-cli",
            "--lt-cred-mech",
            "--user=desk:secret",
            "--realm=clasp",
            "--listening-ip=" + Networks.ROUTER_FROM_FIRST,
            "--relay-ip=" + Networks.ROUTER_FROM_FIRST,
            "--listening-port=3478",
            "--pidfile=" + folder.resolve("pid"),
            "--userdb=" + folder.resolve("db"));
    Program turn =
        Program.start("turnserver", networks.inMiddle(command), said::add, () -> said.end("ended"));
    try {
      said.awaitFirst("word that it listens", line -> line.contains("Total General servers"));
      PeerClient a = connectFirst();
      PeerClient b = connectSecond();
      String url = "turn:" + Networks.ROUTER_FROM_FIRST + ":3478?transport=udp";
      start(a, Map.of("turn", url, "user", "desk", "password", "secret"));
      start(b, Map.of());
      assertThat(call(a, "p2p-connect", Map.of("peer", b.session()))).isEqualTo("CONNECTED");
      assertThat(sendText(a, b, "around", true)).isEqualTo("PEER");
      assertThat(awaitData(b, "around").get("route").asText()).isEqualTo("PEER");
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + turn.transcript(), e);
    } finally {
      turn.stop();
    }
  }

  /** 8 MiB may wait for the listener; then a reliable channel cannot go on. */
  @Test
  void aListenerThatIsTooSlowEndsTheConnectionAndNotTheProcess() {
    PeerClient a = connectFirst();
    PeerClient b = connectSecond();
    start(a, Map.of());
    start(b, Map.of());
    call(a, "p2p-connect", Map.of("peer", b.session()));
    call(b, "p2p-hold", Map.of());
    a.send("p2p-send", nodes(Map.of("peer", b.session(), "size", 65_536, "count", 200)));
    a.awaitEvent("p2p-disconnected");
    call(b, "p2p-go-on", Map.of());
    assertThat(b.awaitEvent("p2p-disconnected").get("reason").asText())
        .contains("faster than the application");
    assertThat(count(b, "p2p-data")).isBetween(100L, 128L);
  }

  // --- with a browser ----------------------------------------------------------------------------

  private static Peer chromium() {
    Peer running = browser;
    if (running == null) {
      running = Peer.program("chromium", networks.inSecond(Installation.browser()));
      browser = running;
    }
    return running;
  }

  private PeerClient page() {
    return connect(chromium(), Networks.ROUTER_FROM_SECOND);
  }

  private static JsonNode awaitChannel(PeerClient client, String label) {
    return client
        .events()
        .awaitFirst(
            "channel " + label,
            event ->
                event.get("notice").asText().equals("p2p-channel")
                    && event.get("label").asText().equals(label));
  }

  private void exchange(PeerClient java, PeerClient page) {
    assertThat(sendText(java, page, "reliable to page", true)).isEqualTo("PEER");
    assertThat(sendText(java, page, "quick to page", false)).isEqualTo("PEER");
    sendText(page, java, "reliable to java", true);
    sendText(page, java, "quick to java", false);
    assertThat(awaitData(page, "reliable to page").get("reliable").booleanValue()).isTrue();
    assertThat(awaitData(page, "quick to page").get("reliable").booleanValue()).isFalse();
    assertThat(awaitData(java, "reliable to java").get("reliable").booleanValue()).isTrue();
    assertThat(awaitData(java, "quick to java").get("reliable").booleanValue()).isFalse();
    call(page, "p2p-send", Map.of("peer", java.session(), "size", 65_536));
    awaitLength(java, 65_536);
    call(java, "p2p-send", Map.of("peer", page.session(), "size", 65_536));
    awaitLength(page, 65_536);
    assertThat(count(java, "p2p-connected")).isOne();
  }

  @Test
  void javaOffersToAPageWhichSeesBothChannelsAsTheyShouldBe() {
    PeerClient java = connectFirst();
    PeerClient page = page();
    start(page, Map.of());
    start(java, Map.of());
    assertThat(call(java, "p2p-connect", Map.of("peer", page.session()))).isEqualTo("CONNECTED");

    JsonNode reliable = awaitChannel(page, "clasp-reliable");
    assertThat(reliable.get("ordered").booleanValue()).isTrue();
    assertThat(reliable.get("maxRetransmits").isNull()).isTrue();
    assertThat(reliable.get("protocol").asText()).isEmpty();
    JsonNode unreliable = awaitChannel(page, "clasp");
    assertThat(unreliable.get("ordered").booleanValue()).isFalse();
    assertThat(unreliable.get("maxRetransmits").intValue()).isZero();
    exchange(java, page);
    assertThat(page.events().all())
        .extracting(event -> event.get("notice").asText())
        .doesNotContain("p2p-error");
  }

  @Test
  void aPageOffersToJava() {
    PeerClient java = connectFirst();
    PeerClient page = page();
    start(java, Map.of());
    start(page, Map.of());
    assertThat(java.awaitEvent("p2p-announced").get("peer").asText()).isEqualTo(page.session());
    call(page, "p2p-connect", Map.of("peer", java.session()));
    java.awaitEvent("p2p-connected");
    page.awaitEvent("p2p-connected");
    exchange(java, page);

    call(page, "p2p-disconnect", Map.of("peer", java.session()));
    java.awaitEvent("p2p-disconnected");
  }

  /** transports.md 8.2: as native peers of the reference write candidates. */
  @Test
  void candidatesInTheFormOfTheReferenceAreUnderstood() {
    PeerClient java = connectFirst();
    PeerClient page = page();
    start(java, Map.of());
    start(page, Map.of("reference", true));
    call(page, "p2p-connect", Map.of("peer", java.session()));
    java.awaitEvent("p2p-connected");
    exchange(java, page);
  }

  /** transports.md 8.5: what is in our description makes up for candidates that got lost. */
  @Test
  void aPeerThatLosesItsCandidatesIsReachedByThoseInOurDescription() {
    PeerClient java = connectFirst();
    PeerClient page = page();
    start(java, Map.of());
    start(page, Map.of("loseCandidates", true));
    assertThat(call(java, "p2p-connect", Map.of("peer", page.session()))).isEqualTo("CONNECTED");
    exchange(java, page);
  }

  @Test
  void relayedDataReachesAPageAndComesFromOne() {
    PeerClient java = connectFirst();
    PeerClient page = page();
    start(java, Map.of("mode", "ROUTER_ONLY"));
    start(page, Map.of());
    awaitAnnounced(java, page);
    assertThat(sendText(java, page, "to page", true)).isEqualTo("RELAY");
    assertThat(awaitData(page, "to page").get("route").asText()).isEqualTo("RELAY");
    call(page, "p2p-send", Map.of("peer", java.session(), "text", "to java", "relay", true));
    assertThat(awaitData(java, "to java").get("route").asText()).isEqualTo("RELAY");
  }
}
