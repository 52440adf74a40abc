package dev.clasp.protocol;

/**
 * An easing curve from (0, 0) to (1, 1) with two control points, as in CSS. The horizontal axis is
 * time. CSS wants x in 0 to 1, so that there is one y for each x; peers do not check, and we read
 * what they send.
 */
public record CubicBezier(double x1, double y1, double x2, double y2) {

  /** Far beyond any curve drawn on purpose, and no sum overflows. */
  private static final double MAX = 1_000;

  private static final int NEWTON_STEPS = 8;
  private static final double FLAT = 1e-10;

  /**
   * Takes what can be drawn.
   *
   * @throws TimelineException a coordinate is not between -1,000 and 1,000
   */
  public CubicBezier {
    check(x1);
    check(y1);
    check(x2);
    check(y2);
  }

  private static void check(double coordinate) {
    // Written so that NaN fails.
    if (!(Math.abs(coordinate) <= MAX)) {
      throw new TimelineException(
          "a control point of a curve must be between -1000 and 1000, not " + coordinate);
    }
  }

  /**
   * The y for a time of 0 to 1, found like the reference does it: at most eight Newton steps from
   * {@code t}, which is exact to 12 digits for curves as in CSS.
   */
  public double at(double t) {
    double u = t;
    for (int i = 0; i < NEWTON_STEPS; i++) {
      double slope = slope(x1, x2, u);
      if (Math.abs(slope) < FLAT) {
        break;
      }
      u = Math.clamp(u - (point(x1, x2, u) - t) / slope, 0.0, 1.0);
    }
    return point(y1, y2, u);
  }

  private static double point(double p1, double p2, double u) {
    double rest = 1 - u;
    return 3 * rest * rest * u * p1 + 3 * rest * u * u * p2 + u * u * u;
  }

  private static double slope(double p1, double p2, double u) {
    double rest = 1 - u;
    return 3 * rest * rest * p1 + 6 * rest * u * (p2 - p1) + 3 * u * u * (1 - p2);
  }
}
