package dev.clasp.server;

import dev.clasp.router.MemoryPressure;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how much of the heap is needed, and says when that becomes too much and when it is good
 * again (operations.md 12.6). A mark that was reached is left {@value #HYSTERESIS} percent below
 * it, so that nothing flutters.
 *
 * <p>{@link #look} is for one thread that looks once a second; everything else for any thread.
 */
final class MemoryWatch {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);

  /** Percent of the heap. */
  static final int HYSTERESIS = 5;

  /**
   * While memory is short: a figure as old as this is looked at anew by a collection. Without much
   * to do there may be none for hours, and the router would refuse everybody for as long.
   */
  static final long STALE_NANOS = 60_000_000_000L;

  /**
   * Each collection of ours that changed nothing doubles the time to the next, up to this many
   * times the first: whoever needs all that memory shall not stop for it every minute of a show.
   */
  private static final int MOST_PATIENCE = 16;

  private final Supplier<MemoryConfig> config;
  private final LongSupplier nanos;
  private final BiConsumer<MemoryPressure, String> changed;
  private volatile MemoryPressure pressure = MemoryPressure.NONE;
  private volatile double used;
  private long newNanos;
  private long patience = STALE_NANOS;

  /**
   * @param config looked at each time
   * @param nanos a monotonic clock
   * @param changed told of each change, with a sentence
   */
  MemoryWatch(
      Supplier<MemoryConfig> config,
      LongSupplier nanos,
      BiConsumer<MemoryPressure, String> changed) {
    this.config = config;
    this.nanos = nanos;
    this.changed = changed;
    this.newNanos = nanos.getAsLong();
  }

  MemoryPressure pressure() {
    return pressure;
  }

  /** What was left by the last collection, as a share of the most that the heap may be. */
  double used() {
    return used;
  }

  /** Looks, and tells of a change. */
  void look() {
    try {
      lookNow();
    } catch (OutOfMemoryError e) {
      // There was no room even for this. Thrown on, it would be the last look of a timer.
    }
  }

  private void lookNow() {
    MemoryConfig marks = config.get();
    double before = used;
    used = marks.source().used();
    long now = nanos.getAsLong();
    if (used != before) {
      newNanos = now;
    } else if (pressure != MemoryPressure.NONE && now - newNanos >= patience) {
      newNanos = now;
      patience = Math.min(2 * patience, MOST_PATIENCE * STALE_NANOS);
      marks.source().collect();
      used = marks.source().used();
    }
    MemoryPressure next = of(marks);
    if (next != pressure) {
      patience = STALE_NANOS;
      tell(next, pressure);
      // Last: whoever sees it may rely on it that everybody was told.
      pressure = next;
    }
  }

  private MemoryPressure of(MemoryConfig marks) {
    if (marks.high() == 0) {
      return MemoryPressure.NONE;
    }
    double percent = used * 100;
    int leavingCritical = pressure == MemoryPressure.CRITICAL ? HYSTERESIS : 0;
    int leavingHigh = pressure == MemoryPressure.NONE ? 0 : HYSTERESIS;
    return percent >= marks.critical() - leavingCritical
        ? MemoryPressure.CRITICAL
        : percent >= marks.high() - leavingHigh ? MemoryPressure.HIGH : MemoryPressure.NONE;
  }

  private void tell(MemoryPressure next, MemoryPressure old) {
    String share = Math.round(used * 100) + " % of the heap is needed";
    String text =
        switch (next) {
          case NONE -> share + ": new sessions and new addresses are taken again";
          case HIGH ->
              old == MemoryPressure.NONE
                  ? share + ": new sessions and new addresses are refused"
                  : share + ": slow consumers are given their time again";
          case CRITICAL ->
              share + ": new sessions and new addresses are refused, slow consumers are dropped";
        };
    if (next.compareTo(old) > 0) {
      LOG.warn("{}. Give the router more memory (CLASP_HEAP, -Xmx), or lower its limits", text);
    } else {
      LOG.info("{}", text);
    }
    changed.accept(next, text);
  }
}
