package dev.clasp.bridge;

import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Time and threads of a host, so that tests have their own. Thread-safe. */
interface HostClock extends AutoCloseable {

  /** Monotonic. */
  long nanoTime();

  Instant now();

  /**
   * Runs a short task later.
   *
   * @return calls it off
   */
  Runnable schedule(Runnable task, long delayNanos);

  /** Runs a task that may wait, on a thread of its own. */
  void execute(String name, Runnable task);

  @Override
  void close();

  /** The real one: a timer thread, and virtual threads for what may wait. */
  static HostClock system() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("clasp-bridges").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return new HostClock() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public Runnable schedule(Runnable task, long delayNanos) {
        if (timer.isShutdown()) {
          return () -> {};
        }
        Future<?> future = timer.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
      }

      @Override
      public void execute(String name, Runnable task) {
        Thread.ofVirtual().name(name).start(task);
      }

      @Override
      public void close() {
        timer.shutdown();
      }
    };
  }
}
