package dev.clasp.cli;

/**
 * A fader that moves by itself. When somebody else moves it, it stays where it was put for a while,
 * as under a hand, and then glides back to its own way. Times are seconds since the start.
 */
final class DemoFader {

  private static final double HELD_SECONDS = 4;
  private static final double GLIDE_SECONDS = 3;

  private final double period;
  private final double phase;
  private double handPosition;
  private double handTime = Double.NEGATIVE_INFINITY;

  /**
   * @param period seconds for one way up and down
   * @param phase where it starts, in turns
   */
  DemoFader(double period, double phase) {
    this.period = period;
    this.phase = phase;
  }

  /** Somebody put it to a position, 0 to 1. */
  void touch(double position, double now) {
    handPosition = Math.clamp(position, 0, 1);
    handTime = now;
  }

  /** Where it is, 0 to 1. */
  double position(double now) {
    double own = 0.5 - 0.5 * Math.cos(2 * Math.PI * (now / period + phase));
    double glide = (now - handTime - HELD_SECONDS) / GLIDE_SECONDS;
    if (glide >= 1) {
      return own;
    }
    double weight = glide <= 0 ? 0 : glide * glide * (3 - 2 * glide);
    return handPosition + (own - handPosition) * weight;
  }
}
