package dev.clasp.transport;

import static dev.clasp.transport.Http2Frames.DATA;
import static dev.clasp.transport.Http2Frames.END_STREAM;
import static dev.clasp.transport.Http2Frames.GOAWAY;
import static dev.clasp.transport.Http2Frames.HEADERS;
import static dev.clasp.transport.Http2Frames.PING;
import static dev.clasp.transport.Http2Frames.PREFACE;
import static dev.clasp.transport.Http2Frames.RST_STREAM;
import static dev.clasp.transport.Http2Frames.SETTINGS;
import static dev.clasp.transport.Http2Frames.data;
import static dev.clasp.transport.Http2Frames.frame;
import static dev.clasp.transport.Http2Frames.get;
import static dev.clasp.transport.Http2Frames.post;
import static dev.clasp.transport.Http2Frames.reset;
import static dev.clasp.transport.Http2Frames.setting;
import static dev.clasp.transport.Http2Frames.window;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.transport.Http2Frames.Frame;
import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections of HTTP/2, frame by frame, and what peers may not do. */
class Http2EntryTest {

  private static final int CALM = (int) Http2Error.ENHANCE_YOUR_CALM.code();

  private final EventLoops loops = EventLoops.create("unused", 1);
  private final List<HttpQuery> queries = new ArrayList<>();
  private final List<Consumer<HttpReply>> waiting = new ArrayList<>();
  private final List<HttpBody> bodies = new ArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();
  private final LinkServer.Builder builder =
      LinkServer.builder().loops(loops).acceptor(new Recorder()).http(new Site());
  private LinkServer server = builder.build();

  private final class Site implements HttpHandler {
    @Override
    public HttpReply handle(HttpQuery query) {
      throw new AssertionError("the other one is asked");
    }

    @Override
    public void handle(HttpQuery query, Consumer<HttpReply> answer) {
      queries.add(query);
      switch (query.path()) {
        case "/slow" -> waiting.add(answer);
        case "/events" ->
            answer.accept(
                HttpReply.stream(
                    200,
                    "text/event-stream",
                    body -> {
                      bodies.add(body);
                      body.whenEnded(ended::incrementAndGet);
                    }));
        case "/large" ->
            answer.accept(new HttpReply(200, "application/octet-stream", new byte[1 << 20]));
        default ->
            answer.accept(
                HttpReply.text(
                    200, query.method() + " " + query.path() + " " + query.body().length));
      }
    }
  }

  @AfterEach
  void stop() {
    loops.close();
  }

  private EmbeddedPeer connect() {
    server = builder.build();
    return connect("192.0.2.1");
  }

  private EmbeddedPeer connect(String address) {
    EmbeddedPeer peer = EmbeddedPeer.ofServer(server, address);
    peer.send(PREFACE);
    return peer;
  }

  private static List<Frame> received(EmbeddedPeer peer) {
    return Http2Frames.parse(peer.received());
  }

  private static String body(List<Frame> frames, int stream) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    frames.stream().filter(f -> f.is(DATA, stream)).forEach(f -> out.writeBytes(f.payload()));
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static boolean complete(List<Frame> frames, int stream) {
    return frames.stream()
        .anyMatch(f ->
            f.stream() == stream
                && (f.type() == DATA || f.type() == HEADERS)
                && (f.flags() & END_STREAM) != 0);
  }

  /** Ends with GOAWAY and this error, and then for good. */
  private static void goesAway(EmbeddedPeer peer, int error) {
    assertThat(received(peer))
        .filteredOn(f -> f.type() == GOAWAY)
        .extracting(Frame::error)
        .contains(error);
    peer.advance(Duration.ofSeconds(3));
    peer.advance(Duration.ofSeconds(3));
    assertThat(peer.isOpen()).isFalse();
  }

  // --- requests ----------------------------------------------------------------------------------

  @Test
  void answersRequests() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(get(1, "/a?b=c", "x-thing", "1"), get(3, "http://h/b"));

