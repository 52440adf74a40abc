package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.TimeCodeQuarter;
import dev.clasp.midi.TimeCode.Rate;
import java.util.Optional;

/**
 * MIDI time code as times. Eight quarter frame messages carry one time and take two frames; the
 * time is that of the first of them. So after eight in a row the time is known at each piece 0 and
 * 4, which are the beginnings of frames. In reverse the pieces come from 7 to 0.
 *
 * <p>A piece that does not follow the one before begins anew. If nothing comes any more the time
 * runs on by itself for a while (freewheel), and is then lost.
 *
 * <p>Time is given with each message, in nanoseconds. Not thread-safe.
 */
public final class TimeCodeReader {

  /** What can be said of the time. */
  public enum State {
    /** Nothing yet, or too long ago. */
    LOST,
    /** A machine stands there. */
    LOCATED,
    RUNNING,
    REVERSE,
    /** Ran, and the last quarter frame was a short while ago. */
    FREEWHEEL
  }

  /** A quarter frame is late when none has come for this long; they come every 8 to 10.4 ms. */
  public static final long LATE_NANOS = 50_000_000;

  private final long freewheelNanos;
  private final int[] nibbles = new int[8];
  private int row;
  private int last = -1;
  private int direction = 1;
  private long lastNanos;
  private Optional<TimeCode> whole = Optional.empty();
  private Optional<TimeCode> known = Optional.empty();
  private long knownNanos;
  private boolean ran;

  /**
   * @param freewheelNanos how long it runs on by itself
   */
  public TimeCodeReader(long freewheelNanos) {
    this.freewheelNanos = freewheelNanos;
  }

  /**
   * Takes a quarter frame.
   *
   * @return the time if this is the beginning of a frame and it is known
   */
  public Optional<TimeCode> quarter(TimeCodeQuarter message, long nanos) {
    int piece = message.piece();
    boolean late = nanos - lastNanos > LATE_NANOS;
    int step = last < 0 || late ? 0 : Math.floorMod(piece - last, 8);
    int way = step == 1 ? 1 : step == 7 ? -1 : 0;
    if (way == 0 || way != direction && row > 1) {
      row = 0;
      whole = Optional.empty();
    }
    if (way != 0) {
      direction = way;
    }
    row = Math.min(8, row + 1);
    last = piece;
    lastNanos = nanos;
    nibbles[piece] = message.nibble();
    Optional<TimeCode> begun = begin(piece);
    if (row == 8 && piece == (direction > 0 ? 7 : 0)) {
      whole = assemble();
      if (direction < 0) {
        begun = whole;
      }
    }
    if (begun.isPresent()) {
      known = begun;
      knownNanos = nanos;
      ran = true;
    }
    return begun;
  }

  /** The time at the beginning of a frame, from the eight pieces before. */
  private Optional<TimeCode> begin(int piece) {
    if (direction > 0) {
      return piece == 0 ? whole.map(time -> time.plus(2)) : piece == 4 ? next(3) : Optional.empty();
    }
    return piece == 4 ? next(-1) : Optional.empty();
  }

  private Optional<TimeCode> next(int frames) {
    return whole.map(time -> time.plus(frames));
  }

  private Optional<TimeCode> assemble() {
    return TimeCode.ofBytes(
        (nibbles[7] & 7) << 4 | nibbles[6],
        nibbles[5] << 4 | nibbles[4],
        nibbles[3] << 4 | nibbles[2],
        nibbles[1] << 4 | nibbles[0]);
  }

  /** Takes a full frame message; empty if it is none. */
  public Optional<TimeCode> fullFrame(SysEx message, long nanos) {
    Optional<TimeCode> time = TimeCode.ofFullFrame(message);
    if (time.isPresent()) {
      known = time;
      knownNanos = nanos;
      ran = false;
      row = 0;
      last = -1;
      whole = Optional.empty();
    }
    return time;
  }

  public State state(long nanos) {
    if (known.isEmpty()) {
      return State.LOST;
    }
    if (!ran) {
      return State.LOCATED;
    }
    long silence = nanos - lastNanos;
    if (silence <= LATE_NANOS) {
      return direction > 0 ? State.RUNNING : State.REVERSE;
    }
    return silence <= LATE_NANOS + freewheelNanos ? State.FREEWHEEL : State.LOST;
  }

  /** The time now, counted on from what came; the last one known when it is lost. */
  public Optional<TimeCode> position(long nanos) {
    if (!ran) {
      return known;
    }
    long until = Math.min(nanos, lastNanos + LATE_NANOS + freewheelNanos);
    return known.map(time -> {
      Rate rate = time.rate();
      return time.plus(direction * (long) ((until - knownNanos) / rate.frameNanos()));
    });
  }
}
