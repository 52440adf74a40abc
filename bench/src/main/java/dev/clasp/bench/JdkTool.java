package dev.clasp.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program that comes with the JDK. */
final class JdkTool {

  private static final long PATIENCE_SECONDS = 60;

  private JdkTool() {}

  /**
   * What a program prints; nothing if it is missing or takes a minute. By way of a file: the
   * process that it asks may be this one, which stands still while it answers and could not empty a
   * pipe.
   */
  static List<String> run(String tool, String... arguments) {
    String[] command = new String[1 + arguments.length];
    command[0] = Path.of(System.getProperty("java.home"), "bin", tool).toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      File output = File.createTempFile("clasp-bench", ".txt");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(output)
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroy();
          return List.of();
        }
        return Files.readAllLines(output.toPath());
      } finally {
        Files.delete(output.toPath());
      }
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }
}
