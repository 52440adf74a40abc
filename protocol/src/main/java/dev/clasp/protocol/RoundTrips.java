package dev.clasp.protocol;

/** The last ten round trips and what they say about a connection (wire.md 9.3). */
final class RoundTrips {

  private static final int KEPT = 10;

  /** Beyond these the quality gets no better or worse: 10 ms and 1 ms. */
  private static final double WORST_ROUND_TRIP = 10_000;

  private static final double WORST_JITTER = 1_000;

  private final long[] micros = new long[KEPT];
  private long count;

  void add(long roundTripMicros) {
    micros[(int) (count++ % KEPT)] = roundTripMicros;
  }

  /** How many were added, those forgotten included. */
  long count() {
    return count;
  }

  /**
   * Standard deviation as the reference computes it: mean, variance and root each rounded down. 0
   * until there are two.
   */
  long jitterMicros() {
    int n = (int) Math.min(count, KEPT);
    if (n < 2) {
      return 0;
    }
    // Quotients and remainders apart, so that no sum can overflow.
    long mean = 0;
    long rest = 0;
    for (int i = 0; i < n; i++) {
      mean += micros[i] / n;
      rest += micros[i] % n;
    }
    mean += rest / n;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double difference = micros[i] - mean;
      squares += difference * difference;
    }
    return (long) Math.sqrt(Math.floor(squares / n));
  }

  /** From 0, no samples, to 1: ten samples, no time on the way and no jitter. */
  double quality(long roundTripMicros) {
    if (count == 0) {
      return 0;
    }
    double quality =
        0.4 * part(roundTripMicros, WORST_ROUND_TRIP)
            + 0.4 * part(jitterMicros(), WORST_JITTER)
            + 0.2 * Math.min(count, KEPT) / KEPT;
    return Math.clamp(quality, 0.0, 1.0);
  }

  private static double part(long micros, double worst) {
    return (worst - Math.min(micros, worst)) / worst;
  }
}
