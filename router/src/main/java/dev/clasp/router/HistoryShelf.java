package dev.clasp.router;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The {@link History} objects of one stripe, and their share of the memory for all of them. Guarded
 * by the lock of the stripe, except the total, which all stripes share.
 *
 * <p>When the memory is used up, the oldest of this stripe that was not written for {@value
 * #BUSY_MICROS} µs gives way. If there is none, no new one starts and none grows.
 */
final class HistoryShelf {

  /** Time since the last write after which a history may be dropped for another. */
  static final long BUSY_MICROS = 10_000_000;

  /** How long no room is asked for after there was none: a failed try costs. */
  private static final long PAUSE_MICROS = 100_000;

  private static final int CHANCES = 4;

  private final int depth;
  private final long maxBytes;
  private final AtomicLong bytes;
  private @Nullable History oldest;
  private @Nullable History newest;
  private long pausedUntil = Long.MIN_VALUE;
  private long now;

  HistoryShelf(int depth, long maxBytes, AtomicLong bytes) {
    this.depth = depth;
    this.maxBytes = maxBytes;
    this.bytes = bytes;
  }

  /** Entries that a history may have. */
  int depth() {
    return depth;
  }

  /**
   * The history of an address, which starts now if it has none.
   *
   * @param length of the entry that is to be added
   * @return null if there is no room
   */
  @Nullable History of(Address address, int length, long nowMicros) {
    now = nowMicros;
    History history = address.history;
    if (history == null) {
      // Nobody would free the memory of a forgotten address.
      if (address.forgotten() || !reserve(History.firstCost(depth, length))) {
        return null;
      }
      history = new History(address, this, length);
      address.history = history;
      append(history);
    }
    return history;
  }

  /** Room for so many bytes more, perhaps at the cost of a history that is not written any more. */
  boolean reserve(int more) {
    if (now < pausedUntil) {
      return false;
    }
    for (int chances = CHANCES; ; chances--) {
      if (bytes.addAndGet(more) <= maxBytes) {
        return true;
      }
      bytes.addAndGet(-more);
      History first = oldest;
      if (chances == 0 || first == null) {
        pausedUntil = now + PAUSE_MICROS;
        return false;
      }
      if (now - first.writtenMicros() >= BUSY_MICROS) {
        first.address().dropHistory();
      } else {
        unlink(first);
        append(first);
      }
    }
  }

  void free(int less) {
    bytes.addAndGet(-less);
  }

  void remove(History history) {
    unlink(history);
    free(history.cost());
  }

  private void append(History history) {
    history.older = newest;
    history.newer = null;
    if (newest == null) {
      oldest = history;
    } else {
      newest.newer = history;
    }
    newest = history;
  }

  private void unlink(History history) {
    if (history.older == null) {
      oldest = history.newer;
    } else {
      history.older.newer = history.newer;
    }
    if (history.newer == null) {
      newest = history.older;
    } else {
      history.newer.older = history.older;
    }
  }
}
