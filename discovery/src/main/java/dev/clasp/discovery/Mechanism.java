package dev.clasp.discovery;

import java.util.Locale;

/** How a device was found. */
public enum Mechanism {
  MDNS,
  BROADCAST,
  RENDEZVOUS,
  /** Somebody entered it. */
  MANUAL;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
