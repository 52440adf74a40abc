package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.discovery.Registration;
import dev.clasp.discovery.RendezvousClient;
import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.security.Authenticator;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.RendezvousStation;
import dev.clasp.server.ServerConfig;
import dev.clasp.transport.ConnectionLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding routers with a rendezvous server in this process; nothing leaves the machine. */
class DiscoverCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private RendezvousStation station;
  private RendezvousClient client;

  @TempDir Path folder;

  @BeforeEach
  void startRendezvous() {
    station =
        RendezvousStation.start(
            "127.0.0.1",
            0,
            ConnectionLimits.DEFAULT,
            Optional.empty(),
            RendezvousConfig.DEFAULT,
            Authenticator.OPEN,
            false);
    client = new RendezvousClient(station.url(), Optional.empty());
  }

  @AfterEach
  void stopRendezvous() {
    client.close();
    station.close();
  }

  private TestTerminal terminal(String... more) {
    Map<String, String> environment = new java.util.HashMap<>();
    environment.put("CLASP_RENDEZVOUS", station.url());
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return new TestTerminal(environment, false);
  }

  private String register(String name, String url, String... tags) {
    return client
        .register(
            new Registration(
                name,
                Map.of(url.substring(0, url.indexOf(':')), url),
                Optional.empty(),
                List.of("param"),
                List.of(tags),
                Map.of()))
        .id();
  }

  // --- clasp discover ----------------------------------------------------------------------------

  @Test
  void listsWhatTheRendezvousServerKnows() {
    register("Main stage", "ws://192.0.2.1:7330");
    register("B", "wss://b.example/clasp");
    TestTerminal terminal = terminal();

    assertThat(terminal.run("discover", "--wan")).as(terminal::err).isZero();

    assertThat(terminal.out().lines())
        .containsExactlyInAnyOrder(
            "Main stage  ws://192.0.2.1:7330    rendezvous",
            "B           wss://b.example/clasp  rendezvous");
  }

  @Test
  void jsonHasOneObjectALine() throws Exception {
    register("Main stage", "ws://192.0.2.1:7330", "studio");
    register("other", "ws://192.0.2.2:7330");
    TestTerminal terminal = terminal();

    assertThat(terminal.run("discover", "--wan", "--json", "--tag", "studio")).isZero();

    JsonNode line = JSON.readTree(terminal.out());
    assertThat(line.get("name").asText()).isEqualTo("Main stage");
    assertThat(line.get("url").asText()).isEqualTo("ws://192.0.2.1:7330");
    assertThat(line.get("sources").get(0).asText()).isEqualTo("rendezvous");
    assertThat(line.get("stableId").isNull()).isTrue();
  }

  @Test
  void nobodyIsUnavailable() {
    TestTerminal terminal = terminal();
    assertThat(terminal.run("discover", "--wan")).isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err()).contains("no router was found");
  }

  @Test
  void aServerThatDoesNotAnswerIsSaid() {
    station.close();
    TestTerminal terminal = terminal();
    assertThat(terminal.run("discover", "--wan", "--timeout", "2s"))
        .isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.err()).contains("no rendezvous server answers at " + station.url());
  }

  @Test
  void mistakesAreSaid() {
    for (List<String> wrong :
        List.of(
            List.of("discover", "--wan"),
            List.of("discover", "--tag", "x"),
            List.of("discover", "--timeout", "0s"),
            List.of("discover", "--broadcast-port", "0"),
            List.of("discover", "--wan", "--mdns", "--rendezvous", "http://127.0.0.1:1"),
            List.of("discover", "--wan", "--rendezvous", "nonsense"))) {
      TestTerminal terminal = new TestTerminal();
      assertThat(terminal.run(wrong.toArray(String[]::new))).as(terminal::err).isEqualTo(2);
      assertThat(terminal.err()).startsWith("clasp: ");
    }
  }

  @Test
  void watchingSaysWhoIsThere() throws Exception {
    register("Main stage", "ws://192.0.2.1:7330");
    TestTerminal terminal = terminal();
    CompletableFuture<Integer> end = terminal.start("discover", "--wan", "--watch");
    terminal.awaitOut(out -> out.contains("\n"));
    terminal.interrupt();
    assertThat(end.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    assertThat(terminal.out()).startsWith("found   Main stage  ws://192.0.2.1:7330  rendezvous");
  }

  /** D-18: what strangers call themselves does not reach the terminal as it is. */
  @Test
  void d18NamesAreSafeToPrint() {
    register("a\\b", "ws://192.0.2.1:7330");
    TestTerminal terminal = terminal();
    terminal.run("discover", "--wan");
    assertThat(terminal.out()).startsWith("a\\\\b");
  }

  // --- --server auto -----------------------------------------------------------------------------

  @Test
  void autoConnectsToTheOnlyRouter() {
    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0))) {
      register("Main stage", server.url());
      TestTerminal terminal = terminal("CLASP_SERVER", "auto:wan", "CLASP_TOKEN", "cpsk_secret");

      assertThat(terminal.run("set", "/a", "1")).as(terminal::err).isZero();

      assertThat(terminal.err()).contains("clasp: found Main stage at " + server.url());
      assertThat(server.router().parameterCount()).isEqualTo(1);
    }
  }

  @Test
  void autoDoesNotChooseAmongSeveral() {
    register("A", "ws://192.0.2.1:7330");
    register("B", "ws://192.0.2.2:7330");
    TestTerminal terminal = terminal();
    assertThat(terminal.run("get", "/a", "--server", "auto:wan")).isEqualTo(ExitStatus.FAILURE);
    assertThat(terminal.err())
        .contains("2 routers were found")
        .contains("ws://192.0.2.1:7330  A")
        .contains("ws://192.0.2.2:7330  B");
  }

  @Test
  void autoSaysWhatToCheckIfThereIsNone() {
    TestTerminal terminal = terminal();
    assertThat(terminal.run("get", "/a", "--server", "auto:wan")).isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.err()).contains("no router was found").contains("--server URL");
  }

  @Test
  void withoutARendezvousServerThereIsNoWideNetwork() {
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("get", "/a", "--server", "auto:wan")).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("--rendezvous URL");
  }

  /** D-05. */
  @Test
  void d05ATokenIsNotSentToARouterThatWasOnlyFound() {
    register("Main stage", "ws://192.0.2.1:7330");
    TestTerminal terminal = terminal("CLASP_TOKEN", "cpsk_secret");
    assertThat(terminal.run("get", "/a", "--server", "auto:wan"))
        .isEqualTo(ExitStatus.NOT_PERMITTED);
    assertThat(terminal.err())
        .contains("does not get the token")
        .contains("--trust-found")
        .doesNotContain("cpsk_secret");
  }

  /** D-05: a name that only looks like this machine is not this machine. */
  @Test
  void d05OnlyThisMachineIsThisMachine() {
    for (String local : List.of("ws://localhost:1", "ws://127.1.2.3/", "wss://[::1]:1/x")) {
      assertThat(AutoServer.isLocal(local)).as(local).isTrue();
    }
    for (String other :
        List.of(
            "ws://localhost.evil.example",
            "ws://127.0.0.1.evil.example",
            "ws://192.0.2.1",
            "ws://[2001:db8::1]:1",
            "ws://127.evil",
            "nonsense",
            "ws://evil/127.0.0.1")) {
      assertThat(AutoServer.isLocal(other)).as(other).isFalse();
    }
  }

  // --- clasp rendezvous --------------------------------------------------------------------------

  @Test
  void aRendezvousServerRunsUntilItIsInterrupted() throws Exception {
    TestTerminal terminal = new TestTerminal(Map.of("CLASP_TOKEN", "not its own"), false);
    Path file = folder.resolve("devices.json");
    CompletableFuture<Integer> end =
        terminal.start(
            "rendezvous", "--port", "0", "--output", "json", "--persist", file.toString());
    terminal.awaitOut(out -> out.contains("}"));
    String url = JSON.readTree(terminal.out()).get("url").asText();
    try (RendezvousClient other = new RendezvousClient(url, Optional.empty())) {
      other.register(Registration.DEFAULT);
      assertThat(other.discover(Optional.empty(), Optional.empty())).hasSize(1);
    }
    terminal.interrupt();
    assertThat(end.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    assertThat(Files.readString(file)).contains("CLASP Device");
  }

  @Test
  void itListensElsewhereOnlyWithTokensOrIfTheUserInsists() {
    TestTerminal terminal = new TestTerminal();
    assertThat(terminal.run("rendezvous", "--host", "0.0.0.0", "--port", "0"))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("--allow-open").contains("--token-file");
  }

  @Test
  void mistakesOfARendezvousServerAreSaid() {
    for (List<String> wrong :
        List.of(
            List.of("--port", "70000"),
            List.of("--ttl", "0s"),
            List.of("--max-devices", "0"),
            List.of("--guard-listing"),
            List.of("--trusted-proxy", "nonsense"))) {
      TestTerminal terminal = new TestTerminal();
      List<String> line = new java.util.ArrayList<>(List.of("rendezvous"));
      line.addAll(wrong);
      assertThat(terminal.run(line.toArray(String[]::new))).as(terminal::err).isEqualTo(2);
    }
  }

  // --- QR ----------------------------------------------------------------------------------------

  @Test
  void infoShowsAQrCodeForOthersOnly() {
    TestTerminal terminal = new TestTerminal();
    Clasp clasp = new Clasp(terminal.terminal());
    QrText.print(clasp, "ws://192.0.2.1:7330");
    clasp.terminal().out().flush();
    assertThat(terminal.out()).contains("█").contains("ws://192.0.2.1:7330");
    TestTerminal local = new TestTerminal();
    QrText.print(new Clasp(local.terminal()), "ws://localhost:7330");
    assertThat(local.out()).isEmpty();
    assertThat(local.err()).contains("no QR code");
  }
}
