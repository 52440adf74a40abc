package dev.clasp.discovery;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Time, and calls at a later one. Tests put one here that stands still. Thread-safe. */
interface Alarm extends AutoCloseable {

  /** A monotonic clock. */
  long nanos();

  /**
   * Runs a task once, after so long, on the thread of this alarm; never after {@link #close}.
   *
   * @return takes it back
   */
  Runnable after(long nanos, Runnable task);

  /** Nothing runs any more that has not begun. Idempotent. */
  @Override
  void close();

  /** The real one, with a daemon thread. */
  static Alarm system(String name) {
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(name).factory());
    thread.setRemoveOnCancelPolicy(true);
    return new Alarm() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public Runnable after(long nanos, Runnable task) {
        try {
          ScheduledFuture<?> future = thread.schedule(task, nanos, TimeUnit.NANOSECONDS);
          return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
          return () -> {};
        }
      }

      @Override
      public void close() {
        thread.shutdownNow();
      }
    };
  }
}
