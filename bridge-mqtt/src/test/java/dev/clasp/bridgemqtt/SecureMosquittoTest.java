package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.transport.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
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

/** TLS, client certificates, WebSocket, users: against a real mosquitto. */
class SecureMosquittoTest {

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

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private void works(String name, Map<String, Value> settings) {
    room.bridge(name, settings, TypeProfile.COMPATIBLE);
    // What it publishes comes back: with 3.1.1 and QoS 1 through another one that only listens.
    room.desk.blocking().set("/" + name + "/there", 1);
    Eventually.is(
        () -> "something is published: " + room.status(name),
        () -> room.status(name).counts().out() >= 1);
    assertThat(room.status(name).state()).isEqualTo(BridgeState.RUNNING);
  }

  private void staysAway(String name, Map<String, Value> settings, String reason) {
    room.define(name, settings, TypeProfile.COMPATIBLE);
    Eventually.is(
        () -> "why it is not connected: " + room.status(name),
        () -> room.status(name).detail().contains("no connection to the broker"));
    assertThat(room.status(name).state()).isEqualTo(BridgeState.DEGRADED);
    assertThat(room.status(name).detail()).containsIgnoringCase(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void tlsWithAnAuthorityAFingerprintAndACertificateOfOurOwn(String version) {
    TestCertificates made = new TestCertificates(folder);
    made.authority("authority");
    made.issued("server", "authority");
    made.issued("client", "authority");
    made.authority("stranger");
    String ca = made.pem("authority");
    Mosquitto broker =
        mosquitto(
            "listener PORT 127.0.0.1",
            "cafile " + ca,
            "certfile " + made.pem("server"),
            "keyfile " + made.key("server"),
            "require_certificate true",
            "use_identity_as_username true",
            "allow_anonymous false");
    Map<String, Value> settings = new HashMap<>();
    settings.put("broker", Value.of("mqtts://127.0.0.1:" + broker.port));
    settings.put("version", Value.of(version));
    settings.put("cert", Value.of(made.pem("client")));
    settings.put("key", Value.of(made.key("client")));
    Map<String, Value> byAuthority = new HashMap<>(settings);
    byAuthority.put("ca", Value.of(ca));
    works("authority", byAuthority);
    Map<String, Value> pinned = new HashMap<>(settings);
    pinned.put(
        "fingerprint",
        Value.of(
            TlsIdentity.read(Path.of(made.pem("server")), Path.of(made.key("server")))
                .fingerprint()));
    works("pinned", pinned);

    // Named otherwise: only the fingerprint counts.
    Map<String, Value> otherName = new HashMap<>(byAuthority);
    otherName.put("broker", Value.of("mqtts://localhost:" + broker.port));
    staysAway("name", otherName, "");
    Map<String, Value> pinnedName = new HashMap<>(pinned);
    pinnedName.put("broker", Value.of("mqtts://localhost:" + broker.port));
    works("pinnedname", pinnedName);

    Map<String, Value> nobody = new HashMap<>(byAuthority);
    nobody.remove("cert");
    nobody.remove("key");
    staysAway("nobody", nobody, "");
    Map<String, Value> stranger = new HashMap<>(settings);
    stranger.put("ca", Value.of(made.pem("stranger")));
    staysAway("stranger", stranger, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void overAWebSocket(String version) {
    Mosquitto broker =
        mosquitto(
            // Without another one it does not start, and without ipv4 it listens everywhere.
            "listener PORT 127.0.0.1",
            "listener WEB 127.0.0.1",
            "socket_domain ipv4",
            "protocol websockets",
            "allow_anonymous true");
    works(
        "web",
        Map.of(
            "broker", Value.of("ws://127.0.0.1:" + broker.webPort() + "/mqtt"),
            "version", Value.of(version)));
  }

  @Test
  void overAWebSocketWithTls() {
    TestCertificates made = new TestCertificates(folder);
    made.authority("authority");
    made.issued("server", "authority");
    Mosquitto broker =
        mosquitto(
            "listener PORT 127.0.0.1",
            "listener WEB 127.0.0.1",
            "socket_domain ipv4",
            "protocol websockets",
            "certfile " + made.pem("server"),
            "keyfile " + made.key("server"),
            "allow_anonymous true");
    works(
        "web",
        Map.of(
            "broker", Value.of("wss://127.0.0.1:" + broker.webPort() + "/"),
            "ca", Value.of(made.pem("authority"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3"})
  void usersAndPasswords(String version) throws Exception {
    Path passwords = folder.resolve("passwords");
    Process made =
        new ProcessBuilder("mosquitto_passwd", "-b", "-c", passwords.toString(), "foh", "secret")
            .inheritIO()
            .start();
    assertThat(made.waitFor()).as("install the package mosquitto").isZero();
    Mosquitto broker =
        mosquitto("listener PORT 127.0.0.1", "allow_anonymous false", "password_file " + passwords);
    Map<String, Value> settings = new HashMap<>();
    settings.put("broker", Value.of(broker.url()));
    settings.put("version", Value.of(version));
    settings.put("user", Value.of("foh"));
    Map<String, Value> right = new HashMap<>(settings);
    right.put("password", Value.of("secret"));
    works("right", right);
    Map<String, Value> byFile = new HashMap<>(settings);
    byFile.put("password_file", Value.of(file("password", "secret\n")));
    works("file", byFile);
    Map<String, Value> wrong = new HashMap<>(settings);
    wrong.put("password", Value.of("guess"));
    staysAway("wrong", wrong, "not");
    assertThat(room.host.status("wrong").orElseThrow().toString()).doesNotContain("guess");
  }
}
