package dev.clasp.midi;

/**
 * What a finger does in MPE, with all that is known of it.
 *
 * @param id counts up; the same from start to end
 * @param note 0 to 127
 * @param velocity of the start, or of the release at the end, 0 to 127
 * @param bend semitones from the note, that of the whole zone included
 * @param pressure 0 to 127
 * @param timbre controller 74, 0 to 127
 */
public record MpeTouch(
    MpeZone zone,
    long id,
    Phase phase,
    int note,
    int velocity,
    double bend,
    int pressure,
    int timbre) {

  /** As gestures have them. */
  public enum Phase {
    START,
    MOVE,
    END
  }
}
