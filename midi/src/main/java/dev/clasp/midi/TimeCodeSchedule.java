package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.TimeCodeQuarter;

/**
 * Which quarter frame messages are due, and when: four to a frame, counted from the start so that
 * nothing adds up. Has no clock and sends nothing. Not thread-safe.
 */
public final class TimeCodeSchedule {

  private final TimeCode start;
  private final long startNanos;
  private final int direction;
  private long count;

  /**
   * @param start what the first eight messages carry
   * @param startNanos when the first is due
   * @param reverse whether time runs backwards
   */
  public TimeCodeSchedule(TimeCode start, long startNanos, boolean reverse) {
    this.start = start;
    this.startNanos = startNanos;
    this.direction = reverse ? -1 : 1;
  }

  /** When the next message is due. */
  public long next() {
    return startNanos + Math.round(count * start.rate().frameNanos() / 4);
  }

  /** The next message; counts it as sent. */
  public TimeCodeQuarter take() {
    int place = (int) (count % 8);
    TimeCode time = start.plus(direction * 2 * (count / 8));
    count++;
    return time.quarter(direction > 0 ? place : 7 - place);
  }

  /** The frame at a time. */
  public TimeCode position(long nanos) {
    long frames = (long) ((nanos - startNanos) / start.rate().frameNanos());
    // In reverse the first piece is the last eighth of its two frames.
    return start.plus(direction > 0 ? frames : 1 - frames);
  }
}
