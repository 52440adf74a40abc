package dev.clasp.midi;

import java.util.ArrayList;
import java.util.List;

/**
 * When the ticks of a file are, by its changes of tempo. Counted in whole numbers from one change
 * to the next, so that a long file does not drift. Immutable.
 */
public final class SmfTempo {

  /** 120 beats per minute until a file says something else. */
  private static final int STANDARD = 500_000;

  private final StandardMidiFile file;
  private final List<Change> changes = new ArrayList<>();

  /**
   * A change of tempo.
   *
   * @param units time until then, in microseconds times the ticks of a quarter note
   */
  private record Change(long tick, long units, int microsPerQuarter) {}

  private SmfTempo(StandardMidiFile file, List<SmfEvent.Meta> tempos) {
    this.file = file;
    changes.add(new Change(0, 0, STANDARD));
    for (SmfEvent.Meta meta : tempos) {
      Change last = changes.getLast();
      changes.add(
          new Change(
              meta.tick(),
              last.units + (meta.tick() - last.tick) * last.microsPerQuarter,
              meta.microsPerQuarter()));
    }
  }

  /** For the tracks of formats 0 and 1, which are played together. */
  public static SmfTempo of(StandardMidiFile file) {
    return new SmfTempo(file, tempos(file.tracks()));
  }

  /** For one track of format 2, which has its own. */
  public static SmfTempo of(StandardMidiFile file, int track) {
    return new SmfTempo(file, tempos(List.of(file.tracks().get(track))));
  }

  private static List<SmfEvent.Meta> tempos(List<List<SmfEvent>> tracks) {
    List<SmfEvent.Meta> tempos = new ArrayList<>();
    for (List<SmfEvent> track : tracks) {
      for (SmfEvent event : track) {
        if (event instanceof SmfEvent.Meta meta && meta.microsPerQuarter() > 0) {
          tempos.add(meta);
        }
      }
    }
    tempos.sort((a, b) -> Long.compare(a.tick(), b.tick()));
    return tempos;
  }

  /** Nanoseconds from the beginning to a tick. */
  public long nanos(long tick) {
    if (!file.metrical()) {
      return Math.round(tick * file.tickNanos());
    }
    Change change = changes.get(before(tick));
    long units = change.units + (tick - change.tick) * change.microsPerQuarter;
    // Microseconds first, for units of long files times 1000 are too large.
    long micros = Math.min(units / file.division(), Long.MAX_VALUE / 2000);
    long rest = units % file.division();
    return micros * 1000 + (rest * 1000 + file.division() / 2) / file.division();
  }

  private int before(long tick) {
    int low = 0;
    int high = changes.size() - 1;
    while (low < high) {
      int middle = low + high + 1 >>> 1;
      if (changes.get(middle).tick <= tick) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Beats per minute at a tick. */
  public double tempo(long tick) {
    return 60e6 / changes.get(before(tick)).microsPerQuarter;
  }
}
