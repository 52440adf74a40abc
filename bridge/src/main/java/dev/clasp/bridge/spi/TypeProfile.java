package dev.clasp.bridge.spi;

/** Which kind of signal a protocol makes of its messages, unless a rule says otherwise. */
public enum TypeProfile {
  /** As bridges always did, so that other programs find what they expect (bridges.md 2.4). */
  COMPATIBLE,
  /** Triggers are events, meters are streams, whatever a protocol can tell apart. */
  STANDARD
}
