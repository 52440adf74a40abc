package dev.clasp.router;

import java.util.Locale;

/**
 * Everything the router counts, in one list. Totals since start. Messages by type and errors by
 * code are counted apart, see {@link RouterMetrics}.
 */
public enum Counter {
  FRAMES_IN("clasp_frames_total", "direction=in", "Frames received from and handed to connections"),
  FRAMES_OUT(
      "clasp_frames_total", "direction=out", "Frames received from and handed to connections"),
  BYTES_IN("clasp_bytes_total", "direction=in", "Bytes of those frames"),
  BYTES_OUT("clasp_bytes_total", "direction=out", "Bytes of those frames"),
  BAD_FRAMES("clasp_undecodable_frames_total", "", "Frames that could not be decoded"),
  SETS("clasp_sets_applied_total", "", "SETs applied, those inside bundles included"),
  REFUSED("clasp_sets_refused_total", "", "SETs refused, those inside bundles not counted"),
  PUBLISHES("clasp_publishes_total", "", "PUBLISHes routed, those inside bundles included"),
  BUNDLES("clasp_bundles_total", "", "BUNDLEs executed"),
  BUNDLES_SCHEDULED(
      "clasp_bundles_scheduled_total",
      "event=accepted",
      "BUNDLEs accepted for a later time, and what became of them"),
  BUNDLES_CANCELLED(
      "clasp_bundles_scheduled_total",
      "event=cancelled",
      "BUNDLEs accepted for a later time, and what became of them"),
  BUNDLES_FAILED(
      "clasp_bundles_scheduled_total",
      "event=refused",
      "BUNDLEs accepted for a later time, and what became of them"),
  GESTURE_MOVES_FORWARDED(
      "clasp_gesture_moves_total",
      "result=forwarded",
      "Gesture moves, and what became of them: a newer one may replace one that waits"),
  GESTURE_MOVES_MERGED(
      "clasp_gesture_moves_total",
      "result=coalesced",
      "Gesture moves, and what became of them: a newer one may replace one that waits"),
  GESTURES_CANCELLED(
      "clasp_gestures_cancelled_total",
      "",
      "Gestures that the router ended, with their session or because it had too many"),
  TIMELINES_PLAYED("clasp_timelines_played_total", "", "Timelines that began to play"),
  TIMELINE_SAMPLES("clasp_timeline_samples_total", "", "SETs by which timelines were played"),
  TIMELINE_SAMPLES_REFUSED(
      "clasp_timeline_samples_refused_total", "", "Of those, the ones that were refused"),
  COMMITS_REPEATED(
      "clasp_commits_repeated_total",
      "",
      "Repetitions of commit messages, answered and not executed again"),
  PEER_SIGNALS("clasp_peer_signals_total", "", "Signals between peers"),
  PEER_SIGNALS_DROPPED(
      "clasp_messages_dropped_total",
      "reason=peer_busy",
      "Messages that did not reach a session, or the router from one"),
  ERRORS("clasp_error_replies_total", "", "ERROR messages sent"),
  /** Those that newer values replaced included. */
  DROPPED(
      "clasp_messages_dropped_total",
      "reason=slow_consumer",
      "Messages that did not reach a session, or the router from one"),
  CONFLATED(
      "clasp_messages_dropped_total",
      "reason=conflated",
      "Messages that did not reach a session, or the router from one"),
  THINNED(
      "clasp_messages_dropped_total",
      "reason=subscription_options",
      "Messages that did not reach a session, or the router from one"),
  RATE_LIMITED(
      "clasp_messages_dropped_total",
      "reason=rate_limit",
      "Messages that did not reach a session, or the router from one"),
  TOO_LONG(
      "clasp_messages_dropped_total",
      "reason=too_large",
      "Messages that did not reach a session, or the router from one"),
  SESSIONS_OPENED("clasp_sessions_opened_total", "", "Sessions opened"),
  LOGINS_ADMITTED("clasp_logins_total", "outcome=admitted", "Answered HELLOs"),
  LOGINS_REFUSED("clasp_logins_total", "outcome=refused", "Answered HELLOs"),
  SLOW_CLOSED("clasp_sessions_closed_total", "reason=slow", "Sessions closed by the router"),
  IDLE_CLOSED("clasp_sessions_closed_total", "reason=idle", "Sessions closed by the router"),
  RATE_CLOSED("clasp_sessions_closed_total", "reason=rate", "Sessions closed by the router"),
  EXPELLED("clasp_sessions_closed_total", "reason=token_ended", "Sessions closed by the router"),
  EXPIRED("clasp_state_evictions_total", "reason=lifetime", "Parameters removed by the router"),
  ENDED_WITH_SESSION(
      "clasp_state_evictions_total", "reason=writer_left", "Parameters removed by the router"),
  EVICTED("clasp_state_evictions_total", "reason=capacity", "Parameters removed by the router"),
  ROUTES_RESOLVED(
      "clasp_routes_resolved_total", "", "Routes computed because subscriptions had changed");

  private final String series;
  private final String label;
  private final String help;

  Counter(String series, String label, String help) {
    this.series = series;
    this.label = label;
    this.help = help;
  }

  /** Name in the status API: {@code frames_in}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Name of the time series; several counters share one and differ by their label. */
  public String series() {
    return series;
  }

  /** {@code name=value}, or empty. */
  public String label() {
    return label;
  }

  public String help() {
    return help;
  }
}
