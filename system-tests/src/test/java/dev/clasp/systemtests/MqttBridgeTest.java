package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.protocol.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code clasp mqtt} between the real server and a real mosquitto. */
@RealProgram
class MqttBridgeTest {

  @RegisterExtension static final Stage STAGE = new Stage();

  @TempDir private Path folder;

  private Broker broker;
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void startBroker() {
    broker = Broker.start(folder);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    broker.close();
  }

  /** Started, and connected to both sides. */
  private Program bridge(String... options) {
    List<String> all = new ArrayList<>(List.of("--broker", broker.url()));
    all.addAll(List.of("--server", STAGE.url().toString(), "--status-topic", "clasp/status"));
    all.addAll(List.of(options));
    MosquittoClients.Subscriber status = broker.subscribe("clasp/status");
    open.add(status);
    Program program =
        Program.start("clasp mqtt", Installation.clasp("mqtt", all), _ -> {}, () -> {});
    open.add(program::stop);
    try {
      status
          .lines()
          .awaitAnswer(
              "word that it is online",
              Patience.START,
              lines -> lines.stream().filter("clasp/status online"::equals).findFirst());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + program.transcript(), e);
    }
    return program;
  }

  private MosquittoClients.Subscriber subscriber(String filter) {
    MosquittoClients.Subscriber subscriber = broker.subscribe(filter);
    open.add(subscriber);
    return subscriber;
  }

  private static Signal.Change next(SignalQueue queue) {
    Optional<Signal> signal = queue.poll(Patience.LIMIT);
    return (Signal.Change) signal.orElseThrow(() -> new AssertionError("nothing came"));
  }

  /** S14: "Broker topic {@code sensors/room1/temperature} = "21.7" arrives". */
  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void aTopicBecomesAnAddressForADashboard(String version) {
    bridge("--mqtt-version", version, "--topic", "sensors/#");
    Watch dashboard = STAGE.connect(STAGE.node(), "dashboard").subscribe("/mqtt/sensors/**");
    // Until the subscription of the bridge stands, the broker has nobody to send it to.
    String address = "/mqtt/sensors/room" + version + "/temperature";
    awaitPublished(dashboard, "sensors/room" + version + "/temperature", "21.7", address);
    assertThat(dashboard.await(address, 21.7).value().isDouble()).isTrue();
  }

  private void awaitPublished(Watch dashboard, String topic, String message, String address) {
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    while (!dashboard.addresses().contains(address)) {
      assertThat(System.nanoTime()).as("nothing came at " + address).isLessThan(deadline);
      broker.publish(topic, message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void whatIsWrittenIsPublishedOnceAndGoesInNoCircle(String version) {
    bridge("--mqtt-version", version, "--namespace", "/bus" + version, "--topic", "lights/#");
    MosquittoClients.Subscriber lights = subscriber("lights/#");
    ClaspClient desk = STAGE.java("desk");
    String ns = "/bus" + version;
    SignalQueue seen = desk.blocking().subscribe(ns + "/**");
    for (int i = 1; i <= 5; i++) {
      desk.blocking().set(ns + "/lights/1", i / 10.0);
      lights.await("lights/1 0." + i);
    }
    desk.emit(ns + "/lights/go", Value.of("now")).join();
    lights.await("lights/go now");
    // A message from there and one from here, so that everything before them has gone its way.
    broker.publish("lights/2", "7", "-q", "1");
    Signal.Change change = next(seen);
    for (int revision = 1; revision <= 5; revision++) {
      assertThat(change.address()).isEqualTo(ns + "/lights/1");
      assertThat(change.revision()).isEqualTo(revision);
      change = next(seen);
    }
    assertThat(change.address()).as("no sixth write came back").isEqualTo(ns + "/lights/2");
    assertThat(change.value()).isEqualTo(Value.of(7));
    desk.blocking().set(ns + "/lights/end", true);
    lights.await("lights/end true");
    assertThat(lights.messages())
        .containsExactly(
            "lights/1 0.1",
            "lights/1 0.2",
            "lights/1 0.3",
            "lights/1 0.4",
            "lights/1 0.5",
            "lights/go now",
            "lights/2 7",
            "lights/end true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void afterTheBrokerCameBackTheLastValueIsThereAndTheSubscriptionToo(String version) {
    String ns = "/again" + version;
    bridge("--mqtt-version", version, "--namespace", ns, "--topic", "sensors/#", "--retain");
    ClaspClient desk = STAGE.java("desk");
    desk.blocking().set(ns + "/fader", 0.1);
    try (MosquittoClients.Subscriber before = broker.subscribe("fader")) {
      before.await("fader 0.1");
    }
    broker.crash();
    for (int i = 2; i <= 9; i++) {
      desk.blocking().set(ns + "/fader", i / 10.0);
    }
    broker.startAgain();
    MosquittoClients.Subscriber after = subscriber("fader");
    after.await("fader 0.9");
    Watch dashboard = STAGE.connect(STAGE.node(), "dashboard").subscribe(ns + "/sensors/**");
    awaitPublished(dashboard, "sensors/1", "on", ns + "/sensors/1");
    dashboard.await(ns + "/sensors/1", "on");
  }

  @Test
  void aBridgeThatDiesLeavesOfflineBehindAndOneThatIsStoppedSaysSo() {
    Program first = bridge();
    MosquittoClients.Subscriber status = subscriber("clasp/status");
    status.await("clasp/status online");
    first.crash();
    status.await("clasp/status offline");

    Program second = bridge("--client-id", "second");
    MosquittoClients.Subscriber later = subscriber("clasp/status");
    later.await("clasp/status online");
    assertThat(second.stop()).as(second.transcript()).isZero();
    later.await("clasp/status offline");
  }

  @Test
  void whatTheRouterCannotHoldIsCountedAndTheRestGoesOn() {
    bridge("--namespace", "/odd", "--topic", "#");
    Watch seen = STAGE.connect(STAGE.node(), "dashboard").subscribe("/odd/**");
    broker.publish("long", "x".repeat(100_000), "-q", "1");
    awaitPublished(seen, "a*b", "1", "/odd/a%2Ab");
    assertThat(seen.addresses()).doesNotContain("/odd/long");
    Optional<Parameter> none = STAGE.java("desk").get("/odd/long").join();
    assertThat(none).isEmpty();
  }
}
