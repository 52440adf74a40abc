package dev.clasp.bench;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The live objects of a Java process of this machine and user: what connections and values really
 * take, which resident memory does not show. Asks the JDK's {@code jcmd}.
 */
record HeapProbe(long pid) {

  /** A probe, if the target is such a process and this Java is a JDK. */
  static Optional<HeapProbe> of(BenchTarget target) {
    if (target.pid().isEmpty()) {
      return Optional.empty();
    }
    long pid = target.pid().getAsLong();
    // Only processes that the list has: asking one that is no JVM would end it with a SIGQUIT.
    boolean listed =
        JdkTool.run("jcmd", "-l").stream().anyMatch(line -> line.startsWith(pid + " "));
    return listed ? Optional.of(new HeapProbe(pid)) : Optional.empty();
  }

  /** Bytes of all reachable objects. */
  OptionalLong live() {
    return total(JdkTool.run("jcmd", Long.toString(pid), "GC.class_histogram"));
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
}
