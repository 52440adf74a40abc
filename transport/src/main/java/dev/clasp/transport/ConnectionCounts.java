package dev.clasp.transport;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what becomes of connections, and tells the log about it, at most once a minute for each
 * reason: a flood must not fill a disk. Thread-safe.
 */
final class ConnectionCounts {

  private static final Logger LOG = LoggerFactory.getLogger(LinkServer.class);

  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final class Count {
    private final LongAdder total = new LongAdder();
    private final AtomicLong lastNotice;

    Count(long now) {
      lastNotice = new AtomicLong(now - QUIET_NANOS);
    }
  }

  private final Map<ConnectionCounter, Count> counts = new EnumMap<>(ConnectionCounter.class);
  private final LongSupplier nanos;

  /**
   * @param nanos a monotonic clock
   */
  ConnectionCounts(LongSupplier nanos) {
    this.nanos = nanos;
    long now = nanos.getAsLong();
    for (ConnectionCounter counter : ConnectionCounter.values()) {
      counts.put(counter, new Count(now));
    }
  }

  void add(ConnectionCounter counter) {
    count(counter).total.increment();
  }

  /**
   * Counts, and warns unless it did so within a minute.
   *
   * @param who is concerned
   * @param what happened and what to do, without a full stop
   */
  void warn(ConnectionCounter counter, Object who, String what) {
    Count count = count(counter);
    count.total.increment();
    long now = nanos.getAsLong();
    long last = count.lastNotice.get();
    if (now - last >= QUIET_NANOS && count.lastNotice.compareAndSet(last, now)) {
      LOG.warn("{}: {}. More of this kind is not reported for a minute", who, what);
    }
  }

  /** Total since start. */
  long of(ConnectionCounter counter) {
    return count(counter).total.sum();
  }

  private Count count(ConnectionCounter counter) {
    return Objects.requireNonNull(counts.get(counter));
  }
}
