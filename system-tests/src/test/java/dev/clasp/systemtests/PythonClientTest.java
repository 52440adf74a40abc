package dev.clasp.systemtests;

import static dev.clasp.systemtests.PeerClient.Item.emit;
import static dev.clasp.systemtests.PeerClient.Item.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The published Python client {@code clasp-to} against the real server. It stops listening for ever
 * when it gets a message that it does not know, an ACK for example (rules R6 and R7); each test
 * ends with a value that still arrives.
 */
@RealProgram
class PythonClientTest {

  @RegisterExtension static final Stage stage = new Stage("--loops", "2");

  /** Another client writes, and the Python client hears it. */
  private static void assertStillListening(PeerClient python) {
    Watch alive = python.subscribe("/alive/" + python.session());
    PeerClient node = stage.connect(stage.node(), "node");
    node.set("/alive/" + python.session(), "yes");
    alive.await("/alive/" + python.session(), "yes");
    assertThat(python.events().all())
        .extracting(event -> event.get("notice").asText())
        .containsExactly("connected");
  }

  @Test
  void stillListensAfterItsOwnSet() {
    PeerClient python = stage.connect(stage.python(), "python");
    Watch own = python.subscribe("/py/set/*");

    python.set("/py/set/x", 0.5);
    own.await("/py/set/x", 0.5);
    python.set("/py/set/x", 0.75);

    own.await("/py/set/x", 0.75);
    assertStillListening(python);
  }

  @Test
  void hearsWhatJavaScriptWritesAndTheOtherWayRound() {
    PeerClient python = stage.connect(stage.python(), "python");
    PeerClient node = stage.connect(stage.node(), "node");
    Watch onPython = python.subscribe("/py/to-python/**");
    Watch onNode = node.subscribe("/py/to-node/**");

    node.set("/py/to-python/level", 0.25);
    node.emit("/py/to-python/event", Map.of("cue", "intro"));
    node.stream("/py/to-python/stream", 7);
    python.set("/py/to-node/level", 0.5);
    python.emit("/py/to-node/event", Map.of("cue", "outro"));
    python.stream("/py/to-node/stream", 8);
    python.gesture("/py/to-node/touch", 3, "start", Map.of("x", 1));

    onPython.await("/py/to-python/level", 0.25);
    onPython.await("/py/to-python/event", Map.of("cue", "intro"));
    onPython.await("/py/to-python/stream", 7);
    onNode.await("/py/to-node/level", 0.5);
    onNode.await("/py/to-node/event", Map.of("cue", "outro"));
    onNode.await("/py/to-node/stream", 8);
    onNode.await("/py/to-node/touch", Map.of("x", 1, "phase", "start", "gestureId", 3));
    assertStillListening(python);
  }

  @Test
  void itsEventsAreNotEchoed() {
    PeerClient python = stage.connect(stage.python(), "python");
    Watch own = python.subscribe("/py/event/*");
    Watch others = stage.connect(stage.node(), "node").subscribe("/py/event/*");

    python.emit("/py/event/go", true);
    python.emit("/py/event/bare");

    others.await("/py/event/go", true);
    others.await("/py/event/bare", null);
    python.fence();
    assertThat(own.all()).isEmpty();
  }

  @Test
  void itsBundleArrivesWholeAndIsNotAcknowledged() {
    PeerClient python = stage.connect(stage.python(), "python");
    Watch own = python.subscribe("/py/scene/**");
    Watch others = stage.connect(stage.node(), "node").subscribe("/py/scene/**");

    python.bundle(
        set("/py/scene/a", 1.0), set("/py/scene/b", "two"), emit("/py/scene/done", Map.of("n", 2)));

    assertThat(others.awaitCount(3))
        .extracting(Watch.Delivery::address)
        .containsExactly("/py/scene/a", "/py/scene/b", "/py/scene/done");
    assertThat(own.awaitCount(2))
        .extracting(Watch.Delivery::address)
        .containsExactly("/py/scene/a", "/py/scene/b");
    assertStillListening(python);
  }

  @Test
  void itsBundleForLaterRunsAtItsTime() {
    PeerClient python = stage.connect(stage.python(), "python");
    Watch others = stage.connect(stage.node(), "node").subscribe("/py/later/*");

    long due = python.bundleAhead(400_000, set("/py/later/x", 1));

    assertThat(others.await("/py/later/x", 1).timeMillis())
        .isGreaterThanOrEqualTo(due / 1000.0 - 5);
    assertStillListening(python);
  }

  @Test
  void queriesAreAnsweredWithTheAnnouncedSignals() {
    RawClient device = stage.raw("device");
    device.send(
        new Message.Announce(
            "/py/device",
            List.of(
                new Message.SignalDefinition(
                    "/py/device/temp",
                    SignalType.STREAM,
                    Optional.of("float"),
                    Optional.of("r"),
                    Optional.empty())),
            Map.of()));
    device.exchange();
    PeerClient python = stage.connect(stage.python(), "python");

    assertThat(python.query("/py/device/**"))
        .isEqualTo(
            Json.parse(
                "[{\"address\":\"/py/device/temp\",\"type\":\"stream\",\"datatype\":\"float\",\"access\":\"r\"}]"));
    assertThat(python.query("/py/nothing/**")).isEmpty();
    assertStillListening(python);
  }

