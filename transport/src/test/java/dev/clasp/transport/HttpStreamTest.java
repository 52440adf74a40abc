package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are sent piece by piece over HTTP/1.1. */
class HttpStreamTest {

  private static final String GET = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";

  private final EventLoops loops = EventLoops.create("unused", 1);
  private HttpBody body = new NotBegun();
  private int begun;
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger writableAgain = new AtomicInteger();
  private final LinkServer.Builder builder =
      LinkServer.builder()
          .loops(loops)
          .acceptor(new Recorder())
          .http(query ->
              query.path().equals("/events")
                  ? HttpReply.stream(200, "text/event-stream", this::begin)
                  : HttpReply.text(200, "page of " + query.path()));

  private static final class NotBegun implements HttpBody {
    @Override
    public boolean write(byte[] piece) {
      throw new AssertionError("no answer has begun");
    }

    @Override
    public boolean writable() {
      return false;
    }

    @Override
    public void whenWritable(Runnable task) {}

    @Override
    public void whenEnded(Runnable task) {}

    @Override
    public void end() {}
  }

  private void begin(HttpBody body) {
    this.body = body;
    begun++;
    body.whenEnded(ended::incrementAndGet);
    body.whenWritable(writableAgain::incrementAndGet);
  }

  @AfterEach
  void stop() {
    loops.close();
  }

  private EmbeddedPeer connect() {
    return EmbeddedPeer.ofServer(builder.build());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  private static final String END = "0\r\n\r\n";

  @Test
  void theHeadComesAtOnceAndThePiecesAsTheyAreWritten() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);

      assertThat(peer.receivedText())
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("content-type: text/event-stream\r\n", "transfer-encoding: chunked\r\n")
          .contains("X-Content-Type-Options: nosniff\r\n")
          .doesNotContain("content-length", "connection: close")
          .endsWith("\r\n\r\n");
      assertThat(body.write(ascii("one"))).isTrue();
      assertThat(body.write(new byte[0])).isTrue();
      assertThat(body.write(ascii("two!"))).isTrue();
      assertThat(peer.receivedText()).isEqualTo(chunk("one") + chunk("two!"));
      assertThat(ended).hasValue(0);

      body.end();
      body.end();
      assertThat(peer.receivedText()).isEqualTo(END);
      assertThat(ended).hasValue(1);
      assertThat(body.write(ascii("late"))).isFalse();
      assertThat(body.writable()).isFalse();
      body.whenEnded(ended::incrementAndGet);
      assertThat(ended).hasValue(2);

