package dev.clasp.router;

import java.util.Locale;
import java.util.function.ToLongFunction;

/** Everything of which the router can say how much there is now. */
public enum Gauge {
  SESSIONS("clasp_sessions_active", "Sessions", r -> r.sessions().size()),
  SUBSCRIPTIONS(
      "clasp_subscriptions_active", "Subscriptions of all sessions", Router::subscriptionCount),
  PARAMETERS("clasp_state_params_active", "Stored parameters", Router::parameterCount),
  STATE_BYTES(
      "clasp_state_bytes",
      "Bytes of stored addresses and values, with a share for each parameter",
      r -> r.space().bytes().get()),
  SIGNALS("clasp_signals_active", "Announced signal definitions", r -> r.signals().size()),
  TIMELINES("clasp_timelines", "Timelines kept", r -> r.timelines().size()),
  TIMELINES_PLAYING(
      "clasp_timelines_playing", "Timelines being played", r -> r.timelines().playing()),
  LOCKS("clasp_locks_active", "Locks held", r -> r.sum(s -> s.locks.size())),
  SCHEDULED_BUNDLES(
      "clasp_scheduled_bundles",
      "Bundles that wait for their time",
      r -> r.sum(s -> s.scheduledBundles.size())),
  SCHEDULED_BYTES("clasp_scheduled_bytes", "Bytes of those bundles", Router::scheduledBytes),
  GESTURES(
      "clasp_gestures_active", "Gestures in progress", r -> r.sum(Session::gesturesInProgress)),
  QUEUED(
      "clasp_send_queue_waiting_frames",
      "Frames that wait for slow sessions",
      r -> r.sum(s -> s.outbound().queued()));

  private final String series;
  private final String help;
  private final ToLongFunction<Router> value;

  Gauge(String series, String help, ToLongFunction<Router> value) {
    this.series = series;
    this.help = help;
    this.value = value;
  }

  /** Name in the status API: {@code sessions}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String series() {
    return series;
  }

  public String help() {
    return help;
  }

  /** The current value; perhaps some messages old. Any thread. */
  public long of(Router router) {
    return value.applyAsLong(router);
  }
}
