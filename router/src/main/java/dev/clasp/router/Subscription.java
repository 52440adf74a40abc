package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.SignalType;

/**
 * One subscription of a session.
 *
 * @param id chosen by the client, unique in its session
 * @param typeMask at least one of the five known bits
 */
record Subscription(
    Session session, int id, AddressPattern pattern, int typeMask, SubscribeOptions options) {

  /**
   * The mask of the wire made explicit: 0xFF, or none of the known bits, means all (wire.md 5.5).
   */
  static int explicitMask(int mask) {
    int known = mask & SignalType.KNOWN_MASK;
    return known == 0 ? SignalType.KNOWN_MASK : known;
  }

  // Identity, not content: two sessions may hold equal subscriptions.
  @Override
  public boolean equals(Object o) {
    return this == o;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
