package dev.clasp.cli;

import java.util.Locale;

/** Moving levels for looking whether lights are patched and cabled as they should. */
enum DmxPattern {
  /** One slot after the other; the speed is slots a second. */
  CHASE(4),
  /** All slots rise from dark to the level together, again and again; times a second. */
  RAMP(0.25),
  /** All on, all off; times a second. */
  FLASH(1),
  /** A wave that runs over the slots; times a second. */
  SINE(0.25),
  /** All at the level. */
  ALL(1);

  private static final int WAVE_SLOTS = 16;

  private final double speed;

  DmxPattern(double speed) {
    this.speed = speed;
  }

  /** If the user does not say. */
  double speed() {
    return speed;
  }

  /**
   * Levels at a time.
   *
   * @param slots how many there are
   * @param level the highest, 0 to 255
   * @param speed as the pattern counts it
   * @param seconds since it began
   */
  int[] levels(int slots, int level, double speed, double seconds) {
    int[] levels = new int[slots];
    double turns = seconds * speed;
    double phase = turns - Math.floor(turns);
    for (int i = 0; i < slots; i++) {
      levels[i] =
          switch (this) {
            case CHASE -> (long) Math.floor(turns) % slots == i ? level : 0;
            case RAMP -> (int) Math.round(phase * level);
            case FLASH -> phase < 0.5 ? level : 0;
            case SINE ->
                (int)
                    Math.round(
                        (1 - Math.cos(2 * Math.PI * (phase - (double) i / WAVE_SLOTS)))
                            / 2
                            * level);
            case ALL -> level;
          };
    }
    return levels;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
