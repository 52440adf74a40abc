package dev.clasp.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What a program said and how it ended.
 *
 * @param text standard output and error, as they came
 */
record Outcome(int status, String text) {

  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** Runs a program in the folder of the project, to its end. */
  static Outcome of(String... command) {
    return of(List.of(command));
  }

  static Outcome of(List<String> command) {
    return in(Installation.root(), command);
  }

  static Outcome in(Path folder, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      CompletableFuture<String> text =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return new String(
                      process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException e) {
                  return "(" + e.getMessage() + ")";
                }
              },
              task -> Thread.ofPlatform().daemon().start(task));
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(command + " did not end; it said: " + text.join());
      }
      return new Outcome(process.exitValue(), text.join());
    } catch (IOException e) {
      throw new AssertionError(
          command.getFirst()
              + " cannot be started ("
              + e.getMessage()
              + "): run ./verify as root, which installs what the tests need",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The text of a program that did what it was asked. */
  static String good(String... command) {
    return good(List.of(command));
  }

  static String good(List<String> command) {
    Outcome outcome = of(command);
    if (outcome.status != 0) {
      throw new AssertionError(
          String.join(" ", command) + " ended with " + outcome.status + ":\n" + outcome.text);
    }
    return outcome.text;
  }
}
