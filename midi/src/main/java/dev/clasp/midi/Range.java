package dev.clasp.midi;

/** Numbers that must be in their range. */
final class Range {

  private Range() {}

  static void channel(int channel) {
    check("channel", channel, 0, 15);
  }

  static void data(String what, int value) {
    check(what, value, 0, 127);
  }

  static void check(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + " must be from " + least + " to " + most + ", not " + value);
    }
  }
}
