package dev.clasp.examples;

import dev.clasp.testkit.PeerProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An example in a process of its own, as a user starts it. */
final class ExampleProgram {

  /** Never reached when all is well; the machine may be busy. */
  private static final long LIMIT_SECONDS = 180;

  private ExampleProgram() {}

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  static List<String> java(String classPath, String main, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                // The examples have the limits of the client; the machine may be busy.
                "-Dclasp.client.connectTimeout=PT2M",
                "-Dclasp.client.requestTimeout=PT2M",
                "-Dlogback.configurationFile=quiet.xml",
                "-cp",
                classPath,
                main));
    command.addAll(arguments);
    return command;
  }

  static List<String> command(String example, String... arguments) {
    return java(classPath(), "dev.clasp.examples." + example, List.of(arguments));
  }

  static PeerProgram start(String example, String... arguments) {
    return PeerProgram.start(
        "the JDK of the tests", Path.of("").toAbsolutePath(), command(example, arguments));
  }

  /** Runs it to its end; the lines of its standard output. */
  static List<String> run(String example, String... arguments) {
    return run(command(example, arguments), "");
  }

  /**
   * Runs a command to its end, which must be a good one.
   *
   * @param input typed at once
   */
  static List<String> run(List<String> command, String input) {
    Result result = result(command, input);
    if (result.status != 0) {
      throw new AssertionError(
          String.join(" ", command.subList(0, 1))
              + " ended with "
              + result.status
              + ": "
              + result.output
              + result.errors);
    }
    return result.output.lines().toList();
  }

  /** How a program ended, and what it said. */
  record Result(int status, String output, String errors) {}

  static Result result(List<String> command, String input) {
    try {
      Process process = new ProcessBuilder(command).start();
      try {
        CompletableFuture<String> output = read(process.getInputStream());
        CompletableFuture<String> errors = read(process.getErrorStream());
        try (var typed = process.getOutputStream()) {
          typed.write(input.getBytes(StandardCharsets.UTF_8));
        }
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new AssertionError(
              command.getLast() + " does not end; it said " + output.join() + errors.join());
        }
        return new Result(process.exitValue(), output.join(), errors.join());
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new AssertionError("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static CompletableFuture<String> read(java.io.InputStream in) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            return "(" + e.getMessage() + ")";
          }
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }
}
