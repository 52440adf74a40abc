package dev.clasp.protocol;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Abilities announced in HELLO and WELCOME as one byte (wire.md 5.2). */
public enum Feature {
  PARAM(0x80),
  EVENT(0x40),
  STREAM(0x20),
  GESTURE(0x10),
  TIMELINE(0x08),
  /** v4 only, HELLO only. */
  FEDERATION(0x04);

  private final int bit;

  Feature(int bit) {
    this.bit = bit;
  }

  /** The features in a byte, in declaration order; undefined bits are ignored. */
  public static Set<Feature> ofBits(int bits) {
    EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
    for (Feature feature : values()) {
      if ((bits & feature.bit) != 0) {
        features.add(feature);
      }
    }
    return features;
  }

  /** The byte for a set of features. */
  public static int bits(Set<Feature> features) {
    int bits = 0;
    for (Feature feature : features) {
      bits |= feature.bit;
    }
    return bits;
  }

  /** The feature for its lower-case name, or empty. */
  public static Optional<Feature> ofName(String name) {
    for (Feature feature : values()) {
      if (feature.wireName().equals(name)) {
        return Optional.of(feature);
      }
    }
    return Optional.empty();
  }

  /** This feature's bit. */
  public int bit() {
    return bit;
  }

  /** Lower-case name as in the MessagePack form. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
