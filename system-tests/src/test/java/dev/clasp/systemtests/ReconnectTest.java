package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server goes away and comes back: the published client reconnects by itself. */
@RealProgram
class ReconnectTest {

  @RegisterExtension static final Stage stage = Stage.forRestarts();

  /** Ten attempts, the last after almost a minute. */
  private static final Map<String, Object> RECONNECTING =
      Map.of("reconnect", true, "reconnectInterval", 500);

  private static List<String> names(PeerClient client) {
    return client.events().all().stream().map(event -> event.get("notice").asText()).toList();
  }

  private static JsonNode awaitSecondConnection(PeerClient client) {
    return client
        .events()
        .awaitAnswer(
            "second connection",
            Patience.START,
            events ->
                events.stream()
                    .filter(event -> event.get("notice").asText().equals("connected"))
                    .skip(1)
                    .findFirst());
  }

  @Test
  void clientsFindARestartedServerAndSubscribeAgain() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    PeerClient viewer = stage.connect(stage.otherNode(), "viewer", RECONNECTING);
    Watch faders = viewer.subscribe("/mixer/*");
    Watch all = viewer.subscribe("/mixer/**");
    desk.set("/mixer/1", 0.5);
    faders.await("/mixer/1", 0.5);
    String before = viewer.session();

    stage.restartServer();

    awaitSecondConnection(desk);
    awaitSecondConnection(viewer);
    assertThat(names(viewer))
        .startsWith("connected", "disconnected", "reconnecting")
        .endsWith("connected")
        .filteredOn("connected"::equals)
        .hasSize(2);
    assertThat(viewer.awaitEvent("disconnected").get("reason").asText())
        .isEqualTo("server is stopping");
    assertThat(viewer.fence().session()).isNotEqualTo(before);
    faders.forget();
    all.forget();
    desk.set("/mixer/2", 0.25);
    faders.await("/mixer/2", 0.25);
    all.await("/mixer/2", 0.25);
    assertThat(faders.all()).hasSize(1);
    assertThat(all.all()).hasSize(1);
  }

  @Test
  void aServerThatWasKilledIsFoundAgainToo() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    Watch own = desk.subscribe("/killed/*");

    stage.server().kill();
    desk.awaitEvent("disconnected");
    stage.restartServer();

    awaitSecondConnection(desk);
    desk.fence();
    desk.set("/killed/x", 1);
    own.await("/killed/x", 1);
  }

  @Test
  void aClientThatClosedStaysAway() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    desk.close();
    desk.awaitEvent("disconnected");

    PeerClient other = stage.connect(stage.otherNode(), "other", RECONNECTING);
    stage.restartServer();

    awaitSecondConnection(other);
    assertThat(names(desk)).containsExactly("connected", "disconnected");
  }

  @Test
  void aClientThatComesBeforeTheServerIsToldAndConnectsLater() {
    PeerClient early = stage.client(stage.node(), "early");
    stage.server().kill();

    assertThatThrownBy(() -> early.connect(stage.url(), RECONNECTING))
        .isInstanceOf(PeerException.class);
    stage.restartServer();

    early
        .events()
        .awaitAnswer(
            "connection",
            Patience.START,
            events ->
                events.stream()
                    .filter(event -> event.get("notice").asText().equals("connected"))
                    .findFirst());
    assertThat(early.fence().call("connected").booleanValue()).isTrue();
  }

  @Test
  void theOrderlyEndIsToldWithItsCode() {
    RawClient raw = stage.raw("raw");

    stage.restartServer();

    assertThat(raw.awaitClose().code()).isEqualTo(1001);
    assertThat(raw.awaitClose().text()).isEqualTo("server is stopping");
    raw.close();
    assertThat(stage.raw("again").messages()).isEmpty();
  }

  @Test
  @Pending("persistence: state that outlives the server")
  void theStateOutlivesARestart() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    desk.set("/persistent/x", 1);
    desk.fence();

    stage.restartServer();

    awaitSecondConnection(desk);
    RawClient raw = stage.raw("raw");
    raw.send(new Message.Get("/persistent/x"));
    assertThat(
            raw.await(
                    "the value",
                    message ->
                        message instanceof Message.Snapshot snapshot
                            ? snapshot.parameters().stream().findFirst()
                            : Optional.empty())
                .address())
        .isEqualTo("/persistent/x");
  }
}
