package dev.clasp.router;

import dev.clasp.router.spi.LaneExecutor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A lane's thread, a real one. */
record ThreadLoop(ScheduledExecutorService executor) implements LaneExecutor {

  /** Starts a thread. */
  ThreadLoop() {
    this(Executors.newSingleThreadScheduledExecutor());
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    Future<?> future = executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }
}
