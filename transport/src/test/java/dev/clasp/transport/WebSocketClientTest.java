package dev.clasp.transport;

import static dev.clasp.transport.Wire.BINARY;
import static dev.clasp.transport.Wire.FIN;
import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Qos;
import dev.clasp.testkit.FreePort;
import dev.clasp.transport.TransportException.Kind;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against our server, and against others. */
@Timeout(120)
class WebSocketClientTest {

  private static final DialOptions PATIENT = DialOptions.DEFAULT.withTimeout(Duration.ofMinutes(1));

  private static final String RIGHT =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Protocol: clasp\r\n\r\n";

  private final EventLoops loops = EventLoops.create("test", 1);
  private final Recorder recorder = new Recorder();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    loops.close();
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }

  private static byte[] frame(int payload) {
    byte[] b = bytes(FrameDescriptor.HEADER_LENGTH + payload);
    FrameDescriptor.writeHeader(b, 0, Qos.FIRE, payload);
    return b;
  }

  private static void write(FrameLink link, byte[] frame) {
    link.loop().execute(() -> link.write(frame, 0, frame.length));
  }

  private LinkServer server(String host, LinkAcceptor acceptor) {
    LinkServer server =
        keep(LinkServer.builder().host(host).loops(loops).acceptor(acceptor).build());
    server.start();
    return server;
  }

  private FrameLink connect(String uri, DialOptions options) throws Exception {
    return WebSocketClient.connect(URI.create(uri), loops, options, recorder)
        .get(60, TimeUnit.SECONDS);
  }

  private FrameLink connect(String uri) throws Exception {
    return connect(uri, PATIENT);
  }

  private TransportException failure(String uri, DialOptions options) {
    try {
      connect(uri, options);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TransportException failure) {
        return failure;
      }
      throw new AssertionError(e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("connected");
  }

  private TransportException failure(String uri) {
    return failure(uri, PATIENT);
  }

  private static void awaitEnd(Socket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (SocketException e) {
      // A reset is an end too.
    }
  }

  // --- with our server ---------------------------------------------------------------------------

  @Test
  void carriesFramesBothWays() throws Exception {
    Recorder far = new Recorder();
    LinkServer server = server("127.0.0.1", far);
    FrameLink link = connect("ws://127.0.0.1:" + server.address().getPort());

    for (int payload : new int[] {0, 121, 122, 1000, 65_535}) {
      write(link, frame(payload));
      assertThat(far.awaitFrame()).isEqualTo(frame(payload));
      write(far.link(), plain(FIN | BINARY, frame(payload)));
      assertThat(recorder.awaitFrame()).isEqualTo(frame(payload));
    }
    link.close(new CloseReason(1000, "done"));
    assertThat(far.awaitEnd()).isEqualTo(new CloseReason(1000, "done"));
    assertThat(recorder.awaitEnd()).isEqualTo(new CloseReason(1000, "done"));
  }

  @Test
  void learnsWhyTheServerCloses() throws Exception {
    Recorder far = new Recorder();
    LinkServer server = server("127.0.0.1", far);
    connect("ws://127.0.0.1:" + server.address().getPort() + "/clasp");
    server.close();

    assertThat(recorder.awaitEnd()).isEqualTo(new CloseReason(1001, "server is stopping"));
  }

  /** The listener usually begins with a HELLO. */
  @Test
  void whoAcceptsMayWriteAtOnce() throws Exception {
    Recorder far = new Recorder();
    LinkServer server = server("127.0.0.1", far);
    byte[] hello = frame(30);
    LinkAcceptor eager =
        link -> {
          link.write(hello, 0, hello.length);
          return recorder;
        };
    WebSocketClient.connect(
            URI.create("ws://127.0.0.1:" + server.address().getPort()), loops, PATIENT, eager)
        .get(60, TimeUnit.SECONDS);

    assertThat(far.awaitFrame()).isEqualTo(hello);
  }

  @Test
  void aFailureOfWhoAcceptsIsReported() throws Exception {
    Recorder far = new Recorder();
    LinkServer server = server("127.0.0.1", far);
    try (ErrorLog log = ErrorLog.open()) {
      CompletableFuture<FrameLink> connecting =
          WebSocketClient.connect(
              URI.create("ws://127.0.0.1:" + server.address().getPort()),
              loops,
              PATIENT,
              _ -> {
                throw new IllegalStateException("bug");
              });

      assertThatThrownBy(() -> connecting.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(TransportException.class)
          .hasMessageContaining("the program that wanted it failed");
      assertThat(far.awaitEnd().code()).isIn(CloseReason.INTERNAL_ERROR, CloseReason.ABNORMAL);
      assertThat(log.lines()).hasSize(1);
    }
  }

  @Test
  void connectsToIpv6Literals() throws Exception {
    Assumptions.assumeTrue(
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .anyMatch(a -> a instanceof Inet6Address && a.isLoopbackAddress()),
        "this machine has no ::1");
    Recorder far = new Recorder();
    LinkServer server = server("::1", far);
    FrameLink link = connect("ws://[::1]:" + server.address().getPort() + "/clasp");
    write(link, frame(5));

    assertThat(far.awaitFrame()).isEqualTo(frame(5));
    assertThat(failure("ws://[::1]:1").getMessage()).startsWith("nobody listens on [::1]:1: ");
  }

  // --- the request -------------------------------------------------------------------------------

  @Test
  void asksAsTheStandardSays() throws Exception {
    FakeServer server = keep(FakeServer.answering(RIGHT));
    DialOptions options =
        new DialOptions(
            Duration.ofMinutes(1),
            Map.of("X-Token", "abc", "Origin", "http://localhost"),
            true,
            ClientTls.DEFAULT,
            1000,
            Duration.ZERO);
    connect("ws://127.0.0.1:" + server.port() + "/a%20b/c?x=1&y=%2F#part", options);

    String request = server.awaitRequest();
    assertThat(request).startsWith("GET /a%20b/c?x=1&y=%2F HTTP/1.1\r\n");
    assertThat(List.of(request.split("\r\n", -1)))
        .contains(
            "host: 127.0.0.1:" + server.port(),
            "upgrade: websocket",
            "connection: Upgrade",
            "sec-websocket-version: 13",
            "sec-websocket-protocol: clasp",
            "X-Token: abc",
            "Origin: http://localhost");
    assertThat(request).containsPattern("sec-websocket-key: [A-Za-z0-9+/]{22}==\r\n");
    assertThat(request).doesNotContainIgnoringCase("extensions");
  }

  @Test
  void resolvesNamesAndTakesUserNamesForNothing() throws Exception {
    FakeServer server = keep(FakeServer.answering(RIGHT));
    connect("WS://user:secret@localhost:" + server.port());

    assertThat(server.awaitRequest())
        .startsWith("GET / HTTP/1.1\r\n")
        .contains("host: localhost:" + server.port() + "\r\n")
        .doesNotContain("secret");
  }

  /** Names of containers have underscores, which java.net.URI takes for no host. */
  @Test
  void takesNamesWithUnderscores() {
    // Too long for a name: nobody has to be asked, on machines without a name server too.
    String host = "no_such_host" + "x".repeat(64) + ".invalid";
    TransportException e = failure("ws://" + host + ":7330");

    assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(e.getMessage())
        .isEqualTo("unknown host " + host + ": check the URL ws://" + host + ":7330");
  }

  // --- the answer --------------------------------------------------------------------------------

  @Test
  void takesFramesRightBehindTheAnswer() throws Exception {
    FakeServer server =
        keep(
            FakeServer.start((socket, request) ->
                socket
                    .getOutputStream()
                    .write(
                        Wire.concat(
                            FakeServer.answer(RIGHT, request),
                            plain(FIN | BINARY, bytes(20)),
                            plain(FIN | BINARY, bytes(300))))));
    connect("ws://127.0.0.1:" + server.port());

    assertThat(recorder.awaitFrame()).isEqualTo(bytes(20));
    assertThat(recorder.awaitFrame()).isEqualTo(bytes(300));
  }

  @Test
  void takesAServerWithoutSubprotocolIfToldTo() throws Exception {
    FakeServer server =
        keep(FakeServer.answering(RIGHT.replace("Sec-WebSocket-Protocol: clasp\r\n", "")));
    String uri = "ws://127.0.0.1:" + server.port();

    assertThat(failure(uri).getMessage())
        .isEqualTo(uri + " does not speak the subprotocol clasp: is this a CLASP router?");
    DialOptions lax =
        new DialOptions(
            Duration.ofMinutes(1), Map.of(), false, ClientTls.DEFAULT, 1000, Duration.ZERO);
    assertThat(connect(uri, lax).transport()).isEqualTo("websocket");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Accept: ACCEPT | Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo= | gave a wrong Sec-WebSocket-Accept",
        "Sec-WebSocket-Accept: ACCEPT | X: y | gave a wrong Sec-WebSocket-Accept",
        "Protocol: clasp | Protocol: chat | does not speak the subprotocol clasp",
        "Upgrade: websocket | Upgrade: h2c | switched to something that is no WebSocket",
        "Connection: Upgrade | Connection: close | switched to something that is no WebSocket",
        "Connection: | Sec-WebSocket-Extensions: permessage-deflate; X: y, Connection: | uses an extension that was not asked for",
        "101 Switching Protocols | 200 OK | answered 200 OK instead of a WebSocket",
        "101 Switching Protocols | 403 Forbidden | answered 403 Forbidden instead of a WebSocket",
        "HTTP/1.1 101 | SSH-2.0 | did not answer in HTTP",
      })
  void saysWhatIsWrongWithTheAnswer(String right, String wrong, String text) throws Exception {
    String answer =
        wrong.startsWith("Sec-WebSocket-Extensions")
            ? RIGHT.replace("Connection:", "Sec-WebSocket-Extensions: x\r\nConnection:")
            : RIGHT.replace(right, wrong);
    assertThat(answer).isNotEqualTo(RIGHT);
    FakeServer server = keep(FakeServer.answering(answer));
    String uri = "ws://127.0.0.1:" + server.port();

    TransportException e = failure(uri + "/?token=secret");

    assertThat(e.kind()).isEqualTo(Kind.HANDSHAKE);
    assertThat(e.getMessage()).isEqualTo(uri + "/ " + text + ": is this a CLASP router?");
    awaitEnd(server.awaitSocket());
    assertThat(recorder.ends).isEmpty();
  }

  @Test
  void saysThatTheOtherSideHungUp() throws Exception {
    FakeServer server = keep(FakeServer.start((socket, _) -> socket.close()));

    assertThat(failure("ws://127.0.0.1:" + server.port()).getMessage())
        .contains("closed the connection before the WebSocket was open");
  }

  @Test
  void saysThatNobodyListens() throws Exception {
    int port = FreePort.find();

    TransportException e = failure("ws://127.0.0.1:" + port);

    assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(e.getMessage())
        .isEqualTo(
            "nobody listens on 127.0.0.1:"
                + port
                + ": is the router running? Start it with: clasp server");
  }

  @Test
  void givesUpWhenNoAnswerComes() throws Exception {
    FakeServer server = keep(FakeServer.start((_, _) -> {}));
    String uri = "ws://127.0.0.1:" + server.port();

    TransportException e = failure(uri, DialOptions.DEFAULT.withTimeout(Duration.ofMillis(300)));

    assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
    // On a slow machine it may not even have connected.
    assertThat(e.getMessage())
        .isIn(
            uri + " did not answer the WebSocket request in time: is this a CLASP router?",
            "no answer from 127.0.0.1:"
                + server.port()
                + ": is the address right, is a firewall in the way?");
  }

  @Test
  void cancellingGivesUp() throws Exception {
    FakeServer server = keep(FakeServer.start((_, _) -> {}));
    CompletableFuture<FrameLink> connecting =
        WebSocketClient.connect(
            URI.create("ws://127.0.0.1:" + server.port()), loops, PATIENT, recorder);
    server.awaitRequest();
    Socket socket = server.awaitSocket();
    connecting.cancel(false);

    awaitEnd(socket);
    assertThat(recorder.ends).isEmpty();
  }

  @Test
  void closedLoopsAreAFailureNotAnException() {
    EventLoops closed = EventLoops.create("closed", 1);
    closed.close();

    CompletableFuture<FrameLink> connecting =
        WebSocketClient.connect(URI.create("ws://127.0.0.1:1"), closed, PATIENT, recorder);

    assertThat(connecting).isCompletedExceptionally();
  }

  // --- URLs --------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://localhost | cannot use http://localhost: it must start with ws://, wss://, tcp://, tls://, quic:// or udp://",
        "localhost:7330 | cannot use localhost:7330: it must start with ws://, wss://, tcp://, tls://, quic:// or udp://",
        "'' | cannot use : it must start with ws://, wss://, tcp://, tls://, quic:// or udp://",
        "not-a-url | cannot use not-a-url: it must start with ws://, wss://, tcp://, tls://, quic:// or udp://",
        "ws:localhost | cannot use ws:localhost: the host is missing, as in ws://localhost:7330",
        "ws:///path | cannot use ws:///path: the host is missing, as in ws://localhost:7330",
        "ws://:7330 | cannot use ws://:7330: this is no host with a port, as in ws://localhost:7330",
        "ws://a:b:c/ | cannot use ws://a:b:c/: this is no host with a port, as in ws://localhost:7330",
        "ws://localhost:99999 | cannot use ws://localhost:99999: the port must be 1 to 65535",
        "ws://under_score:99999 | cannot use ws://under_score:99999: the port must be 1 to 65535",
        "ws://localhost:0 | cannot use ws://localhost:0: the port must be 1 to 65535",
        "http://me:secret@h/p?token=secret#secret | cannot use http://h/p: it must start with ws://, wss://, tcp://, tls://, quic:// or udp://",
      })
  void saysWhatIsWrongWithTheUrl(String uri, String text) {
    TransportException e = failure(uri);

    assertThat(e.kind()).isEqualTo(Kind.BAD_URL);
    assertThat(e.getMessage()).isEqualTo(text);
  }

  @Test
  void refusesATimeoutThatHasPassed() {
    assertThatThrownBy(() -> PATIENT.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("timeout must be longer than 0");
  }

  // --- TLS ---------------------------------------------------------------------------------------

  @Test
  void speaksTlsAndTrustsWhomItShould(@TempDir Path folder) throws Exception {
    Certificates certificates = Certificates.create(folder);
    FakeServer server =
        keep(
            FakeServer.start(
                certificates
                    .server()
                    .getServerSocketFactory()
                    .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1")),
                (socket, request) ->
                    socket
                        .getOutputStream()
                        .write(
                            Wire.concat(
                                FakeServer.answer(RIGHT, request),
                                plain(FIN | BINARY, bytes(20))))));
    String uri = "wss://localhost:" + server.port();

    TransportException unknown = failure(uri);
    assertThat(unknown.kind()).isEqualTo(Kind.HANDSHAKE);
    assertThat(unknown.getMessage())
        .startsWith(uri + " has a certificate that is not trusted here")
        .contains("--ca FILE");

    DialOptions trusting = trusting(certificates);
    FrameLink link = connect(uri, trusting);
    assertThat(recorder.awaitFrame()).isEqualTo(bytes(20));
    link.close(new CloseReason(1000, ""));

    // The certificate is for localhost, not for its address.
    TransportException otherName = failure("wss://127.0.0.1:" + server.port(), trusting);
    assertThat(otherName.kind()).isEqualTo(Kind.HANDSHAKE);
    assertThat(otherName.getMessage()).contains("127.0.0.1");

    // Plain to TLS.
    TransportException plain = failure("ws://localhost:" + server.port());
    assertThat(plain.kind()).isEqualTo(Kind.HANDSHAKE);
  }

  private static DialOptions trusting(Certificates certificates) throws IOException {
    return new DialOptions(
        Duration.ofMinutes(1),
        Map.of(),
        true,
        ClientTls.trusting(new ClientTls.Trust.Authorities(List.of(certificates.certificate()))),
        1000,
        Duration.ZERO);
  }

  @Test
  void saysThatTheServerSpeaksNoTls() throws Exception {
    LinkServer server =
        keep(
            LinkServer.builder()
                .loops(loops)
                .limits(ConnectionLimits.DEFAULT.withHandshake(Duration.ofMinutes(10)))
                .acceptor(recorder)
                .build());
    server.start();

    TransportException e = failure("wss://localhost:" + server.address().getPort());
    assertThat(e.kind()).isEqualTo(Kind.HANDSHAKE);

    FakeServer talkative =
        keep(
            FakeServer.start(
                new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), (_, _) -> {}));
    CompletableFuture<FrameLink> connecting =
        WebSocketClient.connect(
            URI.create("wss://localhost:" + talkative.port()), loops, PATIENT, recorder);
    talkative.awaitSocket().getOutputStream().write(Wire.utf8("HTTP/1.1 400 Bad\r\n\r\n"));
    assertThatThrownBy(() -> connecting.get(60, TimeUnit.SECONDS))
        .hasMessageContaining("does not speak TLS: use ws:// instead of wss://");
  }
}
