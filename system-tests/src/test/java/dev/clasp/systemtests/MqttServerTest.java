package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SignalQueue;
import dev.clasp.protocol.Value;
import dev.clasp.transport.ClientTls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code clasp server --mqtt}: the real program as a broker for the programs of mosquitto. */
@RealProgram
class MqttServerTest {

  private static final String DESK = "cpsk_desk0000000000000000000000000000";
  private static final String HALL = "cpsk_hall0000000000000000000000000000";

  /** The port that it says it listens on. */
  private static int port(ServerProcess server, String scheme) {
    server.awaitLog("listening for MQTT on " + scheme + "://");
    Matcher matcher =
        Pattern.compile("listening for MQTT on " + scheme + "://\\S+:(\\d+)")
            .matcher(server.printed());
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
  void devicesAndClientsSeeEachOthersValuesOnTheMainPort(String version) throws Exception {
    try (ServerProcess server = ServerProcess.start("--mqtt");
        ClaspClient desk =
            ClaspClient.builder(server.url().toString())
                .connectTimeout(Patience.START)
                .requestTimeout(Patience.LIMIT)
                .connectBlocking()) {
      MosquittoClients mosquitto = MosquittoClients.of(server.url().getPort(), "-V", version);
      SignalQueue seen = desk.blocking().subscribe("/mqtt/**");
      try (MosquittoClients.Subscriber lamp = mosquitto.subscribe("lamp/#")) {
        // A value: it stays, and everybody sees it.
        mosquitto.publish("lamp/level", "0.5", "-r", "-q", "1");
        lamp.await("lamp/level 0.5");
        assertThat(next(seen)).isEqualTo("/mqtt/lamp/level 0.5");
        assertThat(desk.blocking().get("/mqtt/lamp/level").orElseThrow().value())
            .isEqualTo(Value.of(0.5));
        // An event: whoever comes later does not see it.
        mosquitto.publish("lamp/blink", "now", "-q", "2");
        lamp.await("lamp/blink now");
        assertThat(next(seen)).isEqualTo("/mqtt/lamp/blink now");
        assertThat(desk.blocking().get("/mqtt/lamp/blink")).isEmpty();
        // And the other way.
        desk.blocking().set("/mqtt/lamp/level", Value.of(0.8));
        lamp.await("lamp/level 0.8");
      }
      try (MosquittoClients.Subscriber late = mosquitto.subscribe("lamp/+")) {
        late.await("lamp/level 0.8");
        mosquitto.publish("lamp/level", "", "-r", "-q", "1");
        late.await("lamp/level (null)");
        assertThat(late.messages()).doesNotContain("lamp/blink now");
      }
      assertThat(desk.blocking().get("/mqtt/lamp/level")).isEmpty();
    }
  }

  private static String next(SignalQueue queue) {
    Signal signal =
        queue
            .poll(Patience.LIMIT)
            .orElseThrow(() -> new AssertionError("nothing came to the client"));
    return switch (signal) {
      case Signal.Change change -> change.address() + " " + text(change.value());
      case Signal.Event event -> event.address() + " " + text(event.value());
      default -> signal.toString();
    };
  }

  private static String text(Value value) {
    return switch (value) {
      case Value.Text text -> text.value();
      case Value.Float number -> String.valueOf(number.value());
      default -> value.toString();
    };
  }

  @Test
  void insideTlsAndWithTokensEverybodyHasHisPart(@TempDir Path folder) throws Exception {
    Path certificate = folder.resolve("clasp-cert.pem");
    Program maker =
        Program.start(
            "clasp cert",
            Installation.clasp("cert", List.of("--out", folder.toString(), "--for", "localhost")),
            _ -> {},
            () -> {});
    assertThat(maker.awaitExit()).as(maker.transcript()).isZero();
    Path tokens =
        Files.createFile(
            folder.resolve("tokens.txt"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(tokens, List.of(DESK + " admin:/**", HALL + " write:/mqtt/hall/**"));
    try (ServerProcess server =
            ServerProcess.start(
                "--mqtt-port",
                "0",
                "--mqtts-port",
                "0",
                "--tls-cert",
                certificate.toString(),
                "--tls-key",
                folder.resolve("clasp-key.pem").toString(),
                "--token-file",
                tokens.toString());
        ClaspClient desk =
            ClaspClient.builder(server.url().toString())
                .token(DESK)
                .tls(ClientTls.authorities(certificate))
                .connectTimeout(Patience.START)
                .requestTimeout(Patience.LIMIT)
                .connectBlocking()) {
      MosquittoClients plain =
          MosquittoClients.of(port(server, "mqtt"), "-V", "mqttv5", "-u", "hall", "-P", HALL);
      MosquittoClients secure =
          MosquittoClients.of(
              port(server, "mqtts"),
              "--cafile",
              certificate.toString(),
              "-V",
              "mqttv5",
              "-u",
              "desk",
              "-P",
              DESK);
      try (MosquittoClients.Subscriber all = secure.subscribe("#")) {
        plain.publish("hall/door", "open", "-r", "-q", "1");
        all.await("hall/door open");
        // Outside its scope: told so, and nobody gets it.
        assertThat(plain.publish("stage/door", "open", "-r", "-q", "1", "-d"))
            .contains("PUBACK")
            .containsIgnoringCase("135");
        desk.blocking().set("/mqtt/end", Value.of(1));
        all.await("end 1");
        assertThat(all.messages()).doesNotContain("stage/door open");
      }
      assertThat(
              MosquittoClients.of(port(server, "mqtt"), "-u", "x", "-P", "wrong")
                  .publish("hall/door", "shut"))
          .containsIgnoringCase("bad user name or password");
      assertThat(desk.blocking().get("/mqtt/stage/door")).isEmpty();
      assertThat(desk.blocking().get("/mqtt/hall/door").orElseThrow().value())
          .isEqualTo(Value.of("open"));
    }
  }

  @Test
  void withoutTheOptionMqttIsRefusedAndWithoutACertificateThereIsNoTlsPort() {
    try (ServerProcess server = ServerProcess.start()) {
      assertThat(MosquittoClients.of(server.url().getPort()).publish("a", "1"))
          .contains("ended with");
    }
    Program refused =
        Program.start(
            "clasp server",
            Installation.server(List.of("--port", "0", "--mqtts-port", "0")),
            _ -> {},
            () -> {});
    assertThat(refused.awaitExit()).as(refused.transcript()).isNotZero();
    assertThat(refused.printed()).contains("--tls-cert");
  }
}
