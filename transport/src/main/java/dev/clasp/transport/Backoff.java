package dev.clasp.transport;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * Delays between attempts to reconnect: base × factor^n, at most the cap.
 *
 * @param base first delay
 * @param factor growth per attempt, at least 1
 * @param cap longest delay
 * @param jitter true: a random part of the delay, so that many clients do not return at once
 * @param maxAttempts 0 = unlimited
 */
public record Backoff(Duration base, double factor, Duration cap, boolean jitter, int maxAttempts) {

  /** Ours: 250 ms doubling to 30 s, full jitter, for ever. */
  public static final Backoff DEFAULT =
      new Backoff(Duration.ofMillis(250), 2, Duration.ofSeconds(30), true, 0);

  /** What the published clients do: 5 s × 1.5^n up to 30 s, ten attempts, no jitter. */
  public static final Backoff REFERENCE =
      new Backoff(Duration.ofSeconds(5), 1.5, Duration.ofSeconds(30), false, 10);

  public Backoff {
    if (base.isNegative() || cap.compareTo(base) < 0 || !(factor >= 1) || maxAttempts < 0) {
      throw new IllegalArgumentException(
          "backoff needs 0 <= base <= cap, factor >= 1, attempts >= 0");
    }
  }

  /**
   * Nanoseconds to wait before an attempt, or empty when there are no more.
   *
   * @param attempt from 0
   * @param random used with jitter only
   */
  public OptionalLong delayNanos(int attempt, RandomGenerator random) {
    if (maxAttempts > 0 && attempt >= maxAttempts) {
      return OptionalLong.empty();
    }
    // Far out, the power is infinite, and infinity times zero is not a number.
    double exact = base.isZero() ? 0 : base.toNanos() * Math.pow(factor, attempt);
    long delay = exact < cap.toNanos() ? (long) exact : cap.toNanos();
    return OptionalLong.of(jitter && delay > 0 ? random.nextLong(delay + 1) : delay);
  }
}
