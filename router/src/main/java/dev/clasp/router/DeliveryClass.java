package dev.clasp.router;

/** What a slow receiver may lose of a message (design.md 3, rule 6). */
enum DeliveryClass {
  /** A parameter's value: a newer one of the same address replaces it. */
  STATE,
  /** A stream sample or gesture move: the oldest goes first. */
  SAMPLE,
  /** Event, gesture edge, timeline: never dropped silently. */
  EVENT,
  /** Answer to the receiver's own request, snapshot, notice: never dropped. */
  REPLY
}
