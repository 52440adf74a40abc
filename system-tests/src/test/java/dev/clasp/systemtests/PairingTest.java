package dev.clasp.systemtests;

import static dev.clasp.systemtests.Frames.subscribe;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The real server shows a code, the real command gets a token for it, a published client uses it.
 */
@RealProgram
class PairingTest {

  private static final String ADMIN = "cpsk_admin00000000000000000000000000000";
  private static final Path FOLDER = folder();

  @RegisterExtension
  static final Stage stage =
      Stage.withTokens(
          ADMIN,
          "--token",
          ADMIN + " admin:/**",
          "--token-file",
          FOLDER.resolve("tokens.json").toString(),
          "--pair",
          "--pair-scopes",
          "read:/**,write:/lights/**",
          "--audit",
          FOLDER.resolve("audit.log").toString());

  private static Path folder() {
    try {
      return Files.createTempDirectory("clasp-pairing");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void removeTheFiles() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** What a run of {@code clasp pair} came to. */
  private record Run(int status, String out, String err) {}

  private static Run pair(Map<String, String> environment, String... options) {
    List<String> command =
        Installation.clasp(
            "pair",
            Stream.concat(Stream.of("--answer-timeout", "30s"), Stream.of(options)).toList());
    try {
      Path out = Files.createTempFile(FOLDER, "out", "");
      Path err = Files.createTempFile(FOLDER, "err", "");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("CLASP_"));
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(Patience.START.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("clasp pair did not end: " + Files.readString(err));
      }
      return new Run(
          process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static Run useCode(String code) {
    return pair(Map.of(), stage.url().toString(), "--code", code, "--name", "FOH laptop");
  }

  private static String other(String code) {
    return String.format("%06d", (Integer.parseInt(code) + 1) % 1_000_000);
  }

  @Test
  void aPublishedClientUsesATokenThatWasGotForTheCodeOfTheServer() throws IOException {
    Matcher shown =
        stage
            .server()
            .awaitLine(Pattern.compile("Pairing code: (\\d{3} \\d{3}) - .*: clasp pair (\\S+)"));
    assertThat(shown.group(2)).isEqualTo(stage.url().toString());

    Run run = useCode(shown.group(1));

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).matches("cpsk_\\S+\\R");
    String token = run.out().strip();
    RawClient viewer = stage.raw("viewer", ADMIN);
    viewer.send(subscribe(1, "/**"));
    viewer.exchange();

    PeerClient desk = stage.connect(stage.node(), "desk", Map.of("token", token));
    desk.frameTypes();
    desk.set("/audio/1", 0.5);
    desk.set("/lights/1", 0.5);
    desk.fence();

    assertThat(desk.lastError().orElseThrow().get("code").intValue()).isEqualTo(301);
    List<Message> seen = viewer.messages();
    assertThat(seen).singleElement().isInstanceOf(Message.SetValue.class);
    assertThat(((Message.SetValue) seen.getFirst()).address()).isEqualTo("/lights/1");
    assertThat(((Message.SetValue) seen.getFirst()).value()).isEqualTo(Value.of(0.5));

    Run again = useCode(shown.group(1));
    assertThat(again.status()).as("one code, one token").isEqualTo(1);
    String code = shown.group(1).replace(" ", "");
    assertThat(stage.server().transcript().lines().filter(line -> line.startsWith("! ")))
        .as("the log")
        .anyMatch(line -> line.contains("has a token now"))
        .noneMatch(line -> line.contains(token) || line.contains(shown.group(1)));
    assertThat(Files.readString(FOLDER.resolve("tokens.json")))
        .contains("FOH laptop")
        .doesNotContain(token);
    assertThat(Files.readString(FOLDER.resolve("audit.log")))
        .doesNotContain(token)
        .doesNotContain("\"" + code + "\"");
  }

  @Test
  void anAdministratorShowsACodeInTheConsole() throws IOException {
    Screen screen = stage.screen().allowRefusals().logIn(ADMIN).go("discover");
    screen.click("pairing-open");
    screen.fill("pairing-scopes", "read:/audio/**");
    screen.click("pairing-show");
    String code = screen.text("pairing-code");
    assertThat(code).matches("\\d{3} \\d{3}");
    assertThat(screen.text("pairing-left")).contains("5 attempts");
    assertThat(Files.size(screen.screenshot("pairing"))).isGreaterThan(10_000);

    Run run = useCode(code);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("the token allows read:/audio/**");
    screen.await("pairing-over");
  }

  @Test
  void aCodeThatWasWrongFiveTimesIsVoid() {
    stage.server();
    Run made = pair(Map.of("CLASP_TOKEN", ADMIN), "--new", stage.url().toString());
    assertThat(made.status()).as(made.err()).isZero();
    String code = made.out().strip();
    assertThat(code).matches("[0-9]{6}");

    for (int i = 0; i < 5; i++) {
      Run wrong = useCode(other(code));
      assertThat(wrong.status()).as(wrong.err()).isEqualTo(77);
      assertThat(wrong.out()).isEmpty();
    }

    Run sixth = useCode(code);
    assertThat(sixth.status()).isEqualTo(1);
    assertThat(sixth.err()).contains("no code is shown");
    assertThat(sixth.out()).isEmpty();
  }
}
