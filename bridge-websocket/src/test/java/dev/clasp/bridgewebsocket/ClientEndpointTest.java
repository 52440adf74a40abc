package dev.clasp.bridgewebsocket;

import static dev.clasp.bridgewebsocket.EndpointRoom.clients;
import static dev.clasp.bridgewebsocket.EndpointRoom.compatible;
import static dev.clasp.bridgewebsocket.EndpointRoom.event;
import static dev.clasp.bridgewebsocket.EndpointRoom.param;
import static dev.clasp.bridgewebsocket.EndpointRoom.port;
import static dev.clasp.bridgewebsocket.EndpointRoom.url;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.CertificateMaker;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client, with the server of this module; other servers are in the tests with Node.js. */
class ClientEndpointTest {

  private final EndpointRoom room = new EndpointRoom();

  @TempDir private Path folder;

  @AfterEach
  void closeAll() {
    room.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "msgpack", "messagepack", "cbor"})
  void twoBridgesUnderstandEachOther(String format) {
    WsContext there = compatible();
    WsContext here = compatible();
    Map<String, Value> settings = Map.of("format", Value.of(format));
    Endpoint server = room.server(there, settings);
    Endpoint client = room.client(here, url(server), settings);
    here.awaitTold("up connected to ws://127.0.0.1:");
    Eventually.is("it is there", () -> clients(server) == 1);
    client.send(param("/a", Value.of(0.5)));
    assertThat(there.next().signals().getFirst().value()).isEqualTo(Value.of(0.5));
    String large = "abc".repeat(15_000);
    server.send(param("/b", Value.of(large)));
    assertThat(here.next().signals().getFirst().value()).isEqualTo(Value.of(large));
  }

  @Test
  void rawHasNoAddresses() {
    WsContext there = compatible();
    WsContext here = compatible();
    Map<String, Value> settings = Map.of("format", Value.of("raw"));
    Endpoint server = room.server(there, settings);
    Endpoint client = room.client(here, url(server), settings);
    here.awaitTold("up");
    client.send(param("/x", Value.of("hello")));
    client.send(event("/x", Value.NULL));
    client.send(param("/x", Value.of(new byte[] {1})));
    assertThat(there.next().signals().getFirst().address()).isEqualTo("/ws/text");
    assertThat(there.next().signals().getFirst().address()).isEqualTo("/ws/binary");
  }

  @Test
  void itConnectsAgainWhenTheServerIsBack() {
    WsContext there = compatible();
    WsContext here = compatible();
    // Nobody takes it while the server is away, the client that looks for it included.
    int port = FreePort.find();
    Endpoint server = room.server(there, Map.of("bind", Value.of("127.0.0.1:" + port)));
    String url = url(server);
    Endpoint client = room.client(here, url, Map.of());
    here.awaitTold("up");
    server.close();
    assertThat(here.awaitTold("down")).contains("1001");
    here.awaitTold("down " + url + " cannot be reached");
    WsContext later = compatible();
    room.server(later, Map.of("bind", Value.of("127.0.0.1:" + port)));
    here.awaitTold("up");
    client.send(param("/a", Value.of(1)));
    assertThat(later.next().signals().getFirst().address()).isEqualTo("/a");
  }

  @Test
  void withoutReconnectItSaysSo() {
    WsContext here = compatible();
    Endpoint server = room.server(compatible(), Map.of());
    room.client(here, url(server), Map.of("reconnect", Value.FALSE));
    here.awaitTold("up");
    server.close();
    assertThat(here.awaitTold("down")).contains("reconnect is switched off");
  }

  @Test
  void headersPathSubProtocolAndTokenAreShown() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      listener.setSoTimeout(20_000);
      room.client(
          compatible(),
          "ws://127.0.0.1:" + listener.getLocalPort() + "?room=1",
          Map.of(
              "path", Value.of("/socket"),
              "token", Value.of("secret"),
              "headers", Value.of(Map.of("X-Room", Value.of("stage"))),
              "protocols", Value.of(List.of(Value.of("show.v1")))));
      try (Socket socket = listener.accept()) {
        socket.setSoTimeout(20_000);
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          head.append((char) socket.getInputStream().read());
        }
        assertThat(head.toString().toLowerCase(java.util.Locale.ROOT))
            .startsWith("get /socket?room=1 http/1.1")
            .contains("x-room: stage\r\n")
            .contains("authorization: bearer secret\r\n")
            .contains("sec-websocket-protocol: show.v1\r\n")
            .contains("permessage-deflate");
      }
    }
  }

  @Test
  void aServerThatIsNoneIsTold() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      listener.setSoTimeout(20_000);
      WsContext here = compatible();
      room.client(
          here,
          "ws://127.0.0.1:" + listener.getLocalPort() + "/?token=secret",
          Map.of("reconnect", Value.FALSE));
      try (Socket socket = listener.accept()) {
        socket
            .getOutputStream()
            .write(
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1));
        assertThat(here.awaitTold("down ws://127.0.0.1:" + listener.getLocalPort() + "/ answered"))
            .contains("403 Forbidden")
            .doesNotContain("secret");
      }
    }
  }

  @Test
  void tlsWithCertificatesOnBothSides() {
    CertificateMaker.Issued root = CertificateMaker.root("stage");
    root.write(folder, "root");
    root.issue(CertificateMaker.Kind.LEAF, "127.0.0.1", "localhost").write(folder, "server");
    root.issue(CertificateMaker.Kind.LEAF, "desk").write(folder, "client");
    WsContext there = compatible();
    Endpoint server =
        room.server(
            there,
            Map.of("cert", file("server.pem"), "key", file("server.key"), "ca", file("root.pem")));
    String url = "wss://127.0.0.1:" + port(server) + "/";

    WsContext stranger = compatible();
    room.client(stranger, url, Map.of("reconnect", Value.FALSE));
    assertThat(stranger.awaitTold("down " + url)).contains("reconnect");
    WsContext nameless = compatible();
    room.client(nameless, url, Map.of("ca", file("root.pem"), "reconnect", Value.FALSE));
    nameless.awaitTold("down " + url);

    WsContext here = compatible();
    Endpoint client =
        room.client(
            here,
            url,
            Map.of("ca", file("root.pem"), "cert", file("client.pem"), "key", file("client.key")));
    here.awaitTold("up connected to " + url);
    client.send(param("/a", Value.of(1)));
    assertThat(there.next().signals().getFirst().address()).isEqualTo("/a");
  }

  private Value file(String name) {
    return Value.of(folder.resolve(name).toString());
  }
}
