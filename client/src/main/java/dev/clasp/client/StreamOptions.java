package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import java.time.Duration;

/**
 * How a {@link StreamWriter} collects samples.
 *
 * @param maxSamples of one message, 1 to 8,000; fewer where the transport takes only short frames
 * @param maxDelay for how long a sample waits for others at most, up to a minute; zero = each call
 *     is a message
 * @param rate samples per second, told to receivers, so that they know the time of each; 0 = not
 *     told
 */
public record StreamOptions(int maxSamples, Duration maxDelay, int rate) {

  /** Beyond, a message of doubles does not fit a frame. */
  public static final int MAX_SAMPLES = 8_000;

  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** 500 samples, 10 ms, no rate. */
  public static final StreamOptions DEFAULT = new StreamOptions(500, Duration.ofMillis(10), 0);

  /**
   * Checks the ranges.
   *
   * @throws ClaspException of kind INVALID: out of its range
   */
  public StreamOptions {
    if (maxSamples < 1 || maxSamples > MAX_SAMPLES) {
      throw ClaspException.of(
          Kind.INVALID, "maxSamples must be 1 to " + MAX_SAMPLES + ", not " + maxSamples);
    }
    if (maxDelay.isNegative() || maxDelay.compareTo(LONGEST) > 0) {
      throw ClaspException.of(
          Kind.INVALID, "maxDelay must be nothing to a minute, not " + maxDelay);
    }
    if (rate < 0) {
      throw ClaspException.of(
          Kind.INVALID, "the rate of a stream must be at least 0 per second, not " + rate);
    }
  }

  /** At most so many samples in a message. */
  public StreamOptions withMaxSamples(int value) {
    return new StreamOptions(value, maxDelay, rate);
  }

  /** A sample waits at most so long. */
  public StreamOptions withMaxDelay(Duration value) {
    return new StreamOptions(maxSamples, value, rate);
  }

  /** Tells receivers the rate. */
  public StreamOptions withRate(int perSecond) {
    return new StreamOptions(maxSamples, maxDelay, perSecond);
  }
}
