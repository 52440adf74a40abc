package dev.clasp.webrtc;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the parts of the protocol share: made once, handed to each. Loop only, except the count.
 *
 * @param ignored signals and candidates that were malformed, too many, or of no attempt
 */
record Surroundings(
    Settings settings,
    Loop loop,
    SignalLine.Router router,
    SignalLine line,
    Contacts contacts,
    ReceiveBudget budget,
    Deliveries deliveries,
    AtomicLong ignored) {

  Surroundings(
      Settings settings,
      Loop loop,
      SignalLine.Router router,
      ReceiveBudget budget,
      Deliveries deliveries) {
    this(
        settings,
        loop,
        router,
        new SignalLine(router, loop),
        new Contacts(),
        budget,
        deliveries,
        new AtomicLong());
  }

  void ignore() {
    ignored.incrementAndGet();
  }

  /** The contact with this id; empty, and something ignored, when all are busy. */
  Optional<Contact> meet(String session) {
    Optional<Contact> met = contacts.meet(session, loop.nanos());
    if (met.isEmpty()) {
      ignore();
    }
    return met;
  }

  /** When a peer may be tried again after a failure now. */
  long retryAt() {
    return loop.nanos() + settings.retryAfter().toNanos();
  }
}
