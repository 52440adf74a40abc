package dev.clasp.transport;

import static dev.clasp.transport.Wire.BINARY;
import static dev.clasp.transport.Wire.FIN;
import static dev.clasp.transport.Wire.PING;
import static dev.clasp.transport.Wire.PONG;
import static dev.clasp.transport.Wire.bytes;
import static dev.clasp.transport.Wire.concat;
import static dev.clasp.transport.Wire.masked;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does with the first bytes of a connection. */
class HttpEntryTest {

  /** The example of RFC 6455 section 1.3. */
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private final Recorder recorder = new Recorder();
  private final List<HttpQuery> queries = new ArrayList<>();
  private final EventLoops loops = EventLoops.create("unused", 1);
  private final LinkServer.Builder builder =
      LinkServer.builder()
          .loops(loops)
          .acceptor(recorder)
          .pingInterval(Duration.ZERO)
          .http(query -> {
            queries.add(query);
            return HttpReply.text(200, "page of " + query.path() + "\n");
          });

  @AfterEach
  void stop() {
    loops.close();
  }

  private EmbeddedPeer connect() {
    return EmbeddedPeer.ofServer(builder.build());
  }

  private static String upgrade(String... more) {
    return upgradeOf("GET / HTTP/1.1", KEY, "13", more);
  }

