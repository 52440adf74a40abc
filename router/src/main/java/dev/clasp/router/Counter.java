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
  /** BUNDLEs accepted for a later time. */
  BUNDLES_SCHEDULED,
  /** Of those, the ones called off by their session or by its end. */
  BUNDLES_CANCELLED,
  /** Of those, the ones that were refused when their time came. */
  BUNDLES_FAILED,
  /** Gesture moves that a newer one replaced before they were forwarded. */
  GESTURE_MOVES_MERGED,
  /** Gestures that ended with their session or because it had too many. */
  GESTURES_CANCELLED,
  /** Repetitions of commit messages, answered and not executed again. */
  COMMITS_REPEATED,
  /** Signals between peers, sent on to their target. */
  PEER_SIGNALS,
  /** Of those, the ones dropped because the target was gone or read too slowly. */
  PEER_SIGNALS_DROPPED,
  /** ERROR messages sent. */
  ERRORS,
  /**
   * Values that a slow session did not receive because a newer one replaced them, and samples
   * dropped for it.
   */
  DROPPED,
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
