package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.client.ClientMetrics.Operation;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a client measures, and what it does not send while it is offline. */
class MetersTest {

  private record Answer(Operation operation, long millis, Optional<Kind> failure) {}

  private final Rig rig = new Rig();
  private final List<Answer> answers = new ArrayList<>();

  private ClaspClient measured() {
    rig.connect();
    rig.conductor()
        .measure((operation, nanos, failure) -> {
          answers.add(new Answer(operation, nanos / 1_000_000, failure));
          throw new IllegalStateException("metrics are broken");
        });
    return rig.client();
  }

  private static double value(ClaspClient client, String name) {
    return client.meters().stream()
        .filter(meter -> meter.name().equals("clasp.client." + name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  @Test
  void requestsAreTimed() {
    ClaspClient client = measured();
    client.set("/a", 1);
    rig.sent();
    rig.reactor.pass(Duration.ofMillis(30));
    rig.link().says(Rig.ack("/a", 1));
    client.set("/a", 1);
    rig.sent();
    rig.link().says(Rig.error(401, "LockHeld", "/a"));
    client.get("/a");
    client.ping();
    rig.reactor.pass(Duration.ofSeconds(5));

    assertThat(answers)
        .containsExactly(
            new Answer(Operation.SET, 30, Optional.empty()),
            new Answer(Operation.SET, 0, Optional.of(Kind.REJECTED)),
            new Answer(Operation.GET, 5000, Optional.of(Kind.TIMEOUT)),
            new Answer(Operation.PING, 5000, Optional.of(Kind.TIMEOUT)));
  }

  @Test
  void whatIsRefusedAtOnceIsToldWithoutALock() {
    List<Runnable> later = new ArrayList<>();
    boolean[] holds = {false};
    rig.completer =
        task -> {
          if (holds[0]) {
            later.add(task);
          } else {
            task.run();
          }
        };
    ClaspClient client = measured();
    rig.reconnect = false;
    client.closeAsync();
    rig.reactor.pass(Duration.ofSeconds(10));
    answers.clear();
    holds[0] = true;

    var late = client.emit("/a");

    assertThat(late).isCompletedExceptionally();
    assertThat(answers).as("the caller may hold a lock").isEmpty();
    later.forEach(Runnable::run);
    assertThat(answers).containsExactly(new Answer(Operation.PUBLISH, 0, Optional.of(Kind.CLOSED)));
  }

  @Test
  void metersAreReadByName() {
    ClaspClient client = measured();
    assertThat(value(client, "connected")).isEqualTo(1);
    assertThat(value(client, "connections")).isEqualTo(1);
    double before = value(client, "frames.sent");
    client.emit("/a");
    rig.sent();
    assertThat(value(client, "frames.sent")).isEqualTo(before + 1);
    rig.link().breaks("cable");
    assertThat(value(client, "connected")).isZero();
    assertThat(client.meters())
        .extracting(Meter::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("clasp\\.client\\.[a-z.]+"));
    client.meters().forEach(meter -> assertThat(meter.value()).as(meter.name()).isNotNaN());
  }

  @Test
  void offlineWhatNobodyConfirmsIsDroppedIfThatIsWanted() {
    rig.offline = OfflinePolicy.DROP;
    rig.connect();
    ClaspClient client = rig.client();
    rig.link().breaks("cable");
    var event = client.emit("/a");
    var fire = client.set("/a", Value.of(1), SetOptions.CONFIRM.withQos(Qos.FIRE));
    var write = client.set("/a", 1);
    var read = client.get("/a");
    rig.reactor.run();

    assertThat(event).isCompleted();
    assertThat(fire)
        .isCompletedWithValue(new Ack(Optional.of("/a"), java.util.OptionalLong.empty()));
    assertThat(failure(write).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(read).kind()).isEqualTo(Kind.CLOSED);
    assertThat(client.statistics().dropped()).isEqualTo(2);

    rig.reactor.pass(Duration.ofSeconds(1));
    assertThat(rig.events).anyMatch(e -> e instanceof ClientEvent.Dropped d && d.count() == 2);
    rig.welcome();
    assertThat(rig.sent()).doesNotHaveAnyElementsOfTypes(Message.SetValue.class);
  }
}