  private static String upgradeOf(String line, String key, String version, String... more) {
    return line
        + "\r\nHost: localhost:7330\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + (key.isEmpty() ? "" : "Sec-WebSocket-Key: " + key + "\r\n")
        + (version.isEmpty() ? "" : "Sec-WebSocket-Version: " + version + "\r\n")
        + String.join("", Arrays.stream(more).map(header -> header + "\r\n").toList())
        + "\r\n";
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Status line and headers of one answer, names in lower case. */
  private record Answer(int status, Map<String, String> headers, String body) {

    static Answer of(String text) {
      List<Answer> all = all(text);
      assertThat(all).as(text).hasSize(1);
      return all.getFirst();
    }

    /** Answers with a Content-Length or none at all. */
    static List<Answer> all(String text) {
      List<Answer> answers = new ArrayList<>();
      String rest = text;
      while (!rest.isEmpty()) {
        int end = rest.indexOf("\r\n\r\n");
        assertThat(end).as("end of head: " + rest).isPositive();
        String[] lines = rest.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = new java.util.HashMap<>();
        for (int i = 1; i < lines.length; i++) {
          int colon = lines[i].indexOf(':');
          String name = lines[i].substring(0, colon).toLowerCase(java.util.Locale.ROOT);
          assertThat(headers.put(name, lines[i].substring(colon + 1).trim())).as(name).isNull();
        }
        int status = Integer.parseInt(lines[0].split(" ", -1)[1]);
        assertThat(lines[0]).startsWith("HTTP/1.1 ");
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        int from = end + 4;
        int to = Math.min(from + length, rest.length());
        answers.add(new Answer(status, headers, rest.substring(from, to)));
        rest = rest.substring(to);
      }
      return answers;
    }
  }

  // --- answers that take their time --------------------------------------------------------------

  /** Answers when the test says so. */
  private static final class SlowPages implements HttpHandler {
    private final List<Consumer<HttpReply>> waiting = new ArrayList<>();

    @Override
    public HttpReply handle(HttpQuery query) {
      throw new AssertionError("the other one is asked");
    }

    @Override
    public void handle(HttpQuery query, Consumer<HttpReply> answer) {
      waiting.add(answer);
    }
  }

  @Test
  void anAnswerMayTakeItsTime() {
    SlowPages pages = new SlowPages();
    builder.http(pages);
    try (EmbeddedPeer peer = connect()) {
      for (String path : List.of("/1", "/2")) {
        peer.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(peer.receivedText()).isEmpty();
        pages.waiting.removeFirst().accept(HttpReply.text(200, path));
        assertThat(Answer.of(peer.receivedText()).body()).isEqualTo(path);
      }
      assertThat(peer.isOpen()).isTrue();
    }
  }

  @Test
  void whoeverDoesNotWaitForItIsClosed() {
    SlowPages pages = new SlowPages();
    builder.http(pages);
    for (String next : List.of("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n", upgrade())) {
      try (EmbeddedPeer peer = connect()) {
        peer.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
        peer.send(next);
        assertThat(peer.isOpen()).isFalse();
        pages.waiting.removeFirst().accept(HttpReply.text(200, "late"));
        assertThat(peer.receivedText()).isEmpty();
      }
    }
  }

  @Test
  void everyProxyOnTheWayIsSeen() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(
          "GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.0.0.1\r\n"
              + "Accept: a\r\nAccept: b\r\n\r\n");

      assertThat(queries.getFirst().headers())
          .containsEntry("x-forwarded-for", "192.0.2.1, 10.0.0.1")
          .containsEntry("accept", "b");
    }
  }

  // --- upgrade -----------------------------------------------------------------------------------

  @Test
  void upgrades() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(upgrade());

      assertThat(peer.receivedText())
          .isEqualTo(
              "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                  + "sec-websocket-accept: "
                  + ACCEPT
                  + "\r\n\r\n");
      peer.send(masked(FIN | BINARY, bytes(40)), masked(FIN | PING));
      assertThat(recorder.taken()).containsExactly(bytes(40));
      assertThat(peer.receivedFrames()).containsExactly(SentFrame.of(FIN | PONG));
      assertThat(queries).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sec-WebSocket-Protocol: clasp | clasp",
        "Sec-WebSocket-Protocol: chat, clasp , soap | clasp",
        "Sec-WebSocket-Protocol: chat,clasp | clasp",
        "sec-websocket-protocol:clasp | clasp",
        "Sec-WebSocket-Protocol: chat | ''",
        "Sec-WebSocket-Protocol: CLASP | ''",
        "Sec-WebSocket-Protocol: clasp2 | ''",
        "Sec-WebSocket-Protocol: | ''",
      })
  void answersTheSubprotocolIfOffered(String header, String expected) {
    try (EmbeddedPeer peer = connect()) {
      peer.send(upgrade(header));

      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.headers().getOrDefault("sec-websocket-protocol", "")).isEqualTo(expected);
    }
  }

  @Test
  void findsTheSubprotocolInAnyHeaderLine() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(upgrade("Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: clasp"));

      assertThat(Answer.of(peer.receivedText()).headers())
          .containsEntry("sec-websocket-protocol", "clasp");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/clasp", "/clasp?token=x", "/any/path/at/all", "*", "http://h/clasp"})
  void ignoresThePath(String target) {
    try (EmbeddedPeer peer = connect()) {
      peer.send(upgradeOf("GET " + target + " HTTP/1.1", KEY, "13"));

      assertThat(Answer.of(peer.receivedText()).status()).isEqualTo(101);
    }
  }

  @Test
  void declinesCompression() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(
          upgrade(
              "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits,"
                  + " permessage-deflate"));
      assertThat(Answer.of(peer.receivedText()).headers())
          .doesNotContainKey("sec-websocket-extensions");

      peer.send(masked(FIN | 0x40 | BINARY, bytes(10)));
      assertThat(peer.receivedFrames().getFirst().closeCode()).isEqualTo(1002);
      assertThat(recorder.taken()).isEmpty();
    }
  }

  @Test
  void readsHeadersAsTheStandardAllows() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(
          "GET /x HTTP/1.1\r\nhost:h\r\nUPGRADE:WebSocket\r\nconnection: keep-alive ,  UPGRADE\r\n"
              + "SEC-WEBSOCKET-KEY:   "
              + KEY
              + "\r\nsec-websocket-version:13\r\n\r\n");

      assertThat(Answer.of(peer.receivedText()).headers())
          .containsEntry("sec-websocket-accept", ACCEPT);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 50})
  void takesTheRequestInPieces(int size) {
    byte[] stream = concat(ascii(upgrade("Sec-WebSocket-Protocol: clasp")), FRAMES);
    try (EmbeddedPeer peer = connect()) {
      for (int at = 0; at < stream.length; at += size) {
        peer.send(Arrays.copyOfRange(stream, at, Math.min(at + size, stream.length)));
      }

      checkUpgradedWithFrames(peer);
    }
  }

  private static final byte[] FRAMES =
      concat(
          masked(FIN | BINARY, bytes(20)),
          masked(FIN | PING, bytes(3)),
          masked(FIN | BINARY, bytes(300)));

  private void checkUpgradedWithFrames(EmbeddedPeer peer) {
    byte[] received = peer.received();
    String text = new String(received, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n") + 4;
    assertThat(Answer.of(text.substring(0, end)).status()).isEqualTo(101);
    assertThat(SentFrame.all(Arrays.copyOfRange(received, end, received.length)))
        .containsExactly(SentFrame.of(FIN | PONG, bytes(3)));
    assertThat(recorder.taken()).containsExactly(bytes(20), bytes(300));
    assertThat(recorder.reads).as("told that a read is over").hasPositiveValue();
  }

  /** A client need not, but some do: frames right behind the request. */
  @Test
  void framesBehindTheRequestAreNotLost() {
    byte[] stream = concat(ascii(upgrade()), FRAMES);
    int request = stream.length - FRAMES.length;
    for (int split = request - 3; split <= stream.length; split++) {
      recorder.reads.set(0);
      try (EmbeddedPeer peer = connect()) {
        peer.send(Arrays.copyOf(stream, split));
        peer.send(Arrays.copyOfRange(stream, split, stream.length));

        checkUpgradedWithFrames(peer);
      }
    }
  }

  @Test
  void whoAcceptsMayWriteAtOnce() {
    builder.acceptor(link -> {
      link.write(SERVER_FRAME, 0, SERVER_FRAME.length);
      return recorder;
    });
    try (EmbeddedPeer peer = connect()) {
      peer.send(concat(ascii(upgrade()), FRAMES));

      byte[] received = peer.received();
      int end = new String(received, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
      assertThat(SentFrame.all(Arrays.copyOfRange(received, end, received.length)))
          .containsExactly(
              SentFrame.of(FIN | BINARY, bytes(20)), SentFrame.of(FIN | PONG, bytes(3)));
      assertThat(recorder.taken()).hasSize(2);
    }
  }

  private static final byte[] SERVER_FRAME = Wire.plain(FIN | BINARY, bytes(20));

  @Test
  void aFailureOfWhoAcceptsEndsThatConnection() {
    builder.acceptor(_ -> {
      throw new IllegalStateException("bug in the acceptor");
    });
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = connect()) {
      peer.send(concat(ascii(upgrade()), FRAMES));

      byte[] received = peer.received();
      int end = new String(received, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
      assertThat(SentFrame.all(Arrays.copyOfRange(received, end, received.length)))
          .containsExactly(SentFrame.close(1011, "internal error"));
      peer.advance(Duration.ofSeconds(2));
      assertThat(peer.isOpen()).isFalse();
      assertThat(log.lines()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST / HTTP/1.1 | dGhlIHNhbXBsZSBub25jZQ== | 13 | 400 | a WebSocket starts with GET",
        "HEAD / HTTP/1.1 | dGhlIHNhbXBsZSBub25jZQ== | 13 | 400 | ''",
        "GET / HTTP/1.0 | dGhlIHNhbXBsZSBub25jZQ== | 13 | 400 | a WebSocket starts with GET and HTTP/1.1",
        "GET / HTTP/1.1 | '' | 13 | 400 | Sec-WebSocket-Key must be 16 bytes in base64",
        "GET / HTTP/1.1 | not base64! | 13 | 400 | Sec-WebSocket-Key must be 16 bytes in base64",
        "GET / HTTP/1.1 | c2hvcnQ= | 13 | 400 | Sec-WebSocket-Key must be 16 bytes in base64",
        "GET / HTTP/1.1 | dGhlIHNhbXBsZSBub25jZTE3IQ== | 13 | 400 | Sec-WebSocket-Key must be 16 bytes",
        "GET / HTTP/1.1 | dGhlIHNhbXBsZSBub25jZQ== | '' | 426 | the WebSocket version must be 13",
        "GET / HTTP/1.1 | dGhlIHNhbXBsZSBub25jZQ== | 8 | 426 | the WebSocket version must be 13",
        "GET / HTTP/1.1 | dGhlIHNhbXBsZSBub25jZQ== | 13, 8 | 426 | the WebSocket version must be 13",
      })
  void refusesABadRequest(String line, String key, String version, int status, String text) {
    try (EmbeddedPeer peer = connect()) {
      peer.send(upgradeOf(line, key, version));

      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.body()).startsWith(text);
      assertThat(answer.headers()).containsEntry("connection", "close");
      if (status == 426) {
        assertThat(answer.headers()).containsEntry("sec-websocket-version", "13");
      }
      assertThat(peer.isOpen()).isFalse();
      assertThat(recorder.ends).isEmpty();
    }
  }

  @Test
  void refusesAnUpgradeThatTheConnectionHeaderDoesNotName() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(upgrade().replace("Connection: Upgrade", "Connection: keep-alive"));

      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains("Connection header must hold Upgrade");
    }
  }

  @Test
  void refusesForeignPages() {
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = connect()) {
      peer.send(upgrade("Origin: https://evil.example/\u00e9\u0090"));

      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body())
          .isEqualTo(
              "pages of https://evil.example/?? may not connect; allow the origin in the"
                  + " router's settings\n");
      assertThat(peer.isOpen()).isFalse();
      // With nothing in it that a terminal would obey.
      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains("https://evil.example/??")
          .matches("[\\x20-\\x7e]*");
    }
  }

  @Test
  void reportsRefusalsOnceInAWhile() {
    LinkServer server = builder.build();
    try (ErrorLog log = ErrorLog.open()) {
      for (int i = 0; i < 100; i++) {
        try (EmbeddedPeer peer = EmbeddedPeer.ofServer(server)) {
          peer.send(upgrade("Origin: https://evil" + i + ".example"));
          assertThat(Answer.of(peer.receivedText()).status()).isEqualTo(403);
        }
      }
      assertThat(log.lines()).hasSize(1);
    }
  }

  @Test
  void allowsConfiguredAndLocalPages() {
    builder.origins(new OriginPolicy(Set.of("https://show.example")));
    for (String origin : List.of("https://show.example", "http://localhost:3000")) {
      try (EmbeddedPeer peer = connect()) {
        peer.send(upgrade("Origin: " + origin));
        assertThat(Answer.of(peer.receivedText()).status()).isEqualTo(101);
      }
    }
  }

  // --- plain HTTP --------------------------------------------------------------------------------

  @Test
  void answersRequestsOneAfterTheOther() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET /a?x=1&y HTTP/1.1\r\nHost: h\r\nX-Thing: one\r\nX-Thing: two\r\n\r\n");
      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("page of /a\n");
      assertThat(answer.headers())
          .containsEntry("content-type", "text/plain; charset=utf-8")
          .containsEntry("x-content-type-options", "nosniff")
          .doesNotContainKey("connection");
      HttpQuery query = queries.getFirst();
      assertThat(query.method()).isEqualTo("GET");
      assertThat(query.query()).isEqualTo("x=1&y");
      assertThat(query.header("x-thing")).hasValue("two");
      assertThat(query.header("host")).hasValue("h");
      assertThat(query.header("cookie")).isEmpty();
      assertThat(query.body()).isEmpty();

      peer.send("POST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");
      assertThat(Answer.of(peer.receivedText()).body()).isEqualTo("page of /b\n");
      assertThat(queries.get(1).body()).isEqualTo(ascii("hello"));

      peer.send(upgrade());
      assertThat(Answer.of(peer.receivedText()).status()).isEqualTo(101);
    }
  }

  @Test
  void answersRequestsThatCameTogether() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(
          concat(
              ascii("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"), ascii(upgrade()), FRAMES));

      byte[] received = peer.received();
      String text = new String(received, StandardCharsets.ISO_8859_1);
      int upgraded = text.indexOf("HTTP/1.1 101");
      assertThat(Answer.all(text.substring(0, upgraded)))
          .extracting(Answer::body)
          .containsExactly("page of /1\n", "page of /2\n");
      assertThat(recorder.taken()).containsExactly(bytes(20), bytes(300));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "POST", "PATCH", "DELETE", "OPTIONS", "REPORT"})
  void everyMethodMayHaveABody(String method) {
    try (EmbeddedPeer peer = connect()) {
      peer.send(method + " /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");

      assertThat(Answer.of(peer.receivedText()).status()).isEqualTo(200);
      assertThat(queries.getFirst().method()).isEqualTo(method);
      assertThat(queries.getFirst().body()).isEqualTo(ascii("hello"));
    }
  }

  @Test
  void asksForTheBodyOfWhomWaitsForThat() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("PUT /a HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      assertThat(peer.receivedText()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(queries).isEmpty();
      peer.send("hello");
      assertThat(Answer.of(peer.receivedText()).body()).isEqualTo("page of /a\n");
    }
    try (EmbeddedPeer peer = connect()) {
      peer.send("PUT /a HTTP/1.1\r\nContent-Length: 999999\r\nExpect: 100-continue\r\n\r\n");
      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).isEqualTo("the body is longer than 524288 bytes\n");
    }
  }

  @Test
  void unpacksABody() throws Exception {
    java.io.ByteArrayOutputStream packed = new java.io.ByteArrayOutputStream();
    try (var gzip = new java.util.zip.GZIPOutputStream(packed)) {
      gzip.write(ascii("hello"));
    }
    try (EmbeddedPeer peer = connect()) {
      peer.send(
          ascii(
              "PUT /a HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: "
                  + packed.size()
                  + "\r\n\r\n"),
          packed.toByteArray());

      assertThat(Answer.of(peer.receivedText()).status()).isEqualTo(200);
      assertThat(queries.getFirst().body()).isEqualTo(ascii("hello"));
      assertThat(queries.getFirst().headers())
          .doesNotContainKey("content-encoding")
          .containsEntry("content-length", "5");
    }
  }

  @Test
  void packsAnAnswerForWhomLikesIt() {
    builder.http(_ -> HttpReply.text(200, "x".repeat(5000)));
    try (EmbeddedPeer peer = connect()) {
      for (String method : List.of("GET", "HEAD")) {
        peer.send(method + " / HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n");

        Answer answer = Answer.of(peer.receivedText());
        assertThat(answer.headers())
            .containsEntry("content-encoding", "gzip")
            .containsEntry("vary", "Accept-Encoding");
        assertThat(Integer.parseInt(answer.headers().get("content-length"))).isLessThan(200);
        assertThat(answer.body().isEmpty()).isEqualTo(method.equals("HEAD"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304})
  void anAnswerThatHasNoBodySaysNoLength(int status) {
    builder.http(_ -> HttpReply.text(status, ""));
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET / HTTP/1.1\r\n\r\n");

      assertThat(Answer.of(peer.receivedText()).headers())
          .doesNotContainKeys("content-length", "content-type");
      assertThat(peer.isOpen()).isTrue();
    }
  }

  @Test
  void everyAnswerIsProtectedAlsoARefusal() {
    for (String request :
        List.of(
            "GET /a HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n",
            "GET\r\n\r\n")) {
      try (EmbeddedPeer peer = connect()) {
        peer.send(request);

        assertThat(Answer.of(peer.receivedText()).headers())
            .as(request)
            .containsEntry("x-content-type-options", "nosniff")
            .containsEntry("x-frame-options", "DENY")
            .containsEntry("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
            .containsEntry("referrer-policy", "no-referrer")
            .containsEntry("cross-origin-resource-policy", "same-origin")
            .containsEntry("cache-control", "no-store")
            .doesNotContainKey("access-control-allow-origin");
      }
    }
  }

  @Test
  void answersHeadWithoutABody() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("HEAD /a HTTP/1.1\r\n\r\n");

      String text = peer.receivedText();
      assertThat(text).endsWith("\r\n\r\n").contains("content-length: 11\r\n");
      assertThat(peer.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /a HTTP/1.0\r\n\r\n",
        "GET /a HTTP/1.1\r\nConnection: close\r\n\r\n",
        "HEAD /a HTTP/1.0\r\n\r\n"
      })
  void closesWhenTheClientWantsIt(String request) {
    try (EmbeddedPeer peer = connect()) {
      peer.send(request + "GET /unseen HTTP/1.1\r\n\r\n");

      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(peer.isOpen()).isFalse();
      assertThat(queries).hasSize(1);
    }
  }

  @Test
  void keepsAnOldClientThatAsksForIt() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

      assertThat(Answer.of(peer.receivedText()).headers())
          .containsEntry("connection", "keep-alive");
      assertThat(peer.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://router.example:7330/health?x, /health",
    "http://router.example, /",
    "/a//b, /a//b",
    "*, *",
    "/x?u=http://y/z, /x",
  })
  void takesEveryFormOfTarget(String target, String path) {
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET " + target + " HTTP/1.1\r\n\r\n");

      assertThat(Answer.of(peer.receivedText()).body()).isEqualTo("page of " + path + "\n");
    }
  }

  @Test
  void aFailureOfAPageIsAnAnswer() {
    builder.http(_ -> {
      throw new IllegalStateException("bug in the page");
    });
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = connect()) {
      peer.send("GET /\u001b[31m HTTP/1.1\r\n\r\n");

      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.body()).isEqualTo("internal error\n");
      assertThat(peer.isOpen()).isTrue();
      assertThat(log.lines()).containsExactly("ERROR answering GET /?[31m failed");
    }
  }

  @Test
  void withoutPagesItAnswersProbes() {
    builder.http(HttpHandler::probesOnly);
    try (EmbeddedPeer peer = connect()) {
      for (String path : List.of("/", "/health", "/healthz")) {
        peer.send("GET " + path + " HTTP/1.1\r\n\r\n");
        assertThat(Answer.of(peer.receivedText()).body()).isEqualTo("ok\n");
      }
      peer.send("GET /other HTTP/1.1\r\n\r\n");
      Answer other = Answer.of(peer.receivedText());
      assertThat(other.status()).isEqualTo(426);
      assertThat(other.headers()).containsEntry("upgrade", "websocket");
      peer.send("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
      assertThat(Answer.of(peer.receivedText()).status()).isEqualTo(426);
    }
  }

  // --- too much, or not HTTP ---------------------------------------------------------------------

  private void endsWith(int status, byte[] bytes, int piece) {
    try (EmbeddedPeer peer = connect()) {
      for (int at = 0; at < bytes.length; at += piece) {
        peer.send(Arrays.copyOfRange(bytes, at, Math.min(at + piece, bytes.length)));
      }

      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(peer.isOpen()).isFalse();
      assertThat(queries).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 65_536})
  void refusesALargeHead(int piece) {
    endsWith(431, ascii("GET /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n"), piece);
    endsWith(431, ascii("GET / HTTP/1.1\r\nX: " + "x".repeat(100_000) + "\r\n\r\n"), piece);
    endsWith(431, ascii("GET / HTTP/1.1\r\n" + "X: 12345678\r\n".repeat(8_000)), piece);
    endsWith(431, ascii(upgrade("Cookie: " + "x".repeat(100_000))), piece);
  }

  @Test
  void takesAHeadOfNearlyEightKilobytes() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET / HTTP/1.1\r\nCookie: " + "x".repeat(8_000) + "\r\n\r\n");

      assertThat(Answer.of(peer.receivedText()).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\r\n\r\n",
        "\r\n\r\nnonsense nonsense\r\n\r\n",
        "GET / HTTP/9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      })
  void refusesWhatIsNotHttp(String text) {
    endsWith(400, ascii(text), 1000);
  }

  @Test
  void refusesALargeBody() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 524289\r\n\r\n");

      assertThat(peer.receivedText()).startsWith("HTTP/1.1 413 ");
      assertThat(peer.isOpen()).isFalse();
      assertThat(queries).isEmpty();
    }
  }

  @Test
  void whoeverAnswersSaysHowARefusalLooks() {
    builder.http(
        new HttpHandler() {
          @Override
          public HttpReply handle(HttpQuery query) {
            return HttpReply.text(200, "ok\n");
          }

          @Override
          public HttpReply refused(String path, HttpReply refusal) {
            return new HttpReply(
                refusal.status(),
                "application/problem+json",
                path.getBytes(StandardCharsets.UTF_8));
          }
        });
    try (EmbeddedPeer peer = connect()) {
      peer.send("PUT /a?b=c HTTP/1.1\r\nContent-Length: 524289\r\n\r\n");
      Answer answer = Answer.of(peer.receivedText());
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).isEqualTo("/a");
    }
  }

  @Test
  void aBodyThatGrowsIsStoppedAtTheLimit() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (int i = 0; i < 100 && peer.isOpen(); i++) {
        peer.send("4000\r\n" + "x".repeat(0x4000) + "\r\n");
      }
      peer.advance(Duration.ofSeconds(5));

      assertThat(peer.receivedText()).startsWith("HTTP/1.1 413 ");
      assertThat(peer.isOpen()).isFalse();
      assertThat(queries).isEmpty();
    }
  }

  @Test
  void answersNobodyWhoDoesNotRead() {
    builder.http(_ -> HttpReply.text(200, "x".repeat(1000)));
    try (EmbeddedPeer peer = connect()) {
      peer.stopTaking();
      for (int i = 0; i < 100; i++) {
        peer.send("GET /status HTTP/1.1\r\n\r\n");
      }

      assertThat(peer.isOpen()).isFalse();
    }
  }

  /** Thousands of requests in one read would keep the loop from all others. */
  @Test
  void answersAFewRequestsAtOnceAndNotThousands() {
    try (EmbeddedPeer peer = connect()) {
      for (int i = 0; i < 3; i++) {
        peer.send("GET /status HTTP/1.1\r\n\r\n".repeat(16));
        assertThat(Answer.all(peer.receivedText())).hasSize(16);
      }
      peer.send("GET /status HTTP/1.1\r\n\r\n".repeat(2000));

      assertThat(queries).hasSize(4 * 16);
      assertThat(peer.isOpen()).isFalse();
    }
  }

  // --- deadlines ---------------------------------------------------------------------------------

  @Test
  void anIdleConnectionIsClosed() {
    try (EmbeddedPeer peer = connect()) {
      peer.advance(Duration.ofMillis(4_999));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofMillis(1));
      assertThat(peer.isOpen()).isFalse();
      assertThat(peer.received()).isEmpty();
    }
  }

  /** Slowloris: a request that never ends. */
  @Test
  void aDrippingRequestDoesNotProlongTheDeadline() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET / HTTP/1.1\r\n");
      for (int i = 0; i < 49; i++) {
        peer.advance(Duration.ofMillis(100));
        peer.send("X-" + i + ": y\r\n");
      }
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofMillis(100));
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @Test
  void aDrippingBodyDoesNotProlongTheDeadline() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n");
      for (int i = 0; i < 50; i++) {
        peer.send("x");
        peer.advance(Duration.ofMillis(100));
      }
      assertThat(peer.isOpen()).isFalse();
      assertThat(queries).isEmpty();
    }
  }

  @Test
  void aKeptConnectionIsClosedAMinuteAfterItsLastRequest() {
    try (EmbeddedPeer peer = connect()) {
      for (int i = 0; i < 3; i++) {
        peer.send("GET /" + i + " HTTP/1.1\r\n\r\n");
        peer.advance(Duration.ofSeconds(59));
        assertThat(peer.isOpen()).isTrue();
      }
      peer.send("GET /half");
      peer.advance(Duration.ofSeconds(1));
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @Test
  void aWebSocketHasNoDeadline() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(upgrade());
      peer.advance(Duration.ofDays(1));

      assertThat(peer.isOpen()).isTrue();
    }
  }

  @Test
  void probesThatConnectAndCloseLeaveNoTrace() {
    try (ErrorLog log = ErrorLog.open()) {
      for (String sent : List.of("", "GET", "GET / HTTP/1.1\r\n\r\n", upgrade())) {
        try (EmbeddedPeer peer = connect()) {
          peer.send(sent);
          peer.disconnect();
        }
      }
      assertThat(log.lines()).isEmpty();
    }
  }

  // --- the waiting room --------------------------------------------------------------------------

  @Test
  void whenItIsFullTheOneThatIsQuietLongestGoes() {
    builder.limits(ConnectionLimits.DEFAULT.withMaxUnauthenticated(3));
    LinkServer server = builder.build();
    EmbeddedPeer[] peers = new EmbeddedPeer[5];
    for (int i = 0; i < 3; i++) {
      peers[i] = EmbeddedPeer.ofServer(server);
    }
    // Heard from: it now counts as newer than the second.
    peers[0].send("GET / HTTP/1.1\r\n\r\n");

    peers[3] = EmbeddedPeer.ofServer(server);
    assertThat(peers[1].isOpen()).isFalse();
    assertThat(List.of(peers[0], peers[2], peers[3])).allMatch(EmbeddedPeer::isOpen);

    // A WebSocket makes room when it has been let in.
    peers[0].send(upgrade());
    recorder.link().established();
    peers[4] = EmbeddedPeer.ofServer(server);
    assertThat(List.of(peers[0], peers[2], peers[3], peers[4])).allMatch(EmbeddedPeer::isOpen);
    for (EmbeddedPeer peer : peers) {
      peer.close();
    }
  }
}
