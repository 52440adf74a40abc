package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.PeerProgram;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published clients of every major version against our server, over both transports. */
class NodeClientsTest {

  private static final String EVERYTHING =
      """
      2, {"transports":["polling"]}
      2, {"transports":["websocket"]}
      2, {}
      3, {"transports":["polling"]}
      3, {"transports":["websocket"]}
      3, {}
      4, {"transports":["polling"]}
      4, {"transports":["websocket"]}
      4, {}
      """;

  private final SocketRoom room = new SocketRoom();

  @AfterEach
  void close() {
    room.close();
  }

  private PeerProgram client(String major, String url, String options) {
    PeerProgram client = room.node("sio-client.mjs", major, url, options);
    client.awaitLine("\"connected\"");
    return client;
  }

  private static Value bytes(int... bytes) {
    byte[] made = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      made[i] = (byte) bytes[i];
    }
    return new Value.Bytes(made);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ',', quoteCharacter = '\0', textBlock = EVERYTHING)
  void everythingGoesBothWays(String major, String options) {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    PeerProgram client = client(major, url, options.strip());

    client.type("{\"emit\":\"desk/fader\",\"args\":[0.5],\"ack\":true,\"id\":1}");
    assertThat(client.awaitLine("\"acknowledged\":1")).contains("\"ok\":true");
    room.has("/web/desk/fader", Value.of(0.5));
    client.type("{\"emit\":\"text\",\"args\":[\"grüße 🎛\"]}");
    room.has("/web/text", Value.of("grüße 🎛"));
    client.type("{\"emit\":\"several\",\"args\":[1,true,{\"a\":null}]}");
    room.awaitSeen(
        "SET /web/several "
            + Value.of(List.of(Value.of(1), Value.TRUE, Value.of(Map.of("a", Value.NULL)))));
    client.type("{\"emit\":\"go\"}");
    room.awaitSeen("EVENT /web/go " + Value.NULL);
    client.type(
        "{\"emit\":\"blob\",\"args\":[{\"hex\":\"04ff0102\"},{\"x\":{\"hex\":\"\"}}],\"ack\":true,\"id\":2}");
    assertThat(client.awaitLine("\"acknowledged\":2")).contains("\"ok\":true");
    room.has("/web/blob", Value.of(List.of(bytes(4, 255, 1, 2), Value.of(Map.of("x", bytes())))));

    room.desk.set("/web/lights/1", Value.of(3));
    assertThat(client.awaitLine("lights/1")).contains("\"args\":[3]");
    room.desk.set("/web/lights/2", Value.of("ümlaut 🎚"));
    assertThat(client.awaitLine("lights/2")).contains("ümlaut 🎚");
    room.desk.set("/web/raw", Value.of(List.of(bytes(1, 2), Value.of("x"), bytes(250))));
    assertThat(client.awaitLine("raw")).contains("[[{\"hex\":\"0102\"},\"x\",{\"hex\":\"fa\"}]]");
    room.desk.emit("/web/cue");
    assertThat(client.awaitLine("\"cue\"")).contains("\"args\":[]");
  }

  @ParameterizedTest
  @CsvSource(delimiter = ',', quoteCharacter = '\0', textBlock = EVERYTHING)
  void roomsAreFilters(String major, String options) {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    PeerProgram client = client(major, url, options.strip());
    room.desk.set("/web/lights/old", Value.of(7)).join();

    client.type("{\"emit\":\"join\",\"args\":[\"/lights/**\"],\"ack\":true,\"id\":1}");
    client.awaitLine("\"acknowledged\":1");
    room.desk.set("/web/sound/1", Value.of(1)).join();
    room.desk.set("/web/lights/1", Value.of(2)).join();
    String next = client.awaitLine("\"event\"");
    while (next.contains("old")) {
      next = client.awaitLine("\"event\"");
    }
    assertThat(next).contains("lights/1");

    client.type("{\"emit\":\"leave\",\"args\":[\"/lights/**\"],\"ack\":true,\"id\":2}");
    assertThat(client.awaitLine("\"acknowledged\":2")).contains("\"ok\":true");
    client.type("{\"emit\":\"join\",\"args\":[\"/sound/*\"],\"ack\":true,\"id\":3}");
    assertThat(client.awaitLine("sound/1")).contains("[1]");
    client.type(
        "{\"emit\":\"join\",\"args\":[\"/" + "x".repeat(2000) + "\"],\"ack\":true,\"id\":4}");
    assertThat(client.awaitLine("\"acknowledged\":4")).contains("\"ok\":false");
    room.desk.set("/web/lights/1", Value.of(3)).join();
    room.desk.set("/web/sound/2", Value.of(4)).join();
    assertThat(client.awaitLine("\"event\"")).contains("sound/2");
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void namespacesAreBranches(String major) {
    String url =
        room.server(
            Map.of("namespaces", Value.of(List.of(Value.of("/"), Value.of("/admin")))),
            TypeProfile.STANDARD);
    PeerProgram client = client(major, url, "{}");
    client.type("{\"connect\":\"/admin\"}");
    client.awaitLine("\"nsp\":\"/admin\"");
    client.type("{\"emit\":\"x\",\"args\":[1],\"nsp\":\"/admin\",\"ack\":true,\"id\":1}");
    assertThat(client.awaitLine("acknowledged")).contains("\"ok\":true");
    room.awaitSeen("EVENT /web/admin/x " + Value.of(1));
    room.desk.set("/web/admin/y", Value.of(2));
    assertThat(client.awaitLine("\"event\"")).contains("\"y\"", "/admin");
    room.desk.set("/web/z", Value.of(2));
    assertThat(client.awaitLine("\"event\"")).contains("\"z\"").doesNotContain("/admin");
    client.type("{\"connect\":\"/nobody\"}");
    assertThat(client.awaitLine("refused")).contains("Invalid namespace");
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void onlyWhoHasTheTokenIsLetIn(String major) {
    String url = room.server(Map.of("token", Value.of("open sesame")), TypeProfile.COMPATIBLE);
    String wanted = major.equals("2") ? "query" : "auth";
    PeerProgram without = room.node("sio-client.mjs", major, url, "{\"reconnection\":false}");
    assertThat(without.awaitLine("refused")).contains("wants a token");
    PeerProgram wrong =
        room.node("sio-client.mjs", major, url, "{\"" + wanted + "\":{\"token\":\"guess\"}}");
    assertThat(wrong.awaitLine("refused")).contains("wrong token");
    wrong.type("{\"emit\":\"evil\",\"args\":[1]}");
    PeerProgram right =
        room.node("sio-client.mjs", major, url, "{\"" + wanted + "\":{\"token\":\"open sesame\"}}");
    right.awaitLine("connected");
    right.type("{\"emit\":\"good\",\"args\":[1]}");
    room.awaitSeen("SET /web/good " + Value.of(1));
    assertThat(room.seen).noneMatch(line -> line.contains("evil"));
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void theOthersHearWhatOneSends(String major) {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    PeerProgram one = client(major, url, "{}");
    PeerProgram other = client("4", url, "{}");
    one.type("{\"emit\":\"fader\",\"args\":[1]}");
    assertThat(other.awaitLine("\"event\"")).contains("fader");
    one.type("{\"emit\":\"fader\",\"args\":[2],\"ack\":true,\"id\":9}");
    // Not to itself: the answer is the next line.
    String next = one.awaitLine("{");
    while (next.contains("upgraded")) {
      next = one.awaitLine("{");
    }
    assertThat(next).contains("acknowledged");
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void clientsAcknowledgeWhenAskedTo(String major) {
    String url =
        room.server(
            Map.of("ack", Value.TRUE, "ack_timeout", Value.of("30s")), TypeProfile.COMPATIBLE);
    PeerProgram client = client(major, url, "{}");
    for (int i = 0; i < 20; i++) {
      room.desk.emit("/web/cue", Value.of(i));
      client.awaitLine("[" + i + "]");
    }
    assertThat(room.status().counts().dropped()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void withoutUpgradeNothingIsMissing(String major) {
    String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
    PeerProgram client = client(major, url, "{\"transports\":[\"polling\"]}");
    for (int i = 0; i < 200; i++) {
      room.desk.emit("/web/n", Value.of(i));
    }
    for (int i = 0; i < 200; i++) {
      assertThat(client.awaitLine("\"event\"")).contains("[" + i + "]");
    }
  }
}
