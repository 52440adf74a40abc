package dev.clasp.dmx;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Parameters that tell of somebody who is gone. They stay for a while, so that people see who was
 * there, and are deleted then; else whoever comes with new names all the time fills the router.
 *
 * <p>Not thread-safe. Times are monotonic nanoseconds.
 */
public final class GoneParameters {

  /** How long they stay: 5 minutes. */
  public static final long KEEP_NANOS = 300_000_000_000L;

  /** A lifetime of 0 s deletes. */
  private static final Map<String, Value> DELETE = Map.of("ttl", Value.of(0));

  private final EndpointContext context;
  private final int most;

  /** When each went, oldest first. */
  private final LinkedHashMap<String, Long> since = new LinkedHashMap<>();

  /**
   * @param most how many stay; more than that and the oldest are deleted earlier
   */
  public GoneParameters(EndpointContext context, int most) {
    this.context = context;
    this.most = most;
  }

  public void gone(String path, long nanos) {
    since.putLast(path, nanos);
    if (since.size() > most) {
      delete(List.of(since.pollFirstEntry().getKey()));
    }
  }

  /** It has a value again that holds. */
  public void back(String path) {
    since.remove(path);
  }

  /**
   * Deletes what was there for long enough.
   *
   * @return when to call again; {@link Long#MAX_VALUE}: when something is gone
   */
  public long expire(long nanos) {
    List<String> due = new ArrayList<>(0);
    long next = Long.MAX_VALUE;
    for (Iterator<Map.Entry<String, Long>> each = since.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<String, Long> entry = each.next();
      if (nanos - entry.getValue() < KEEP_NANOS) {
        next = entry.getValue() + KEEP_NANOS;
        break;
      }
      due.add(entry.getKey());
      each.remove();
    }
    if (!due.isEmpty()) {
      delete(due);
    }
    return next;
  }

  private void delete(List<String> paths) {
    context.receive(
        new Parcel(
            paths.stream()
                .map(path -> new MappedSignal(path, SignalType.PARAM, Value.NULL, DELETE))
                .toList(),
            false,
            OptionalLong.empty(),
            Optional.empty()));
  }
}
