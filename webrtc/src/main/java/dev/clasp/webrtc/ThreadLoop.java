package dev.clasp.webrtc;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loop with a daemon thread of its own. */
final class ThreadLoop implements Loop {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  private final ScheduledThreadPoolExecutor executor;

  ThreadLoop() {
    executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("clasp-p2p-loop").factory());
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    offer(task);
  }

  /** Runs a task soon; false when the loop has ended. */
  boolean offer(Runnable task) {
    try {
      executor.execute(() -> run(task));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    try {
      Future<?> future = executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  /** After what was handed over before. */
  void end() {
    executor.shutdown();
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      // Also the Errors that the native library throws for a bad input.
      LOG.error("unexpected failure in the loop", e);
    }
  }
}
