package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.SignalType;

/** One subscription of a session. Immutable but for its end. */
final class Subscription {

  private final Session session;
  private final int id;
  private final AddressPattern pattern;
  private final int typeMask;
  private final SubscribeOptions options;
  private final Thinning thinning;

  /** Position among all subscriptions in order of age; set by the index that it is added to. */
  long order;

  /** The first state of the index that has it; set by the index. */
  int epoch;

  private boolean ended;

  /**
   * A subscription that is not in the index yet.
   *
   * @param id chosen by the client, unique in its session
   * @param typeMask at least one of the five known bits
   */
  Subscription(
      Session session, int id, AddressPattern pattern, int typeMask, SubscribeOptions options) {
    this.session = session;
    this.id = id;
    this.pattern = pattern;
    this.typeMask = typeMask;
    this.options = options;
    this.thinning = Thinning.of(options, typeMask);
  }

  Session session() {
    return session;
  }

  int id() {
    return id;
  }

  AddressPattern pattern() {
    return pattern;
  }

  /** The pattern matches the address, and the session may read it. Any thread. */
  boolean concerns(byte[] address) {
    return pattern.matches(address, 0, address.length) && mayRead(address);
  }

  /** The session may read an address that the pattern matches. Any thread. */
  boolean mayRead(byte[] address) {
    return session.rights().mayRead(address);
  }

  /** The signal types it wants, as explicit bits. */
  int typeMask() {
    return typeMask;
  }

  SubscribeOptions options() {
    return options;
  }

  /** Past values it asks for, as far as {@code max} allows. */
  int history(int max) {
    return (int) Math.min(Integer.toUnsignedLong(options.history().orElse(0)), max);
  }

  Thinning thinning() {
    return thinning;
  }

  /** Removed or replaced, though messages routed before may still come. Thread of its session. */
  boolean ended() {
    return ended;
  }

  void end() {
    ended = true;
  }

  /**
   * The mask of the wire made explicit: 0xFF, or none of the known bits, means all (wire.md 5.5).
   */
  static int explicitMask(int mask) {
    int known = mask & SignalType.KNOWN_MASK;
    return known == 0 ? SignalType.KNOWN_MASK : known;
  }

  @Override
  public String toString() {
    return "subscription " + id + " (" + pattern + ") of " + session;
  }
}