  @Test
  void getFindsAndMisses() {
    PeerClient node = stage.connect(stage.node(), "node");
    node.set("/py/get/x", Map.of("r", 1, "g", 0.5));
    node.fence();
    PeerClient python = stage.connect(stage.python(), "python");

    assertThat(python.get("/py/get/x")).isEqualTo(Json.of(Map.of("r", 1, "g", 0.5)));
    // ERROR 404 is only printed by the client, which then waits for its own five seconds.
    assertThatThrownBy(() -> python.get("/py/get/nothing"))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("Get timeout");
    assertStillListening(python);
  }

  @Test
  void aSetBeforeTheSubscribeIsInTheSnapshot() {
    PeerClient python = stage.connect(stage.python(), "python");
    python.set("/py/order/x", 1);

    python.subscribe("/py/order/*").await("/py/order/x", 1);
  }

  @Test
  void everyKindOfValueSurvivesWithItsType() {
    Map<String, Object> values = new HashMap<>();
    values.put("true", true);
    values.put("int", 42);
    values.put("negative", -7);
    values.put("large", Long.MAX_VALUE);
    values.put("float", 0.75);
    values.put("infinity", Json.number("Infinity"));
    values.put("text", "héllo ☃");
    values.put("bytes", Json.bytes(1, 2, 255));
    values.put("list", Arrays.asList(1, "two", false, null, List.of(3.5)));
    values.put("dict", Map.of("r", 255, "g", 128.5));
    PeerClient writer = stage.connect(stage.python(), "writer");
    PeerClient reader = stage.connect(stage.python(), "reader");
    Watch watch = reader.subscribe("/py/kinds/*");

    values.forEach((name, value) -> writer.set("/py/kinds/" + name, value));
    writer.set("/py/kinds/none", null);

    values.forEach((name, value) -> watch.await("/py/kinds/" + name, value));
    watch.await("/py/kinds/none", null);
    RawClient raw = stage.raw("raw");
    assertThat(stored(raw, "/py/kinds/int")).isEqualTo(Value.of(42));
    assertThat(stored(raw, "/py/kinds/float")).isEqualTo(Value.of(0.75));
  }

  private static Value stored(RawClient raw, String address) {
    return ((Message.Snapshot) raw.send(new Message.Get(address)).messages().getFirst())
        .parameters()
        .getFirst()
        .value();
  }

  @Test
  void aSubscriptionWithHistoryBeginsWithTheLastValues() {
    PeerClient node = stage.connect(stage.node(), "node");
    for (int i = 1; i <= 5; i++) {
      node.set("/py/history/x", i);
    }
    node.fence();
    PeerClient python = stage.connect(stage.python(), "python");

    Watch watch = python.subscribe("/py/history/*", Map.of("history", 3));

    watch.await("/py/history/x", 5);
    assertThat(watch.values()).containsExactly(Json.of(3), Json.of(4), Json.of(5));
    assertStillListening(python);
  }

  @Test
  void aLifetimeOfTheNewestClientIsUnderstood() {
    PeerClient python = stage.connect(stage.python(), "python");
    RawClient raw = stage.raw("raw");
    raw.send(Frames.subscribe(1, "/py/ttl/*"));
    raw.exchange();

    python.call(
        "set",
        Map.of(
            "address",
            Json.of("/py/ttl/x"),
            "value",
            Json.of(1),
            "options",
            Json.of(Map.of("ttl", 3600, "absolute", true))));
    python.fence();

    assertThat(raw.messages())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.SetValue.class,
            set -> {
              assertThat(set.value()).isEqualTo(Value.of(1));
              assertThat(set.ttl()).isPresent();
            });
    assertStillListening(python);
  }

  @Test
  void unsubscribingEndsTheDeliveries() {
    PeerClient python = stage.connect(stage.python(), "python");
    Watch first = python.subscribe("/py/unsubscribe/*");
    Watch second = python.subscribe("/py/unsubscribe/b");
    PeerClient node = stage.connect(stage.node(), "node");

    first.unsubscribe();
    node.set("/py/unsubscribe/a", 1);
    node.set("/py/unsubscribe/b", 2);

    second.await("/py/unsubscribe/b", 2);
    assertThat(first.all()).isEmpty();
    assertThat(python.cached("/py/unsubscribe/a").isNull()).as("not sent any more").isTrue();
  }

  @Test
  void theEndOfTheServerIsReported() {
    try (ServerProcess server = ServerProcess.start()) {
      PeerClient python = stage.client(stage.python(), "python");
      python.connect(server.url());

      server.stop();

      JsonNode event = python.awaitEvent("disconnected");
      assertThat(event.get("reason").asText()).contains("1001").contains("server is stopping");
    }
  }
}
