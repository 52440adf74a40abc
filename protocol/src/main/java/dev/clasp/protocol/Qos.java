package dev.clasp.protocol;

/** Quality of service in bits 7-6 of the frame flags (wire.md 2.2). */
public enum Qos {
  /** At most once; may be dropped under pressure; never acknowledged by default. */
  FIRE,
  /** Acknowledged; never dropped silently. */
  CONFIRM,
  /** Acknowledged, in order, duplicates suppressed per session. */
  COMMIT;

  private static final Qos[] BY_BITS = {FIRE, CONFIRM, COMMIT, FIRE};

  /** The quality of service in a flags byte. The reserved value 3 reads as {@link #FIRE}. */
  public static Qos ofFlags(int flags) {
    return BY_BITS[(flags >> 6) & 3];
  }

  /** The two bits in place: 0x00, 0x40 or 0x80. */
  public int flagBits() {
    return ordinal() << 6;
  }
}
