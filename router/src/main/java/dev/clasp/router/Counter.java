package dev.clasp.router;

import java.util.Locale;

/** Everything the router counts, in one list (later: /metrics). Totals since start. */
public enum Counter {
  /** Frames received from clients. */
  FRAMES_IN,
  /** Bytes of those frames. */
  BYTES_IN,
  /** Frames handed to connections. */
  FRAMES_OUT,
  /** Bytes of those frames, prefixes included. */
  BYTES_OUT,
  /** Frames that could not be decoded. */
  BAD_FRAMES,
  /** SETs applied, those inside bundles included. */
  SETS,
  /** PUBLISHes routed, those inside bundles included. */
  PUBLISHES,
  /** BUNDLEs executed. */
  BUNDLES,
  /** ERROR messages sent. */
  ERRORS,
  /**
   * Values that a slow session did not receive because a newer one replaced them, and samples
   * dropped for it.
   */
  DROPPED,
  /** Messages that a session did not receive because of the options of its subscriptions. */
  THINNED,
  /** Sessions closed because they were too slow. */
  SLOW_CLOSED,
  /** Sessions closed because they were idle. */
  IDLE_CLOSED,
  /** Routes computed because subscriptions had changed. */
  ROUTES_RESOLVED,
  /** Sessions opened. */
  SESSIONS_OPENED;

  /** Name in the status API: {@code frames_in}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
