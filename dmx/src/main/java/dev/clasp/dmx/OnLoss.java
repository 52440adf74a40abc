package dev.clasp.dmx;

/** What slots show when nobody says any more what they shall show. */
public enum OnLoss {
  /** What they showed last. */
  HOLD,
  /** Nothing. */
  BLACKOUT,
  /** Levels that the user has written down. */
  SCENE
}
