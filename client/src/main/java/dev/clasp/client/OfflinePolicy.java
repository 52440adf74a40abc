package dev.clasp.client;

/** What happens to operations while the client is not connected. */
public enum OfflinePolicy {
  /**
   * Plain writes wait, the newest value for each address, and are sent after reconnecting, each
   * address once, in the order of the first write. Reads wait too, until their time limit. Events,
   * streams, gestures, timelines, bundles and writes with conditions or locks fail at once: they
   * belong to their moment.
   */
  BUFFER,
  /** Everything fails at once with {@link ClaspException.Kind#CLOSED}. */
  FAIL
}
