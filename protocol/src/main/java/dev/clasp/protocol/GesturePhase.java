package dev.clasp.protocol;

import java.util.Locale;
import java.util.Optional;

/** Phase of a gesture (wire.md 7.3). The ordinal is the code on the wire. */
public enum GesturePhase {
  START,
  MOVE,
  END,
  CANCEL;

  private static final GesturePhase[] VALUES = values();

  /** The phase for a three-bit code; the unassigned codes 4 to 7 read as {@link #START}. */
  public static GesturePhase ofCode(int code) {
    return code >= 0 && code < VALUES.length ? VALUES[code] : START;
  }

  /** The phase for its lower-case name, or empty. */
  public static Optional<GesturePhase> ofName(String name) {
    for (GesturePhase phase : VALUES) {
      if (phase.wireName().equals(name)) {
        return Optional.of(phase);
      }
    }
    return Optional.empty();
  }

  /** Code on the wire, 0 to 3. */
  public int code() {
    return ordinal();
  }

  /** Lower-case name as in the MessagePack form. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
