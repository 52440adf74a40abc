package dev.clasp.bridgemidi;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What must happen at a time and not soon after: ticks of clocks, time code, messages with a time.
 * One platform thread, which sleeps until the next is due; a virtual one would wait for others. The
 * thread is there only while there is something to be done. Measures how late it is.
 */
final class Beat implements AutoCloseable {

  /** Something that is due now and then. Called by the thread of the beat only. */
  interface Source {
    /** In the time of {@link System#nanoTime}; {@link Long#MAX_VALUE} for never. */
    long next();

    /** It is due; must not wait. */
    void fire(long now);
  }

  private static final int KEPT = 4096;

  private final String name;
  private final List<Source> sources = new CopyOnWriteArrayList<>();

  /** Of the newest events, nanoseconds; guarded by itself. */
  private final long[] late = new long[KEPT];

  private long events;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;

  Beat(String name) {
    this.name = name;
  }

  synchronized void add(Source source) {
    sources.add(source);
    if (thread == null && !closed) {
      Thread started = Thread.ofPlatform().daemon().name("midi-beat-" + name).unstarted(this::run);
      started.setPriority(Thread.MAX_PRIORITY);
      thread = started;
      started.start();
    }
    wake();
  }

  /** Something is due earlier than before. */
  void wake() {
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      long due = Long.MAX_VALUE;
      Source first = null;
      for (Source source : sources) {
        long next = source.next();
        if (next != Long.MAX_VALUE && (first == null || next - due < 0)) {
          due = next;
          first = source;
        }
      }
      if (first == null) {
        LockSupport.park(this);
        continue;
      }
      long now = System.nanoTime();
      if (now - due < 0) {
        LockSupport.parkNanos(this, due - now);
        continue;
      }
      synchronized (late) {
        late[(int) (events++ % KEPT)] = now - due;
      }
      first.fire(now);
    }
  }

  /**
   * How late the newest events were.
   *
   * @return microseconds of half of them and of 99 in 100; zeros if there were none
   */
  double[] lateMicros() {
    long[] sorted;
    synchronized (late) {
      sorted = Arrays.copyOf(late, (int) Math.min(events, KEPT));
    }
    if (sorted.length == 0) {
      return new double[] {0, 0};
    }
    Arrays.sort(sorted);
    return new double[] {
      sorted[sorted.length / 2] / 1e3, sorted[(int) ((sorted.length - 1) * 0.99)] / 1e3
    };
  }

  boolean used() {
    return thread != null;
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
    }
    wake();
    Flushing.join(running);
  }
}