      List<Frame> frames = received(peer);
      assertThat(frames.getFirst().type()).isEqualTo(SETTINGS);
      assertThat(body(frames, 1)).isEqualTo("GET /a 0");
      assertThat(body(frames, 3)).isEqualTo("GET /b 0");
      assertThat(complete(frames, 1)).isTrue();
      assertThat(complete(frames, 3)).isTrue();
      HttpQuery query = queries.getFirst();
      assertThat(query.query()).isEqualTo("b=c");
      assertThat(query.header("x-thing")).hasValue("1");
      assertThat(query.header("host")).hasValue("router");
      assertThat(server.lobby().count(ConnectionCounter.HTTP2)).isEqualTo(1);
    }
  }

  @Test
  void takesThemInPieces() {
    byte[] all = Wire.concat(PREFACE, get(1, "/a"), post(3, "/b"), data(3, true, new byte[5]));
    for (int piece : new int[] {1, 2, 13}) {
      server = builder.build();
      try (EmbeddedPeer peer = EmbeddedPeer.ofServer(server)) {
        for (int at = 0; at < all.length; at += piece) {
          peer.send(java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + piece)));
        }
        List<Frame> frames = received(peer);
        assertThat(body(frames, 1)).isEqualTo("GET /a 0");
        assertThat(body(frames, 3)).isEqualTo("POST /b 5");
      }
    }
  }

  @Test
  void slowAnswersDoNotHoldUpOthers() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(get(1, "/slow"), get(3, "/quick"));
      assertThat(body(received(peer), 3)).isEqualTo("GET /quick 0");

      waiting.getFirst().accept(HttpReply.text(200, "at last"));
      assertThat(body(received(peer), 1)).isEqualTo("at last");
    }
  }

  @Test
  void aBodyIsTakenUpToTheLimit() {
    builder.limits(ConnectionLimits.DEFAULT.withMaxBody(100));
    try (EmbeddedPeer peer = connect()) {
      peer.send(post(1, "/a"), data(1, false, new byte[60]), data(1, true, new byte[40]));
      assertThat(body(received(peer), 1)).isEqualTo("POST /a 100");

      peer.send(post(3, "/a"), data(3, false, new byte[60]), data(3, false, new byte[60]));
      assertThat(body(received(peer), 3)).isEqualTo("the body is longer than 100 bytes\n");
      // What was on its way meanwhile does not matter.
      peer.send(data(3, false, new byte[60]));
      assertThat(peer.received()).isEmpty();
      peer.advance(Duration.ofSeconds(1));
      assertThat(received(peer))
          .filteredOn(f -> f.is(RST_STREAM, 3))
          .extracting(Frame::error)
          .containsExactly(0);

      peer.send(post(5, "/a", "content-length", "101"));
      assertThat(body(received(peer), 5)).isEqualTo("the body is longer than 100 bytes\n");
      peer.send(get(7, "/after"));
      assertThat(body(received(peer), 7)).isEqualTo("GET /after 0");
      assertThat(queries).hasSize(2);
      assertThat(server.lobby().bodies().used()).isZero();
    }
  }

  @Test
  void aBodyThatNeverEndsIsGivenUp() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(get(1, "/slow"), post(3, "/a"));
      peer.advance(Duration.ofSeconds(59));
      received(peer);
      peer.send(data(3, false, new byte[1]), get(5, "/still"));
      received(peer);
      peer.advance(Duration.ofSeconds(2));

      assertThat(received(peer)).anyMatch(f -> f.is(RST_STREAM, 3));
      assertThat(peer.isOpen()).isTrue();
    }
  }

  @Test
  void anIdleConnectionEnds() {
    try (EmbeddedPeer peer = connect()) {
      peer.advance(Duration.ofSeconds(5));
      received(peer);
      peer.advance(Duration.ofSeconds(2));
      assertThat(peer.isOpen()).as("never asked").isFalse();
    }
    try (EmbeddedPeer peer = connect()) {
      peer.send(get(1, "/"));
      peer.advance(Duration.ofSeconds(50));
      peer.send(frame(PING, 0, 0, new byte[8]));
      peer.advance(Duration.ofSeconds(9));
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofSeconds(1));
      assertThat(received(peer)).anyMatch(f -> f.type() == GOAWAY && f.error() == 0);
      peer.advance(Duration.ofSeconds(2));
      assertThat(peer.isOpen()).isFalse();
    }
  }

  // --- answers in pieces -------------------------------------------------------------------------

  @Test
  void streamsManyAnswersAtOnce() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(get(1, "/events"), get(3, "/events"));
      assertThat(received(peer)).filteredOn(f -> f.type() == HEADERS).hasSize(2);
      bodies.get(0).write("one".getBytes(StandardCharsets.US_ASCII));
      bodies.get(1).write("two".getBytes(StandardCharsets.US_ASCII));
      List<Frame> frames = received(peer);
      assertThat(body(frames, 1)).isEqualTo("one");
      assertThat(body(frames, 3)).isEqualTo("two");
      assertThat(server.lobby().unauthenticated()).isZero();

      bodies.get(0).end();
      assertThat(complete(received(peer), 1)).isTrue();
      assertThat(ended).hasValue(1);
      for (int i = 0; i < 20; i++) {
        peer.advance(Duration.ofSeconds(15));
        assertThat(bodies.get(1).write(new byte[] {'.'})).isTrue();
        List<Frame> more = received(peer);
        assertThat(more).noneMatch(f -> f.type() == GOAWAY);
        assertThat(body(more, 3)).isEqualTo(".");
      }
      peer.send(reset(3));
      assertThat(ended).hasValue(2);
      assertThat(bodies.get(1).write(new byte[1])).isFalse();
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofSeconds(60));
      peer.advance(Duration.ofSeconds(2));
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @Test
  void headOfAStreamIsAHeadAndNoMore() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(
          frame(
              HEADERS,
              5,
              1,
              Wire.concat(
                  new byte[] {(byte) 0x86, 0x04, 7},
                  "/events".getBytes(StandardCharsets.US_ASCII),
                  new byte[] {0x02, 4, 'H', 'E', 'A', 'D'})));

      List<Frame> frames = received(peer);
      assertThat(complete(frames, 1)).isTrue();
      assertThat(body(frames, 1)).isEmpty();
      assertThat(bodies).isEmpty();
    }
  }

  /** The peer gives no window: nothing goes out, and it does not last. */
  @Test
  void whoeverDoesNotReadAStreamLosesIt() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(setting(4, 0), get(1, "/events"));
      HttpBody body = bodies.getFirst();
      int written = 0;
      while (body.writable()) {
        body.write(new byte[1000]);
        peer.channel().runPendingTasks();
        written += 1000;
        assertThat(written).isLessThan(100_000);
      }
      assertThat(body(received(peer), 1)).isEmpty();
      peer.advance(Duration.ofSeconds(40));

      assertThat(received(peer)).anyMatch(f -> f.is(RST_STREAM, 1));
      assertThat(ended).hasValue(1);
      assertThat(server.lobby().count(ConnectionCounter.STREAM_CUT)).isEqualTo(1);
    }
  }

  @Test
  void aWindowOpensTheStreamAgain() {
    AtomicInteger again = new AtomicInteger();
    try (EmbeddedPeer peer = connect()) {
      peer.send(setting(4, 0), get(1, "/events"));
      HttpBody body = bodies.getFirst();
      body.whenWritable(again::incrementAndGet);
      while (body.writable()) {
        body.write(new byte[5000]);
        peer.channel().runPendingTasks();
      }
      received(peer);
      int read = 0;
      for (int i = 0; i < 200 && again.get() == 0; i++) {
        peer.send(window(1, 1000), window(0, 1000));
        read += body(received(peer), 1).length();
      }
      assertThat(again).hasValue(1);
      assertThat(read).isGreaterThan(40_000);
    }
  }

  @Test
  void onePieceTooMuchEndsTheStreamAndOnlyThat() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(setting(4, 0), get(1, "/events"));
      HttpBody body = bodies.getFirst();
      int written = 0;
      while (body.write(new byte[10_000])) {
        written += 10_000;
        assertThat(written).isLessThan(StreamedBody.UNSENT_MAX + 10_001);
      }
      assertThat(received(peer)).anyMatch(f -> f.is(RST_STREAM, 1));
      assertThat(peer.isOpen()).isTrue();
    }
  }

  @Test
  void allStreamsTogetherMayHoldSoMuchAndNoMore() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(setting(4, 0));
      for (int i = 0; i < 40; i++) {
        peer.send(get(1 + 2 * i, "/large"));
      }
      peer.send(setting(4, 2000));
      List<Frame> frames = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        peer.send(window(0, 10_000));
        frames.addAll(received(peer));
      }

      assertThat(body(frames, 31)).startsWith("\0\0");
      assertThat(body(frames, 33)).isEqualTo("read the other answers first\n");
      assertThat(peer.isOpen()).isTrue();
      peer.advance(Duration.ofSeconds(60));
      assertThat(received(peer)).anyMatch(f -> f.is(RST_STREAM, 31));
    }
  }

  @Test
  void theServerEndsStreamsAndSaysGoodbye() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(get(1, "/events"));
      received(peer);
      bodies.getFirst().write(new byte[] {'x'});
      server.close();

      List<Frame> frames = received(peer);
      assertThat(body(frames, 1)).isEqualTo("x");
      assertThat(complete(frames, 1)).isTrue();
      assertThat(frames).anyMatch(f -> f.type() == GOAWAY && f.error() == 0);
      peer.advance(Duration.ofSeconds(2));
      assertThat(peer.isOpen()).isFalse();
      assertThat(ended).hasValue(1);
    }
  }

  @Test
  void aProxyHasStreamsOfManyClients() {
    builder
        .proxies(TrustedProxies.of(List.of("10.0.0.1")))
        .limits(ConnectionLimits.DEFAULT.withMaxPerAddress(1));
    server = builder.build();
    try (EmbeddedPeer peer = connect("10.0.0.1")) {
      peer.send(
          get(1, "/events", "x-forwarded-for", "203.0.113.1"),
          get(3, "/events", "x-forwarded-for", "203.0.113.1"),
          get(5, "/events", "x-forwarded-for", "203.0.113.2"));

      List<Frame> frames = received(peer);
      assertThat(bodies).hasSize(2);
      assertThat(body(frames, 3)).contains("too many connections from this address");
      assertThat(server.lobby().open()).isEqualTo(3);
      peer.send(reset(1));
      received(peer);
      assertThat(server.lobby().open()).isEqualTo(2);
      peer.disconnect();
      peer.advance(Duration.ofSeconds(2));
      assertThat(peer.isOpen()).isFalse();
    }
    assertThat(server.lobby().open()).isZero();
  }

  // --- what peers may not do ---------------------------------------------------------------------

  @Test
  void rapidResetEndsTheConnection() {
    try (EmbeddedPeer peer = connect()) {
      for (int i = 0; i < 300 && peer.isOpen(); i++) {
        peer.send(get(1 + 2 * i, "/slow"), reset(1 + 2 * i));
      }
      goesAway(peer, CALM);
      assertThat(queries.size()).isLessThanOrEqualTo(201);
    }
  }

  @Test
  void moreStreamsThanAllowedAreRefused() {
    try (EmbeddedPeer peer = connect()) {
      for (int i = 0; i < 101; i++) {
        peer.send(get(1 + 2 * i, "/slow"));
      }
      assertThat(queries).hasSize(100);
      assertThat(received(peer)).anyMatch(f -> f.is(RST_STREAM, 201) || f.type() == GOAWAY);
    }
  }

  @Test
  void thousandsOfRequestsInOneReadEndTheConnection() {
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = connect()) {
      ByteArrayOutputStream many = new ByteArrayOutputStream();
      for (int i = 0; i < 2000; i++) {
        many.writeBytes(get(1 + 2 * i, "/"));
      }
      peer.send(many.toByteArray());

      assertThat(queries.size()).isLessThanOrEqualTo(100);
      goesAway(peer, CALM);
      assertThat(log.lines()).hasSize(1);
      assertThat(server.lobby().count(ConnectionCounter.REFUSED_HTTP2)).isEqualTo(1);
    }
  }

  @Test
  void floodsOfSettingsAndPingsEndTheConnection() {
    for (byte[] noise : List.of(setting(3, 100), frame(PING, 0, 0, new byte[8]))) {
      try (EmbeddedPeer peer = connect()) {
        for (int i = 0; i < 2000 && peer.isOpen(); i++) {
          peer.send(noise);
        }
        goesAway(peer, CALM);
      }
    }
  }

  @Test
  void whoeverReadsNoAnswersEndsTheConnection() {
    try (EmbeddedPeer peer = connect()) {
      peer.stopTaking();
      for (int i = 0; i < 2000; i++) {
        peer.send(get(1 + 2 * i, "/"));
      }

      assertThat(queries.size()).isLessThan(500);
      peer.advance(Duration.ofSeconds(3));
      peer.advance(Duration.ofSeconds(3));
      assertThat(peer.isOpen()).isFalse();
    }
  }

  @Test
  void aLargeHeadIsRefused() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(get(1, "/", "cookie", "x".repeat(9000)));
      assertThat(queries).isEmpty();
      List<Frame> frames = received(peer);
      assertThat(frames)
          .anyMatch(f -> f.is(RST_STREAM, 1) || f.is(HEADERS, 1) || f.type() == GOAWAY);
    }
  }

  @Test
  void aHeadThatNeverEndsEndsTheConnection() {
    try (EmbeddedPeer peer = connect()) {
      peer.send(frame(HEADERS, 1, 1, Http2Frames.head((byte) 0x82, "/")));
      for (int i = 0; i < 1000 && peer.isOpen(); i++) {
        peer.send(frame(Http2Frames.CONTINUATION, 0, 1, new byte[100]));
      }
      peer.advance(Duration.ofSeconds(10));
      peer.advance(Duration.ofSeconds(3));
      assertThat(peer.isOpen()).isFalse();
      assertThat(queries).isEmpty();
    }
  }

  @Test
  void garbageBehindThePrefaceEndsTheConnection() {
    try (EmbeddedPeer peer = connect()) {
      peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      peer.advance(Duration.ofSeconds(10));
      assertThat(received(peer)).anyMatch(f -> f.type() == GOAWAY);
      peer.advance(Duration.ofSeconds(3));
      assertThat(peer.isOpen()).isFalse();
      assertThat(queries).isEmpty();
    }
  }

  @Test
  void aRequestThatIsNoneIsReset() {
    try (EmbeddedPeer peer = connect()) {
      // Headers of HTTP/1.1, and no path.
      peer.send(get(1, "/", "connection", "upgrade"), get(3, ""), get(5, "/ok"));

      List<Frame> frames = received(peer);
      assertThat(body(frames, 5)).isEqualTo("GET /ok 0");
      assertThat(frames).anyMatch(f -> f.is(RST_STREAM, 1));
      assertThat(queries).extracting(HttpQuery::path).doesNotContain("/");
    }
  }

  @Test
  void whoeverMayNotComeInIsToldSo() {
    builder.limits(ConnectionLimits.DEFAULT.withMaxPerAddress(1));
    server = builder.build();
    try (EmbeddedPeer first = connect("192.0.2.1");
        EmbeddedPeer second = connect("192.0.2.1")) {
      assertThat(first.isOpen()).isTrue();
      assertThat(Http2Frames.parse(second.received()))
          .filteredOn(f -> f.type() == GOAWAY)
          .extracting(Frame::error)
          .containsExactly(CALM);
      assertThat(second.isOpen()).isFalse();
    }
  }

  @Test
  void tlsIsInsistedOn() {
    builder.tlsOnly(true);
    try (EmbeddedPeer peer = connect()) {
      assertThat(received(peer))
          .filteredOn(f -> f.type() == GOAWAY)
          .extracting(Frame::error)
          .containsExactly((int) Http2Error.INADEQUATE_SECURITY.code());
      assertThat(peer.isOpen()).isFalse();
    }
  }
}
