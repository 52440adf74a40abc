package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference's programs, as its desktop app and its wrapper for Node start them. */
class CompatibleServerTest {

  private final TestTerminal terminal = new TestTerminal();

  private String started(CompletableFuture<Integer> serving) throws Exception {
    String out =
        terminal.awaitOut(text -> serving.isDone() || text.contains("accepting connections..."));
    assertThat(serving).as(terminal.err()).isNotDone();
    return out;
  }

  private void stop(CompletableFuture<Integer> serving) throws Exception {
    terminal.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void theRouterStartsAsTheDesktopAppStartsItAndSaysWhere() throws Exception {
    CompletableFuture<Integer> serving =
        terminal.start("router", "--listen", "127.0.0.1:0", "--name", "Studio", "-t", "websocket");

    String out = started(serving);

    assertThat(out)
        .containsPattern("Listening on: 127\\.0\\.0\\.1:\\d+\\R")
        .containsPattern("WebSocket server listening on 127\\.0\\.0\\.1:\\d+\\R")
        .contains("Router ready, accepting connections...");
    String url =
        "ws://127.0.0.1:" + out.replaceAll("(?s).*server listening on [^:]+:(\\d+).*", "$1");
    TestTerminal client = new TestTerminal();
    assertThat(client.run("set", "/a", "1", "-s", url)).isZero();
    assertThat(new TestTerminal().run("info", url)).isZero();
    stop(serving);
  }

  @Test
  void theRelayTakesTheOptionsOfTheReference(@TempDir Path folder) throws Exception {
    Path token = folder.resolve("secrets/admin");
    CompletableFuture<Integer> serving =
        terminal.start(
            "relay",
            "--host",
            "127.0.0.1",
            "-p",
            "0",
            "--max-sessions",
            "0",
            "--session-timeout",
            "0",
            "--param-ttl",
            "600",
            "--signal-ttl",
            "0",
            "--drain-timeout",
            "1",
            "--cors-origin",
            "https://a.example,https://b.example",
            "--persist",
            folder.resolve("state").toString(),
            "--admin-token",
            token.toString());

    String out = started(serving);

    String url = out.replaceAll("(?s).*(ws://localhost:\\d+).*", "$1");
    assertThat(new TestTerminal().run("set", "/a", "1", "-s", url))
        .isEqualTo(ExitStatus.NOT_PERMITTED);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
        .isEqualTo("rw-------");
    String secret = Files.readString(token).strip();
    assertThat(secret).matches("cpsk_[0-9A-Za-z]{32}");
    TestTerminal client = new TestTerminal(Map.of("CLASP_TOKEN", secret), false);
    assertThat(client.run("set", "/a", "1", "-s", url)).as(client.err()).isZero();
    stop(serving);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--auth-port 7350",
        "--journal-backend sqlite",
        "--federation-hub=ws://x",
        "--rules rules.json",
        "--app-config x"
      })
  void whatIsNotThereIsRefusedByName(String options) {
    String[] words = ("relay " + options).split(" ", -1);

    assertThat(terminal.run(words)).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains(words[1].replaceFirst("=.*", "") + " is of a part");
  }

  @Test
  void mistakesAreSentences() {
    assertThat(terminal.run("router", "--listen", "7330")).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("--listen must be ADDRESS:PORT, not '7330'");
    TestTerminal other = new TestTerminal();
    assertThat(other.run("router", "-t", "carrier-pigeon")).isEqualTo(ExitStatus.USAGE);
    assertThat(other.err()).contains("websocket, tcp or quic");
    TestTerminal tokens = new TestTerminal();
    assertThat(tokens.run("router", "--auth-mode", "authenticated", "-l", "127.0.0.1:0"))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(tokens.err()).contains("needs something to check tokens with: --token-file");
  }

  @Test
  void doctorFindsATakenPortAndABrokenFile(@TempDir Path folder) throws Exception {
    CompletableFuture<Integer> serving =
        terminal.start("router", "--listen", "127.0.0.1:0", "--name", "Patient");
    String out = started(serving);
    String page = out.replaceAll("(?s).*(http://localhost:\\d+)/.*", "$1");
    Path file = Files.writeString(folder.resolve("c.yaml"), "server: {nam: x}\n");
    Path bundle = folder.resolve("report.zip");
    Map<String, String> environment = Map.of("CLASP_CONFIG", file.toString());
    TestTerminal doctor = new TestTerminal(environment, false);

    assertThat(doctor.run("doctor", "--url", page, "--bundle", bundle.toString()))
        .isEqualTo(ExitStatus.FAILURE);

    assertThat(doctor.out())
        .containsPattern("problem +settings +.*there is no setting 'server.nam'")
        .containsPattern("ok +router +one runs at " + page);
    try (java.nio.file.FileSystem zip = java.nio.file.FileSystems.newFileSystem(bundle)) {
      assertThat(zip.getPath("clasp-report/findings.txt")).exists();
      assertThat(zip.getPath("clasp-report/router/api/status.txt")).content().contains("Patient");
      assertThat(zip.getPath("clasp-report/variables.txt"))
          .content()
          .contains("CLASP_CONFIG")
          .doesNotContain(folder.toString());
    }
    stop(serving);
  }
}
