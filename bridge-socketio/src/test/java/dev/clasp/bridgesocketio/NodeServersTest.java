package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.PeerProgram;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our client against the published servers. */
class NodeServersTest {

  private final SocketRoom room = new SocketRoom();

  @AfterEach
  void close() {
    room.close();
  }

  private static int port(PeerProgram server) {
    return Integer.parseInt(server.awaitLine("\"port\"").replaceAll("\\D", ""));
  }

  private void bridge(int port, Map<String, Value> more, TypeProfile profile) {
    Map<String, Value> settings = new LinkedHashMap<>(more);
    settings.put("url", Value.of("http://127.0.0.1:" + port));
    settings.put("reconnect_delay", Value.of("50ms"));
    settings.put("reconnect_delay_max", Value.of("200ms"));
    room.define(settings, profile);
  }

  private static Value list(String... texts) {
    return Value.of(java.util.Arrays.stream(texts).map(Value::of).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "2, websocket",
    "3, polling websocket",
    "3, websocket",
    "3, polling",
    "4, polling websocket",
    "4, websocket",
    "4, polling"
  })
  void everythingGoesBothWays(String major, String transports) {
    PeerProgram server = room.node("sio-server.mjs", major, "0");
    bridge(
        port(server),
        Map.of(
            "server_version", Value.of(major),
            "transports", list(transports.split(" ")),
            "namespaces", list("/", "/admin"),
            "ack", Value.TRUE,
            "ack_timeout", Value.of("60s")),
        TypeProfile.COMPATIBLE);
    server.awaitLine("\"nsp\":\"/\"");
    server.awaitLine("\"nsp\":\"/admin\"");
    room.awaitState(BridgeState.RUNNING);

    server.type("{\"emit\":\"message\",\"args\":[0.25]}");
    room.has("/web/message", Value.of(0.25));
    server.type(
        "{\"emit\":\"user\",\"nsp\":\"/admin\",\"args\":[\"a\",{\"b\":[1,null]}],\"ack\":true}");
    assertThat(server.awaitLine("\"acknowledged\"")).contains("\"ok\":true");
    room.awaitSeen(
        "SET /web/admin/user "
            + Value.of(
                List.of(
                    Value.of("a"),
                    Value.of(Map.of("b", Value.of(List.of(Value.of(1), Value.NULL)))))));
    server.type("{\"emit\":\"noargs\"}");
    room.awaitSeen("EVENT /web/noargs " + Value.NULL);
    server.type("{\"emit\":\"blob\",\"args\":[{\"hex\":\"0102\"},\"x\",{\"hex\":\"ff\"}]}");
    room.has(
        "/web/blob",
        Value.of(
            List.of(
                new Value.Bytes(new byte[] {1, 2}),
                Value.of("x"),
                new Value.Bytes(new byte[] {-1}))));

    room.desk.set("/web/chat/msg", Value.of("hello"));
    assertThat(server.awaitLine("\"event\"")).contains("\"msg\"", "[\"hello\"]", "\"asks\":true");
    room.desk.set("/web/admin/deep/raw", new Value.Bytes(new byte[] {7, 8}));
    assertThat(server.awaitLine("\"event\"")).contains("\"raw\"", "[{\"hex\":\"0708\"}]", "/admin");
    room.desk.emit("/web/cue");
    assertThat(server.awaitLine("\"event\"")).contains("\"cue\"", "\"args\":[]");
    assertThat(room.status().counts().dropped()).isZero();
  }

