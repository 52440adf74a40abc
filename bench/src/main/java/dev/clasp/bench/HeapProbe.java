package dev.clasp.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The live objects of a Java process of this machine and user: what connections and values really
 * take, which resident memory does not show. Asks the JDK's {@code jcmd}.
 */
record HeapProbe(String jcmd, long pid) {

  private static final long PATIENCE_SECONDS = 60;

  /** A probe, if the target is such a process and this Java is a JDK. */
  static Optional<HeapProbe> of(BenchTarget target) {
    if (target.pid().isEmpty()) {
      return Optional.empty();
    }
    long pid = target.pid().getAsLong();
    String jcmd =
        System.getProperty("java.home") + File.separator + "bin" + File.separator + "jcmd";
    // Only processes that the list has: asking one that is no JVM would end it with a SIGQUIT.
    boolean listed = run(jcmd, "-l").stream().anyMatch(line -> line.startsWith(pid + " "));
    return listed ? Optional.of(new HeapProbe(jcmd, pid)) : Optional.empty();
  }

  /** Bytes of all reachable objects. */
  OptionalLong live() {
    return total(run(jcmd, Long.toString(pid), "GC.class_histogram"));
  }

  /** The bytes in the last line of a class histogram: {@code Total 29137 1640392}. */
  static OptionalLong total(List<String> histogram) {
    return histogram.stream()
        .filter(line -> line.startsWith("Total"))
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words.length == 3 && words[2].chars().allMatch(Character::isDigit))
        .mapToLong(words -> Long.parseLong(words[2]))
        .findFirst();
  }

  /**
   * What a command prints; nothing if it cannot be run. By way of a file: the process asked may be
   * this one, which stands still while it answers and could not empty a pipe.
   */
  private static List<String> run(String... command) {
    try {
      Path output = Files.createTempFile("clasp-bench", ".txt");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroy();
          return List.of();
        }
        return Files.readAllLines(output);
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }
}
