package dev.clasp.midi;

/** The two zones of MPE (RP-053): a main channel, and a channel for each note that sounds. */
public enum MpeZone {
  /** Main channel 0, members from 1 up. */
  LOWER(0, 1),
  /** Main channel 15, members from 14 down. */
  UPPER(15, -1);

  /** Semitones that a full bend is on members until RPN 0 says something else. */
  public static final double MEMBER_BEND = 48;

  /** The same on the main channel. */
  public static final double MAIN_BEND = 2;

  private final int main;
  private final int step;

  MpeZone(int main, int step) {
    this.main = main;
    this.step = step;
  }

  public int main() {
    return main;
  }

  /**
   * Channel of a member.
   *
   * @param index from 0
   */
  public int member(int index) {
    return main + step * (index + 1);
  }

  /** Index of a channel as a member, from 0; 14 and more or negative for none that is possible. */
  int index(int channel) {
    return (channel - main) * step - 1;
  }

  /** Bound of a bend as message of 14 bits. */
  static int bend(double semitones, double range) {
    double part = Math.clamp(semitones / range, -1.0, 1.0);
    return (int) Math.round(part * (part < 0 ? 8192 : 8191));
  }

  static double semitones(int bend, double range) {
    return (bend < 0 ? bend / 8192.0 : bend / 8191.0) * range;
  }
}
