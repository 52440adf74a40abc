package dev.clasp.bridgewebsocket;

import static dev.clasp.bridgewebsocket.EndpointRoom.clients;
import static dev.clasp.bridgewebsocket.EndpointRoom.compatible;
import static dev.clasp.bridgewebsocket.EndpointRoom.event;
import static dev.clasp.bridgewebsocket.EndpointRoom.param;
import static dev.clasp.bridgewebsocket.EndpointRoom.port;
import static dev.clasp.bridgewebsocket.EndpointRoom.standard;
import static dev.clasp.bridgewebsocket.EndpointRoom.url;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FreePort;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server, with the WebSocket of the JDK and with bytes by hand. */
class ServerEndpointTest {

  private final EndpointRoom room = new EndpointRoom();

  @AfterEach
  void closeAll() {
    room.close();
  }

  private TestSocket connect(Endpoint server) {
    long before = clients(server);
    TestSocket socket = room.closing(TestSocket.open(url(server)));
    Eventually.is("the client is there", () -> clients(server) == before + 1);
    return socket;
  }

  /** What a request is answered, up to the end of the head. */
  private static String answer(Endpoint server, String path, String... headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), (int) port(server))) {
      socket.setSoTimeout(20_000);
      StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      socket
          .getOutputStream()
          .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
      StringBuilder head = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (head.indexOf("\r\n\r\n") < 0) {
        int b = in.read();
        if (b < 0) {
          break;
        }
        head.append((char) b);
      }
      return head.toString();
    }
  }

  private static final String[] UPGRADE = {
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
  };

  private static String upgrade(Endpoint server, String path, String... more) throws IOException {
    String[] headers = java.util.Arrays.copyOf(UPGRADE, UPGRADE.length + more.length);
    System.arraycopy(more, 0, headers, UPGRADE.length, more.length);
    return answer(server, path, headers);
  }

  @Test
  void messagesGoBothWaysAndEverybodyGetsThem() {
    WsContext context = compatible();
    Endpoint server = room.server(context, Map.of());
    TestSocket one = connect(server);
    TestSocket two = connect(server);
    one.send("{\"address\":\"/lights/1\",\"value\":0.5}");
    assertThat(context.next().signals())
        .containsExactly(new MappedSignal("/lights/1", SignalType.PARAM, Value.of(0.5)));
    one.send("hello");
    assertThat(context.next().signals().getFirst().address()).isEqualTo("/ws/text");
    server.send(param("/ws/a", Value.of(1)));
    assertThat(one.text()).isEqualTo("{\"address\":\"/ws/a\",\"value\":1}");
    assertThat(two.text()).isEqualTo("{\"address\":\"/ws/a\",\"value\":1}");
    assertThat(context.bytesIn.get()).isPositive();
    assertThat(context.bytesOut.get()).isPositive();
  }

  @Test
  void withRelayTheOthersHearIt() {
    WsContext context = standard();
    Endpoint server = room.server(context, Map.of());
    TestSocket one = connect(server);
    TestSocket two = connect(server);
    one.send("{\"address\":\"/fader\",\"value\":0.5}");
    assertThat(two.text()).isEqualTo("{\"address\":\"/fader\",\"value\":0.5}");
    two.send("{\"address\":\"/go\",\"type\":\"event\",\"value\":1}");
    assertThat(one.text()).isEqualTo("{\"address\":\"/go\",\"value\":1,\"type\":\"event\"}");
  }

  @Test
  void aStopSaysGoodByeAndThePortIsFree() {
    WsContext context = compatible();
    // Nobody takes it between the first server and the second.
    int port = FreePort.find();
    Endpoint server = room.server(context, Map.of("bind", Value.of("127.0.0.1:" + port)));
    TestSocket one = connect(server);
    server.close();
    assertThat(one.closed()).startsWith("1001");
    Endpoint again = room.server(compatible(), Map.of("bind", Value.of("127.0.0.1:" + port)));
    assertThatThrownBy(
            () -> room.server(compatible(), Map.of("bind", Value.of("127.0.0.1:" + port(again)))))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + port);
  }

  @Test
  void aClientThatSaysGoodByeIsAnswered() {
    Endpoint server = room.server(compatible(), Map.of());
    TestSocket one = connect(server);
    one.say(1000, "enough");
    assertThat(one.closed()).startsWith("1000");
    Eventually.is("it is gone", () -> clients(server) == 0);
  }

  // --- who may connect ---------------------------------------------------------------------------

  @Test
  void onlyOnItsPath() throws IOException {
    Endpoint server = room.server(compatible(), Map.of("path", Value.of("/ws")));
    assertThat(upgrade(server, "/other")).startsWith("HTTP/1.1 404");
    assertThat(upgrade(server, "/ws?x=1"))
        .startsWith("HTTP/1.1 101")
        .contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assertThat(answer(server, "/ws")).startsWith("HTTP/1.1 426");
    assertThat(answer(server, "/ws", "Connection: Upgrade", "Upgrade: websocket"))
        .matches("(?s)HTTP/1.1 4\\d\\d.*");
  }

  @Test
  void pagesOfForeignOriginsAreRefused() throws IOException {
    Endpoint server =
        room.server(
            compatible(), Map.of("origins", Value.of(List.of(Value.of("https://show.example")))));
    assertThat(upgrade(server, "/", "Origin: https://evil.example")).startsWith("HTTP/1.1 403");
    assertThat(upgrade(server, "/", "Origin: null")).startsWith("HTTP/1.1 403");
    assertThat(upgrade(server, "/", "Origin: https://show.example")).startsWith("HTTP/1.1 101");
    assertThat(upgrade(server, "/", "Origin: http://localhost:5173")).startsWith("HTTP/1.1 101");
    assertThat(upgrade(server, "/")).startsWith("HTTP/1.1 101");
  }

  @Test
  void withATokenOnlyWhoHasIt() throws IOException {
    Endpoint server = room.server(compatible(), Map.of("token", Value.of("secret")));
    assertThat(upgrade(server, "/")).startsWith("HTTP/1.1 401");
    assertThat(upgrade(server, "/?token=wrong")).startsWith("HTTP/1.1 401");
    assertThat(upgrade(server, "/?token=%zz")).startsWith("HTTP/1.1 401");
    assertThat(upgrade(server, "/?token=secret")).startsWith("HTTP/1.1 101");
    assertThat(upgrade(server, "/", "Authorization: bearer secret")).startsWith("HTTP/1.1 101");
  }

  @Test
  void theSubProtocolIsAgreedOn() throws IOException {
    Endpoint server =
        room.server(
            compatible(),
            Map.of("protocols", Value.of(List.of(Value.of("show.v2"), Value.of("show.v1")))));
    TestSocket one =
        room.closing(TestSocket.open(url(server), Map.of(), "other", "show.v1", "show.v2"));
    assertThat(one.protocol()).isIn("show.v1", "show.v2");
    assertThat(upgrade(server, "/", "Sec-WebSocket-Protocol: other")).startsWith("HTTP/1.1 400");
    assertThat(upgrade(server, "/")).startsWith("HTTP/1.1 400");
  }

  @Test
  void onlySoManyClients() throws IOException {
    Endpoint server = room.server(compatible(), Map.of("max_clients", Value.of(1)));
    TestSocket one = connect(server);
    assertThat(upgrade(server, "/")).startsWith("HTTP/1.1 503");
    one.close();
    Eventually.is("it is gone", () -> clients(server) == 0);
    connect(server);
  }

  @Test
  void whoNeverAsksIsShutOut() throws IOException {
    Endpoint server = room.server(compatible(), Map.of("handshake_timeout", Value.of("100ms")));
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), (int) port(server))) {
      socket.setSoTimeout(20_000);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  // --- peers that misbehave ----------------------------------------------------------------------

  @Test
  void aMessageThatIsTooLongClosesTheConnection() {
    WsContext context = compatible();
    Endpoint server = room.server(context, Map.of("max_message", Value.of(1000)));
    TestSocket one = connect(server);
    one.send("x".repeat(1000));
    assertThat(context.next().signals().getFirst().value()).isEqualTo(Value.of("x".repeat(1000)));
    one.send("x".repeat(1001));
    assertThat(one.closed()).startsWith("1009");
  }

  @Test
  void whoNeverAnswersAPingIsGone() throws IOException {
    WsContext context = compatible();
    // Long enough for an answer from a machine that is busy.
    Endpoint server = room.server(context, Map.of("ping_interval", Value.of("6s")));
    TestSocket alive = connect(server);
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), (int) port(server))) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", UPGRADE) + "\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      // It reads, pings too, and says nothing.
      assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
    }
    context.awaitTold("error 127.0.0.1");
    // The JDK answers by itself.
    server.send(param("/a", Value.of(1)));
    assertThat(alive.text()).contains("/a");
  }

  @Test
  void whoDoesNotReadHoldsUpNobodyAndIsClosedWhenTooMuchWaits() throws IOException {
    WsContext context = compatible();
    Endpoint server = room.server(context, Map.of("max_waiting", Value.of(50)));
    TestSocket quick = connect(server);
    try (Socket slow = new Socket()) {
      slow.setReceiveBufferSize(4096);
      slow.connect(
          new java.net.InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), (int) port(server)));
      slow.getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", UPGRADE) + "\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      Eventually.is("both are there", () -> clients(server) == 2);
      // Of a parameter only the newest value waits.
      for (int i = 0; i < 400; i++) {
        server.send(param("/p", Value.of("x".repeat(50_000) + i)));
      }
      String last = quick.text();
      while (!last.endsWith("x399\"}")) {
        last = quick.text();
      }
      assertThat(clients(server)).isEqualTo(2);
      // Of events all, up to the bound, which the quick one is kept away from.
      for (int i = 0; i < 60; i++) {
        server.send(event("/e", Value.of(i)));
        assertThat(quick.text()).isEqualTo("{\"address\":\"/e\",\"value\":" + i + "}");
      }
      assertThat(context.awaitTold("error")).contains("too slow");
      Eventually.is("only the quick one is left", () -> clients(server) == 1);
    }
  }

  @Test
  void whoAsksAndDoesNotReadGetsNoPileOfAnswers() throws IOException {
    WsContext context = compatible();
    Endpoint server = room.server(context, Map.of());
    try (Socket greedy = new Socket()) {
      greedy.setReceiveBufferSize(4096);
      greedy.connect(
          new java.net.InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), (int) port(server)));
      greedy
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", UPGRADE) + "\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      Eventually.is("it is there", () -> clients(server) == 1);
      // 1000 pings of 125 bytes, masked with zeros, many times.
      byte[] pings = new byte[131_000];
      for (int i = 0; i < pings.length; i += 131) {
        pings[i] = (byte) 0x89;
        pings[i + 1] = (byte) (0x80 | 125);
      }
      for (int i = 0; i < 400; i++) {
        greedy.getOutputStream().write(pings);
      }
      Eventually.is("all are read", () -> context.bytesIn.get() > 400L * pings.length);
      // What the sockets hold, and no more.
      assertThat(context.bytesOut.get()).isLessThan(200L * pings.length);
      assertThat(clients(server)).isOne();
    }
  }

  @Test
  void manyThatComeAndGoLeaveNothingBehind() throws IOException {
    WsContext context = compatible();
    Endpoint server = room.server(context, Map.of("max_clients", Value.of(5)));
    for (int i = 0; i < 300; i++) {
      if (i % 3 == 0) {
        // A stranger that asks for nothing.
        new Socket(InetAddress.ofLiteral("127.0.0.1"), (int) port(server)).close();
      } else {
        // One that may be told that there are too many, as long as others are on their way out.
        assertThat(upgrade(server, "/")).matches("(?s)HTTP/1.1 (101|503) .*");
      }
    }
    Eventually.is("all are gone", () -> clients(server) == 0);
    TestSocket one = connect(server);
    server.send(param("/a", Value.of(1)));
    assertThat(one.text()).contains("/a");
  }

  @Test
  void textThatIsNotUtf8ClosesTheConnection() throws IOException {
    Endpoint server = room.server(compatible(), Map.of());
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), (int) port(server))) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", UPGRADE) + "\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      Eventually.is("it is there", () -> clients(server) == 1);
      socket
          .getOutputStream()
          .write(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, (byte) 0xff, (byte) 0xfe});
      byte[] all = socket.getInputStream().readAllBytes();
      String head = new String(all, StandardCharsets.ISO_8859_1);
      int frame = head.indexOf("\r\n\r\n") + 4;
      assertThat(all[frame] & 0xff).isEqualTo(0x88);
      assertThat((all[frame + 2] & 0xff) << 8 | all[frame + 3] & 0xff).isEqualTo(1007);
    }
  }
}
