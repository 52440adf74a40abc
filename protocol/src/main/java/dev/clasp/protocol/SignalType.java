package dev.clasp.protocol;

import java.util.Locale;
import java.util.Optional;

/** What kind of signal an address carries (wire.md 7.1). The ordinal is the code on the wire. */
public enum SignalType {
  PARAM,
  EVENT,
  STREAM,
  GESTURE,
  TIMELINE;

  /** Mask that selects every type in SUBSCRIBE and REPLAY. */
  public static final int ALL_MASK = 0xFF;

  /** The five defined bits of a type mask. */
  public static final int KNOWN_MASK = 0x1F;

  private static final SignalType[] VALUES = values();

  /** The type for a code; unknown codes read as {@link #EVENT}, as every peer does. */
  public static SignalType ofCode(int code) {
    return code >= 0 && code < VALUES.length ? VALUES[code] : EVENT;
  }

  /** The type for its lower-case name ({@code "param"}), or empty. */
  public static Optional<SignalType> ofName(String name) {
    for (SignalType type : VALUES) {
      if (type.wireName().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Code on the wire, 0 to 4. */
  public int code() {
    return ordinal();
  }

  /** Bit in a SUBSCRIBE type mask: 0x01 param to 0x10 timeline. */
  public int maskBit() {
    return 1 << ordinal();
  }

  /** Lower-case name as in the MessagePack form and in user interfaces. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
