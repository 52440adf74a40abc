package dev.clasp.bridgemidi;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Messages that leave at a time, those of the same time in their order. Thread-safe, bounded. */
final class DueMessages implements Beat.Source {

  private static final int MOST = 16_384;

  private record Due(long nanos, long order, Runnable sending) {}

  private final Beat beat;
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.<Due>comparingLong(Due::nanos).thenComparingLong(Due::order));
  private long order;
  private boolean added;

  DueMessages(Beat beat) {
    this.beat = beat;
  }

  /**
   * @return false if too many wait already
   */
  boolean add(long nanos, Runnable sending) {
    boolean first;
    synchronized (this) {
      if (queue.size() >= MOST) {
        return false;
      }
      queue.add(new Due(nanos, order++, sending));
      first = !added;
      added = true;
    }
    if (first) {
      beat.add(this);
    } else {
      beat.wake();
    }
    return true;
  }

  @Override
  public synchronized long next() {
    Due due = queue.peek();
    return due == null ? Long.MAX_VALUE : due.nanos();
  }

  @Override
  public void fire(long now) {
    Due due;
    synchronized (this) {
      due = queue.poll();
    }
    if (due != null) {
      due.sending().run();
    }
  }
}