  @Test
  void whatIsNotAcknowledgedIsCounted() {
    PeerProgram server = room.node("sio-server.mjs", "4", "0");
    bridge(
        port(server),
        Map.of("ack", Value.TRUE, "ack_timeout", Value.of("100ms")),
        TypeProfile.COMPATIBLE);
    room.awaitState(BridgeState.RUNNING);
    room.desk.set("/web/silent", Value.of(1));
    Eventually.is(
        () -> "it is missed: " + room.status(), () -> room.status().counts().dropped() == 1);
    assertThat(room.status().lastError().orElseThrow()).contains("does not acknowledge /silent");
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void theTokenIsShown(String major) {
    PeerProgram server = room.node("sio-server.mjs", major, "0", "secret");
    bridge(
        port(server),
        Map.of("token", Value.of("secret"), "server_version", Value.of(major)),
        TypeProfile.STANDARD);
    room.awaitState(BridgeState.RUNNING);
    server.type("{\"emit\":\"x\",\"args\":[1]}");
    room.awaitSeen("EVENT /web/x " + Value.of(1));
    room.desk.set("/web/chat/msg", Value.of(1));
    assertThat(server.awaitLine("\"event\"")).contains("\"chat/msg\"");
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void aWrongTokenIsSaid(String major) {
    PeerProgram server = room.node("sio-server.mjs", major, "0", "secret");
    bridge(
        port(server),
        Map.of("token", Value.of("guess"), "server_version", Value.of(major)),
        TypeProfile.STANDARD);
    Eventually.is(
        () -> "it is said: " + room.status(),
        () -> room.status().detail().contains("the server refuses: who are you?"));
    assertThat(room.status().state()).isEqualTo(BridgeState.DEGRADED);
  }

  @Test
  void aServerOfVersionTwoIsNamed() {
    PeerProgram server = room.node("sio-server.mjs", "2", "0");
    bridge(port(server), Map.of(), TypeProfile.STANDARD);
    Eventually.is(
        () -> "it is said: " + room.status(),
        () ->
            room.status().state() == BridgeState.DEGRADED
                && room.status().detail().contains("not connected"));
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void aServerThatComesBackIsFoundAgain(String major) {
    PeerProgram server = room.node("sio-server.mjs", major, "0");
    int port = port(server);
    bridge(port, Map.of("server_version", Value.of(major)), TypeProfile.COMPATIBLE);
    room.awaitState(BridgeState.RUNNING);
    server.close();
    room.awaitState(BridgeState.DEGRADED);
    PeerProgram again = room.node("sio-server.mjs", major, String.valueOf(port));
    again.awaitLine("connected");
    room.awaitState(BridgeState.RUNNING);
    again.type("{\"emit\":\"back\",\"args\":[1]}");
    room.has("/web/back", Value.of(1));
    assertThat(room.status().counts().reconnects()).isPositive();
  }

  @Test
  void whoeverIsSentAwayComesAgain() {
    PeerProgram server = room.node("sio-server.mjs", "4", "0");
    bridge(port(server), Map.of(), TypeProfile.COMPATIBLE);
    room.awaitState(BridgeState.RUNNING);
    server.type("{\"kick\":true}");
    server.awaitLine("disconnected");
    server.awaitLine("\"connected\"");
    room.awaitState(BridgeState.RUNNING);
    server.type("{\"emit\":\"back\",\"args\":[1]}");
    room.has("/web/back", Value.of(1));
  }

  @Test
  void reconnectingCanBeSwitchedOff() {
    PeerProgram server = room.node("sio-server.mjs", "4", "0");
    bridge(port(server), Map.of("reconnect", Value.FALSE), TypeProfile.COMPATIBLE);
    room.awaitState(BridgeState.RUNNING);
    server.type("{\"kick\":true}");
    Eventually.is(
        () -> "it stays away: " + room.status(),
        () -> room.status().detail().contains("reconnect is off"));
  }

  @Test
  void onlyTheListedEventsAreTaken() {
    PeerProgram server = room.node("sio-server.mjs", "4", "0");
    bridge(port(server), Map.of("events", list("one")), TypeProfile.COMPATIBLE);
    room.awaitState(BridgeState.RUNNING);
    server.type("{\"emit\":\"two\",\"args\":[1],\"ack\":true}");
    assertThat(server.awaitLine("\"acknowledged\"")).contains("does not take two");
    server.type("{\"emit\":\"one\",\"args\":[1]}");
    room.has("/web/one", Value.of(1));
    assertThat(room.seen).noneMatch(line -> line.contains("two"));
  }
}
