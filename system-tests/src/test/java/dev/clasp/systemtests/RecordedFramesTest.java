package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every frame that published clients are known to send, sent to the real server: each gets the
 * answer it must get, and none of them disturbs another client.
 */
@RealProgram
class RecordedFramesTest {

  @RegisterExtension static final Stage stage = new Stage("--loops", "2");

  /** Another client that goes on working meanwhile. */
  private static void whileAnotherWorks(String base, Runnable disturbance) {
    PeerClient other = stage.connect(stage.node(), "bystander");
    Watch echo = other.subscribe(base + "/*");
    try (EchoLoad load = EchoLoad.start(other, echo, base + "/echo")) {
      disturbance.run();
      load.awaitMore(3);
    }
    assertThat(other.events().all())
        .extracting(event -> event.get("notice").asText())
        .containsExactly("connected");
  }

  @Test
  void everyFrameOfThePublishedEncoderIsAnsweredAsItMustBe() {
    List<JsonNode> entries = Vectors.read("js-client");
    assertThat(entries).hasSize(339);

    whileAnotherWorks(
        "/bystander/1",
        () -> {
          RawClient raw = stage.raw("encoder");
          for (JsonNode entry : entries) {
            byte[] bytes = HexFormat.of().parseHex(entry.get("hex").asText());
            FrameCodec.Frame frame = FrameCodec.decode(bytes, 0, bytes.length);
            List<RawClient.Arrival.Binary> answers = raw.send(bytes).exchange();
            assertThat(answers)
                .as(entry.get("name").asText())
                .satisfies(all ->
                    checkAnswers(
                        frame, all.stream().map(RawClient.Arrival.Binary::message).toList()));
          }
        });
  }

  /** Answers to a frame, among deliveries to subscriptions that earlier frames have made. */
  private static void checkAnswers(FrameCodec.Frame frame, List<Message> received) {
    List<Message> answers =
        received.stream()
            .filter(message ->
                !(message instanceof Message.SetValue || message instanceof Message.Publish))
            .toList();
    boolean confirm = frame.qos() != Qos.FIRE;
    switch (frame.message()) {
      case Message.SetValue set ->
          assertThat(answers)
              .satisfies(all -> confirmation(all, confirm, Optional.of(set.address())));
      case Message.Bundle _ ->
          assertThat(answers).satisfies(all -> confirmation(all, confirm, Optional.empty()));
      case Message.Announce announce ->
          assertThat(answers)
              .satisfies(all -> confirmation(all, true, Optional.of(announce.namespace())));
      case Message.Hello _ ->
          assertThat(answers)
              .hasSizeGreaterThanOrEqualTo(2)
              .first()
              .isInstanceOf(Message.Welcome.class);
      case Message.Get _ ->
          assertThat(answers)
              .singleElement()
              .isInstanceOfAny(Message.Snapshot.class, Message.Error.class);
      case Message.Subscribe _ ->
          assertThat(answers)
              .allMatch(
                  answer -> answer instanceof Message.Snapshot || answer instanceof Message.Error);
      case Message.Query _ ->
          assertThat(answers)
              .isNotEmpty()
              .allMatch(
                  answer -> answer instanceof Message.Result || answer instanceof Message.Error);
      case Message.Ping _ -> assertThat(answers).containsExactly(new Message.Pong());
      case Message.Sync _ -> assertThat(answers).singleElement().isInstanceOf(Message.Sync.class);
      case Message.Publish _, Message.Replay _, Message.FederationSync _ ->
          assertThat(answers).allMatch(Message.Error.class::isInstance);
      case Message.Unsubscribe _,
          Message.Pong _,
          Message.Welcome _,
          Message.Snapshot _,
          Message.Ack _,
          Message.Error _,
          Message.Result _ ->
          assertThat(answers).isEmpty();
    }
  }

  /** Exactly one ACK or ERROR if confirmation is asked for; otherwise an ERROR at most. */
  private static void confirmation(
      List<? extends Message> answers, boolean asked, Optional<String> address) {
    assertThat(answers).hasSizeBetween(asked ? 1 : 0, 1);
    for (Message answer : answers) {
      switch (answer) {
        case Message.Ack ack -> {
          assertThat(asked).as("ACK although none was asked for").isTrue();
          assertThat(ack.address()).isEqualTo(address);
        }
        case Message.Error error -> assertThat(error.message()).isNotBlank();
        default -> throw new AssertionError("neither ACK nor ERROR: " + answer);
      }
    }
  }

  @Test
  void everyRecordedFrameOfAnyClientIsSurvived() {
    whileAnotherWorks(
        "/bystander/2",
        () -> {
          for (String file : List.of("js-session", "python-session", "client-frames-derived")) {
            RawClient raw = stage.raw(file);
            List<byte[]> frames = frames(file).toList();
            assertThat(frames).hasSizeGreaterThan(30);
            frames.forEach(frame -> raw.send(frame).exchange());
            assertThat(raw.open()).isTrue();
          }
        });
  }

  /** All frames of a file, whoever sent them: routers have to stand those of other routers too. */
  private static Stream<byte[]> frames(String file) {
    return Vectors.read(file).stream()
        .filter(entry -> entry.path("decoded").has("message"))
        .map(entry -> HexFormat.of().parseHex(entry.get("hex").asText()));
  }

  /** What the clients of other languages and machines begin with is enough to be welcome. */
  @Test
  void everyDerivedHelloIsWelcome() {
    List<JsonNode> hellos =
        Vectors.read("client-frames-derived").stream()
            .filter(entry -> entry.path("step").asText().startsWith("HELLO"))
            .toList();
    assertThat(hellos).hasSizeGreaterThanOrEqualTo(8);

    for (JsonNode hello : hellos) {
      RawClient raw = stage.rawConnection().send(hello.get("hex").asText());
      assertThat(raw.exchange())
          .as(hello.toString())
          .extracting(RawClient.Arrival.Binary::type)
          .startsWith(MessageType.WELCOME, MessageType.SNAPSHOT);
    }
  }
}