      peer.send("GET /next HTTP/1.1\r\n\r\n");
      assertThat(peer.receivedText()).endsWith("page of /next");
    }
  }

  @Test
  void whatIsWrittenInOneTurnGoesOutTogether() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);
      peer.received();
      int before = peer.flushes();

      for (int i = 0; i < 50; i++) {
        body.write(ascii("x"));
      }
      body.end();

      assertThat(peer.receivedText()).isEqualTo(chunk("x").repeat(50) + END);
      assertThat(peer.flushes() - before).isEqualTo(1);
    }
  }

  @Test
  void piecesOfAnyThreadKeepTheirOrder() throws Exception {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);
      peer.received();

      StringBuilder expected = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        String text = "piece " + i;
        Thread writer = Thread.ofPlatform().start(() -> body.write(ascii(text)));
        writer.join();
        expected.append(chunk(text));
      }

      assertThat(peer.receivedText()).isEqualTo(expected.toString());
    }
  }

  @Test
  void anOldClientGetsItUntilTheConnectionEnds() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      body.write(ascii("one"));
      body.write(ascii("two"));
      body.end();

      assertThat(peer.receivedText())
          .contains("connection: close\r\n")
          .doesNotContain("transfer-encoding", "content-length")
          .endsWith("\r\n\r\nonetwo");
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @Test
  void closesBehindItIfTheClientWantsThat() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET /events HTTP/1.1\r\nConnection: close\r\n\r\n");
      body.write(ascii("one"));
      assertThat(peer.receivedText()).contains("connection: close\r\n").endsWith(chunk("one"));
      assertThat(peer.isOpen()).isTrue();

      body.end();
      assertThat(peer.receivedText()).isEqualTo(END);
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @Test
  void headGetsTheHeadOnly() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("HEAD /events HTTP/1.1\r\n\r\n");

      assertThat(peer.receivedText())
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("text/event-stream")
          .doesNotContain("content-length")
          .endsWith("\r\n\r\n");
      assertThat(begun).isZero();
      peer.send("GET /next HTTP/1.1\r\n\r\n");
      assertThat(peer.receivedText()).endsWith("page of /next");
    }
  }

  @Test
  void aFailureOfTheWriterCutsItOff() {
    builder.http(_ ->
        HttpReply.stream(
            200,
            "text/plain",
            out -> {
              out.write(ascii("some"));
              throw new IllegalStateException("bug in the page");
            }));
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = connect()) {
      peer.send(GET);

      assertThat(peer.receivedText()).doesNotContain(END);
      assertThat(peer.isOpen()).isFalse();
      assertThat(log.lines())
          .containsExactly("ERROR an answer failed after its head had been sent");
    }
  }

  // --- other requests meanwhile ------------------------------------------------------------------

  @Test
  void theNextRequestWaitsForItsEnd() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET + "GET /next HTTP/1.1\r\n\r\n");
      body.write(ascii("one"));
      assertThat(peer.receivedText()).endsWith(chunk("one"));

      body.end();
      assertThat(peer.receivedText()).startsWith(END + "HTTP/1.1 200").endsWith("page of /next");
      assertThat(peer.isOpen()).isTrue();
    }
  }

  /** Nothing may be written into the middle of an answer, whatever else is asked for. */
  @Test
  void whatIsWrongWithTheNextRequestIsSaidAfterIt() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET + "POST /next HTTP/1.1\r\nContent-Length: 999999\r\n\r\n");
      peer.send(new byte[5000]);
      body.write(ascii("one"));
      assertThat(peer.receivedText()).endsWith(chunk("one"));

      body.end();
      assertThat(peer.receivedText()).startsWith(END + "HTTP/1.1 413 ");
    }
  }

  @Test
  void theNextBodyIsAskedForAfterIt() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET + "PUT /next HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      body.write(ascii("one"));
      assertThat(peer.receivedText()).endsWith(chunk("one"));

      body.end();
      assertThat(peer.receivedText()).startsWith(END + "HTTP/1.1 100 Continue\r\n");
      peer.send("ab");
      assertThat(peer.receivedText()).endsWith("page of /next");
    }
  }

  @Test
  void twoRequestsMeanwhileAreTooMany() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET + "GET /2 HTTP/1.1\r\n\r\n");
      peer.received();
      peer.send("GET /3 HTTP/1.1\r\n\r\n");

      assertThat(peer.isOpen()).isFalse();
      assertThat(ended).hasValue(1);
    }
  }

  @Test
  void oneAfterTheOther() {
    try (EmbeddedPeer peer = connect()) {
      for (int i = 1; i <= 3; i++) {
        peer.send(GET);
        peer.received();
        body.write(ascii("x"));
        body.end();
        assertThat(peer.receivedText()).isEqualTo(chunk("x") + END);
        assertThat(ended).hasValue(i);
      }
    }
  }

  // --- peers that go, or do not read
  // ---------------------------------------------------------------

  @Test
  void thePeerGoes() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);
      assertThat(body.write(ascii("one"))).isTrue();
      peer.disconnect();

      assertThat(ended).hasValue(1);
      assertThat(body.write(ascii("two"))).isFalse();
      assertThat(body.writable()).isFalse();
    }
  }

  @Test
  void isNotWritableWhileMuchWaits() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);
      peer.received();
      peer.stopTaking();
      assertThat(body.writable()).isTrue();
      while (body.writable()) {
        assertThat(body.write(new byte[500])).isTrue();
        peer.channel().runPendingTasks();
      }
      assertThat(writableAgain).hasValue(0);

      peer.takeAgain();
      assertThat(body.writable()).isTrue();
      assertThat(writableAgain).hasValue(1);
    }
  }

  @Test
  void whoeverDoesNotReadIsCutOffWhenTooMuchWaits() {
    LinkServer server = builder.build();
    try (EmbeddedPeer peer = EmbeddedPeer.ofServer(server)) {
      peer.send(GET);
      peer.received();
      peer.stopTaking();
      int taken = 0;
      while (body.write(new byte[1000])) {
        taken += 1000;
        assertThat(taken).isLessThanOrEqualTo(StreamedBody.UNSENT_MAX + 1000);
      }

      assertThat(taken).isGreaterThanOrEqualTo(StreamedBody.UNSENT_MAX - 1000);
      assertThat(peer.isOpen()).isFalse();
      assertThat(ended).hasValue(1);
      assertThat(server.lobby().count(ConnectionCounter.STREAM_CUT)).isEqualTo(1);
    }
  }

  @Test
  void whoeverReadsNothingForHalfAMinuteIsCutOff() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);
      peer.received();
      peer.stopTaking();
      body.write(ascii("one"));
      assertThat(peer.received()).isEmpty();
      peer.advance(Duration.ofSeconds(25));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofSeconds(10));

      assertThat(peer.isOpen()).isFalse();
      assertThat(ended).hasValue(1);
    }
  }

  @Test
  void staysForAsLongAsSomethingIsWritten() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);
      for (int i = 0; i < 100; i++) {
        peer.advance(Duration.ofSeconds(15));
        assertThat(body.write(ascii(":\n\n"))).isTrue();
        peer.received();
      }
      assertThat(peer.isOpen()).isTrue();

      peer.advance(Duration.ofSeconds(66));
      assertThat(peer.isOpen()).isFalse();
      assertThat(ended).hasValue(1);
    }
  }

  @Test
  void afterItsEndTheConnectionIsOneThatWaitsForRequests() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);
      body.end();
      peer.received();
      peer.advance(Duration.ofSeconds(59));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofSeconds(1));
      assertThat(peer.isOpen()).isFalse();
    }
  }

  // --- limits, and the end of the server
  // -----------------------------------------------------------

  @Test
  void countsAsLetIn() {
    LinkServer server = builder.limits(ConnectionLimits.DEFAULT.withMaxUnauthenticated(1)).build();
    try (EmbeddedPeer listener = EmbeddedPeer.ofServer(server, "192.0.2.1");
        EmbeddedPeer other = other(server, listener)) {
      assertThat(server.lobby().unauthenticated()).isEqualTo(1);
      assertThat(server.lobby().open()).isEqualTo(2);
      assertThat(listener.isOpen()).isTrue();
      assertThat(other.isOpen()).isTrue();
      assertThat(server.lobby().count(ConnectionCounter.STREAMED)).isEqualTo(1);
    }
    assertThat(server.lobby().open()).isZero();
  }

  private static EmbeddedPeer other(LinkServer server, EmbeddedPeer listener) {
    listener.send(GET);
    return EmbeddedPeer.ofServer(server, "192.0.2.2");
  }

  @Test
  void anAddressHasNoMoreThanItMay() {
    LinkServer server = builder.limits(ConnectionLimits.DEFAULT.withMaxPerAddress(1)).build();
    try (EmbeddedPeer first = EmbeddedPeer.ofServer(server, "192.0.2.1")) {
      first.send(GET);
      try (EmbeddedPeer second = EmbeddedPeer.ofServer(server, "192.0.2.1")) {
        second.send(GET);
        assertThat(second.receivedText()).startsWith("HTTP/1.1 ").doesNotContain("event-stream");
      }
      assertThat(begun).isEqualTo(1);
    }
  }

  /** As with WebSockets: from there on, the connection of the proxy is that of one client. */
  @Test
  void behindAProxyItCountsForTheClient() {
    LinkServer server =
        builder
            .proxies(TrustedProxies.of(List.of("10.0.0.1")))
            .limits(ConnectionLimits.DEFAULT.withMaxPerAddress(1))
            .build();
    String behind = "GET /events HTTP/1.1\r\nX-Forwarded-For: 203.0.113.%s\r\n\r\n";
    try (EmbeddedPeer one = EmbeddedPeer.ofServer(server, "10.0.0.1");
        EmbeddedPeer same = EmbeddedPeer.ofServer(server, "10.0.0.1");
        EmbeddedPeer other = EmbeddedPeer.ofServer(server, "10.0.0.1")) {
      one.send(behind.formatted("1"));
      same.send(behind.formatted("1"));
      other.send(behind.formatted("2"));

      assertThat(one.receivedText()).contains("event-stream", "connection: close\r\n");
      assertThat(same.receivedText()).contains("too many connections from this address");
      assertThat(other.receivedText()).contains("event-stream");
      assertThat(begun).isEqualTo(2);
    }
    assertThat(server.lobby().open()).isZero();
  }

  @Test
  void theServerEndsIt() {
    LinkServer server = builder.build();
    try (EmbeddedPeer peer = EmbeddedPeer.ofServer(server)) {
      peer.send(GET);
      body.write(ascii("one"));
      server.close();

      assertThat(peer.receivedText()).endsWith(chunk("one") + END);
      assertThat(ended).hasValue(1);
      peer.advance(Duration.ofSeconds(1));
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40_000, 2_000_000})
  void aPieceMayBeLong(int length) {
    try (EmbeddedPeer peer = connect()) {
      peer.send(GET);
      peer.received();
      body.write(new byte[length]);
      body.end();

      String text = peer.receivedText();
      Matcher chunks = Pattern.compile("([0-9a-f]+)\r\n(\0+)\r\n").matcher(text);
      assertThat(chunks.results().mapToInt(m -> m.group(2).length()).sum()).isEqualTo(length);
      assertThat(text).endsWith(END);
      assertThat(List.of(ended.get(), begun)).containsExactly(1, 1);
    }
  }
}
