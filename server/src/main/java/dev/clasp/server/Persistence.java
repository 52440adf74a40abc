package dev.clasp.server;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how often a server writes down its values, so that they outlive it.
 *
 * @param folder belongs to this server alone; made if it is not there
 * @param interval between two writes; what was set since the last one is lost when the process is
 *     killed
 */
public record Persistence(Path folder, Duration interval) {

  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);

  public Persistence {
    if (interval.compareTo(Duration.ofMillis(10)) < 0
        || interval.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("interval must be 10 ms to 1 day, not " + interval);
    }
  }
}
