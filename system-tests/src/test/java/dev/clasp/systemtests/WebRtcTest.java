package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

  private final List<PeerClient> open = new ArrayList<>();
  private static int names;

  @BeforeAll
  static void startAll() {
    networks = Networks.create();
    server = ServerProcess.startIn(networks::inMiddle, "--host", "0.0.0.0", "--allow-open");
    List<String> program = Installation.testProgram(WebRtcPeerProgram.class);
    first = Peer.program("first", networks.inFirst(program));
    second = Peer.program("second", networks.inSecond(program));
  }

  @AfterAll
  static void endAll() {
    for (AutoCloseable each : new AutoCloseable[] {first, second, server, networks}) {
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
    Map<String, JsonNode> nodes = new java.util.HashMap<>();
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
    String hex =
        java.util.HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return client
        .events()
        .awaitFirst(
            "data " + text,
            event ->
                event.get("notice").asText().equals("p2p-data")
                    && event.get("start").asText().equals(hex));
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
}
