package dev.clasp.protocol;

import java.util.Locale;
import java.util.Optional;

/** How a value moves from one keyframe to the next (wire.md 7.4). */
public enum Easing {
  LINEAR,
  /** Slow at first: t². */
  EASE_IN,
  /** Slow at last: 1 − (1 − t)². */
  EASE_OUT,
  /** Slow at both ends. */
  EASE_IN_OUT,
  /** Stays, and jumps at the end. */
  STEP,
  /** A {@link CubicBezier} of the keyframe; linear without one. */
  CUBIC_BEZIER;

  private static final Easing[] VALUES = values();

  /** The easing for its name, such as {@code "ease-in"}, or empty. */
  public static Optional<Easing> ofName(String name) {
    for (Easing easing : VALUES) {
      if (easing.wireName().equals(name)) {
        return Optional.of(easing);
      }
    }
    return Optional.empty();
  }

  /** Lower-case name with hyphens as on the wire. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * How far the value has moved when a part of the time has passed.
   *
   * @param t 0 to 1
   * @param curve for {@link #CUBIC_BEZIER}
   * @return 0 at the start, 1 at the end; a curve may go beyond on its way
   */
  public double at(double t, Optional<CubicBezier> curve) {
    return switch (this) {
      case LINEAR -> t;
      case EASE_IN -> t * t;
      case EASE_OUT -> 1 - (1 - t) * (1 - t);
      case EASE_IN_OUT -> t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) * (2 - 2 * t) / 2;
      case STEP -> t < 1 ? 0 : 1;
      case CUBIC_BEZIER -> curve.isPresent() ? curve.get().at(t) : t;
    };
  }
}
