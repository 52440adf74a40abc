package dev.clasp.bench;

import java.time.Duration;
import java.util.Optional;

/**
 * What a soak does.
 *
 * @param target a router
 * @param token for routers that ask for one
 * @param duration how long the load lasts
 * @param every time between two samples; the last half of the samples is judged
 * @param rate writes per second of the steady load
 */
public record SoakPlan(
    BenchTarget target, Optional<String> token, Duration duration, Duration every, int rate) {

  public SoakPlan {
    if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("a soak takes a second at least, not " + duration);
    }
    if (every.isNegative() || every.isZero() || every.compareTo(duration) > 0) {
      throw new IllegalArgumentException("samples need a distance of up to the duration");
    }
    if (rate < 1 || rate > 100_000) {
      throw new IllegalArgumentException("the rate must be 1 to 100000, not " + rate);
    }
  }
}
