package dev.clasp.bridge;

import dev.clasp.protocol.SignalType;
import dev.clasp.transform.MappedSignal;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Keeps one way of a bridge within its rates; beginnings and ends of gestures go before them. Of a
 * parameter that comes too early the newest value is held until its time; everything else that
 * comes too early is dropped. The total may be exceeded for a tenth of a second, so that several
 * signals that come together all pass.
 *
 * <p>Not thread-safe. Times are monotonic nanoseconds.
 */
final class RateLimiter {

  private static final int MAX_ADDRESSES = 100_000;
  private static final long BURST_NANOS = 100_000_000;

  /** What becomes of a signal. */
  enum Outcome {
    PASSES,
    HELD,
    /** Held, and an older value is gone. */
    REPLACED,
    DROPPED
  }

  private final long addressNanos;
  private final double totalNanos;

  /** When the next one of an address may pass; those that passed longest ago first. */
  private final LinkedHashMap<String, Long> next =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_ADDRESSES;
        }
      };

  private final LinkedHashMap<String, MappedSignal> held = new LinkedHashMap<>();

  /** When the total would be in balance again. */
  private double balanced = Double.NEGATIVE_INFINITY;

  RateLimiter(RateCaps caps) {
    addressNanos =
        caps.perAddress().isPresent() ? (long) (1e9 / caps.perAddress().getAsDouble()) : 0;
    totalNanos = caps.total().isPresent() ? 1e9 / caps.total().getAsDouble() : 0;
  }

  boolean limits() {
    return addressNanos > 0 || totalNanos > 0;
  }

  Outcome admit(MappedSignal signal, long now) {
    if (!limits()) {
      return Outcome.PASSES;
    }
    String address = signal.address();
    if (signal.isEdge()) {
      // It counts, and passes: without its end a contact would last for ever.
      pass(address, now);
      return Outcome.PASSES;
    }
    boolean parameter = signal.type() == SignalType.PARAM;
    if (!(parameter && held.containsKey(address)) && due(address, now) <= now) {
      pass(address, now);
      return Outcome.PASSES;
    }
    if (!parameter || (held.size() >= MAX_ADDRESSES && !held.containsKey(address))) {
      return Outcome.DROPPED;
    }
    return held.put(address, signal) == null ? Outcome.HELD : Outcome.REPLACED;
  }

  private long due(String address, long now) {
    long due = now;
    if (addressNanos > 0) {
      due = Math.max(due, next.getOrDefault(address, Long.MIN_VALUE));
    }
    return Math.max(due, totalDue(now));
  }

  private long totalDue(long now) {
    return totalNanos > 0 && balanced - BURST_NANOS > now
        ? (long) Math.ceil(balanced - BURST_NANOS)
        : now;
  }

  private void pass(String address, long now) {
    if (addressNanos > 0) {
      next.put(address, now + addressNanos);
    }
    if (totalNanos > 0) {
      balanced = Math.max(balanced, now) + totalNanos;
    }
  }

  /**
   * Gives what was held and is due.
   *
   * @return when to call again; {@link Long#MAX_VALUE}: nothing is held
   */
  long release(long now, Consumer<MappedSignal> out) {
    long again = Long.MAX_VALUE;
    Iterator<MappedSignal> each = held.values().iterator();
    while (each.hasNext()) {
      MappedSignal signal = each.next();
      long due = due(signal.address(), now);
      if (due <= now) {
        each.remove();
        pass(signal.address(), now);
        out.accept(signal);
      } else {
        again = Math.min(again, due);
      }
    }
    return again;
  }

  /** Everything that is held, for a limiter with other rates. */
  void giveUp(Consumer<MappedSignal> out) {
    held.values().forEach(out);
    held.clear();
  }

  boolean holds(String address) {
    return held.containsKey(address);
  }

  int holds() {
    return held.size();
  }
}
