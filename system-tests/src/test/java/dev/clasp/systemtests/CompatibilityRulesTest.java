package dev.clasp.systemtests;

import static dev.clasp.systemtests.Frames.bundle;
import static dev.clasp.systemtests.Frames.bundleAt;
import static dev.clasp.systemtests.Frames.event;
import static dev.clasp.systemtests.Frames.publish;
import static dev.clasp.systemtests.Frames.set;
import static dev.clasp.systemtests.Frames.setAndLock;
import static dev.clasp.systemtests.Frames.setIf;
import static dev.clasp.systemtests.Frames.subscribe;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules R1 to R25 that make published clients work, each checked on the frames of the real
 * server. docs/conformance.md lists them.
 */
@RealProgram
class CompatibilityRulesTest {

  @RegisterExtension static final Stage stage = new Stage("--loops", "2");

  private static final int WELCOME = MessageType.WELCOME;
  private static final int SNAPSHOT = MessageType.SNAPSHOT;

  private static List<Integer> types(List<RawClient.Arrival.Binary> arrivals) {
    return arrivals.stream().map(RawClient.Arrival.Binary::type).toList();
  }

  private static Message.Error onlyError(List<Message> messages) {
    assertThat(messages).singleElement().isInstanceOf(Message.Error.class);
    return (Message.Error) messages.getFirst();
  }

  private static Message.Ack onlyAck(List<Message> messages) {
    assertThat(messages).singleElement().isInstanceOf(Message.Ack.class);
    return (Message.Ack) messages.getFirst();
  }

  /** A frame around these payload bytes. */
  private static byte[] frame(int flags, byte[] payload) {
    return ByteBuffer.allocate(4 + payload.length)
        .put((byte) 0x53)
        .put((byte) flags)
        .putShort((short) payload.length)
        .put(payload)
        .array();
  }

  // --- connection --------------------------------------------------------------------------------

