package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals of a real process (operations.md 12.3). */
@EnabledOnOs(OS.LINUX)
class ProcessInterruptsTest {

  private static final long PATIENCE_SECONDS = 180;

  /** Hears two signals, and ends by neither. */
  static final class Stubborn {

    private Stubborn() {}

    public static void main(String[] args) throws InterruptedException {
      ProcessInterrupts interrupts = new ProcessInterrupts();
      var _ = interrupts.onInterrupt(() -> System.out.println("first"));
      var _ = interrupts.onImpatience(() -> System.out.println("second"));
      System.out.println("ready");
      // Nobody counts it down: this is the end in case that the test has gone.
      new CountDownLatch(1).await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void theThirdSignalEndsItAtOnce(String signal, int status) throws Exception {
    Process process =
        new ProcessBuilder(
                // Whatever the program that runs the tests ignores.
                "env",
                "--default-signal=" + signal,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Stubborn.class.getName())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader said = process.inputReader()) {
      for (String word : List.of("ready", "first", "second")) {
        await(said, word);
        assertThat(process.isAlive()).isTrue();
        String pid = Long.toString(process.pid());
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
      }
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(status);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void await(BufferedReader said, String word) throws IOException {
    StringBuilder before = new StringBuilder();
    String line = said.readLine();
    while (line != null && !line.equals(word)) {
      before.append(line).append('\n');
      line = said.readLine();
    }
    assertThat(line).as("%s, after: %s", word, before).isEqualTo(word);
  }
}
