package dev.clasp.bridgemqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PublishLineTest {

  private final List<String> sent = new ArrayList<>();
  private final List<CompletableFuture<Void>> answers = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private int out;
  private long now;
  private final PublishLine line = line(true);

  private int qos;

  private PublishLine line(boolean acknowledged) {
    qos = acknowledged ? 1 : 0;
    return new PublishLine(
        letter -> {
          sent.add(letter.topic() + "=" + new String(letter.payload(), UTF_8));
          CompletableFuture<Void> answer = new CompletableFuture<>();
          answers.add(answer);
          return answer;
        },
        dropped::add,
        () -> out++,
        () -> now);
  }

  private void parameter(String topic, String value) {
    line.offer(new Letter(topic, value.getBytes(UTF_8), qos, false, true));
  }

  private void event(String topic, String value) {
    line.offer(new Letter(topic, value.getBytes(UTF_8), qos, false, false));
  }

  @Test
  void whileTheBrokerIsAwayTheNewestValueWaits() {
    parameter("fader", "0.1");
    event("go", "1");
    parameter("fader", "0.2");
    event("go", "2");
    assertThat(sent).isEmpty();
    line.open();
    assertThat(sent).containsExactly("fader=0.2", "go=1", "go=2");
    answers.forEach(a -> a.complete(null));
    assertThat(out).isEqualTo(3);
    assertThat(dropped.size()).isZero();
  }

  @Test
  void anEventThatWaitedTooLongIsHistory() {
    event("go", "1");
    parameter("fader", "0.2");
    now += 1_000_000;
    event("go", "2");
    now += PublishLine.MOMENT.toNanos();
    line.open();
    assertThat(sent).containsExactly("fader=0.2", "go=2");
    assertThat(dropped).containsExactly("an event for go waited too long");
  }

  @Test
  void aValueThatBrokeWithTheConnectionIsSentAgain() {
    line.open();
    parameter("fader", "0.3");
    event("go", "1");
    line.close();
    answers.getFirst().completeExceptionally(new IOException("reset"));
    answers.get(1).completeExceptionally(new IOException("reset"));
    line.open();
    assertThat(sent).containsExactly("fader=0.3", "go=1", "fader=0.3");
    assertThat(dropped.size()).as("the event belongs to its moment").isEqualTo(1);
  }

  @Test
  void ofTheValuesThatMayNotHaveArrivedTheNewestIsSentAgain() {
    PublishLine unsure = line(false);
    unsure.open();
    unsure.offer(new Letter("fader", "0.1".getBytes(UTF_8), qos, false, true));
    answers.getFirst().complete(null);
    unsure.offer(new Letter("fader", "0.2".getBytes(UTF_8), qos, false, true));
    unsure.offer(new Letter("fader", "0.9".getBytes(UTF_8), qos, false, true));
    unsure.close();
    sent.clear();
    unsure.open();
    assertThat(sent).containsExactly("fader=0.9");
    answers.get(1).completeExceptionally(new IOException("reset"));
    answers.get(2).completeExceptionally(new IOException("reset"));
    assertThat(sent).as("what is said of the old connection does not matter").hasSize(1);
    assertThat(dropped.size()).isZero();
  }

  @Test
  void whatFailsForWantOfAConnectionWaitsForTheNextOne() {
    line.open();
    parameter("fader", "0.9");
    answers.getFirst().completeExceptionally(new MqttClientStateException("not connected"));
    assertThat(sent).as("not again and again").hasSize(1);
    line.close();
    line.open();
    assertThat(sent).containsExactly("fader=0.9", "fader=0.9");
  }

  @Test
  void aNewerValueIsNotReplacedByTheOneThatBroke() {
    line.open();
    parameter("fader", "0.3");
    line.close();
    parameter("fader", "0.4");
    answers.getFirst().completeExceptionally(new IOException("reset"));
    line.open();
    assertThat(sent).containsExactly("fader=0.3", "fader=0.4");
  }

  @Test
  void aSlowBrokerGetsFewAtOnceAndTheNewestOfTheRest() {
    line.open();
    for (int i = 0; i < 1000; i++) {
      parameter("t" + i % 500, "v" + i);
    }
    assertThat(sent).hasSize(PublishLine.MAX_IN_FLIGHT);
    for (int i = 0; i < answers.size(); i++) {
      answers.get(i).complete(null);
    }
    assertThat(sent)
        .hasSize(PublishLine.MAX_IN_FLIGHT + 500)
        .contains("t0=v0", "t0=v500", "t499=v999")
        .doesNotContain("t499=v499");
    assertThat(line.waiting()).isZero();
  }

  @Test
  void tooMuchIsDroppedAndCounted() {
    for (int i = 0; i < PublishLine.MAX_WAITING + 5; i++) {
      event("go", "" + i);
    }
    assertThat(dropped.size()).isEqualTo(5);
    assertThat(dropped.getLast()).contains("10000 messages");
  }

  @Test
  void whatTheBrokerRefusesIsNotRepeated() {
    line.open();
    parameter("fader", "0.3");
    answers.getFirst().completeExceptionally(new IOException("not authorized"));
    assertThat(sent).hasSize(1);
    assertThat(dropped.getLast()).contains("fader", "not authorized");
  }

  @Test
  void whatWasWrittenInTheLastMomentsOfAConnectionWithoutAcknowledgementsIsSentAgain() {
    PublishLine unsure = line(false);
    unsure.open();
    unsure.offer(new Letter("old", "1".getBytes(UTF_8), qos, false, true));
    answers.getFirst().complete(null);
    now += PublishLine.UNSURE.toNanos() + 1;
    unsure.offer(new Letter("fader", "0.8".getBytes(UTF_8), qos, false, true));
    unsure.offer(new Letter("fader", "0.9".getBytes(UTF_8), qos, false, true));
    unsure.offer(new Letter("go", "1".getBytes(UTF_8), qos, false, false));
    answers.forEach(answer -> answer.complete(null));
    unsure.close();
    unsure.offer(new Letter("level", "5".getBytes(UTF_8), qos, false, true));
    sent.clear();
    unsure.open();
    assertThat(sent).containsExactly("fader=0.9", "level=5");
  }

  @Test
  void whatIsReportedAsWrittenAfterTheEndIsSentAgainToo() {
    PublishLine unsure = line(false);
    unsure.open();
    unsure.offer(new Letter("fader", "0.9".getBytes(UTF_8), qos, false, true));
    unsure.close();
    answers.getFirst().complete(null);
    sent.clear();
    unsure.open();
    assertThat(sent).containsExactly("fader=0.9");
  }

  @Test
  void whatWasAcknowledgedIsNotSentAgain() {
    line.open();
    parameter("fader", "0.9");
    answers.getFirst().complete(null);
    line.close();
    sent.clear();
    line.open();
    assertThat(sent).isEmpty();
  }
}
