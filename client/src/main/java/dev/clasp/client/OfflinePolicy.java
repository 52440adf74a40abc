package dev.clasp.client;

/** What happens to operations while the client is not connected. */
public enum OfflinePolicy {
  /**
   * Plain writes wait, the newest value for each address, and are sent after reconnecting, each
   * address once, in the order of the first write. Reads and announcements wait too, reads until
   * their time limit. Events, streams, gestures, timelines, bundles and writes with conditions or
   * locks fail at once: they belong to their moment.
   */
  BUFFER,
  /**
   * What nobody confirms is dropped, and counts as done: events, streams, gestures, timelines and
   * writes with {@link dev.clasp.protocol.Qos#FIRE}. Everything else fails at once with {@link
   * ClaspException.Kind#CLOSED}. For meters and faders, whose values of then are of no use later.
   * What was dropped is counted and reported as {@link ClientEvent.Dropped}.
   */
  DROP,
  /** Everything fails at once with {@link ClaspException.Kind#CLOSED}. */
  FAIL
}
