package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.router.RouterConfig;
import dev.clasp.testkit.RawPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a peer sends, it gets an ERROR or the end, and meanwhile another client goes on: it
 * writes a value, waits for the echo and the acknowledgement, and writes the next.
 */
@Timeout(180)
class HostileInputTest {

  /** HELLO without a body, which ends the process of the reference (T-06). */
  private static final byte[] FIVE_BYTES = HexFormat.of().parseHex("5301000101");

  private final List<AutoCloseable> open = new ArrayList<>();
  private final ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  private final Bystander bystander = new Bystander(server);

  /** The client that must not notice anything. */
  private static final class Bystander {
    private final ClaspServer server;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger trips = new AtomicInteger();
    private volatile Optional<Throwable> failure = Optional.empty();
    private final Thread thread = Thread.ofPlatform().unstarted(this::run);

    Bystander(ClaspServer server) {
      this.server = server;
    }

    private void run() {
      try (TestClient client = TestClient.hello(server, "bystander")) {
        client.subscribe(1, "/bystander");
        while (!stop.get()) {
          int value = trips.get();
          client.send(TestClient.set("/bystander", Value.of(value)), Qos.CONFIRM);
          Message.SetValue echo = client.await(Message.SetValue.class);
          assertThat(echo.value()).isEqualTo(Value.of(value));
          Message.Ack ack = client.await(Message.Ack.class);
          assertThat(ack.revision()).hasValue(value + 1);
          trips.incrementAndGet();
        }
        assertThat(client.quiet()).as("nothing else came").isTrue();
      } catch (Throwable e) {
        failure = Optional.of(e);
      }
    }

    void start() {
      thread.start();
    }

    /** It has made some more round trips since. */
    void goesOn() throws InterruptedException {
      int enough = trips.get() + 5;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestClient.LIMIT_SECONDS);
      while (trips.get() < enough && failure.isEmpty() && System.nanoTime() < deadline) {
        thread.join(1);
      }
      assertThat(failure).isEmpty();
      assertThat(trips.get()).isGreaterThanOrEqualTo(enough);
    }

