package dev.clasp.midi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What of a file is sent, and when. Events of the same tick keep the order of the tracks. Has no
 * clock and sends nothing.
 */
public final class SmfPlayer {

  /**
   * Bytes that are due.
   *
   * @param nanos from the beginning
   * @param bytes a message, or a part of system exclusive; belongs to the player, not to be changed
   */
  public record Due(long nanos, byte[] bytes) {}

  private SmfPlayer() {}

  /** Of all tracks together; of format 2 the first. */
  public static List<Due> schedule(StandardMidiFile file) {
    return file.format() == 2 ? schedule(file, 0) : schedule(file.tracks(), SmfTempo.of(file));
  }

  /** Of one track; of format 2 with its own tempo. */
  public static List<Due> schedule(StandardMidiFile file, int track) {
    SmfTempo tempo = file.format() == 2 ? SmfTempo.of(file, track) : SmfTempo.of(file);
    return schedule(List.of(file.tracks().get(track)), tempo);
  }

  private static List<Due> schedule(List<List<SmfEvent>> tracks, SmfTempo tempo) {
    List<SmfEvent> events = new ArrayList<>();
    tracks.forEach(events::addAll);
    events.sort(Comparator.comparingLong(SmfEvent::tick));
    List<Due> due = new ArrayList<>();
    for (SmfEvent event : events) {
      long nanos = tempo.nanos(event.tick());
      switch (event) {
        case SmfEvent.Channel(_, var message) -> due.add(new Due(nanos, MidiWriter.bytes(message)));
        case SmfEvent.Raw raw -> due.add(new Due(nanos, raw.bytes()));
        case SmfEvent.Meta _ -> {
          // For the player, not for the device.
        }
      }
    }
    return due;
  }
}
