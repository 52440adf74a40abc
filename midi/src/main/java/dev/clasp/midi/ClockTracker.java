package dev.clasp.midi;

import java.util.OptionalDouble;

/**
 * Tempo and place in the song of the clock that another device sends, 24 ticks to the quarter note.
 *
 * <p>Tempo is the slope of a least-squares line through the last {@value #LONG} ticks (two quarter
 * notes): jitter of single ticks, also ticks that come in heaps from a network, hardly changes it.
 * A gap of about a whole number of ticks is taken as ticks that were lost, so that the slope stays.
 * If the slope of the last {@value #SHORT} ticks is more than 4 % off, the tempo has changed and
 * the older ticks are forgotten; likewise if gaps go on. Then it settles within half a quarter
 * note.
 *
 * <p>Time is given with each message, in nanoseconds. Not thread-safe.
 */
public final class ClockTracker {

  public static final int TICKS_PER_QUARTER = 24;

  private static final int LONG = 48;
  private static final int SHORT = 12;
  private static final double CHANGE = 0.04;

  /** Longest time between ticks: 5 beats per minute. */
  public static final long LOST_NANOS = 500_000_000;

  private static final int GAPS = 4;

  private final long[] times = new long[LONG];
  private final long[] ticks = new long[LONG];
  private int next;
  private int have;
  private long tick;
  private int gaps;
  private boolean running;
  private long position;
  private boolean atStart;

  /** A tick (F8). */
  public void tick(long nanos) {
    if (have > 0) {
      long gap = nanos - time(0);
      if (gap < 0) {
        return;
      }
      if (gap > LOST_NANOS) {
        forget();
      } else {
        tick += steps(gap);
      }
    }
    times[next] = nanos;
    ticks[next] = tick;
    next = (next + 1) % LONG;
    have = Math.min(LONG, have + 1);
    if (have == LONG || have > 2 * SHORT) {
      double recent = slope(SHORT);
      double all = slope(have);
      if (Math.abs(recent - all) > CHANGE * all) {
        have = SHORT;
      }
    }
    if (running) {
      // The first tick after a start is the beginning, not one later.
      if (atStart) {
        atStart = false;
      } else {
        position++;
      }
    }
  }

  /** How many ticks have gone by; more than one if some were lost. */
  private long steps(long gap) {
    if (have < SHORT) {
      return 1;
    }
    double period = slope(have);
    long steps = Math.round(gap / period);
    if (steps < 2 || Math.abs(gap - steps * period) > 0.3 * period) {
      gaps = 0;
      return 1;
    }
    if (++gaps == GAPS) {
      // Not lost ticks: it is slower.
      gaps = 0;
      have = 1;
      return 1;
    }
    if (running) {
      position += steps - 1;
    }
    return steps;
  }

  private long time(int back) {
    return times[Math.floorMod(next - 1 - back, LONG)];
  }

  /** Nanoseconds to a tick over the last so many. */
  private double slope(int count) {
    long lastTime = time(0);
    long lastTick = ticks[Math.floorMod(next - 1, LONG)];
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < count; i++) {
      meanX += ticks[Math.floorMod(next - 1 - i, LONG)] - lastTick;
      meanY += time(i) - lastTime;
    }
    meanX /= count;
    meanY /= count;
    double xy = 0;
    double xx = 0;
    for (int i = 0; i < count; i++) {
      double x = ticks[Math.floorMod(next - 1 - i, LONG)] - lastTick - meanX;
      xy += x * (time(i) - lastTime - meanY);
      xx += x * x;
    }
    return xy / xx;
  }

  /** FA: from the beginning, with the next tick. */
  public void start() {
    position = 0;
    atStart = true;
    running = true;
  }

  /** FB: from where it is. */
  public void resume() {
    atStart = true;
    running = true;
  }

  /** FC. */
  public void stop() {
    running = false;
  }

  /** F2, in sixteenths. */
  public void songPosition(int sixteenths) {
    position = sixteenths * 6L;
  }

  private void forget() {
    have = 0;
    gaps = 0;
  }

  /** Beats per minute; empty before the first half of a quarter note, and when ticks stay away. */
  public OptionalDouble tempo(long nanos) {
    if (have < SHORT || nanos - time(0) > LOST_NANOS) {
      return OptionalDouble.empty();
    }
    double period = slope(have);
    return period > 0
        ? OptionalDouble.of(60e9 / (period * TICKS_PER_QUARTER))
        : OptionalDouble.empty();
  }

  public boolean running() {
    return running;
  }

  /** Ticks since the beginning of the song. */
  public long position() {
    return position;
  }
}
