package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options of {@code clasp server} that say who may come in. */
class AuthOptionsTest {

  private static final Pattern URL = Pattern.compile("ready: (ws://localhost:\\d+)");
  private static final String GOOD = "cpsk_" + "g".repeat(32);
  private static final String BARE = "cpsk_" + "b".repeat(32);

  @TempDir private Path folder;
  private final TestTerminal server = new TestTerminal();
  private CompletableFuture<Integer> serving = CompletableFuture.completedFuture(0);

  @AfterEach
  void stop() throws Exception {
    if (!serving.isDone()) {
      server.interrupt();
      serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private Path file(String name, String... lines) throws IOException {
    Path file = Files.write(folder.resolve(name), List.of(lines));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private String start(String... options) throws Exception {
    String[] all = new String[options.length + 3];
    all[0] = "server";
    all[1] = "--port";
    all[2] = "0";
    System.arraycopy(options, 0, all, 3, options.length);
    serving = server.start(all);
    Matcher url = URL.matcher(server.awaitOut(text -> URL.matcher(text).find()));
    assertThat(url.find()).isTrue();
    return url.group(1);
  }

  private static int set(String url, String address, String... options) {
    String[] all = new String[options.length + 5];
    System.arraycopy(new String[] {"set", address, "1", "-s", url}, 0, all, 0, 5);
    System.arraycopy(options, 0, all, 5, options.length);
    return new TestTerminal().run(all);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--auth maybe | is no mode: choose open or authenticated",
        "--auth authenticated | needs something to check tokens with",
        "--auth open --token cpsk_x | leave out one of them",
        "--jwt-issuer me | need --jwt-key or --jwks",
        "--token cpsk_x --token-default-scopes nonsense | --token-default-scopes: a scope is",
        "--token cpsk_x --token-default-scopes read:/** --compat-token-admin | contradict",
        "--jwks http://keys.example/set | must begin with https://",
        "--jwt-key /does/not/exist | cannot read /does/not/exist",
      })
  void mistakesAreToldBeforeAnythingStarts(String options, String complaint) {
    assertThat(server.run(("server --port 0 " + options).split(" ", -1)))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(server.err()).contains(complaint).doesNotContain("\tat ");
    assertThat(server.out()).isEmpty();
  }

  @Test
  void aTokenFileMakesTheRouterWantTokens() throws Exception {
    String url = start("--token-file", file("tokens", GOOD + " write:/a/**", BARE).toString());
    assertThat(set(url, "/a/x")).isEqualTo(ExitStatus.NOT_PERMITTED);
    assertThat(set(url, "/a/x", "--token", GOOD)).isZero();
    assertThat(set(url, "/a/x", "--token-file", file("mine", GOOD).toString())).isZero();
    assertThat(set(url, "/a/x", "--token-file", file("none", " ").toString()))
        .isEqualTo(ExitStatus.FAILURE);
    assertThat(set(url, "/a/x", "--token-file", "/does/not/exist")).isEqualTo(ExitStatus.FAILURE);
    assertThat(set(url, "/b/x", "--token", GOOD)).isEqualTo(ExitStatus.NOT_PERMITTED);
    assertThat(set(url, "/a/x", "--token", BARE))
        .as("a token without scopes may nothing")
        .isEqualTo(ExitStatus.NOT_PERMITTED);
  }

  @Test
  void severalFilesAndTheEnvironmentCount() throws Exception {
    String url =
        start(
            "--token-file",
            file("one", GOOD + " write:/**").toString(),
            "--token-file",
            file("two", BARE + " write:/**").toString());
    assertThat(set(url, "/a", "--token", GOOD)).isZero();
    assertThat(set(url, "/a", "--token", BARE)).isZero();
    server.interrupt();
    serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS);

    TestTerminal second =
        new TestTerminal(Map.of("CLASP_TOKEN_FILE", folder.resolve("one").toString()), false);
    CompletableFuture<Integer> running = second.start("server", "--port", "0");
    Matcher found = URL.matcher(second.awaitOut(text -> URL.matcher(text).find()));
    assertThat(found.find()).isTrue();
    assertThat(set(found.group(1), "/a")).isEqualTo(ExitStatus.NOT_PERMITTED);
    assertThat(set(found.group(1), "/a", "--token", GOOD)).isZero();
    second.interrupt();
    assertThat(running.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void theTokenOfTheEnvironmentIsThatOfClients() throws Exception {
    TestTerminal open = new TestTerminal(Map.of("CLASP_TOKEN", GOOD), false);
    CompletableFuture<Integer> running = open.start("server", "--port", "0");
    Matcher found = URL.matcher(open.awaitOut(text -> URL.matcher(text).find()));
    assertThat(found.find()).isTrue();
    assertThat(set(found.group(1), "/a")).as("an open router").isZero();
    open.interrupt();
    assertThat(running.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void aTokenOnTheCommandLineIsWarnedOf() throws Exception {
    String url = start("--token", GOOD + " write:/**");
    assertThat(set(url, "/a", "--token", GOOD)).isZero();
    assertThat(server.err()).contains("--token-file").doesNotContain(GOOD);
  }

  @Test
  void whatTokensWithoutScopesMayDoCanBeSaid() throws Exception {
    String url =
        start(
            "--token-file",
            file("tokens", BARE).toString(),
            "--token-default-scopes",
            "read:/**,write:/a/**");
    assertThat(set(url, "/a/x", "--token", BARE)).isZero();
    assertThat(set(url, "/b/x", "--token", BARE)).isEqualTo(ExitStatus.NOT_PERMITTED);
  }

  @Test
  void asInTheReferenceTheyMayDoEverything() throws Exception {
    String url = start("--token-file", file("tokens", BARE).toString(), "--compat-token-admin");
    assertThat(set(url, "/b/x", "--token", BARE)).isZero();
  }

  @Test
  void aFileThatIsNoneIsOneSentence() throws Exception {
    String file = file("tokens", "no-token read:/**").toString();
    assertThat(server.run("server", "--port", "0", "--token-file", file))
        .isEqualTo(ExitStatus.FAILURE);
    assertThat(server.err()).contains(file).doesNotContain("\tat ");
  }

  @Test
  void withTokensAnAddressThatOthersReachIsAllowed() throws Exception {
    String url =
        start(
            "--host",
            "0.0.0.0",
            "--no-mdns",
            "--token-file",
            file("tokens", GOOD + " write:/**").toString());
    assertThat(set(url, "/a", "--token", GOOD)).isZero();
    assertThat(set(url, "/a")).isEqualTo(ExitStatus.NOT_PERMITTED);
  }
}
