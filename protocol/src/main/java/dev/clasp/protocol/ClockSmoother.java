package dev.clasp.protocol;

/**
 * The clock filter of the reference core (wire.md 9.3), for comparison with it: each sample moves
 * offset and round trip by 0.3 of the difference. Our client uses {@link ClockSync}, which does not
 * let one slow answer spoil the estimate.
 *
 * <p>Where the reference wraps around, this discards the sample. One thread.
 */
public final class ClockSmoother {

  private static final double KEEP = 0.7;
  private static final double TAKE = 0.3;

  private final RoundTrips roundTrips = new RoundTrips();
  private long offset;
  private long roundTrip;
  private long lastAt;

  /**
   * Takes a sample.
   *
   * @return false if it is not plausible and was discarded
   */
  public boolean add(ClockSample sample) {
    if (!sample.isPlausible()) {
      return false;
    }
    if (roundTrips.count() == 0) {
      offset = sample.offsetMicros();
      roundTrip = sample.roundTripMicros();
    } else {
      offset = blend(offset, sample.offsetMicros());
      roundTrip = blend(roundTrip, sample.roundTripMicros());
    }
    roundTrips.add(sample.roundTripMicros());
    lastAt = sample.t4Micros();
    return true;
  }

  /** To be added to the local clock to get the router's; 0 without samples. */
  public long offsetMicros() {
    return offset;
  }

  /** Smoothed; 0 without samples. */
  public long roundTripMicros() {
    return roundTrip;
  }

  /** Standard deviation of the last ten round trips; 0 until there are two. */
  public long jitterMicros() {
    return roundTrips.jitterMicros();
  }

  /** From 0, nothing known, to 1. */
  public double quality() {
    return roundTrips.quality(roundTrip);
  }

  /** True without samples, and when the last is at least so many microseconds old. */
  public boolean isDue(long localMicros, long intervalMicros) {
    return roundTrips.count() == 0 || localMicros - lastAt >= intervalMicros;
  }

  private static long blend(long old, long sample) {
    return (long) (KEEP * old + TAKE * sample);
  }
}
