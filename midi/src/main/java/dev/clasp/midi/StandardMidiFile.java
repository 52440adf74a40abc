package dev.clasp.midi;

import java.util.List;

/**
 * A Standard MIDI File 1.0 (RP-001). Immutable.
 *
 * @param format 0: one track; 1: tracks that are played together; 2: songs of their own
 * @param division ticks in a quarter note, 1 to 32767; negative for parts of a second: the upper
 *     byte is minus the frames in a second (-24, -25, -29, -30), the lower one the ticks in a frame
 * @param tracks at least one; events in the order of their ticks
 */
public record StandardMidiFile(int format, int division, List<List<SmfEvent>> tracks) {

  public StandardMidiFile {
    Range.check("format", format, 0, 2);
    if (division == 0
        || division > 32_767
        || division < 0 && (!smpte(division >> 8) || (division & 0xFF) == 0)) {
      throw new IllegalArgumentException("no division that a file can have: " + division);
    }
    if (tracks.isEmpty() || format == 0 && tracks.size() != 1 || tracks.size() > 65_535) {
      throw new IllegalArgumentException(
          "format "
              + format
              + " has "
              + (format == 0 ? "one track" : "1 to 65535 tracks")
              + ", not "
              + tracks.size());
    }
    tracks = tracks.stream().map(List::copyOf).toList();
    for (List<SmfEvent> track : tracks) {
      long before = 0;
      for (SmfEvent event : track) {
        if (event.tick() < before) {
          throw new IllegalArgumentException(
              "an event at tick " + event.tick() + " behind one at " + before);
        }
        before = event.tick();
      }
    }
  }

  private static boolean smpte(int frames) {
    return frames == -24 || frames == -25 || frames == -29 || frames == -30;
  }

  /** Whether ticks are parts of a quarter note and not of a second. */
  public boolean metrical() {
    return division > 0;
  }

  /** Length of a tick where ticks are parts of a second, in nanoseconds. */
  double tickNanos() {
    int frames = -(division >> 8);
    double framesPerSecond = frames == 29 ? 30_000.0 / 1001 : frames;
    return 1e9 / (framesPerSecond * (division & 0xFF));
  }
}
