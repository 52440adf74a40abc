package dev.clasp.protocol;

/**
 * The router's clock as a client knows it from SYNC exchanges: the offset between the two clocks,
 * how sure it is, and when to ask again.
 *
 * <p>An exchange pins the offset down to half its round trip in both directions, whatever the
 * network did; afterwards the two clocks drift apart, and the bound grows ({@value #DRIFT_PPM}
 * millionths). Of the last eight samples the one with the smallest bound is used, as the clock
 * filter of NTP does (RFC 5905 section 10): delayed answers do no harm, and the estimate never gets
 * worse by a sample. A sample with more than twice the smallest bound counts as an outlier. Two
 * samples whose bounds contradict each other mean that one of the clocks was set; then the new
 * sample counts and the older ones are forgotten.
 *
 * <p>The offset follows the first five samples at once. Later it moves by at most {@value
 * #SLEW_PPM} millionths of the time passed, so that converted times neither jump nor run backwards,
 * except when it is wrong by more than 128 ms (RFC 5905's step threshold).
 *
 * <p>Holds no clock and does no I/O: times are parameters, all in microseconds. One thread, or a
 * lock around it. For a connection to another router, take a new one.
 */
public final class ClockSync {

  /** What became of a sample. */
  public enum Verdict {
    /** The offset now comes from this sample. */
    BEST,
    /** Kept, but an earlier one is more certain. */
    KEPT,
    /** Its bound is more than twice the smallest. */
    OUTLIER,
    /** Not plausible, see {@link ClockSample#isPlausible}. */
    DISCARDED
  }

  /** How fast two clocks drift apart at worst: 15 millionths each (PHI of RFC 5905). */
  private static final int DRIFT_PPM = 30;

  private static final int SLEW_PPM = 500;
  private static final long MILLION = 1_000_000;

  /** Samples that are chosen from: at one in 30 s, those of four minutes. */
  private static final int WINDOW = 8;

  /** Samples that the offset follows at once: the burst after connecting. */
  private static final int SETTLING = 5;

  private static final long STEP_MICROS = 128_000;

  /** Clocks that count milliseconds contradict each other by up to one. */
  private static final long CLOCK_GRAIN_MICROS = 1_000;

  private final ClockSample[] window = new ClockSample[WINDOW];
  private int kept;
  private int next;
  private final RoundTrips roundTrips = new RoundTrips();
  private ClockSample best = new ClockSample(0, 0, 0, 0);
  private long lastAt;
  private long outliers;
  private long discarded;

  /** The offset was {@code slewFrom} at {@code slewSince} and is on its way to that of the best. */
  private long slewFrom;

  private long slewSince;

  /** Takes a sample. It counts as taken when its answer arrived. */
  public Verdict add(ClockSample sample) {
    if (!sample.isPlausible()) {
      discarded++;
      return Verdict.DISCARDED;
    }
    long now = sample.t4Micros();
    long before = offsetMicros(now);
    if (kept > 0 && (now < lastAt || contradicts(sample, best, now))) {
      kept = 0;
      next = 0;
    }
    window[next] = sample;
    next = (next + 1) % WINDOW;
    kept = Math.min(kept + 1, WINDOW);
    roundTrips.add(sample.roundTripMicros());
    lastAt = now;
    best = sample;
    for (int i = 0; i < kept; i++) {
      if (bound(window[i], now) < bound(best, now)) {
        best = window[i];
      }
    }
    boolean follow = roundTrips.count() <= SETTLING;
    boolean step = Math.abs(best.offsetMicros() - before) > STEP_MICROS;
    slewFrom = follow || step ? best.offsetMicros() : before;
    slewSince = now;
    if (best.equals(sample)) {
      return Verdict.BEST;
    }
    if (bound(sample, now) > 2 * bound(best, now)) {
      outliers++;
      return Verdict.OUTLIER;
    }
    return Verdict.KEPT;
  }

  /** True when there is a sample; before that the offset is 0. */
  public boolean isSynchronized() {
    return kept > 0;
  }

  /** The offset of the sample in use, which {@link #offsetMicros} is on its way to. */
  public long bestOffsetMicros() {
    return best.offsetMicros();
  }

  /** What has to be added to this reading of the local clock to get the router's time. */
  public long offsetMicros(long localMicros) {
    long way = best.offsetMicros() - slewFrom;
    long allowed = Math.max(0, localMicros - slewSince) / (MILLION / SLEW_PPM);
    return slewFrom + Math.clamp(way, -allowed, allowed);
  }

  /** The router's time at this reading of the local clock. Never runs backwards between samples. */
  public long toRouter(long localMicros) {
    return localMicros + offsetMicros(localMicros);
  }

  /** How wrong the offset is at most, once it has been followed; 0 without samples. */
  public long boundMicros(long localMicros) {
    return bound(best, localMicros);
  }

  /** Of the sample in use; 0 without samples. */
  public long roundTripMicros() {
    return best.roundTripMicros();
  }

  /** Standard deviation of the last ten round trips, outliers included; 0 until there are two. */
  public long jitterMicros() {
    return roundTrips.jitterMicros();
  }

  /** From 0, nothing known, to 1, by the formula of wire.md 9.3. */
  public double quality() {
    return roundTrips.quality(roundTripMicros());
  }

  /** Plausible samples so far. */
  public long samples() {
    return roundTrips.count();
  }

  /** Samples found to be outliers when they came. */
  public long outliers() {
    return outliers;
  }

  /** Samples that were not plausible. */
  public long discarded() {
    return discarded;
  }

  /**
   * Is it time to ask again? True without samples, when the last is at least so old, and when the
   * local clock was set back.
   */
  public boolean isDue(long localMicros, long intervalMicros) {
    return kept == 0 || localMicros < lastAt || localMicros - lastAt >= intervalMicros;
  }

  private static boolean contradicts(ClockSample a, ClockSample b, long now) {
    long apart = Math.abs(a.offsetMicros() - b.offsetMicros());
    return apart > bound(a, now) + bound(b, now) + CLOCK_GRAIN_MICROS;
  }

  /** How wrong the offset of a sample is at most by now. */
  private static long bound(ClockSample sample, long now) {
    long age = Math.max(0, now - sample.t4Micros());
    return (sample.roundTripMicros() + 1) / 2 + age / (MILLION / DRIFT_PPM);
  }
}
