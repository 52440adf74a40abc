package dev.clasp.client;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * From SYNC exchanges to an estimate of the router's clock (wire.md 9).
 *
 * <p>The offset is that of the exchange with the shortest round trip among the last {@value
 * #WINDOW}: a delay on the way makes a round trip longer and the offset wrong by up to half of the
 * delay, so the shortest is the best. Averaging, as the reference does, would mix the bad ones in.
 * One thread.
 */
final class ClockFilter {

  /** Two bursts: old enough samples leave before the clocks drift apart. */
  static final int WINDOW = 10;

  private record Sample(long offset, long roundTrip) {}

  private final ArrayDeque<Sample> window = new ArrayDeque<>();
  private int count;

  /**
   * Takes an exchange. All times in microseconds.
   *
   * @param t1 client sends, by its clock
   * @param t2 router receives, by its clock
   * @param t3 router sends, by its clock
   * @param t4 client receives, by its clock
   * @return false if the times contradict each other; then it is ignored
   */
  boolean add(long t1, long t2, long t3, long t4) {
    long roundTrip = (t4 - t1) - (t3 - t2);
    if (t3 < t2 || roundTrip < 0) {
      return false;
    }
    window.add(new Sample(((t2 - t1) + (t3 - t4)) / 2, roundTrip));
    if (window.size() > WINDOW) {
      window.remove();
    }
    count++;
    return true;
  }

  boolean isEmpty() {
    return window.isEmpty();
  }

  /** Of the best sample. */
  long offset() {
    return best().offset;
  }

  /** Microseconds, of the newest sample. */
  long lastRoundTrip() {
    return window.getLast().roundTrip;
  }

  private Sample best() {
    Sample best = window.getLast();
    for (Sample sample : window) {
      if (sample.roundTrip < best.roundTrip) {
        best = sample;
      }
    }
    return best;
  }

  /**
   * @param offsetWithoutSamples from WELCOME
   */
  ClockReading reading(long offsetWithoutSamples) {
    if (window.isEmpty()) {
      return new ClockReading(offsetWithoutSamples, Duration.ZERO, Duration.ZERO, 0, 0);
    }
    Sample best = best();
    double jitter = jitter();
    return new ClockReading(
        best.offset,
        Duration.ofNanos(best.roundTrip * 1000),
        Duration.ofNanos(Math.round(jitter * 1000)),
        quality(best.roundTrip, jitter, window.size()),
        count);
  }

  /** Standard deviation of the round trips, microseconds. */
  private double jitter() {
    if (window.size() < 2) {
      return 0;
    }
    double mean = window.stream().mapToLong(Sample::roundTrip).average().orElse(0);
    double squares =
        window.stream().mapToDouble(s -> (s.roundTrip - mean) * (s.roundTrip - mean)).sum();
    return Math.sqrt(squares / window.size());
  }

  /** The measure of the reference (wire.md 9.3). */
  private static double quality(double roundTrip, double jitter, int samples) {
    return 0.4 * (10_000 - Math.min(roundTrip, 10_000)) / 10_000
        + 0.4 * (1_000 - Math.min(jitter, 1_000)) / 1_000
        + 0.2 * Math.min(samples, 10) / 10;
  }
}
