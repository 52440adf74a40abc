package dev.clasp.serial;

import java.util.Locale;

/** How frames stand on the line. Both ends must have the same. */
public enum SerialFraming {
  /** Bare frames, as the reference sends them. */
  RAW,
  /** RFC 1055: each frame between two bytes C0. */
  SLIP,
  /** Consistent overhead byte stuffing: a zero behind each frame, and nowhere else. */
  COBS;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
