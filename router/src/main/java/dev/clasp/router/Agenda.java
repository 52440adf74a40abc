package dev.clasp.router;

import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import java.util.PriorityQueue;
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

  /** One moment on both clocks: what is due at the same Unix time is due in the same nanosecond. */
  private final long anchorNanos;

  private final long anchorMicros;

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long added;
  private int cancelled;

  /** Time of the executor's earliest timer that is still to come. */
  private long armedFor = Long.MAX_VALUE;

  Agenda(LaneExecutor executor, RouterClock clock) {
    this.executor = executor;
    this.clock = clock;
    this.anchorNanos = clock.nanos();
    this.anchorMicros = clock.unixMicros();
  }

  private static final Runnable NOTHING = () -> {};

  /** Something to do once; it can be called off until it runs. */
  static final class Entry implements Comparable<Entry> {
    private final Agenda agenda;
    private final long due;
    private final long order;
    private Runnable task;
    private boolean over;

    private Entry(Agenda agenda, long due, long order, Runnable task) {
      this.agenda = agenda;
      this.due = due;
      this.order = order;
      this.task = task;
    }

    /** No effect when it has run. Frees what the task refers to. */
    void cancel() {
      if (!over) {
        over = true;
        task = NOTHING;
        agenda.forgetCancelled();
      }
    }

    @Override
    public int compareTo(Entry other) {
      // By difference: the monotonic clock may pass Long.MAX_VALUE.
      int byTime = Long.signum(due - other.due);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** Runs the task when the clock shows this time, or as soon as possible after it. */
  Entry at(long dueNanos, Runnable task) {
    Entry entry = new Entry(this, dueNanos, added++, task);
    entries.add(entry);
    if (entries.peek() == entry) {
      arm();
    }
    return entry;
  }

  Entry after(long delayNanos, Runnable task) {
    return at(clock.nanos() + delayNanos, task);
  }

  /** Runs the task when the clock shows this Unix time, never before. */
  Entry atUnix(long micros, Runnable task) {
    return at(anchorNanos + (micros - anchorMicros) * 1000, task);
  }

  /** Entries that wait, perhaps some cancelled ones among them. */
  int size() {
    return entries.size();
  }

  private void forgetCancelled() {
    cancelled++;
    if (cancelled > 64 && 2 * cancelled > entries.size()) {
      entries.removeIf(entry -> entry.over);
      cancelled = 0;
    }
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
      if (!head.over && head.due - now > 0) {
        break;
      }
      entries.remove();
      if (head.over) {
        cancelled--;
      } else {
        head.over = true;
        try {
          head.task.run();
        } catch (RuntimeException e) {
          LOG.error("a timed task failed", e);
        }
      }
    }
    armedFor = Long.MAX_VALUE;
    arm();
  }
}
