package dev.clasp.router;

import dev.clasp.protocol.SignalType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * All that a router measures, in one list: what {@code /metrics} and the status API show. Any
 * thread; the numbers of one call may be some messages apart.
 *
 * <p>Labels come from lists in this program: types, codes, reasons, transports. Nothing that a peer
 * chooses is one.
 */
public final class RouterMetrics {

  /** One line of the list. */
  public sealed interface Metric {
    String series();

    String help();
  }

  /**
   * A total since start.
   *
   * @param label {@code name=value}, several with commas, or empty
   */
  public record Total(String series, String label, String help, long value) implements Metric {}

  /**
   * An amount now.
   *
   * @param label as in {@link Total}
   */
  public record Level(String series, String label, String help, long value) implements Metric {}

  /**
   * A distribution since start in steps of 1, 2 and 5.
   *
   * @param label as in {@link Total}
   * @param bounds upper bounds of the buckets, in the unit of the series
   * @param counts values per bucket, not summed up, and behind them those above all bounds
   * @param sum of the values, in the unit of the series
   */
  public record Histogram(
      String series, String label, String help, double[] bounds, long[] counts, double sum)
      implements Metric {}

  /**
   * A distribution since start.
   *
   * @param counts values per bucket, not summed up; bucket {@code i} has those above 2^(i-1) and up
   *     to 2^i, the last one all above too
   * @param unit what to multiply bounds and sum with
   */
  public record Spread(String series, String help, long[] counts, long sum, double unit)
      implements Metric {

    /**
     * The smallest bucket bound that at least this share of the values does not exceed; 0 if none.
     */
    public double quantile(double share) {
      long total = 0;
      for (long count : counts) {
        total += count;
      }
      long wanted = (long) Math.ceil(share * total);
      long seen = 0;
      for (int i = 0; i < counts.length; i++) {
        seen += counts[i];
        if (seen >= wanted && seen > 0) {
          return Math.scalb(unit, i);
        }
      }
      return 0;
    }
  }

  /** Shown by transport instead. */
  private static final Set<Counter> BY_TRANSPORT =
      EnumSet.of(Counter.FRAMES_IN, Counter.FRAMES_OUT, Counter.BYTES_IN, Counter.BYTES_OUT);

  private final Router router;
  private final List<Metric> all = new ArrayList<>();

  private RouterMetrics(Router router) {
    this.router = router;
  }

  /** Everything. */
  public static List<Metric> of(Router router) {
    RouterMetrics metrics = new RouterMetrics(router);
    metrics.counters();
    metrics.traffic();
    metrics.codes();
    metrics.gauges();
    metrics.histograms();
    return metrics.all;
  }

  private void counters() {
    for (Counter counter : Counter.values()) {
      if (!BY_TRANSPORT.contains(counter)) {
        long value = router.count(counter);
        if (counter == Counter.DROPPED) {
          // Each under one reason.
          value = Math.max(0, value - router.count(Counter.CONFLATED));
        }
        all.add(new Total(counter.series(), counter.label(), counter.help(), value));
      }
    }
  }

  /** What all lanes carry, by transport. */
  private Map<String, List<Traffic>> transports() {
    Map<String, List<Traffic>> transports = new TreeMap<>();
    for (Lane lane : router.lanes()) {
      for (Traffic traffic : lane.traffics()) {
        transports.computeIfAbsent(traffic.transport(), _ -> new ArrayList<>()).add(traffic);
      }
    }
    return transports;
  }

  private void traffic() {
    Map<String, Long> sessions = new TreeMap<>();
    router
        .sessions()
        .values()
        .forEach(session -> sessions.merge(session.transport(), 1L, Long::sum));
    transports()
        .forEach((transport, traffics) -> {
          String label = "transport=" + transport;
          long opened = sum(traffics, t -> t.of(Traffic.OPENED));
          long closed = sum(traffics, t -> t.of(Traffic.CLOSED));
          all.add(
              new Total(
                  "clasp_connections_total",
                  label + ",result=accepted",
                  "Connections, and what became of them",
                  opened));
          all.add(
              new Level(
                  "clasp_connections_active",
                  label,
                  "Connections that are open",
                  Math.max(0, opened - closed)));
          all.add(
              new Level(
                  "clasp_sessions_active",
                  label,
                  "Sessions",
                  sessions.getOrDefault(transport, 0L)));
          total(traffics, "clasp_frames_total", label + ",direction=in", Traffic::received);
          total(traffics, "clasp_frames_total", label + ",direction=out", Traffic::sent);
          total(
              traffics, "clasp_bytes_total", label + ",direction=in", t -> t.of(Traffic.BYTES_IN));
          total(
              traffics,
              "clasp_bytes_total",
              label + ",direction=out",
              t -> t.of(Traffic.BYTES_OUT));
          messages(traffics, label);
          for (SessionEnd end : SessionEnd.values()) {
            all.add(
                new Total(
                    "clasp_sessions_total",
                    label + ",close_reason=" + end.label(),
                    "Sessions that have ended",
                    sum(traffics, t -> t.endedBecause(end))));
          }
          long[] handshakes = new long[Ladder.HANDSHAKE.cells()];
          traffics.forEach(t -> t.addHandshakes(handshakes));
          all.add(
              Ladder.HANDSHAKE.metric(
                  "clasp_handshake_seconds",
                  label,
                  "From the beginning of a connection to its WELCOME",
                  handshakes));
        });
  }

