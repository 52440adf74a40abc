package dev.clasp.bridgewebsocket;

import static dev.clasp.bridgewebsocket.EndpointRoom.compatible;
import static dev.clasp.bridgewebsocket.EndpointRoom.param;
import static dev.clasp.bridgewebsocket.EndpointRoom.url;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.RouterDoors;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.PeerProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With what others wrote: the npm packages ws and wscat, and a page in Chromium. */
class NodePeersTest {

  private static final Path SCRIPTS =
      Path.of("..", "system-tests", "peers", "node").toAbsolutePath().normalize();
  private static final String INSTALL =
      "apt-get install nodejs npm chromium, and npm ci in " + SCRIPTS;

  private final EndpointRoom room = new EndpointRoom();

  @TempDir private Path folder;

  @AfterEach
  void closeAll() {
    room.close();
  }

  private PeerProgram node(String script, String... arguments) {
    assertThat(SCRIPTS.resolve("node_modules/ws/package.json")).as(INSTALL).exists();
    List<String> command = new ArrayList<>(List.of("node", SCRIPTS.resolve(script).toString()));
    command.addAll(Arrays.asList(arguments));
    return room.closing(PeerProgram.start(INSTALL, folder, command));
  }

  @Test
  void aClientOfNode() {
    WsContext context = compatible();
    Endpoint server =
        room.server(
            context,
            Map.of(
                "protocols", Value.of(List.of(Value.of("show.v1"))),
                "max_message", Value.of(100_000),
                "ping_interval", Value.of("1s")));
    PeerProgram client = node("websocket-peer.mjs", "client", url(server), "show.v1");
    assertThat(client.awaitLine("open")).contains("show.v1").contains("permessage-deflate");
    client.type("{\"address\":\"/a\",\"value\":0.5}");
    assertThat(context.next().signals().getFirst().address()).isEqualTo("/a");
    client.type("parts {\"address\":\"/parts\",\"value\":\"äöü\"}");
    assertThat(context.next().signals().getFirst().value()).isEqualTo(Value.of("äöü"));
    client.type("hex 01ff");
    assertThat(context.next().signals().getFirst().value())
        .isEqualTo(Value.of(new byte[] {1, (byte) 0xff}));
    client.type("long 90000");
    assertThat(context.next().signals().getFirst().value()).isEqualTo(Value.of("x".repeat(90_000)));
    server.send(param("/b", Value.of("y".repeat(60_000))));
    client.awaitLine("message of 600");
    client.awaitLine("ping");
    // Deflated it is a few hundred bytes; it is what it becomes that counts.
    client.type("long 10000000");
    assertThat(client.awaitLine("close")).contains("1009");
  }

  @Test
  void aServerOfNodeThatComesBack() {
    WsContext context = compatible();
    PeerProgram server = node("websocket-peer.mjs", "server");
    String port = server.awaitLine("listening").replaceAll("\\D", "");
    Endpoint client =
        room.client(
            context,
            "ws://127.0.0.1:" + port,
            Map.of(
                "path", Value.of("/live"),
                "headers", Value.of(Map.of("X-Room", Value.of("stage"))),
                "protocols", Value.of(List.of(Value.of("show.v1")))));
    assertThat(server.awaitLine("open"))
        .contains("/live stage show.v1")
        .contains("permessage-deflate");
    context.awaitTold("up");
    client.send(param("/a", Value.of(1)));
    server.awaitLine("{\"address\":\"/a\",\"value\":1}");
    server.type("{\"address\":\"/b\",\"value\":2}");
    assertThat(context.next().signals().getFirst().address()).isEqualTo("/b");
    server.type("close 4000");
    assertThat(context.awaitTold("down")).contains("4000").contains("enough");
    server.awaitLine("open");
    context.awaitTold("up");
    client.close();
    assertThat(server.awaitLine("close 1001")).contains("stops");
  }

  @Test
  void wscatInATerminal() {
    WsContext context = compatible();
    Endpoint server = room.server(context, Map.of());
    PeerProgram wscat = node("node_modules/wscat/bin/wscat", "-c", url(server), "--no-color");
    Eventually.is("it is there", () -> EndpointRoom.clients(server) == 1);
    wscat.type("{\"address\":\"/a\",\"value\":1}");
    assertThat(context.next().signals().getFirst().address()).isEqualTo("/a");
    server.send(param("/b", Value.of(2)));
    wscat.awaitLine("{\"address\":\"/b\",\"value\":2}");
  }

  @Test
  void aFaderOfAPageInChromium() throws Exception {
    assertThat(Files.isExecutable(Path.of("/usr/bin/chromium"))).as(INSTALL).isTrue();
    WsContext context = compatible();
    ClaspServer router =
        room.closing(ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(1)));
    context.router = Optional.of(RouterDoors.inProcess(router::doorFor, router.loops()));
    Endpoint server = room.server(context, Map.of("format", Value.of("json-rpc")));
    ClaspClient desk = room.closing(ClaspClient.builder(router.url()).connectBlocking());
    PeerProgram page = node("websocket-page.mjs", url(server));
    page.awaitLine("open");
    double drawn = Double.parseDouble(page.awaitLine("drawn").substring("drawn ".length()));
    assertThat(drawn).isBetween(0.5, 1.0);
    Eventually.is(
        "the fader is where it was drawn",
        () ->
            desk.blocking()
                .get("/stage/fader")
                .map(Parameter::value)
                .equals(Optional.of(Value.of(drawn))));
    desk.blocking().set("/stage/fader", Value.of(0.125));
    page.awaitLine("shown 0.125");
    page.awaitLine("foreign closed");
    page.finished();
  }
}
