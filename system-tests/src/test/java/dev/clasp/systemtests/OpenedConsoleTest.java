package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The real {@code clasp console} leads a real browser to the page, with a token. */
@RealProgram
class OpenedConsoleTest {

  private static final String ADMIN = "cpsk_admin00000000000000000000000000000";

  @RegisterExtension
  static final Stage stage = Stage.withTokens(ADMIN, "--token", ADMIN + " admin:/**");

  @TempDir private Path folder;

  @Test
  void theTokenComesWithThePageAndIsNowhereToBeSeen() throws Exception {
    Path told = folder.resolve("told");
    Path browser = folder.resolve("browser");
    Files.writeString(
        browser,
        "#!/bin/sh\necho \"$1\" > '" + told + ".new' && mv '" + told + ".new' '" + told + "'\n");
    Files.setPosixFilePermissions(browser, PosixFilePermissions.fromString("rwx------"));
    Path said = folder.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(
                Installation.clasp(
                    "console",
                    List.of(
                        stage.url().toString(), "--screen", "sessions", "--answer-timeout", "30s")))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("CLASP_"));
    builder.environment().putAll(Map.of("CLASP_TOKEN", ADMIN, "BROWSER", browser.toString()));
    Process command = builder.start();
    try {
      URI address = URI.create(await(told, command, said));

      assertThat(address.toString()).contains("#ticket=").doesNotContain(ADMIN);
      Screen screen =
          stage.screen(stage.browser(), address, Map.of("storage", "opened")).allowRefusals();

      screen.await("session-name", "CLASP console");
      assertThat(screen.url()).isEqualTo(stage.server().page() + "#/sessions");
      assertThat(command.waitFor(Patience.START.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
      assertThat(command.exitValue()).as(Files.readString(said)).isZero();
      assertThat(Files.readString(said))
          .contains(stage.server().page() + "#/sessions")
          .doesNotContain(ADMIN);
      screen.reload();
      screen.await("session-name", "CLASP console");
      assertThat(screen.texts("css=body")).noneMatch(text -> text.contains(ADMIN));

      Screen again =
          stage.screen(stage.browser(), address, Map.of("storage", "again")).allowRefusals();
      again.allow("status of 404").awaitHas("notice", "good for one visit");
      again.await("token-form");
      again.requireAccessible();
      again.screenshot("console-ticket-used");
    } finally {
      command.destroyForcibly();
    }
  }

  private static String await(Path file, Process command, Path said) throws IOException {
    long end = System.nanoTime() + Patience.START.toNanos();
    while (!Files.exists(file)) {
      if (!command.isAlive() || System.nanoTime() - end > 0) {
        throw new AssertionError("no browser was started: " + Files.readString(said));
      }
      LockSupport.parkNanos(10_000_000);
    }
    return Files.readString(file).strip();
  }
}
