package dev.clasp.midi;

/**
 * When the ticks of a clock are due. Each is counted from the last change of tempo and not from the
 * tick before, so that nothing adds up: after a million ticks it is as exact as after one. A new
 * tempo keeps the phase: what is left of the present tick gets shorter or longer.
 *
 * <p>Has no clock and sends nothing. Not thread-safe.
 */
public final class ClockSchedule {

  public static final double LEAST_TEMPO = 5;
  public static final double MOST_TEMPO = 999;

  private double tempo;

  /** When tick 0 of the count is due. */
  private double anchor;

  private long count;

  /**
   * @param tempo beats per minute
   * @param nanos when the first tick is due
   */
  public ClockSchedule(double tempo, long nanos) {
    this.tempo = Math.clamp(tempo, LEAST_TEMPO, MOST_TEMPO);
    restart(nanos);
  }

  /** The next tick is due at a time, and the others follow it. */
  public void restart(long nanos) {
    base = nanos;
    anchor = 0;
    count = 0;
  }

  /** Times are kept from here, for a double has 53 bits only. */
  private long base;

  private double period() {
    return 60e9 / (tempo * ClockTracker.TICKS_PER_QUARTER);
  }

  /** When the next tick is due. */
  public long next() {
    return base + Math.round(anchor + count * period());
  }

  /** The tick has been sent. */
  public void sent() {
    count++;
  }

  /**
   * Leaves out ticks that are late, for a machine that slept: a heap of ticks would be worse.
   *
   * @return how many
   */
  public long skip(long nanos, long patienceNanos) {
    long late = nanos - next();
    if (late <= patienceNanos) {
      return 0;
    }
    long ticks = (long) (late / period());
    count += ticks;
    return ticks;
  }

  /** Another tempo from now on, {@link #LEAST_TEMPO} to {@link #MOST_TEMPO}. */
  public void tempo(double beatsPerMinute, long nanos) {
    double old = period();
    double left = Math.max(0, anchor + count * old - (nanos - base));
    tempo = Math.clamp(beatsPerMinute, LEAST_TEMPO, MOST_TEMPO);
    base = nanos;
    anchor = left / old * period();
    count = 0;
  }

  public double tempo() {
    return tempo;
  }
}
