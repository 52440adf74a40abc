package dev.clasp.discovery;

import java.util.LinkedHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * So many requests a minute from each source, as many of them at once as it likes: the generic cell
 * rate algorithm (ITU-T I.371, annex A), one time for each source. Thread-safe.
 *
 * <p>Sources that are owed nothing are forgotten; when there are more than {@value #REMEMBERED},
 * the one that came first is, which then may come in a burst again.
 */
final class SourceRates {

  static final int REMEMBERED = 16_384;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final int perMinute;
  private final LongSupplier nanos;

  /** When its next request would be due at exactly the rate; who came last stands last. */
  private final LinkedHashMap<String, Long> due = new LinkedHashMap<>();

  /**
   * @param perMinute 0 = no limit
   * @param nanos a monotonic clock
   */
  SourceRates(int perMinute, LongSupplier nanos) {
    this.perMinute = perMinute;
    this.nanos = nanos;
  }

  /**
   * A request comes.
   *
   * @return 0 if it may, else the seconds to wait, at least 1
   */
  synchronized long wait(Source source) {
    if (perMinute == 0 || source.local()) {
      return 0;
    }
    long now = nanos.getAsLong();
    long step = MINUTE / perMinute;
    Long known = due.remove(source.key());
    long from = known == null || known - now < 0 ? now : known;
    long early = from - now - (MINUTE - step);
    long next = early > 0 ? from : from + step;
    due.put(source.key(), next);
    forget(now);
    return early > 0 ? 1 + (early - 1) / TimeUnit.SECONDS.toNanos(1) : 0;
  }

  private void forget(long now) {
    while (!due.isEmpty()) {
      var first = due.firstEntry();
      if (due.size() <= REMEMBERED && first.getValue() - now > 0) {
        return;
      }
      due.pollFirstEntry();
    }
  }

  synchronized int size() {
    return due.size();
  }
}
