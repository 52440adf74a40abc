package dev.clasp.client;

import java.util.Locale;
import java.util.Optional;

/** How a timeline moves from one keyframe to the next (wire.md 7.4). */
public enum Easing {
  LINEAR,
  EASE_IN,
  EASE_OUT,
  EASE_IN_OUT,
  /** Jumps at the end. */
  STEP,
  /** By four control points. */
  CUBIC_BEZIER;

  private static final Easing[] VALUES = values();

  /** Name on the wire: {@code ease-in-out}, ... */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The easing for its name on the wire, or empty. */
  public static Optional<Easing> ofName(String name) {
    for (Easing easing : VALUES) {
      if (easing.wireName().equals(name)) {
        return Optional.of(easing);
      }
    }
    return Optional.empty();
  }
}
