package dev.clasp.systemtests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What bad clients send costs them an ERROR or their connection, and nobody else anything: a
 * published client makes its round trips all the time, before, during and after each of these
 * tests.
 */
@RealProgram
class HostilePeersTest {

  @RegisterExtension static final Stage stage = new Stage();

  private final List<Socket> sockets = new ArrayList<>();
  private final EchoLoad load;
  private final PeerClient bystander;

  HostilePeersTest() {
    bystander = stage.connect(stage.node(), "bystander");
    load =
        EchoLoad.start(bystander, bystander.subscribe("/echo/*"), "/echo/" + bystander.session());
  }

  @BeforeEach
  void theBystanderWorks() {
    load.awaitMore(1);
  }

  @AfterEach
  void theBystanderHasNotNoticed() throws IOException {
    load.awaitMore(3);
    load.close();
    assertThat(bystander.events().all())
        .extracting(event -> event.get("notice").asText())
        .containsExactly("connected");
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private Socket open() {
    Socket socket = RawClient.open(stage.url(), 0);
    sockets.add(socket);
    return socket;
  }

  /** Everything until the server closes the connection. */
  private static String untilEnd(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), ISO_8859_1);
    } catch (IOException e) {
      // A reset: closed with bytes of ours unread.
      return "";
    }
  }

  private static void send(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Message.SetValue nothing() {
    return Frames.set("/hostile/x", 1);
  }

  private static void assertStillServed(RawClient client) {
    assertThat(client.send(nothing(), Qos.CONFIRM).messages())
        .anyMatch(Message.Ack.class::isInstance);
  }

  // --- bytes instead of frames -------------------------------------------------------------------

  @Test
  void fiveBytesAsAFirstFrameEndTheConnectionWithoutAWord() {
    RawClient client = stage.rawConnection().send("5301000101");

    assertThat(client.awaitClose().code()).isEqualTo(CloseReason.POLICY);
    assertThat(client.arrivals().all()).isEmpty();
  }

  @Test
  void fiveBytesInASessionAreRefusedWithAnError() {
    RawClient client = stage.raw("five bytes");

    assertThat(client.send("5301000101").messages())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.Error.class, error -> assertThat(error.code()).isEqualTo(400));
    assertStillServed(client);
  }

  @Test
  void aNestOfArraysIsRefused() {
    for (byte[] payload :
        List.of(nestOfArrays(24_000 / 3), nestOfMaps(24_000 / 6), nestOfMessagePack(24_000))) {
      RawClient client = stage.raw("nest");
      byte[] frame =
          ByteBuffer.allocate(4 + payload.length)
              .put((byte) 0x53)
              .put((byte) 0x41)
              .putShort((short) payload.length)
              .put(payload)
              .array();

      assertThat(client.send(frame).messages())
          .singleElement()
          .isInstanceOfSatisfying(
              Message.Error.class, error -> assertThat(error.code()).isEqualTo(400));
      assertStillServed(client);
      assertThat(stage.rawConnection().send(frame).awaitClose().code())
          .isEqualTo(CloseReason.POLICY);
    }
  }

  /** A SET whose value is an array of one array of one array ... */
  private static byte[] nestOfArrays(int depth) {
    ByteBuffer b =
        ByteBuffer.allocate(6 + 3 * depth)
            .put((byte) 0x21)
            .put((byte) 0x0A)
            .putShort((short) 2)
            .put((byte) '/')
            .put((byte) 'n');
    for (int i = 0; i < depth; i++) {
      b.putShort((short) 1).put((byte) 0x0A);
    }
    return b.array();
  }

  private static byte[] nestOfMaps(int depth) {
    ByteBuffer b =
        ByteBuffer.allocate(6 + 6 * depth)
            .put((byte) 0x21)
            .put((byte) 0x0B)
            .putShort((short) 2)
            .put((byte) '/')
            .put((byte) 'n');
    for (int i = 0; i < depth; i++) {
      b.putShort((short) 1).putShort((short) 1).put((byte) 'k').put((byte) 0x0B);
    }
    return b.array();
  }

  private static byte[] nestOfMessagePack(int depth) {
    byte[] b = new byte[depth];
    Arrays.fill(b, (byte) 0x91);
    b[0] = (byte) 0x81;
    b[1] = (byte) 0xA1;
    b[2] = 'k';
    return b;
  }

  @Test
  void framesThatClaimMoreThanTheyHaveAreRefused() {
    RawClient client = stage.raw("claims");
    byte[] whole = FrameCodec.encode(nothing(), Qos.CONFIRM);
    int refused = 0;
    for (int length = 0; length < whole.length; length++) {
      client.send(Arrays.copyOf(whole, length));
      refused++;
    }
    byte[] short65535 = whole.clone();
    short65535[2] = (byte) 0xFF;
    short65535[3] = (byte) 0xFF;
    client.send(short65535);
    assertThat(refused).isGreaterThan(20);

    // One ERROR a second at most, the rest is only counted.
    assertThat(client.messages())
        .isNotEmpty()
        .allMatch(Message.Error.class::isInstance)
        .hasSizeLessThan(refused);
    assertStillServed(client);
  }

  @Test
  void aSnapshotOfAMillionEntriesThatAreNotThereCostsNothing() {
    RawClient client = stage.raw("counts");
    for (String hex :
        List.of(
            "53010003" + "23ffff",
            "53010003" + "30ffff",
            "53010006" + "210a00022f61" + "ffff",
            "53010008" + "210b00022f61ffff",
            "53010007" + "0301002f61ffff")) {
      client.send(hex);
    }

    assertThat(client.messages()).allMatch(Message.Error.class::isInstance);
    assertStillServed(client);
  }

  @Test
  void garbageInASessionIsToldAtMostOnceASecondAndEndsItAfterAHundred() {
    RawClient client = stage.raw("garbage");
    Random random = new Random(7330);
    for (int i = 0; i < 100; i++) {
      byte[] bytes = new byte[1 + random.nextInt(300)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        bytes[0] = 0x53;
      }
      if (bytes[0] == 0x53 && bytes.length > 4) {
        // Sometimes a right header, so that the message behind it is what is wrong.
        bytes[1] = 1;
        bytes[2] = (byte) ((bytes.length - 4) >>> 8);
        bytes[3] = (byte) (bytes.length - 4);
        bytes[4] = (byte) (0x70 + random.nextInt(16));
      } else {
        bytes[0] = 0x54;
      }
      client.send(bytes);
    }

    assertThat(client.awaitClose().code()).isEqualTo(CloseReason.POLICY);
    assertThat(client.arrivals().all()).hasSizeBetween(1, 30);
  }

  @Test
  void garbageAsAFirstFrameEndsTheConnection() {
    Random random = new Random(7331);
    for (int i = 0; i < 20; i++) {
      byte[] bytes = new byte[random.nextInt(2000)];
      random.nextBytes(bytes);

      assertThat(stage.rawConnection().send(bytes).awaitClose().code())
          .isEqualTo(CloseReason.POLICY);
    }
  }

  // --- WebSocket and HTTP ------------------------------------------------------------------------

  @Test
  void anythingButHelloAtFirstIsToldAndClosed() {
    for (Message first :
        List.of(nothing(), new Message.Ping(), Frames.subscribe(1, "/**"), new Message.Get("/x"))) {
      RawClient client = stage.rawConnection().send(first);

      assertThat(client.awaitClose())
          .isEqualTo(new CloseReason(CloseReason.POLICY, "the first message must be HELLO"));
      assertThat(client.await(Message.Error.class).code()).isEqualTo(400);
    }
  }

  @Test
  void textMessagesAreIgnored() {
    RawClient client = stage.raw("text");
    client.sendText("{\"type\":\"SET\"}");
    client.sendText("");

    assertThat(client.messages()).isEmpty();
    assertStillServed(client);
  }

  @Test
  void aMessageLargerThanAnyFrameEndsTheConnectionWith1009() {
    RawClient client = stage.raw("large");

    client.send(new byte[200_000]);

    assertThat(client.awaitClose().code()).isEqualTo(CloseReason.TOO_BIG);
  }

  @Test
  void violationsOfTheWebSocketProtocolEndTheConnectionWith1002() {
    List<byte[]> violations =
        List.of(
            new byte[] {(byte) 0x82, 1, 0x53}, // not masked
            new byte[] {(byte) 0xC2, (byte) 0x80, 0, 0, 0, 0}, // reserved bit
            new byte[] {(byte) 0x83, (byte) 0x80, 0, 0, 0, 0}, // unknown opcode
            new byte[] {(byte) 0x80, (byte) 0x80, 0, 0, 0, 0}, // continuation of nothing
            new byte[] {(byte) 0x09, (byte) 0x80, 0, 0, 0, 0}); // ping in parts
    for (byte[] violation : violations) {
      RawClient client = stage.raw("violation");
      client.bytes(violation);

      assertThat(client.awaitClose().code())
          .as(Arrays.toString(violation))
          .isEqualTo(CloseReason.PROTOCOL_ERROR);
    }
  }

  @Test
  void aLengthBeyondAllLimitsEndsTheConnection() {
    RawClient client = stage.raw("length");
    client.bytes(
        ByteBuffer.allocate(14).put((byte) 0x82).put((byte) 0xFF).putLong(Long.MAX_VALUE).array());

    assertThat(client.awaitClose().code()).isIn(CloseReason.TOO_BIG, CloseReason.PROTOCOL_ERROR);
  }

  @Test
  void bytesThatAreNotHttpAreRefused() {
    Random random = new Random(1);
    byte[] noise = new byte[5000];
    random.nextBytes(noise);
    for (byte[] bytes :
        List.of(
            new byte[] {0x53, 0x01, 0x00, 0x01, 0x01},
            new byte[] {0, 0, 0, 5, 0x53, 0x01, 0x00, 0x01, 0x41},
            "\r\n\r\n\r\n\r\n".getBytes(ISO_8859_1),
            "GET\r\n\r\n".getBytes(ISO_8859_1),
            ("GET / HTTP/1.1\r\nX: " + "y".repeat(100_000) + "\r\n\r\n").getBytes(ISO_8859_1),
            ("GET /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n").getBytes(ISO_8859_1),
            ("POST /api/status HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n")
                .getBytes(ISO_8859_1),
            noise)) {
      Socket socket = open();
      try {
        send(socket, bytes);
        socket.shutdownOutput();
      } catch (IOException | UncheckedIOException e) {
        // It has been closed already.
      }

      assertThat(untilEnd(socket)).doesNotContain("HTTP/1.1 200").doesNotContain("HTTP/1.1 5");
    }
  }

  @Test
  void upgradesThatAreNotRightAreRefused() {
    String good = RawClient.request(stage.url(), "/", "");
    assertThat(
            List.of(
                good.replace("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
                good.replace("GET /", "POST /"),
                good.replace("Sec-WebSocket-Key: ", "Sec-WebSocket-Key: x"),
                good.replaceFirst("Sec-WebSocket-Key: [^\r]*\r\n", ""),
                good.replace("Connection: Upgrade", "Connection: close"),
                good.replace(
                    "Upgrade: websocket", "Upgrade: websocket\r\nOrigin: https://evil.example")))
        .allSatisfy(request -> {
          Socket socket = open();
          send(socket, request.getBytes(ISO_8859_1));
          assertThat(untilEnd(socket)).matches("(?s)HTTP/1\\.1 4\\d\\d .*");
        });
  }

  // --- connections that do nothing ---------------------------------------------------------------

  /** 200 connections at once, each stuck at another point of its way in. */
  @Test
  void twoHundredHalfOpenConnectionsAreClosedInTime() {
    String request = RawClient.request(stage.url(), "/", "Sec-WebSocket-Protocol: clasp\r\n");
    for (int i = 0; i < 200; i++) {
      Socket socket = open();
      switch (i % 4) {
        case 0 -> {} // says nothing
        case 1 -> send(socket, request.substring(0, 1 + i % request.length()).getBytes(ISO_8859_1));
        case 2 -> send(socket, "GET / HTTP/1.1\r\n".getBytes(ISO_8859_1));
        default -> send(socket, request.getBytes(ISO_8859_1)); // upgraded, no HELLO
      }
    }
    load.awaitMore(20);
    assertStillServed(stage.raw("among them"));

    List<String> answers = sockets.stream().map(HostilePeersTest::untilEnd).toList();

    for (int i = 0; i < 200; i++) {
      if (i % 4 == 3) {
        assertThat(answers.get(i)).startsWith("HTTP/1.1 101 ").contains("no HELLO within 10 s");
      } else {
        assertThat(answers.get(i))
            .as("connection " + i)
            .doesNotContain(" 200 ")
            .doesNotContain(" 101 ");
      }
    }
  }

  @Test
  void aWebSocketMessageThatNeverEndsDelaysNobody() {
    RawClient client = stage.raw("never ends");
    client.bytes(new byte[] {(byte) 0x82, (byte) 0xFE, 0x10, 0, 0, 0, 0, 0, 0x53});
    Socket inTheMiddle = open();
    send(inTheMiddle, RawClient.request(stage.url(), "/", "").getBytes(ISO_8859_1));

    load.awaitMore(20);
    assertThat(client.open()).isTrue();
  }

  @Test
  void aFloodOfConnectionsThatComeAndGoDelaysNobody() {
    for (int i = 0; i < 300; i++) {
      RawClient client = RawClient.connect(stage.url());
      client.send(Frames.hello("flood"));
      client.send(Frames.subscribe(1, "/**"));
      client.close();
    }

    load.awaitMore(20);
    StatusPage.await(
        stage.server(),
        "only the subscription of the bystander",
        status -> !status.has("flood") && status.json().get("subscriptions").intValue() == 1);
  }

  @Test
  void manySubscriptionsEndAtTheLimit() {
    RawClient client = stage.raw("subscriber");
    for (int i = 0; i < 1000; i++) {
      client.send(Frames.subscribe(i, "/limit/" + i));
    }
    assertThat(client.messages()).isEmpty();

    assertThat(client.send(Frames.subscribe(1000, "/limit/more")).messages())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.Error.class, error -> assertThat(error.code()).isEqualTo(429));
  }

  /** The largest legal messages are no attack: they are served. */
  @Test
  void theLargestFramesAreServed() {
    RawClient client = stage.raw("largest");
    byte[] bytes = new byte[65_000];
    client.send(Frames.subscribe(1, "/largest/*"));
    client.send(Frames.set("/largest/x", Value.of(bytes)), Qos.CONFIRM);

    assertThat(client.messages())
        .hasSize(2)
        .first()
        .isInstanceOfSatisfying(
            Message.SetValue.class,
            set -> assertThat(MessageCodec.encode(set).length).isGreaterThan(65_000));
  }
}