  @Test
  void r1TheSubprotocolIsEchoedIfItWasOffered() {
    for (String offer : List.of("clasp", "chat, clasp", "clasp, clasp.v2")) {
      RawClient client =
          stage.kept(
              RawClient.connect(stage.url(), "/", "Sec-WebSocket-Protocol: " + offer + "\r\n"));
      assertThat(client.header("Sec-WebSocket-Protocol")).as(offer).contains("clasp");
      client.hello("r1");
    }
    for (String headers : List.of("", "Sec-WebSocket-Protocol: chat\r\n")) {
      RawClient client = stage.kept(RawClient.connect(stage.url(), "/", headers));
      assertThat(client.header("Sec-WebSocket-Protocol")).as(headers).isEmpty();
      client.hello("r1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/clasp", "/clasp?token=x", "/any/where?a=b&c", "/?x"})
  void r1PathAndQueryDoNotMatter(String path) {
    RawClient client =
        stage.kept(RawClient.connect(stage.url(), path, "Sec-WebSocket-Protocol: clasp\r\n"));

    assertThat(client.hello("r1").session()).hasSize(36);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0100", "01ff", "02e0", "03e0", "0000", "ff07"})
  void r2AnyVersionAndAnyFeaturesAreWelcome(String versionAndFeatures) {
    RawClient client =
        stage.rawConnection().send("53010008" + "01" + versionAndFeatures + "0001780000");

    assertThat(client.exchange().getFirst().message())
        .isInstanceOfSatisfying(
            Message.Welcome.class,
            welcome -> {
              assertThat(welcome.version()).isEqualTo(1);
              assertThat(welcome.features())
                  .isEqualTo(EnumSet.complementOf(EnumSet.of(Feature.FEDERATION)));
            });
  }

  @Test
  void r3MessagePackIsRecognisedWhateverTheFlagsSay() {
    JsonNode hello =
        Vectors.read("client-frames-derived").stream()
            .filter(entry -> entry.path("step").asText().startsWith("HELLO, fallback encoder"))
            .findFirst()
            .orElseThrow();
    for (int flags : List.of(0x00, 0x01, 0x40, 0x41)) {
      RawClient client = stage.rawConnection();
      byte[] frame = HexFormat.of().parseHex(hello.get("hex").asText());
      frame[1] = (byte) flags;
      client.send(frame);
      assertThat(types(client.exchange()))
          .as("HELLO with flags " + flags)
          .startsWith(WELCOME, SNAPSHOT);
      client.send(frame(flags, messagePack("type", "QUERY", "pattern", "/r3/**")));
      assertThat(client.messages()).containsExactly(new Message.Result(List.of()));
      client.send(frame(flags, messagePack("type", "GET", "address", "/r3/x")));
      assertThat(onlyError(client.messages()).code()).isEqualTo(404);
    }
  }

  /** A MessagePack map of short texts. */
  private static byte[] messagePack(String... keysAndValues) {
    ByteBuffer map = ByteBuffer.allocate(256).put((byte) (0x80 | keysAndValues.length / 2));
    for (String text : keysAndValues) {
      map.put((byte) (0xA0 | text.length())).put(text.getBytes(UTF_8));
    }
    return Arrays.copyOf(map.array(), map.position());
  }

  @Test
  void r4WelcomeComesFirstWithAllFieldsAndThenTheSnapshotEvenIfEmpty() {
    try (ServerProcess fresh = ServerProcess.start("--name", "Prüf ☃");
        RawClient client = RawClient.connect(fresh.url())) {
      long before = System.currentTimeMillis() * 1000;
      client.send(Frames.hello("r4"));
      List<RawClient.Arrival.Binary> answers = client.exchange();

      assertThat(types(answers)).containsExactly(WELCOME, SNAPSHOT);
      ByteBuffer welcome = ByteBuffer.wrap(answers.get(0).bytes());
      assertThat(welcome.get()).isEqualTo((byte) 0x53);
      assertThat(welcome.get()).isEqualTo((byte) 0x01);
      assertThat(welcome.getShort()).isEqualTo((short) welcome.remaining());
      assertThat(welcome.get()).isEqualTo((byte) WELCOME);
      assertThat(welcome.get()).as("version").isEqualTo((byte) 1);
      assertThat(welcome.get()).as("features").isEqualTo((byte) 0xF8);
      assertThat(welcome.getLong())
          .as("time in microseconds")
          .isBetween(before - 1_000_000, before + 60_000_000);
      assertThat(text(welcome)).as("session").matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
      assertThat(text(welcome)).as("name").isEqualTo("Prüf ☃");
      assertThat(text(welcome)).as("token").isEmpty();
      assertThat(welcome.remaining()).isZero();
      assertThat(answers.get(1)).hasToString("53010003230000");
    }
  }

  private static String text(ByteBuffer b) {
    byte[] text = new byte[b.getShort() & 0xFFFF];
    b.get(text);
    return new String(text, UTF_8);
  }

  // --- frames ------------------------------------------------------------------------------------

  @Test
  void r5OnePlainFrameInEachBinaryMessage() {
    RawClient observer = stage.raw("observer");
    RawClient writer = stage.raw("writer");
    observer.send(subscribe(1, "/r5/**"));
    observer.exchange();
    for (int i = 0; i < 50; i++) {
      writer.send(set("/r5/" + i, Value.of("x".repeat(3000))));
      writer.send(event("/r5/event", Value.of(i)));
    }
    writer.send(bundle(set("/r5/a", 1), set("/r5/b", 2), event("/r5/c", Value.NULL)));
    writer.send(set("/r5/largest", Value.of(new byte[65_000])));
    writer.send(new Message.Get("/r5/nothing"));
    assertThat(writer.exchange()).isNotEmpty();
    RawClient late = stage.rawConnection();
    late.send(Frames.hello("late"));
    late.send(subscribe(1, "/r5/**"));
    late.await("the last part", message -> hasParameter(message, "/r5/largest"));

    List<RawClient.Arrival.Binary> all = new ArrayList<>(observer.exchange());
    assertThat(all).hasSize(104);
    all.addAll(late.exchange());
    for (RawClient.Arrival.Binary message : all) {
      assertThat(message.frame().length()).isEqualTo(message.bytes().length);
      assertThat(message.flags() & 0x38).as("no timestamp, not encrypted, not compressed").isZero();
      assertThat(message.flags() & 0x07).as("binary encoding").isEqualTo(1);
    }
  }

  private static Optional<Message> hasParameter(Message message, String address) {
    return message instanceof Message.Snapshot snapshot
            && snapshot.parameters().stream()
                .anyMatch(parameter -> parameter.address().equals(address))
        ? Optional.of(message)
        : Optional.empty();
  }

  @Test
  void r6NothingIsPushedButSignalsAndSnapshots() {
    RawClient observer = stage.raw("observer");
    observer.send(subscribe(1, "/r6/**"));
    observer.exchange();
    RawClient writer = stage.raw("writer");
    writer.send(bundle(set("/r6/a", 1), event("/r6/b", Value.of(2)), set("/r6/c", 3)), Qos.COMMIT);
    writer.send(set("/r6/a", 4), Qos.COMMIT);
    writer.send(new Message.Announce("/r6", List.of(signal("/r6/a")), Map.of()));
    writer.send(new Message.Sync(1, OptionalLong.empty(), OptionalLong.empty()));
    writer.send(new Message.Get("/r6/a"));
    writer.send(new Message.Query("/r6/**"));
    writer.send(new Message.Ping());
    for (SignalType type : SignalType.values()) {
      writer.send(publish(type, "/r6/signal", Value.of(type.code())));
    }
    writer.exchange();

    assertThat(types(observer.exchange()))
        .containsExactly(
            MessageType.SET,
            MessageType.PUBLISH,
            MessageType.SET,
            MessageType.SET,
            MessageType.PUBLISH,
            MessageType.PUBLISH,
            MessageType.PUBLISH,
            MessageType.PUBLISH,
            MessageType.PUBLISH);
  }

  private static Message.SignalDefinition signal(String address) {
    return new Message.SignalDefinition(
        address, SignalType.PARAM, Optional.of("float"), Optional.of("rw"), Optional.empty());
  }

  @Test
  void r7AckOnlyForSetBundleAndAnnounceAndOnlyWhenAskedFor() {
    RawClient client = stage.raw("r7");
    for (Qos qos : List.of(Qos.CONFIRM, Qos.COMMIT)) {
      Message.Ack set = onlyAck(client.send(set("/r7/set", 1), qos).messages());
      assertThat(set.address()).contains("/r7/set");
      assertThat(set.revision()).hasValue(qos == Qos.CONFIRM ? 1 : 2);
      Message.Ack bundle =
          onlyAck(
              client
                  .send(bundle(set("/r7/bundle", 1), event("/r7/e", Value.NULL)), qos)
                  .messages());
      assertThat(bundle.address()).isEmpty();
    }
    assertThat(client.send(set("/r7/set", 1), Qos.FIRE).messages()).isEmpty();
    assertThat(client.send(bundle(set("/r7/bundle", 1)), Qos.FIRE).messages()).isEmpty();

    for (Qos qos : List.of(Qos.FIRE, Qos.CONFIRM, Qos.COMMIT)) {
      assertThat(client.send(subscribe(1, "/r7/nothing/*"), qos).messages())
          .as("SUBSCRIBE")
          .isEmpty();
      assertThat(client.send(new Message.Unsubscribe(1), qos).messages())
          .as("UNSUBSCRIBE")
          .isEmpty();
      for (SignalType type : SignalType.values()) {
        assertThat(client.send(publish(type, "/r7/p", Value.TRUE), qos).messages())
            .as("PUBLISH")
            .isEmpty();
      }
      assertThat(types(client.send(Frames.hello("again"), qos).exchange()))
          .as("HELLO")
          .startsWith(WELCOME)
          .doesNotContain(MessageType.ACK);
    }
  }

  @Test
  void r7AcknowledgeAlwaysIsThereForStrictParity() {
    try (ServerProcess strict = ServerProcess.start("--ack", "always");
        RawClient client = RawClient.connect(strict.url())) {
      client.hello("r7");

      assertThat(onlyAck(client.send(set("/r7/x", 1), Qos.FIRE).messages()).revision()).hasValue(1);
      assertThat(onlyAck(client.send(bundle(set("/r7/x", 1)), Qos.FIRE).messages()).address())
          .isEmpty();
      assertThat(client.send(subscribe(1, "/nothing"), Qos.CONFIRM).messages()).isEmpty();
    }
  }

  @Test
  void r8AnErrorEndsWithItsOptionFlags() {
    RawClient client = stage.raw("r8");
    client.send(new Message.Get("/r8/nothing"));
    client.send("5301000101");
    client.send(bundle(bundle()));

    List<RawClient.Arrival.Binary> errors = client.exchange();

    assertThat(errors)
        .hasSize(3)
        .allSatisfy(error -> {
          ByteBuffer b = ByteBuffer.wrap(error.bytes(), 4, error.bytes().length - 4);
          assertThat(b.get()).isEqualTo((byte) MessageType.ERROR);
          assertThat(b.getShort()).isBetween((short) 400, (short) 404);
          assertThat(text(b)).isNotBlank();
          int flags = b.get();
          assertThat(flags).isBetween(0, 1);
          if (flags == 1) {
            assertThat(text(b)).isEqualTo("/r8/nothing");
          }
          assertThat(b.remaining()).isZero();
        });
  }

  @Test
  void r9AFailedLoginIsToldThenClosedWith1008AndAReason() {
    try (ServerProcess closed = ServerProcess.start("--token", "cpsk_" + "r".repeat(32));
        RawClient client = RawClient.connect(closed.url())) {
      client.send(Frames.hello("nobody"));

      assertThat(client.awaitClose())
          .isEqualTo(new CloseReason(CloseReason.POLICY, "Authentication required"));
      assertThat(client.await(Message.Error.class).code()).isEqualTo(300);
    }
  }

  // --- delivery ----------------------------------------------------------------------------------

  @Test
  void r10ASetComesBackToItsSubscribedSenderAndAPublishDoesNot() {
    RawClient client = stage.raw("r10");
    client.send(subscribe(1, "/r10/**"));
    client.send(set("/r10/x", 1), Qos.CONFIRM);
    for (SignalType type : SignalType.values()) {
      client.send(publish(type, "/r10/p", Value.of(type.code())));
    }
    client.send(bundle(set("/r10/y", 2), event("/r10/e", Value.NULL)), Qos.FIRE);

    List<Message> received = client.messages();

    assertThat(received)
        .extracting(message -> message.getClass().getSimpleName())
        .as("the echo before the ACK; of the bundle the SET only")
        .containsExactly("SetValue", "Ack", "SetValue");
  }

  @Test
  void r11OneDeliveryHoweverManySubscriptionsMatch() {
    RawClient reader = stage.raw("reader");
    for (int id = 0; id < 20; id++) {
      reader.send(subscribe(id, List.of("/r11/**", "/r11/*", "/r11/x", "/**/x").get(id % 4)));
    }
    reader.exchange();
    RawClient writer = stage.raw("writer");
    writer.send(set("/r11/x", 1)).send(event("/r11/x", Value.NULL));
    writer.exchange();

    assertThat(types(reader.exchange())).containsExactly(MessageType.SET, MessageType.PUBLISH);
  }

  @Test
  void r12TheSameIdReplacesTheSubscription() {
    RawClient client = stage.raw("r12");
    client.send(subscribe(0, "/r12/led/*")).send(subscribe(0, "/r12/mode"));
    client.send(set("/r12/led/1", 1), Qos.FIRE).send(set("/r12/mode", 2), Qos.FIRE);

    assertThat(client.messages())
        .extracting(message -> ((Message.SetValue) message).address())
        .containsExactly("/r12/mode");
  }

  @Test
  void r13ASubscribeBehindTheSetStillBringsTheValue() {
    RawClient client = stage.raw("r13");
    client.send(set("/r13/x", 1), Qos.FIRE).send(subscribe(1, "/r13/*"));

    assertThat(client.messages())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.Snapshot.class,
            snapshot ->
                assertThat(snapshot.parameters())
                    .extracting(Message.Parameter::address)
                    .containsExactly("/r13/x"));
  }

  @Test
  void r14AGetOfNothingIsError404WithTheAddress() {
    RawClient client = stage.raw("r14");
    for (Qos qos : Qos.values()) {
      Message.Error error = onlyError(client.send(new Message.Get("/r14/nothing"), qos).messages());
      assertThat(error.code()).isEqualTo(404);
      assertThat(error.address()).contains("/r14/nothing");
    }
    client.send(event("/r14/only-an-event", Value.NULL));
    assertThat(onlyError(client.send(new Message.Get("/r14/only-an-event")).messages()).code())
        .isEqualTo(404);
    client.send(set("/r14/null", Value.NULL), Qos.FIRE);
    assertThat(client.send(new Message.Get("/r14/null")).messages())
        .as("null is a value like any other")
        .singleElement()
        .isInstanceOf(Message.Snapshot.class);
  }

  /** The interval of the router's own pings is tested in the transport, with a short one. */
  @Test
  void r15UnsolicitedPongsAreAcceptedAndPingsAreAnswered() {
    RawClient client = stage.raw("r15");
    client.webSocketFrame(10, new byte[0]);
    client.webSocketFrame(10, "any".getBytes(UTF_8));
    client.send(new Message.Pong()).send(new Message.Pong());
    assertThat(client.messages()).isEmpty();

    client.send(new Message.Ping()).send(new Message.Ping());
    assertThat(client.messages()).containsExactly(new Message.Pong(), new Message.Pong());
  }

  @Test
  void r16AClientThatDoesNotReadEndsOnTheNewestValueAndDelaysNobody() {
    RawClient slow = stage.kept(RawClient.connectSmall(stage.url()));
    slow.hello("slow");
    slow.send(subscribe(1, "/r16/**"));
    slow.exchange();
    RawClient fast = stage.raw("fast");
    fast.send(subscribe(1, "/r16/**"));
    fast.exchange();
    RawClient writer = stage.raw("writer");

    slow.pause();
    int last = 0;
    try {
      // Until the router had to leave values out for the slow one: its socket and queue are full.
      for (int round = 0; round < 200 && droppedBy("slow") == 0; round++) {
        for (int i = 0; i < 200; i++) {
          last++;
          writer.send(set("/r16/" + last % 10, Value.of(last + "x".repeat(2000))), Qos.FIRE);
          writer.send(publish(SignalType.STREAM, "/r16/stream", Value.of(last)));
        }
        String newest = last + "x".repeat(2000);
        // The fast one keeps up although the slow one hangs.
        fast.await("value " + last, message -> newest(message, newest));
        fast.arrivals().take();
      }
      assertThat(droppedBy("slow")).as("values left out for the slow client").isPositive();
    } finally {
      slow.resume();
    }
    String newest = last + "x".repeat(2000);
    slow.await("value " + last, message -> newest(message, newest));
    assertThat(slow.open()).isTrue();
    assertThat(droppedBy("fast")).isZero();
  }

  private static Optional<Message> newest(Message message, String value) {
    return message instanceof Message.SetValue set && set.value().equals(Value.of(value))
        ? Optional.of(message)
        : Optional.empty();
  }

  private static long droppedBy(String name) {
    return StatusPage.read(stage.server()).session(name).get("dropped").longValue();
  }

  @Test
  void r16EventsAreNeverLeftOutSoAClientThatNeverReadsIsClosed() {
    RawClient slow = stage.kept(RawClient.connectSmall(stage.url()));
    slow.hello("never reads");
    slow.send(subscribe(1, "/r16b/**"));
    slow.exchange();
    RawClient writer = stage.raw("writer");
    long closedBefore = StatusPage.read(stage.server()).counter("slow_closed");

    slow.pause();
    try {
      // More than socket, transport and the largest queue can hold: 40 MB.
      Value payload = Value.of("x".repeat(10_000));
      for (int i = 0; i < 4000; i++) {
        writer.send(event("/r16b/event", payload));
      }
      assertThat(writer.messages()).isEmpty();

      StatusPage.awaitGone(stage.server(), "never reads");
    } finally {
      slow.resume();
    }
    assertThat(StatusPage.read(stage.server()).counter("slow_closed")).isEqualTo(closedBefore + 1);
    // The close frame with 1013 waits behind what the client does not read, and is lost with it.
    assertThat(slow.awaitClose().code()).isIn(CloseReason.TRY_LATER, CloseReason.ABNORMAL);
  }

  @Test
  void r17ProbesThatConnectAndCloseAreNotWorthALine() {
    RawClient steady = stage.raw("steady");
    List<String> before = logLines();

    for (int i = 0; i < 10; i++) {
      RawClient.drop(RawClient.open(stage.url(), 0));
      RawClient opened = RawClient.connect(stage.url());
      opened.webSocketFrame(8, new byte[0]);
      assertThat(opened.awaitClose().code()).isEqualTo(CloseReason.NO_CODE);
      opened.close();
      RawClient dropped = RawClient.connect(stage.url());
      dropped.close();
      RawClient scanner = RawClient.connect(stage.url());
      scanner.hello("CLASP Scanner");
      scanner.close();
    }

    assertThat(steady.send(set("/r17/x", 1), Qos.CONFIRM).messages()).hasSize(1);
    assertThat(logLines()).isEqualTo(before);
  }

  private static List<String> logLines() {
    return stage
        .server()
        .transcript()
        .lines()
        .filter(line -> !line.contains("listening on"))
        .toList();
  }

  @Test
  void r18AnyTimeInAMessageIsAccepted() {
    RawClient reader = stage.raw("reader");
    reader.send(subscribe(1, "/r18/*"));
    reader.exchange();
    RawClient writer = stage.raw("writer");
    List<Long> times =
        List.of(0L, 1L, 1_700_000_000_000_000L, 4_000_000_000_000_000L, Long.MAX_VALUE, -1L);
    for (long time : times) {
      Message.Publish event = event("/r18/e", Value.NULL);
      writer.send(
          new Message.Publish(
              event.address(),
              event.signal(),
              event.phase(),
              event.content(),
              OptionalLong.of(time),
              event.id(),
              event.rate()));
    }
    // A timestamp in the frame's header as well.
    byte[] payload = MessageCodec.encode(set("/r18/s", 1));
    writer.send(
        ByteBuffer.allocate(12 + payload.length)
            .put((byte) 0x53)
            .put((byte) 0x21)
            .putShort((short) payload.length)
            .putLong(10)
            .put(payload)
            .array());
    assertThat(writer.messages()).isEmpty();

    List<Message> received = reader.messages();

    assertThat(received.subList(0, times.size()))
        .extracting(message -> ((Message.Publish) message).timestampMicros().orElseThrow())
        .containsExactlyElementsOf(times);
    assertThat(received.subList(times.size(), received.size())).hasSize(1);
  }

  @Test
  void r19ASubscriptionIsAnsweredOnlyIfSomethingMatches() {
    RawClient client = stage.raw("r19");
    assertThat(client.send(subscribe(1, "/r19/nothing/**")).messages()).isEmpty();
    client.send(set("/r19/x", 1), Qos.FIRE);
    assertThat(types(client.send(subscribe(2, "/r19/*")).exchange())).containsExactly(SNAPSHOT);
  }

  @Test
  void r19SnapshotsAreCutByBytesAsWellAsByCount() {
    RawClient writer = stage.raw("writer");
    for (int i = 0; i < 10; i++) {
      writer.send(set("/r19b/large/" + i, Value.of(new byte[20_000])), Qos.FIRE);
    }
    for (int i = 0; i < 2000; i++) {
      writer.send(set("/r19b/small/" + i, i), Qos.FIRE);
    }
    writer.exchange();
    RawClient reader = stage.raw("reader");
    reader.send(subscribe(1, "/r19b/**"));
    Set<String> seen = new HashSet<>();
    reader.await(
        "everything",
        message -> {
          if (message instanceof Message.Snapshot snapshot) {
            snapshot.parameters().forEach(parameter -> seen.add(parameter.address()));
          }
          return seen.stream().filter(address -> address.startsWith("/r19b/")).count() == 2010
              ? Optional.of(message)
              : Optional.empty();
        });

    assertThat(reader.exchange())
        .hasSizeGreaterThan(4)
        .allSatisfy(part -> {
          assertThat(part.bytes().length)
              .isLessThanOrEqualTo(FrameDescriptor.HEADER_LENGTH + 60_000);
          assertThat(((Message.Snapshot) part.message()).parameters())
              .hasSizeLessThanOrEqualTo(800);
        });
  }

  @Test
  void r20KindAndWidthOfAValueAreKept() {
    Map<String, String> values =
        Map.of(
            "00", "",
            "01", "01",
            "02", "f9",
            "03", "fff9",
            "04", "fffffff9",
            "05", "000000000000002a",
            "06", "41ac0000",
            "07", "4045000000000000");
    RawClient reader = stage.raw("reader");
    reader.send(subscribe(1, "/r20/*"));
    reader.exchange();
    RawClient writer = stage.raw("writer");
    values.forEach((type, data) -> {
      String address = "/r20/" + type;
      byte[] payload =
          HexFormat.of()
              .parseHex(
                  "21" + type + "0007" + HexFormat.of().formatHex(address.getBytes(UTF_8)) + data);
      writer.send(frame(0x01, payload));
      writer.exchange();

      String broadcast = reader.exchange().getFirst().toString();
      assertThat(broadcast)
          .as("SET of type " + type)
          .matches(
              "534100..218"
                  + type.charAt(1)
                  + "0007"
                  + HexFormat.of().formatHex(address.getBytes(UTF_8))
                  + data
                  + "0000000000000001");
      String stored = writer.send(new Message.Get(address)).exchange().getFirst().toString();
      assertThat(stored)
          .as("SNAPSHOT of type " + type)
          .contains(
              "0001"
                  + "0007"
                  + HexFormat.of().formatHex(address.getBytes(UTF_8))
                  + type
                  + data
                  + "0000000000000001");
    });
  }

  @Test
  void r21AnIdleSessionIsClosedWithACode() {
    try (ServerProcess impatient = ServerProcess.start("--idle-timeout", "1");
        RawClient client = RawClient.connect(impatient.url())) {
      // Nothing more is asked: on a busy machine the second is over before the question is heard.
      client.send(Frames.hello("idle"));
      client.await(Message.Welcome.class);

      assertThat(client.awaitClose())
          .isEqualTo(new CloseReason(CloseReason.GOING_AWAY, "no traffic for 1 s"));
      // The session ends with the connection, and that with the client's answer to the close.
      StatusPage.awaitGone(impatient, "idle");
    }
  }

  @Test
  void r22ABundleForLaterIsAcknowledgedNowAndRunsThen() {
    RawClient reader = stage.raw("reader");
    reader.send(subscribe(1, "/r22/*"));
    reader.exchange();
    RawClient writer = stage.raw("writer");
    long due = System.currentTimeMillis() * 1000 + 500_000;

    writer.send(bundleAt(due, set("/r22/later", 1), event("/r22/event", Value.NULL)), Qos.CONFIRM);
    writer.send(bundleAt(due - 3_600_000_000L, set("/r22/past", 1)), Qos.FIRE);
    OptionalLong revision = onlyAck(writer.messages()).revision();

    assertThat(revision.isEmpty() || System.currentTimeMillis() * 1000 > due)
        .as("nothing is applied when it is acknowledged")
        .isTrue();
    Message.Publish event = reader.await(Message.Publish.class);
    assertThat(System.currentTimeMillis() * 1000).isGreaterThanOrEqualTo(due - 5000);
    assertThat(event.address()).isEqualTo("/r22/event");
    assertThat(reader.messages())
        .extracting(message -> message instanceof Message.SetValue set ? set.address() : "event")
        .containsSubsequence("/r22/later", "event")
        .containsExactlyInAnyOrder("/r22/past", "/r22/later", "event");
  }

  @Test
  void r23UnknownTrailingBytesAreIgnored() {
    RawClient client = stage.rawConnection();
    client.send("5301000b" + "0101e00001780000" + "deadbe");
    assertThat(types(client.exchange())).startsWith(WELCOME, SNAPSHOT);
    byte[] subscribe = MessageCodec.encode(subscribe(1, "/r23/*"));
    client.send(
        frame(
            0x01, ByteBuffer.allocate(subscribe.length + 4).put(subscribe).putInt(0xCAFE).array()));
    client.send(set("/r23/x", 1), Qos.FIRE);

    assertThat(types(client.exchange())).containsExactly(MessageType.SET);
  }

  @Test
  void r24LocksEndWithTheSessionThatHoldsThem() {
    RawClient holder = stage.raw("holder");
    RawClient other = stage.raw("other");
    assertThat(onlyAck(holder.send(setAndLock("/r24/x", 1), Qos.CONFIRM).messages()).revision())
        .hasValue(1);
    assertThat(onlyError(other.send(set("/r24/x", 2), Qos.CONFIRM).messages()).code())
        .isEqualTo(401);

    holder.close();
    StatusPage.awaitGone(stage.server(), "holder");

    assertThat(onlyAck(other.send(set("/r24/x", 2), Qos.CONFIRM).messages()).revision())
        .hasValue(2);
  }

  @Test
  void r25PeerSignalsReachOnlyTheirTargetWithTheTrueSender() {
    RawClient a = stage.rawConnection();
    RawClient b = stage.rawConnection();
    RawClient c = stage.raw("c");
    String sessionA = a.hello("a").session();
    String sessionB = b.hello("b").session();
    b.send(subscribe(1, "/clasp/p2p/signal/" + sessionB));
    c.send(subscribe(1, "/clasp/p2p/**")).send(subscribe(2, "/**"));
    b.exchange();
    c.exchange();

    a.send(
        event(
            "/clasp/p2p/signal/" + sessionB,
            Value.of(
                Map.of(
                    "type",
                    Value.of("offer"),
                    "from",
                    Value.of("somebody else"),
                    "sdp",
                    Value.of("v=0")))));
    assertThat(a.messages()).isEmpty();

    assertThat(b.messages())
        .singleElement()
        .isInstanceOfSatisfying(
            Message.Publish.class,
            signal -> {
              Map<String, Value> content =
                  ((Value.Map) ((Message.Content.Single) signal.content()).value()).entries();
              assertThat(content)
                  .containsEntry("from", Value.of(sessionA))
                  .containsEntry("type", Value.of("offer"))
                  .containsEntry("sdp", Value.of("v=0"));
            });
    assertThat(c.messages()).isEmpty();
    String nobody = "/clasp/p2p/signal/00000000-0000-4000-8000-000000000000";
    Message.Error error = onlyError(a.send(event(nobody, Value.of(Map.of()))).messages());
    assertThat(error.code()).isEqualTo(404);
    assertThat(error.address()).contains(nobody);
  }

  /** The announcement is an ordinary event. */
  @Test
  void r25AnnouncementsReachTheirSubscribers() {
    RawClient b = stage.raw("b");
    b.send(subscribe(1, "/clasp/p2p/announce"));
    b.exchange();
    RawClient a = stage.raw("a");
    a.send(event("/clasp/p2p/announce", Value.of(Map.of("p2p_capable", Value.TRUE))));
    a.exchange();

    assertThat(b.messages()).singleElement().isInstanceOf(Message.Publish.class);
  }

  // --- what else clients see of writes
  // -------------------------------------------------------------

  @Test
  void aStaleRevisionIsToldWithTheCurrentOne() {
    RawClient client = stage.raw("cas");
    client.send(set("/cas/x", 1), Qos.CONFIRM).send(set("/cas/x", 2), Qos.CONFIRM);
    client.exchange();

    Message.Error error =
        onlyError(client.send(setIf("/cas/x", Value.of(3.0), 1), Qos.CONFIRM).messages());

    assertThat(error.code()).isEqualTo(400);
    assertThat(error.message()).contains("RevisionConflict").contains("current is 2");
    assertThat(error.address()).contains("/cas/x");
  }
}
