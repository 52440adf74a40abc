package dev.clasp.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where and when something was measured: without it a figure means nothing.
 *
 * @param memory bytes of the machine
 * @param network {@code loopback} or {@code network}; {@code none} without a target
 * @param load average load of the machine in the minute before the start, 0 if unknown: above about
 *     0.5 something else was running
 */
public record Environment(
    String cpu,
    int cores,
    long memory,
    String os,
    String runtime,
    String network,
    double load,
    Instant started) {

  static final Environment UNKNOWN =
      new Environment("unknown", 0, 0, "unknown", "unknown", "unknown", 0, Instant.EPOCH);

  static Environment detect(Optional<BenchTarget> target) {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Environment(
        cpuModel(),
        system.getAvailableProcessors(),
        system.getTotalMemorySize(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        target.map(t -> network(String.valueOf(t.uri().getHost()))).orElse("none"),
        Math.max(0, system.getSystemLoadAverage()),
        Instant.now().truncatedTo(ChronoUnit.SECONDS));
  }

  /** For a report: names and values in the order in which people look for them. */
  Map<String, String> toMap() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("cpu", cpu);
    map.put("cores", Integer.toString(cores));
    map.put("memory", String.format(Locale.ROOT, "%.1f GiB", memory / (double) (1 << 30)));
    map.put("os", os);
    map.put("runtime", runtime);
    map.put("network", network);
    map.put("load", String.format(Locale.ROOT, "%.2f", load));
    map.put("started", started.toString());
    return map;
  }

  private static String cpuModel() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseGet(() -> System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String network(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress() ? "loopback" : "network";
    } catch (UnknownHostException e) {
      return "network";
    }
  }
}