    void stop() throws InterruptedException {
      stop.set(true);
      thread.join();
      assertThat(failure).isEmpty();
    }
  }

  @BeforeEach
  void startBystander() throws Exception {
    bystander.start();
    bystander.goesOn();
  }

  @AfterEach
  void stop() throws Exception {
    try {
      bystander.goesOn();
      bystander.stop();
    } finally {
      for (AutoCloseable each : open.reversed()) {
        each.close();
      }
      server.close();
    }
  }

  private RawPeer connect() throws IOException {
    RawPeer peer = RawPeer.connect(server.address());
    open.add(peer);
    return peer;
  }

  private RawPeer upgraded() throws IOException {
    RawPeer peer = RawPeer.upgraded(server.address());
    open.add(peer);
    return peer;
  }

  private static final byte[] HELLO =
      FrameCodec.encode(
          new Message.Hello(1, Set.of(), "hostile", Optional.empty(), Optional.empty()));

  /** With WELCOME and SNAPSHOT behind it. */
  private RawPeer welcomed() throws IOException {
    RawPeer peer = upgraded().sendMessage(HELLO);
    assertThat(message(peer.read())).isInstanceOf(Message.Welcome.class);
    assertThat(message(peer.read())).isInstanceOf(Message.Snapshot.class);
    return peer;
  }

  private static Message message(RawPeer.Received received) {
    assertThat(received.opcode()).isEqualTo(2);
    return FrameCodec.decode(received.payload(), 0, received.payload().length).message();
  }

  private static void endsWith(RawPeer peer, int code) throws IOException {
    RawPeer.Received last = peer.read();
    assertThat(last.opcode()).isEqualTo(8);
    assertThat(last.code()).isEqualTo(code);
    peer.send(RawPeer.message(0x88, last.payload()));
    assertThat(peer.readToEnd()).isEmpty();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A SET of arrays in arrays, three bytes each; {@code bytes} long in all. */
  private static byte[] nest(int bytes) {
    byte[] start = {0x21, 0x0A, 0, 2, '/', 'a'};
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(start);
    while (payload.size() < bytes - 3) {
      payload.writeBytes(new byte[] {0, 1, 0x0A});
    }
    byte[] frame = new byte[4 + payload.size()];
    FrameDescriptor.writeHeader(frame, 0, Qos.CONFIRM, payload.size());
    System.arraycopy(payload.toByteArray(), 0, frame, 4, payload.size());
    return frame;
  }

  // --- before HELLO ------------------------------------------------------------------------------

  @Test
  void fiveBytesBeforeHelloAreTheEnd() throws Exception {
    for (int i = 0; i < 20; i++) {
      endsWith(upgraded().sendMessage(FIVE_BYTES), CloseReason.POLICY);
    }
  }

  @Test
  void aNestOfArraysBeforeHelloIsTheEnd() throws Exception {
    RawPeer peer = upgraded().sendMessage(nest(24_000));
    RawPeer.Received first = peer.read();
    // A SET before HELLO may be refused for that alone.
    if (first.opcode() == 2) {
      assertThat(message(first)).isInstanceOf(Message.Error.class);
      endsWith(peer, CloseReason.POLICY);
    } else {
      assertThat(first.code()).isEqualTo(CloseReason.POLICY);
    }
  }

  @Test
  void noHelloIsTheEnd() throws Exception {
    // Only here: on a busy machine others would not be in time.
    ClaspServer impatient =
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withRouter(
                    RouterConfig.builder()
                        .handshakeNanos(TimeUnit.MILLISECONDS.toNanos(500))
                        .build()));
    open.add(impatient);
    RawPeer peer = RawPeer.upgraded(impatient.address());
    open.add(peer);
    assertThat(message(peer.read()))
        .isInstanceOfSatisfying(Message.Error.class, e -> assertThat(e.code()).isEqualTo(400));
    endsWith(peer, CloseReason.POLICY);
  }

  @Test
  void anythingBeforeHelloIsTheEnd() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      RawPeer peer = upgraded().sendMessage(bytes);
      RawPeer.Received last = peer.read();
      assertThat(last.opcode()).isEqualTo(8);
      assertThat(last.code()).isEqualTo(CloseReason.POLICY);
      peer.close();
    }
  }

  // --- after HELLO -------------------------------------------------------------------------------

  @Test
  void undecodableFramesAreErrorsAndTheConnectionGoesOn() throws Exception {
    for (byte[] bad :
        List.of(FIVE_BYTES, nest(24_000), nest(65_500), ascii("garbage"), new byte[0])) {
      RawPeer peer = welcomed().sendMessage(bad);
      assertThat(message(peer.read()))
          .isInstanceOfSatisfying(Message.Error.class, e -> assertThat(e.code()).isEqualTo(400));
      peer.sendMessage(FrameCodec.encode(new Message.Ping()));
      assertThat(message(peer.read())).isInstanceOf(Message.Pong.class);
    }
  }

  @Test
  void whoSendsNothingElseIsSentAway() throws Exception {
    RawPeer peer = welcomed();
    ByteArrayOutputStream flood = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      flood.writeBytes(RawPeer.message(0x82, FIVE_BYTES));
    }
    peer.send(flood.toByteArray());
    RawPeer.Received next = peer.read();
    for (; next.opcode() == 2; next = peer.read()) {
      assertThat(message(next)).isInstanceOf(Message.Error.class);
    }
    assertThat(next.code()).isEqualTo(CloseReason.POLICY);
  }

  @Test
  void violationsOfWebSocketAreTheEnd() throws Exception {
    byte[] unmasked = {(byte) 0x82, 1, 0x53};
    byte[] reserved = {(byte) 0xC2, (byte) 0x80, 0, 0, 0, 0};
    byte[] opcode = {(byte) 0x83, (byte) 0x80, 0, 0, 0, 0};
    byte[] huge = {(byte) 0x82, (byte) 0xFF, 0x7F, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0};
    byte[] negative = {(byte) 0x82, (byte) 0xFF, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0};
    endsWith(welcomed().send(unmasked), CloseReason.PROTOCOL_ERROR);
    endsWith(welcomed().send(reserved), CloseReason.PROTOCOL_ERROR);
    endsWith(welcomed().send(opcode), CloseReason.PROTOCOL_ERROR);
    endsWith(welcomed().send(negative), CloseReason.PROTOCOL_ERROR);
    endsWith(welcomed().send(huge), CloseReason.TOO_BIG);
    endsWith(welcomed().send(RawPeer.message(0x82, new byte[65_548])), CloseReason.TOO_BIG);
  }

  @Test
  void textIsIgnored() throws Exception {
    RawPeer peer = welcomed().send(RawPeer.message(0x81, ascii("{\"type\":\"hello\"}")));
    peer.sendMessage(FrameCodec.encode(new Message.Ping()));

    assertThat(message(peer.read())).isInstanceOf(Message.Pong.class);
  }

  @Test
  void aFragmentThatNeverEndsIsHeldInBounds() throws Exception {
    RawPeer peer = welcomed();
    peer.send(RawPeer.message(0x02, new byte[60_000]));
    for (int i = 0; i < 5_548; i++) {
      peer.send(RawPeer.message(0x00, new byte[1]));
    }
    endsWith(peer, CloseReason.TOO_BIG);
  }

  /** Asks without end and reads no answers: it is not read any more, and the others do not wait. */
  @Test
  void whoReadsNoAnswersIsNotReadForEver() throws Exception {
    RawPeer peer = welcomed();
    byte[] ask = FrameCodec.encode(new Message.Query("/**"));
    ByteArrayOutputStream questions = new ByteArrayOutputStream();
    for (int i = 0; i < 500; i++) {
      questions.writeBytes(RawPeer.message(0x82, ask));
      questions.writeBytes(RawPeer.message(0x89, new byte[100]));
    }
    Thread asking =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int i = 0; i < 200; i++) {
                  peer.send(questions.toByteArray());
                }
              } catch (IOException e) {
                // Stuck until closed.
              }
            });
    for (int i = 0; i < 20; i++) {
      bystander.goesOn();
    }
    peer.close();
    asking.join();
  }

  // --- HTTP --------------------------------------------------------------------------------------

  /** All at once, because they end at the deadline of five seconds. */
  @Test
  void whoDoesNotSpeakIsClosedInTime() throws Exception {
    byte[] tlsHello = new byte[517];
    new SplittableRandom(2).nextBytes(tlsHello);
    System.arraycopy(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3}, 0, tlsHello, 0, 11);
    RawPeer idle = connect();
    RawPeer half = connect().send("GET / HTTP/1.1\r\nHost: x\r\nUpgr");
    RawPeer halfBody = connect().send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf");
    RawPeer tls = connect().send(tlsHello);
    RawPeer clasp = connect().send(HELLO);
    List<RawPeer> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(connect());
    }
    bystander.goesOn();
    try (TestClient late = TestClient.hello(server, "late")) {
      late.send(new Message.Ping()).await(Message.Pong.class);
    }

    assertThat(idle.readToEnd()).isEmpty();
    assertThat(half.readToEnd()).isEmpty();
    assertThat(halfBody.readToEnd()).isEmpty();
    assertThat(tls.readToEnd()).as("an alert").startsWith(0x15, 3, 1);
    assertThat(clasp.readToEnd()).as("a frame without a length").isEmpty();
    for (RawPeer peer : many) {
      assertThat(peer.readToEnd()).isEmpty();
    }
  }

  @Test
  void garbageIsABadRequest() throws Exception {
    for (String garbage :
        List.of(
            "garbage\r\n\r\n",
            "GET\r\n\r\n",
            "GET / HTTP/1.1\r\n: no name\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n")) {
      String answer = new String(connect().send(garbage).readToEnd(), StandardCharsets.ISO_8859_1);
      assertThat(answer).as(garbage).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void whatIsNeitherHttpNorClaspIsTheEnd() throws Exception {
    for (String garbage : List.of("\1\2\3", "\0\0\0\0\r\n\r\nxx", "\0\1\0\1", "\u00FFGET", "{}")) {
      assertThat(connect().send(garbage).readToEnd()).as(garbage).isEmpty();
    }
  }

  @Test
  void aLargeHeadIsRefused() throws Exception {
    RawPeer line = connect();
    RawPeer header = connect();
    RawPeer headers = connect();
    line.send("GET /" + "x".repeat(100_000));
    header.send("GET / HTTP/1.1\r\nCookie: " + "x".repeat(100_000));
    headers.send("GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(17_000));

    for (RawPeer peer : List.of(line, header, headers)) {
      assertThat(new String(peer.readToEnd(), StandardCharsets.ISO_8859_1))
          .startsWith("HTTP/1.1 431 ");
    }
  }

  @Test
  void aLargeBodyIsRefused() throws Exception {
    RawPeer peer = connect().send("POST / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n");

    assertThat(peer.readHead()).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void manyPagesInAdvanceAreNotKeptForWhoDoesNotRead() throws Exception {
    RawPeer peer = connect();
    byte[] requests = ascii("GET /api/status HTTP/1.1\r\n\r\n".repeat(1000));
    try {
      for (int i = 0; i < 1000; i++) {
        peer.send(requests);
      }
    } catch (IOException e) {
      // Closed by the server.
    }
    peer.readToEnd();
  }
}
