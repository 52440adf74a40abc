package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clasp.config.Setting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Files with settings: what {@code clasp config} says of them and what {@code clasp server} makes
 * of them.
 */
class ConfigCommandTest {

  @TempDir private Path folder;

  private final TestTerminal terminal = new TestTerminal();

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("clasp.yaml"), text).toString();
  }

  private static ServerKeys keys() {
    return ConfigCheckCommand.keys(new Clasp(new TestTerminal().terminal()));
  }

  @Test
  void everyOptionOfTheServerHasAKey() {
    List<String> without = new ArrayList<>();
    for (OptionSpec option :
        CommandLines.serverOf(CommandLines.server(new Clasp(terminal.terminal())))
            .getCommandSpec()
            .options()) {
      List<String> names = List.of(option.names());
      if (ServerKeys.keysOf(names).isEmpty()
          && names.stream().noneMatch(ServerKeys.NOT_IN_FILES::contains)) {
        without.add(option.longestName());
      }
    }
    assertThat(without).isEmpty();
  }

  @Test
  void everyKeyIsDescribedAndHasItsVariable() {
    List<Setting> all = keys().catalogue().settings();

    assertThat(all).hasSizeGreaterThan(60);
    assertThat(all)
        .allSatisfy(setting -> {
          assertThat(setting.key()).matches("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");
          assertThat(setting.description()).as(setting.key()).isNotEmpty().doesNotContain("${");
        });
    assertThat(all.stream().map(Setting::variable)).doesNotHaveDuplicates();
    assertThat(all.stream().map(Setting::variable))
        .contains("CLASP_PORT", "CLASP_BIND", "CLASP_TLS_CERT", "CLASP_SECURITY_REQUIRE_AUTH");
  }

  @Test
  void initMakesAFileThatChangesNothingAndThatCheckLikes() throws IOException {
    Path made = folder.resolve("made.yaml");

    assertThat(terminal.run("config", "init", made.toString())).isZero();
    assertThat(Files.readString(made)).contains("# port: 7330").contains("## Address to listen on");
    TestTerminal second = new TestTerminal();
    assertThat(second.run("config", "init", made.toString())).isEqualTo(ExitStatus.FAILURE);
    assertThat(second.err()).contains("is there already");

    TestTerminal check = new TestTerminal();
    assertThat(check.run("config", "check", made.toString())).as(check.err()).isZero();
    assertThat(check.out()).endsWith("made.yaml is fine" + System.lineSeparator());
    TestTerminal show = new TestTerminal();
    assertThat(show.run("config", "show", "--changed", "--", "--config", made.toString())).isZero();
    assertThat(show.out()).isEmpty();
  }

  @Test
  void thePackagesBringTheSameFile() throws IOException {
    terminal.run("config", "init");

    assertThat(Path.of("../deploy/package/clasp.yaml"))
        .as("make it again with: ./clasp config init > deploy/package/clasp.yaml")
        .hasContent(terminal.out());
  }

  @Test
  void everyKeyOfTheTemplateCanBeSwitchedOn() throws IOException {
    terminal.run("config", "init");
    String text =
        terminal
            .out()
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith("# ") && !line.contains("##"))
            .map(line -> line.replaceFirst("# ", ""))
            // A switch that is off by itself must not switch off its section, and one that is on
            // must not need what is not there.
            .filter(line -> !line.strip().startsWith("enabled:"))
            .filter(line -> !line.strip().startsWith("coalescing:"))
            .reduce("", (a, b) -> a + b + "\n");
    String path = file(text);

    TestTerminal check = new TestTerminal();

    assertThat(check.run("config", "check", path)).as(check.err() + text).isZero();
  }

  @Test
  void showTellsWhereEachValueComesFrom() throws IOException {
    String path =
        file(
            """
            server:
              port: 7331
              name: Stage
              quic: {enabled: false, port: 4433}
              auth:
                tokens: ["cpsk_secret read:/**"]
            """);
    TestTerminal show =
        new TestTerminal(Map.of("CLASP_NAME", "Other", "CLASP_CONFIG", path), false);

    assertThat(show.run("config", "show", "--", "--max-sessions", "20")).as(show.err()).isZero();

    assertThat(show.out().lines())
        .anyMatch(line -> line.matches("server\\.port +7331 +# .*clasp\\.yaml, line 2"))
        .anyMatch(line -> line.matches("server\\.name +Other +# CLASP_NAME"))
        .anyMatch(line -> line.matches("server\\.limits\\.max_sessions +20 +# --max-sessions"))
        .anyMatch(line -> line.matches("server\\.bind +127\\.0\\.0\\.1 +# default"))
        .anyMatch(line -> line.matches("server\\.auth\\.tokens +\\*\\*\\* +# .*line 6"));
    assertThat(show.out()).doesNotContain("cpsk_secret");
  }

  @Test
  void theSchemaIsMadeOfTheSameKeys() throws IOException {
    assertThat(terminal.run("config", "schema")).isZero();
    JsonNode server =
        JsonMapper.builder().build().readTree(terminal.out()).path("properties").path("server");

    for (Setting setting : keys().catalogue().settings()) {
      JsonNode here = server;
      for (String word : setting.key().split("\\.", -1)) {
        here = here.path("properties").path(word);
      }
      assertThat(here.path("description").asText()).as(setting.key()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "port: 99999 | server.port (FILE, line 2) must be 0 to 65535, not 99999",
        "port: abc | 'abc' is not an int",
        "quic: {enabled: true} | server.quic.enabled (FILE, line 2) needs --tls-cert",
        "tls: {cert: a.pem} | server.tls.cert (FILE, line 2) and --tls-key belong together",
        "ttl: {param: forever} | 'forever' is not a duration",
        "conflicts: {/a: best} | there is no strategy 'best'",
        "ack: sometimes | server.ack (FILE, line 2)",
        "pord: 1 | FILE, line 2: there is no setting 'server.pord'; did you mean 'server.port'?",
        "{auth: {mode: open}, security: {require_auth: true}} | say the same thing: leave one out",
        "federation: {enabled: true} | routers do not join each other yet",
      })
  void checkNamesThePlaceOfAMistake(String text, String message) throws IOException {
    String path = file("server:\n  " + text + "\n");

    assertThat(terminal.run("config", "check", path)).isEqualTo(ExitStatus.CONFIG);

    assertThat(terminal.err()).contains(message.replace("FILE", path));
    TestTerminal server = new TestTerminal();
    assertThat(server.run("server", "--config", path)).isEqualTo(ExitStatus.CONFIG);
    assertThat(server.err()).isEqualTo(terminal.err());
  }

  @Test
  void checkMayBeAsLenientAsTheServer() throws IOException {
    String unknown = file("server: {pord: 1}\n");

    assertThat(terminal.run("config", "check", "--config-lenient", unknown))
        .as(terminal.err())
        .isZero();

    assertThat(terminal.err()).contains("line 1: there is no setting 'server.pord'");
    assertThat(terminal.out()).contains("is fine");
    assertThat(new TestTerminal().run("config", "check", unknown)).isEqualTo(ExitStatus.CONFIG);
    String wrong = file("server: {pord: 1, port: many}\n");
    assertThat(new TestTerminal().run("config", "check", "--config-lenient", wrong))
        .isEqualTo(ExitStatus.CONFIG);
  }

  @Test
  void theServerTakesWhatTheFileSaysUnlessTheCommandLineDoes() throws Exception {
    String path =
        file(
            """
            server:
              port: 7330
              name: Stage of the file
              limits:
                max_sessions: 7
              udp:
                enabled: true
                port: 0
              gesture: {coalescing: false}
              ttl: {param: 5m, patterns: {/presence/**: 35s}}
            """);

    CompletableFuture<Integer> serving = terminal.start("server", "-c", path, "--port", "0");
    String ready = terminal.awaitOut(text -> text.endsWith(System.lineSeparator()));

    assertThat(ready).contains("udp://localhost:").doesNotContain("localhost:7330");
    String url = ready.replaceAll("(?s).*(ws://localhost:\\d+).*", "$1");
    TestTerminal client = new TestTerminal();
    assertThat(client.run("info", url)).isZero();
    assertThat(client.out()).contains("Stage of the file");
    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void variablesGoBeforeTheFile() throws Exception {
    String path = file("server: {port: 7330, name: File}\n");
    TestTerminal server =
        new TestTerminal(
            Map.of("CLASP_CONFIG", path, "CLASP_PORT", "0", "CLASP_NAME", "Variable"), false);

    CompletableFuture<Integer> serving = server.start("server");
    String ready = server.awaitOut(text -> text.endsWith(System.lineSeparator()));
    TestTerminal client = new TestTerminal();
    String url = ready.replaceAll("(?s).*(ws://localhost:\\d+).*", "$1");

    assertThat(client.run("info", url)).isZero();
    assertThat(client.out()).contains("Variable");
    server.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void aHangupMakesNewSettingsHoldOrNone() throws Exception {
    String path = file("server: {port: 0, name: Before, limits: {max_sessions: 5}, loops: 1}\n");
    CompletableFuture<Integer> serving = terminal.start("server", "-c", path);
    String ready = terminal.awaitOut(text -> text.endsWith(System.lineSeparator()));
    String url = ready.replaceAll("(?s).*(ws://localhost:\\d+).*", "$1");

    file("server: {port: 0, name: After, limits: {max_sessions: -5}, loops: 1}\n");
    terminal.hangUp();
    assertThat(name(url)).contains("Before");

    file("server: {port: 0, name: After, limits: {max_sessions: 6}, loops: 2}\n");
    terminal.hangUp();
    assertThat(name(url)).contains("After");

    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  /** Operations.md 12.5: what the reference's documentation says, but for what says why not. */
  @Test
  void theDocumentedFileOfTheReferenceIsTaken() throws IOException {
    Path key = folder.resolve("secret");
    Files.writeString(key, "0123456789abcdef0123456789abcdef");
    String documented =
        """
        server:
          port: 7330
          bind: 127.0.0.1
          tls: {enabled: false, cert: a.pem, key: b.pem}
          quic: {enabled: false, port: 7331}
          udp: {enabled: false, port: 7332}
          discovery:
            mdns: {enabled: true, name: Stage}
            udp: {enabled: true, port: 7331}
          security:
            require_auth: true
            token_public_key: KEY
            pairing: {enabled: false}
          limits:
            max_connections: 10000
            max_connections_per_ip: 100
            max_message_size: 65536
            max_subscriptions_per_client: 1000
            max_state_entries: 1000000
          rate_limiting: {enabled: true, max_messages_per_second: 1000}
          gesture: {coalescing: true, coalesce_interval_ms: 16}
          mqtt: {enabled: true, port: 1883, namespace: /mqtt}
          osc: {enabled: true, port: 8000, namespace: /osc, session_timeout: 30}
          persistence: {enabled: true, path: STATE, sync_interval: 5}
          logging: {level: info, format: json, file: LOG}
          metrics: {enabled: true, port: 9090}
        """
            .replace("KEY", key.toString())
            .replace("STATE", folder.resolve("state").toString())
            .replace("LOG", folder.resolve("log").toString());

    assertThat(terminal.run("config", "check", file(documented))).as(terminal.err()).isZero();

    for (String other :
        List.of(
            "security: {token_secret: x}",
            "security: {pairing: {timeout: 60}}",
            "mqtt: {require_auth: true}",
            "mqtt: {max_clients: 100}",
            "mqtt: {session_timeout: 300}",
            "persistence: {backend: sqlite}")) {
      TestTerminal refused = new TestTerminal();
      assertThat(refused.run("config", "check", file("server: {" + other + "}")))
          .as(other)
          .isEqualTo(ExitStatus.CONFIG);
      assertThat(refused.err()).as(other).contains("line 1: 'server.").doesNotContain("mean");
    }
  }

  @Test
  void aHangupChangesWhichPagesMayConnect() throws Exception {
    String path = file("server: {port: 0, auth: {cors_origins: [https://a.example]}}\n");
    CompletableFuture<Integer> serving = terminal.start("server", "-c", path);
    String ready = terminal.awaitOut(text -> text.endsWith(System.lineSeparator()));
    int port = Integer.parseInt(ready.replaceAll("(?s).*ws://localhost:(\\d+).*", "$1"));
    assertThat(upgraded(port, "https://a.example")).contains(" 101 ");
    assertThat(upgraded(port, "https://b.example")).contains(" 403 ");

    file("server: {port: 0, auth: {cors_origins: [https://b.example]}}\n");
    terminal.hangUp();

    assertThat(upgraded(port, "https://a.example")).contains(" 403 ");
    assertThat(upgraded(port, "https://b.example")).contains(" 101 ");
    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  /** The first line of the answer to a page of that origin. */
  private static String upgraded(int port, String origin) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: clasp\r\n"
                      + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: "
                      + origin
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  private static String name(String url) {
    TestTerminal client = new TestTerminal();
    assertThat(client.run("info", url)).isZero();
    return client.out();
  }

  @Test
  void aWrongVariableIsNamed() {
    TestTerminal server = new TestTerminal(Map.of("CLASP_PORT", "70000"), false);

    assertThat(server.run("server")).isEqualTo(ExitStatus.CONFIG);
    assertThat(server.err()).contains("server.port (CLASP_PORT) must be 0 to 65535, not 70000");
  }
}
