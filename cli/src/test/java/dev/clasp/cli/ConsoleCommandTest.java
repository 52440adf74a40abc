package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenConfig;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command, with a program of the test as the browser. */
class ConsoleCommandTest {

  private static final String TOKEN = "cpsk_reader00000000000000000000000000000";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "ws://localhost:7330, , http://localhost:7330/",
    "stage.local, patch, http://stage.local:7330/#/patch",
    "wss://tools.example/clasp, /live, https://tools.example/clasp/#/live",
    "https://tools.example:8443/a/b/, layouts/front of house, https://tools.example:8443/a/b/#/layouts/front%20of%20house",
    "tcp://[::1]:7330, , http://[::1]:7330/",
  })
  void theAddressIsPrinted(String url, String screen, String address) {
    TestTerminal terminal = new TestTerminal();
    int status =
        screen == null
            ? terminal.run("console", "--print", url)
            : terminal.run("console", "--print", "--screen", screen, url);

    assertThat(status).as(terminal.err()).isZero();
    assertThat(terminal.out()).isEqualTo(address + System.lineSeparator());
  }

  @Test
  void anAddressBehindAProxyIsGivenAsItIs() {
    TestTerminal terminal = new TestTerminal(Map.of("CLASP_TOKEN", TOKEN), false);

    int status =
        terminal.run("console", "--print", "--output", "json", "--url", "https://x.example/clasp/");

    assertThat(status).as(terminal.err()).isZero();
    assertThat(terminal.out())
        .contains("\"page\":\"https://x.example/clasp/\"", "\"opened\":false")
        .doesNotContain("cpsk_");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://x", "ws://", "quic://x:1"})
  void whatHasNoPageIsSaid(String url) {
    TestTerminal terminal = new TestTerminal();

    assertThat(terminal.run("console", "--print", url)).isEqualTo(ExitStatus.USAGE);
  }

  /** Writes down what it was started with. */
  private Path browser(Path told) throws IOException {
    Path program = folder.resolve("browser");
    Files.writeString(
        program,
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > '"
            + told
            + ".new' && mv '"
            + told
            + ".new' '"
            + told
            + "'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program;
  }

  /** The command does not wait for ever until a browser is there. */
  private static void awaitBrowser(Path told) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestTerminal.LIMIT_SECONDS);
    while (!Files.exists(told)) {
      assertThat(System.nanoTime() - end).as("no browser was started").isNegative();
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static ClaspServer router() {
    return ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  }

  private static URI page(ClaspServer server) {
    return ConsoleCommand.pageOf(server.url());
  }

  @Test
  void thePageIsOpened() throws Exception {
    Path told = folder.resolve("told");
    try (ClaspServer server = router()) {
      TestTerminal terminal =
          new TestTerminal(Map.of("BROWSER", browser(told) + " --new-window %s"), false);

      int status = terminal.run("console", server.url(), "--screen", "live");

      assertThat(status).as(terminal.err()).isZero();
      awaitBrowser(told);
      assertThat(Files.readAllLines(told)).containsExactly("--new-window", page(server) + "#/live");
    }
  }

  @Test
  void aTokenGoesAsATicketForOneVisit() throws Exception {
    Path told = folder.resolve("told");
    try (TokenAuthenticator tokens =
            new TokenAuthenticator(
                TokenConfig.NOBODY.withLines(List.of(TOKEN + " read:/**")),
                InstantSource.system(),
                report -> {});
        ClaspServer server =
            ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withAuthenticator(tokens));
        HttpClient http = HttpClient.newHttpClient()) {
      TestTerminal terminal =
          new TestTerminal(
              Map.of("BROWSER", browser(told).toString(), "CLASP_TOKEN", TOKEN), false);

      int status = terminal.run("console", server.url(), "--screen", "layouts/a b");

      assertThat(status).as(terminal.err()).isZero();
      assertThat(terminal.out())
          .isEqualTo(page(server) + "#/layouts/a%20b" + System.lineSeparator());
      awaitBrowser(told);
      Matcher opened =
          Pattern.compile("(http://\\S+/)#ticket=([A-Za-z0-9_-]{32})&screen=layouts%2Fa\\+b")
              .matcher(Files.readString(told).strip());
      assertThat(opened.matches()).as(Files.readString(told)).isTrue();
      assertThat(opened.group(1)).isEqualTo(page(server).toString());
      HttpRequest redeem =
          HttpRequest.newBuilder(page(server).resolve("api/ticket/redeem"))
              .POST(HttpRequest.BodyPublishers.ofString(opened.group(2)))
              .build();
      assertThat(http.send(redeem, HttpResponse.BodyHandlers.ofString()).body())
          .isEqualTo("{\"token\":\"" + TOKEN + "\"}");
      assertThat(http.send(redeem, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(404);

      TestTerminal stranger =
          new TestTerminal(
              Map.of("BROWSER", browser(told).toString(), "CLASP_TOKEN", "cpsk_other"), false);
      assertThat(stranger.run("console", server.url())).isEqualTo(ExitStatus.NOT_PERMITTED);
    }
  }

  @Test
  void aMachineWithoutABrowserIsToldWhatToOpen() {
    try (ClaspServer server = router()) {
      TestTerminal none = new TestTerminal();
      if (System.getProperty("os.name").equals("Linux")) {
        assertThat(none.run("console", server.url())).isEqualTo(ExitStatus.FAILURE);
        assertThat(none.err()).contains("there is no screen", "open " + page(server) + " in one");
      }

      TestTerminal wrong = new TestTerminal(Map.of("BROWSER", "/no/such/program:false"), false);
      assertThat(wrong.run("console", server.url())).isEqualTo(ExitStatus.FAILURE);
      assertThat(wrong.err()).contains("false ended with 1", "open " + page(server) + " in one");
    }
  }

  @Test
  void noBrowserIsStartedWhenNobodyAnswers() throws Exception {
    Path told = folder.resolve("told");
    String url;
    try (ClaspServer server = router()) {
      url = server.url();
    }
    TestTerminal terminal = new TestTerminal(Map.of("BROWSER", browser(told).toString()), false);

    assertThat(terminal.run("console", url)).isEqualTo(ExitStatus.UNAVAILABLE);

    assertThat(terminal.err()).contains("no router answers at");
    assertThat(told).doesNotExist();
  }

  @Test
  void everySystemHasItsWay() {
    assertThat(new Browser("Mac OS X", Map.of()).commands("http://x/#/a&b"))
        .containsExactly(List.of("open", "http://x/#/a&b"));
    assertThat(new Browser("Windows 11", Map.of()).commands("http://x/#/a&b"))
        .containsExactly(List.of("rundll32", "url.dll,FileProtocolHandler", "http://x/#/a&b"));
    assertThat(new Browser("Linux", Map.of("WAYLAND_DISPLAY", "wayland-0")).commands("http://x/"))
        .containsExactly(List.of("xdg-open", "http://x/"));
    assertThat(new Browser("Linux", Map.of()).commands("http://x/")).isEmpty();
    assertThat(
            new Browser("Linux", Map.of("BROWSER", "firefox --private:w3m")).commands("http://x/"))
        .containsExactly(List.of("firefox", "--private", "http://x/"), List.of("w3m", "http://x/"));
  }
}
