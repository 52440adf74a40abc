package dev.clasp.router;

import dev.clasp.protocol.MessageType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * All that a router measures, in one list: what {@code /metrics} and the status API show. Any
 * thread; the numbers of one call may be some messages apart.
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
   * @param label {@code name=value}, or empty
   */
  public record Total(String series, String label, String help, long value) implements Metric {}

  /** An amount now. */
  public record Level(String series, String help, long value) implements Metric {}

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

  private RouterMetrics() {}

  /** Everything, in the order of the lists {@link Counter}, {@link Gauge}, {@link Distribution}. */
  public static List<Metric> of(Router router) {
    List<Metric> all = new ArrayList<>();
    for (Counter counter : Counter.values()) {
      all.add(new Total(counter.series(), counter.label(), counter.help(), router.count(counter)));
    }
    for (int type = 0; type < 256; type++) {
      long count = router.messagesIn(type);
      if (count > 0) {
        all.add(
            new Total(
                "clasp_messages_total", "type=" + typeName(type), "Messages received", count));
      }
    }
    for (int code = 0; code < Lane.ERROR_CODES; code++) {
      long count = router.errorsSent(code);
      if (count > 0) {
        all.add(new Total("clasp_errors_total", "code=" + code, "ERROR messages sent", count));
      }
    }
    for (Gauge gauge : Gauge.values()) {
      all.add(new Level(gauge.series(), gauge.help(), gauge.of(router)));
    }
    for (Distribution distribution : Distribution.values()) {
      all.add(router.spread(distribution));
    }
    return all;
  }

  private static String typeName(int type) {
    return switch (type) {
      case MessageType.HELLO -> "hello";
      case MessageType.SUBSCRIBE -> "subscribe";
      case MessageType.UNSUBSCRIBE -> "unsubscribe";
      case MessageType.PUBLISH -> "publish";
      case MessageType.SET -> "set";
      case MessageType.GET -> "get";
      case MessageType.BUNDLE -> "bundle";
      case MessageType.SYNC -> "sync";
      case MessageType.PING -> "ping";
      case MessageType.PONG -> "pong";
      case MessageType.ANNOUNCE -> "announce";
      case MessageType.QUERY -> "query";
      default -> String.format(Locale.ROOT, "0x%02x", type);
    };
  }
}
