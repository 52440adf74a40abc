package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgemqtt.Mosquitto.Subscriber;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bridges of a host between a real router and a real mosquitto, with its own programs beside it.
 */
class MosquittoTest {

  private static final TypeProfile COMPATIBLE = TypeProfile.COMPATIBLE;
  private static final TypeProfile STANDARD = TypeProfile.STANDARD;

  @TempDir private Path folder;

  private final BridgeRoom room = new BridgeRoom();
  private final List<Mosquitto> open = new ArrayList<>();

  @AfterEach
  void closeAll() {
    room.close();
    open.forEach(Mosquitto::close);
  }

  private Mosquitto mosquitto(String... lines) {
    Mosquitto broker = Mosquitto.start(folder, lines);
    open.add(broker);
    return broker;
  }

  private static Map<String, Value> settings(Mosquitto broker, Object... more) {
    Map<String, Value> settings = new HashMap<>(Map.of("broker", Value.of(broker.url())));
    // So that a test can wait until the subscription stands.
    settings.put("status_topic", Value.of("clasp/status"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(
          (String) more[i],
          switch (more[i + 1]) {
            case Value value -> value;
            case Integer number -> Value.of(number);
            case Boolean on -> Value.of(on);
            default -> Value.of(more[i + 1].toString());
          });
    }
    return settings;
  }

  /** Adds a bridge; when it returns, its subscription stands. */
  private void bridge(
      Mosquitto broker, String name, TypeProfile profile, Map<String, Value> settings) {
    Subscriber status = broker.subscribe("-t", "clasp/status");
    room.bridge(name, settings, profile);
    Eventually.is(
        () -> "online, only " + status.lines() + room.events,
        () -> status.lines().stream().anyMatch(line -> line.endsWith("clasp/status online")));
    status.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void messagesGoBothWays(String version) {
    Mosquitto broker = mosquitto();
    bridge(broker, "bus", COMPATIBLE, settings(broker, "version", version, "qos", 1));
    Subscriber all = broker.subscribe("-q", "1", "-t", "lights/#");
    broker.publish("sensors/temp", "21.5");
    room.has("/bus/sensors/temp", Value.of(21.5));
    broker.publish("odd/a*b%", "x");
    room.has("/bus/odd/a%2Ab%25", Value.of("x"));
    room.desk.blocking().set("/bus/lights/1", 0.25);
    all.await("0 1 lights/1 0.25");
    room.desk.emit("/bus/lights/go", Value.of("now")).join();
    all.await("0 1 lights/go now");
    assertThat(room.times("SET /bus/lights/1 " + Value.of(0.25))).as("no echo").isEqualTo(1);
    // The router does not tell the desk of its own events: an echo would be one.
    broker.publish("mark", "1", "-q", "1");
    room.has("/bus/mark", Value.of(1));
    assertThat(room.times("EVENT /bus/lights/go " + Value.of("now"))).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void retainedMessagesAreParametersAndAnEmptyOneDeletes(String version) {
    Mosquitto broker = mosquitto();
    broker.publish("house/lamp", "on", "-r");
    bridge(broker, "home", STANDARD, settings(broker, "version", version));
    room.has("/home/house/lamp", Value.of("on"));
    broker.publish("house/button", "pressed");
    room.awaitSeen("EVENT /home/house/button " + Value.of("pressed"));
    broker.publish("house/lamp", "off", "-r");
    room.has("/home/house/lamp", Value.of("off"));
    broker.publish("house/lamp", "", "-r");
    Eventually.is(
        "the parameter is gone", () -> room.desk.blocking().get("/home/house/lamp").isEmpty());

    room.desk.blocking().set("/home/stage/dimmer", 0.5);
    Eventually.is(
        "the broker keeps it",
        () -> {
          try (Subscriber late = broker.subscribe("-t", "stage/#", "-t", "clasp/status")) {
            late.await("1 0 clasp/status online");
            return late.lines().contains("1 0 stage/dimmer 0.5");
          }
        });
    room.desk.blocking().set("/home/stage/dimmer", Value.NULL);
    Eventually.is(
        "the broker forgets it",
        () -> {
          try (Subscriber late = broker.subscribe("-t", "stage/#", "-t", "clasp/status")) {
            late.await("1 0 clasp/status online");
            return late.lines().stream().noneMatch(line -> line.contains("stage/dimmer"));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void everythingInAndOutSettles(String version) {
    Mosquitto broker = mosquitto();
    bridge(
        broker, "all", COMPATIBLE, settings(broker, "version", version, "qos", 1, "topics", "#"));
    Subscriber everything = broker.subscribe("-q", "1", "-t", "#");
    for (int i = 1; i <= 50; i++) {
      room.desk.blocking().set("/all/fader", i / 100.0);
    }
    broker.publish("fader", "0.9", "-q", "1");
    room.has("/all/fader", Value.of(0.9));
    room.desk.blocking().set("/all/end", 1);
    everything.await("0 1 end 1");
    // Behind everything that could still come round: there and back again.
    broker.publish("mark", "1", "-q", "1");
    room.has("/all/mark", Value.of(1));
    room.desk.blocking().set("/all/mark2", 1);
    everything.await("0 1 mark2 1");
    broker.publish("mark3", "1", "-q", "1");
    room.has("/all/mark3", Value.of(1));
    assertThat(room.seen.stream().filter(line -> line.startsWith("SET /all/fader")).count())
        .as("50 of the desk and one of the broker")
        .isEqualTo(51);
    assertThat(everything.lines().stream().filter(line -> line.contains(" end ")).count())
        .isEqualTo(1);
    assertThat(room.status("all").counts().loops()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void twoRoutersOverABrokerAgree(String version) {
    Mosquitto broker = mosquitto();
    try (BridgeRoom other = new BridgeRoom()) {
      bridge(broker, "shared", COMPATIBLE, settings(broker, "version", version, "qos", 1));
      other.bridge(
          "shared",
          settings(broker, "version", version, "qos", 1, "status_topic", "other/status"),
          COMPATIBLE);
      Eventually.is(
          "the other one hears",
          () -> {
            broker.publish("ping", "1");
            return other.seen.stream().anyMatch(line -> line.startsWith("SET /shared/ping"));
          });
      for (int i = 1; i <= 20; i++) {
        room.desk.blocking().set("/shared/a", i);
        other.desk.blocking().set("/shared/b", i);
      }
      other.has("/shared/a", Value.of(20));
      room.has("/shared/b", Value.of(20));
      room.desk.blocking().set("/shared/end", 1);
      other.has("/shared/end", Value.of(1));
      other.desk.blocking().set("/shared/end2", 1);
      room.has("/shared/end2", Value.of(1));
      assertThat(room.times("SET /shared/a " + Value.of(20))).isEqualTo(1);
      assertThat(other.times("SET /shared/a " + Value.of(20))).isEqualTo(1);
      assertThat(other.times("SET /shared/b " + Value.of(20))).isEqualTo(1);
      assertThat(room.status("shared").counts().loops()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void afterTheBrokerCameBackEverythingIsThereAgain(String version) {
    Mosquitto broker = mosquitto();
    bridge(
        broker,
        "again",
        COMPATIBLE,
        settings(broker, "version", version, "retain", true, "qos", 1));
    room.desk.blocking().set("/again/fader", 0.1);
    broker.crash();
    room.awaitState("again", BridgeState.DEGRADED);
    for (int i = 2; i <= 9; i++) {
      room.desk.blocking().set("/again/fader", i / 10.0);
    }
    broker.startAgain();
    Subscriber after = broker.subscribe("-q", "1", "-t", "fader", "-t", "clasp/status");
    Eventually.is(
        () -> "the last value, only " + after.lines(),
        () -> after.lines().stream().anyMatch(line -> line.endsWith("fader 0.9")));
    Eventually.is(
        "online again",
        () -> after.lines().stream().anyMatch(line -> line.endsWith("clasp/status online")));
    broker.publish("sensors/1", "on", "-q", "1");
    room.has("/again/sensors/1", Value.of("on"));
    assertThat(after.lines().stream().filter(line -> line.endsWith("fader 0.9")).count())
        .as("once: " + after.lines())
        .isEqualTo(1);
    assertThat(room.status("again").counts().reconnects()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void aPersistentSessionBringsOnceWhatCameMeanwhile(String version) {
    Mosquitto broker = mosquitto();
    Map<String, Value> settings =
        settings(
            broker, "version", version, "qos", 1, "client_id", "keeper", "session_expiry", "1h");
    bridge(broker, "kept", STANDARD, settings);
    room.host.enable("kept", false);
    Eventually.is("it is stopped", () -> room.status("kept").state() == BridgeState.STOPPED);
    Subscriber status = broker.subscribe("-t", "clasp/status");
    Eventually.is(
        "offline",
        () -> status.lines().stream().anyMatch(line -> line.endsWith("clasp/status offline")));
    broker.publish("cue", "one", "-q", "1");
    broker.publish("cue", "two", "-q", "1");
    room.host.enable("kept", true);
    room.awaitSeen("EVENT /kept/cue " + Value.of("two"));
    broker.publish("cue", "three", "-q", "1");
    room.awaitSeen("EVENT /kept/cue " + Value.of("three"));
    assertThat(room.seen.stream().filter(line -> line.startsWith("EVENT /kept/cue")).toList())
        .containsExactly(
            "EVENT /kept/cue " + Value.of("one"),
            "EVENT /kept/cue " + Value.of("two"),
            "EVENT /kept/cue " + Value.of("three"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void theWillIsSeenWhenTheConnectionBreaks(String version) throws Exception {
    Mosquitto broker = mosquitto();
    try (Cable cable = new Cable(broker.port)) {
      Map<String, Value> settings = settings(broker, "version", version, "keep_alive", "1s");
      settings.put("broker", Value.of("127.0.0.1:" + cable.port()));
      bridge(broker, "will", COMPATIBLE, settings);
      Subscriber status = broker.subscribe("-t", "clasp/status");
      // Retained, or as it comes, if a machine that stood still has cost a keep-alive.
      Eventually.is(
          () -> "online, only " + status.lines(),
          () -> status.lines().stream().anyMatch(line -> line.endsWith("clasp/status online")));
      cable.cut();
      status.await("0 0 clasp/status offline");
      room.awaitState("will", BridgeState.DEGRADED);
      cable.mend();
      room.awaitRunning("will");
      status.await("0 0 clasp/status online");
    }
  }

  @Test
  void largePayloadsGoThroughAndTooLargeOnesAreCounted() {
    Mosquitto broker = mosquitto();
    bridge(broker, "big", COMPATIBLE, settings(broker));
    broker.publish("big", "x".repeat(60_000));
    room.has("/big/big", Value.of("x".repeat(60_000)));
    broker.publish("huge", "x".repeat(100_000));
    Eventually.is(
        () -> "one is dropped: " + room.status("big"),
        () -> room.status("big").counts().dropped() == 1);
    assertThat(room.status("big").lastError().orElseThrow())
        .isEqualTo("huge brought 100000 bytes, more than max_payload (65000)");
    broker.publish("after", "1");
    room.has("/big/after", Value.of(1));
    Subscriber out = broker.subscribe("-t", "out");
    room.desk.blocking().set("/big/out", "y".repeat(60_000));
    out.await("0 0 out " + "y".repeat(60_000));
  }

  @Test
  void aSharedSubscriptionSharesTheMessages() {
    Mosquitto broker = mosquitto();
    try (BridgeRoom other = new BridgeRoom()) {
      Value topics = Value.of("$share/team/jobs/+");
      bridge(broker, "one", STANDARD, settings(broker, "topics", topics, "qos", 1));
      Subscriber status = broker.subscribe("-t", "two/status");
      other.bridge(
          "two",
          settings(broker, "topics", topics, "qos", 1, "status_topic", "two/status"),
          STANDARD);
      Eventually.is("two is online", () -> !status.lines().isEmpty());
      for (int i = 0; i < 20; i++) {
        broker.publish("jobs/" + i, "do", "-q", "1");
      }
      Eventually.is(
          () -> "20 jobs in all: " + room.seen + other.seen,
          () -> room.seen.size() + other.seen.size() >= 20);
      assertThat(room.seen.size() + other.seen.size()).isEqualTo(20);
      assertThat(room.seen).isNotEmpty();
      assertThat(other.seen).isNotEmpty();
    }
  }

  @Test
  void whatTheBrokerSaysOfItselfIsThereIfAskedFor() {
    Mosquitto broker =
        mosquitto("listener PORT 127.0.0.1", "allow_anonymous true", "sys_interval 1");
    bridge(broker, "sys", COMPATIBLE, settings(broker, "topics", "$SYS/broker/version"));
    Eventually.is(
        () -> "the version: " + room.seen,
        () -> room.seen.stream().anyMatch(line -> line.startsWith("SET /sys/$SYS/broker/version")));
  }

  @Test
  void userPropertiesAreKeptInAnEnvelope() {
    Mosquitto broker = mosquitto();
    bridge(broker, "env", COMPATIBLE, settings(broker, "envelope", "rpc/#"));
    broker.publish(
        "rpc/call",
        "7",
        "-V",
        "5",
        "-D",
        "publish",
        "user-property",
        "who",
        "me",
        "-D",
        "publish",
        "response-topic",
        "rpc/answer",
        "-D",
        "publish",
        "correlation-data",
        "c1",
        "-D",
        "publish",
        "content-type",
        "text/plain");
    room.has(
        "/env/rpc/call",
        Value.of(
            Map.of(
                "payload", Value.of(7),
                "qos", Value.of(0),
                "retain", Value.FALSE,
                "content_type", Value.of("text/plain"),
                "response_topic", Value.of("rpc/answer"),
                "correlation", Value.of("c1".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                "properties",
                    Value.of(List.of(Value.of(List.of(Value.of("who"), Value.of("me"))))))));
    Subscriber answer = broker.subscribe("-V", "5", "-t", "rpc/answer", "-F", "0 0 %P %D %p");
    room.desk
        .blocking()
        .set(
            "/env/rpc/answer",
            Value.of(
                Map.of(
                    "payload", Value.of("done"),
                    "correlation", Value.of(new byte[] {'c', '1'}),
                    "properties", Value.of(Map.of("to", Value.of("you"))))));
    answer.await("0 0 to:you c1 done");
  }

  @Test
  void aMessageWithAnExpiryIsAParameterThatExpires() {
    Mosquitto broker = mosquitto();
    bridge(broker, "ttl", COMPATIBLE, settings(broker));
    broker.publish("soon", "1", "-V", "5", "-D", "publish", "message-expiry-interval", "1");
    room.awaitSeen("SET /ttl/soon " + Value.of(1));
    Eventually.is("it is gone", () -> room.desk.blocking().get("/ttl/soon").isEmpty());
  }

  @Test
  void theTypedFormatKeepsTypesBetweenTwoRouters() {
    Mosquitto broker = mosquitto();
    try (BridgeRoom other = new BridgeRoom()) {
      Subscriber status = broker.subscribe("-t", "other/status");
      bridge(broker, "t", STANDARD, settings(broker, "format", "typed"));
      other.bridge(
          "t", settings(broker, "format", "typed", "status_topic", "other/status"), STANDARD);
      Eventually.is("the other is online", () -> !status.lines().isEmpty());
      List<Value> values =
          List.of(
              Value.of(42.0),
              Value.of("42"),
              Value.of(new byte[] {0, -1}),
              Value.of(Double.NaN),
              Value.of(List.of(Value.of(1), Value.of(1.0), Value.NULL)));
      for (int i = 0; i < values.size(); i++) {
        room.desk.blocking().set("/t/v" + i, values.get(i));
        other.has("/t/v" + i, values.get(i));
      }
    }
  }

  @Test
  void aDeviceThatHomeAssistantWouldFindHasAnAddress() {
    Mosquitto broker = mosquitto();
    broker.publish(
        "homeassistant/switch/pump/config",
        "{\"name\":\"Pump\",\"stat_t\":\"t/stat\",\"cmd_t\":\"t/cmnd\",\"dev\":{\"ids\":\"1\",\"name\":\"Garden\"}}",
        "-r");
    broker.publish("t/stat", "ON", "-r");
    bridge(
        broker,
        "ha",
        STANDARD,
        settings(broker, "topics", Value.of(List.of()), "discovery", true, "retain", false));
    room.has("/ha/devices/garden/pump", Value.TRUE);
    Subscriber commands = broker.subscribe("-t", "t/cmnd");
    room.desk.blocking().set("/ha/devices/garden/pump", false);
    commands.await("0 0 t/cmnd OFF");
    Eventually.is(
        "it is announced",
        () ->
            room.desk.query("/ha/**").join().stream()
                .anyMatch(each -> each.address().equals("/ha/devices/garden/pump")));
  }

  @Test
  void nodesOfSparkplugAreParameters() throws Exception {
    Mosquitto broker = mosquitto();
    bridge(
        broker,
        "plant",
        COMPATIBLE,
        settings(broker, "topics", Value.of(List.of()), "sparkplug", "+"));
    Subscriber commands = broker.subscribe("-t", "spBv1.0/+/NCMD/#", "-F", "0 0 %t %x");
    Path birth = folder.resolve("birth");
    java.nio.file.Files.write(
        birth,
        java.util.HexFormat.of()
            .parseHex(
                "08eaf2f5a8a02b12120a05626453657118eaf2f5a8a02b2008580312320a0e537570706c7920566f6c"
                    + "74616765100118eaf2f5a8a02b20094a100a07656e67556e69741205080c42015665000048411800"));
    broker.publishFile("spBv1.0/site/NBIRTH/edge", birth);
    room.has("/plant/spBv1.0/site/edge/Supply Voltage", Value.of(12.5));
    room.has("/plant/spBv1.0/site/edge/$state", Value.of("online"));
    room.desk.blocking().set("/plant/spBv1.0/site/edge/Supply Voltage", 13);
    Eventually.is(
        () -> "a command: " + commands.lines(),
        () ->
            commands.lines().stream()
                .anyMatch(line ->
                    line.startsWith("0 0 spBv1.0/site/NCMD/edge ")
                        && line.endsWith("200965" + "00005041")));
  }
}
