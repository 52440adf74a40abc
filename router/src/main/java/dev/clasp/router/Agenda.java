package dev.clasp.router;

import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lane has to do at a time of its own: lifetimes, held-back values, gestures, timelines,
 * bundles.
 *
 * <p>A binary heap with one timer of the executor for its head, so that a hundred thousand entries
 * cost the event loop one. An entry is added in O(log n), and in O(1) if it is the latest so far,
 * as lifetimes are. What is due at the same time runs in the order in which it was added. Cancelled
 * entries are swept out when they are the majority, so that what is called off long before its time
 * does not pile up. Lane thread only.
 */
final class Agenda {

  private static final Logger LOG = LoggerFactory.getLogger(Agenda.class);

  private final LaneExecutor executor;
  private final RouterClock clock;
  private final LongConsumer lateness;

  /** One moment on both clocks: what is due at the same Unix time is due in the same nanosecond. */
  private final long anchorNanos;

  private final long anchorMicros;
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long added;

  /** Cancelled entries that are still in the heap. */
  private int cancelled;

  /** Time of the executor's earliest timer that is still to come. */
  private long armedFor = Long.MAX_VALUE;

  /**
   * @param lateness is told how late each entry begins, in nanoseconds
   */
  Agenda(LaneExecutor executor, RouterClock clock, LongConsumer lateness) {
    this.executor = executor;
    this.clock = clock;
    this.lateness = lateness;
    this.anchorNanos = clock.nanos();
    this.anchorMicros = clock.unixMicros();
  }

  /** Something to do once; it can be called off until it runs. An entry may be added again then. */
  abstract static class Entry implements Comparable<Entry> {
    private @Nullable Agenda waitsIn;
    private long due;
    private long order;
    private boolean cancelled;

    abstract void run();

    /** No effect when it has run. */
    final void cancel() {
      Agenda agenda = waitsIn;
      if (agenda != null && !cancelled) {
        cancelled = true;
        agenda.sweep();
      }
    }

    @Override
    public final int compareTo(Entry other) {
      // By difference: the monotonic clock may pass Long.MAX_VALUE.
      int byTime = Long.signum(due - other.due);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** Runs the task when the clock shows this time, or as soon as possible after it. */
  Entry at(long dueNanos, Runnable task) {
    Entry entry =
        new Entry() {
          @Override
          void run() {
            task.run();
          }
        };
    add(dueNanos, entry);
    return entry;
  }

  /** The same for an entry that is its own task; it must not be in the agenda already. */
  void add(long dueNanos, Entry entry) {
    entry.waitsIn = this;
    entry.due = dueNanos;
    entry.order = added++;
    entry.cancelled = false;
    entries.add(entry);
    arm();
  }

  Entry after(long delayNanos, Runnable task) {
    return at(clock.nanos() + delayNanos, task);
  }

  /** Runs the task when the clock shows this Unix time, never before. */
  Entry atUnix(long micros, Runnable task) {
    return at(anchorNanos + (micros - anchorMicros) * 1000, task);
  }

  private void sweep() {
    cancelled++;
    if (cancelled > 64 && 2 * cancelled > entries.size()) {
      entries.removeIf(entry -> entry.cancelled);
      cancelled = 0;
    }
  }

  /** Entries that wait, perhaps some cancelled ones among them. */
  int size() {
    return entries.size();
  }

  private void arm() {
    Entry head = entries.peek();
    if (head != null && (armedFor == Long.MAX_VALUE || head.due - armedFor < 0)) {
      armedFor = head.due;
      executor.schedule(() -> run(head.due), Math.max(0, head.due - clock.nanos()));
    }
  }

  private void run(long timer) {
    if (timer != armedFor) {
      // An earlier entry came in between and armed a timer of its own.
      return;
    }
    long now = clock.nanos();
    for (Entry head = entries.peek(); head != null; head = entries.peek()) {
      if (!head.cancelled && head.due - now > 0) {
        break;
      }
      entries.remove();
      head.waitsIn = null;
      if (head.cancelled) {
        cancelled--;
      } else {
        lateness.accept(now - head.due);
        try {
          head.run();
        } catch (RuntimeException e) {
          LOG.error("a timed task failed", e);
        }
      }
    }
    armedFor = Long.MAX_VALUE;
    arm();
  }
}
