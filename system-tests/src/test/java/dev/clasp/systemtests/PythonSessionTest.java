package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The captured session of the Python client of release 3.2.0, step by step on a raw connection: the
 * router's answers are those that this client needs, which ends its receive loop at whatever it
 * does not know.
 */
@RealProgram
class PythonSessionTest {

  @RegisterExtension static final Stage stage = new Stage();

  /** What the client can decode (clients.md 2.3). */
  private static final Set<Integer> UNDERSTOOD =
      Set.of(
          MessageType.WELCOME,
          MessageType.SET,
          MessageType.SNAPSHOT,
          MessageType.PUBLISH,
          MessageType.PING,
          MessageType.PONG,
          MessageType.ERROR,
          MessageType.RESULT,
          MessageType.QUERY);

  /** The frames of the client by the step in which it sends them. */
  private static Map<String, List<String>> steps() {
    Map<String, List<String>> steps = new LinkedHashMap<>();
    for (JsonNode entry : Vectors.read("python-session")) {
      if (entry.get("direction").asText().equals("client-to-server")
          && entry.get("hex").isTextual()) {
        steps
            .computeIfAbsent(entry.get("step").asText(), step -> new ArrayList<>())
            .add(entry.get("hex").asText());
      }
    }
    return steps;
  }

  private static List<Message> answers(RawClient client, List<String> frames) {
    frames.forEach(client::send);
    List<RawClient.Arrival.Binary> answers = client.exchange();
    assertThat(answers)
        .allSatisfy(answer -> {
          assertThat(UNDERSTOOD).contains(answer.type());
          assertThat(answer.flags() & 0x38).isZero();
        });
    return answers.stream().map(RawClient.Arrival.Binary::message).toList();
  }

  @Test
  void everyStepOfTheSessionGetsTheAnswersThatTheClientNeeds() {
    Map<String, List<String>> steps = steps();
    RawClient writer = stage.raw("writer");
    writer.send(Frames.set("/q/known", 0.5));
    writer.send(
        new Message.Announce(
            "/sensors",
            List.of(
                new Message.SignalDefinition(
                    "/sensors/temp",
                    SignalType.STREAM,
                    Optional.of("float"),
                    Optional.empty(),
                    Optional.empty())),
            Map.of()));
    writer.exchange();
    writer.send(Frames.subscribe(1, "/**"));
    writer.exchange();
    RawClient client = stage.rawConnection();

    int checked = 0;
    for (Map.Entry<String, List<String>> step : steps.entrySet()) {
      if (step.getKey().compareTo("21") >= 0) {
        break;
      }
      List<Message> answers = answers(client, step.getValue());
      List<Message> seen = writer.messages();
      checked++;
      switch (step.getKey().substring(0, 2)) {
        case "01" ->
            assertThat(answers)
                .extracting(message -> message.getClass().getSimpleName())
                .containsExactly("Welcome", "Snapshot");
        case "05" -> {
          assertThat(answers)
              .as("SUBSCRIBE behind SET")
              .singleElement()
              .isInstanceOf(Message.Snapshot.class);
          assertThat(seen).singleElement().isInstanceOf(Message.SetValue.class);
        }
        case "06" -> {
          assertThat(answers).as("no ACK for QoS 0").isEmpty();
          assertThat(seen)
              .hasSize(10)
              .extracting(message -> ((Message.SetValue) message).value())
              .contains(
                  Value.NULL,
                  Value.TRUE,
                  Value.of(42),
                  Value.of(-7),
                  Value.of(0.75),
                  Value.of("héllo ☃"),
                  Value.of(new byte[] {1, 2, -1}));
        }
        case "07" ->
            assertThat(((Message.Snapshot) answers.getFirst()).parameters())
                .singleElement()
                .satisfies(parameter -> {
                  assertThat(parameter.address()).isEqualTo("/q/known");
                  assertThat(parameter.value()).isEqualTo(Value.of(0.5));
                });
        case "08" -> assertThat(((Message.Error) answers.getFirst()).code()).isEqualTo(404);
        case "09" ->
            assertThat(((Message.Result) answers.getFirst()).signals())
                .extracting(Message.SignalDefinition::address)
                .containsExactly("/sensors/temp");
        case "10", "11", "12", "13" -> {
          assertThat(answers).as("nothing for PUBLISH").isEmpty();
          assertThat(seen)
              .hasSameSizeAs(step.getValue())
              .allMatch(Message.Publish.class::isInstance);
        }
        case "14" -> {
          assertThat(answers).as("no ACK for a QoS 0 bundle").isEmpty();
          assertThat(seen)
              .as("one for now with an event at its end, one whose time has passed")
              .extracting(message -> message.getClass().getSimpleName())
              .containsExactly("SetValue", "SetValue", "Publish", "SetValue");
        }
        case "02", "03", "04", "16", "19" -> assertThat(answers).isEmpty();
        default -> throw new AssertionError("a step without an expectation: " + step.getKey());
      }
    }
    assertThat(checked).isEqualTo(16);

    writer.send(Frames.set("/lights/1/brightness", 0.1));
    writer.exchange();
    assertThat(answers(client, List.of())).as("unsubscribed in the last step").isEmpty();
    writer.send(Frames.set("/mixer/1", 0.1));
    writer.exchange();
    assertThat(answers(client, List.of())).as("still subscribed to /mixer/**").hasSize(1);
  }

  @Test
  void everyOtherHelloOfTheCaptureIsWelcome() {
    int welcomed = 0;
    for (Map.Entry<String, List<String>> step : steps().entrySet()) {
      if (step.getKey().compareTo("21") < 0) {
        continue;
      }
      for (String frame : step.getValue()) {
        if (frame.startsWith("01", 8)) {
          RawClient client = stage.rawConnection();
          assertThat(answers(client, List.of(frame)))
              .as(step.getKey())
              .extracting(message -> message.getClass().getSimpleName())
              .startsWith("Welcome", "Snapshot");
          welcomed++;
        }
      }
    }
    assertThat(welcomed).isGreaterThanOrEqualTo(6);
  }
}