  private void total(
      List<Traffic> traffics, String series, String label, ToLongFunction<Traffic> amount) {
    all.add(
        new Total(
            series,
            label,
            series.equals("clasp_bytes_total")
                ? "Bytes of frames"
                : "Frames received from and handed to connections",
            sum(traffics, amount)));
  }

  private void messages(List<Traffic> traffics, String label) {
    for (int i = 0; i < MessageKind.COUNT; i++) {
      int kind = i;
      long in = sum(traffics, t -> t.receivedOf(kind));
      long out = sum(traffics, t -> t.sentOf(kind));
      String help = "Messages received and sent";
      String type = "type=" + MessageKind.name(kind) + ",";
      if (in > 0) {
        all.add(new Total("clasp_messages_total", type + "direction=in," + label, help, in));
      }
      if (out > 0) {
        all.add(new Total("clasp_messages_total", type + "direction=out," + label, help, out));
      }
    }
  }

  private static long sum(List<Traffic> traffics, ToLongFunction<Traffic> amount) {
    return traffics.stream().mapToLong(amount).sum();
  }

  private void codes() {
    for (int code = 0; code < Lane.ERROR_CODES; code++) {
      long count = router.errorsSent(code);
      if (count > 0) {
        all.add(new Total("clasp_errors_total", "code=" + code, "ERROR messages sent", count));
      }
    }
    for (int kind = 0; kind < MessageKind.COUNT; kind++) {
      long count = 0;
      for (Lane lane : router.lanes()) {
        count += lane.denied(kind);
      }
      if (count > 0 || kind == MessageKind.OTHER) {
        all.add(
            new Total(
                "clasp_authz_denied_total",
                "type=" + MessageKind.name(kind),
                "Messages that the token of the session does not allow",
                count));
      }
    }
  }

  private void gauges() {
    for (Gauge gauge : Gauge.values()) {
      if (gauge != Gauge.SESSIONS) {
        all.add(new Level(gauge.series(), "", gauge.help(), gauge.of(router)));
      }
    }
  }

  // --- distributions -----------------------------------------------------------------------------

  private void histograms() {
    for (int i = 0; i < MessageKind.COUNT; i++) {
      int kind = i;
      long[] cells = new long[Ladder.LATENCY.cells()];
      ofLanes(lane -> lane.addLatencies(kind, cells));
      if (Arrays.stream(cells).anyMatch(cell -> cell != 0)) {
        all.add(
            Ladder.LATENCY.metric(
                "clasp_message_latency_seconds",
                "type=" + MessageKind.name(kind),
                "From the hand-over of what the socket had until the message is routed",
                cells));
      }
    }
    for (SignalType type : SignalType.values()) {
      long[] cells = new long[Ladder.FANOUT.cells()];
      ofLanes(lane -> lane.addFanouts(type.ordinal(), cells));
      all.add(
          Ladder.FANOUT.metric(
              "clasp_broadcast_fanout",
              "signal=" + type.name().toLowerCase(Locale.ROOT),
              "Sessions that one message goes to",
              cells));
    }
    long[] queues = new long[Ladder.QUEUE.cells()];
    ofLanes(lane -> lane.addQueues(queues));
    all.add(
        Ladder.QUEUE.metric(
            "clasp_send_queue_frames",
            "",
            "Frames that wait for a session, looked at every few seconds",
            queues));
    for (Distribution distribution : Distribution.values()) {
      all.add(router.spread(distribution));
    }
  }

  private void ofLanes(Consumer<Lane> to) {
    router.lanes().forEach(to);
  }
}
