package dev.clasp.router.spi;

/** The single thread that a lane runs on: an event loop, or a hand-driven one in tests. */
public interface LaneExecutor {

  /** Runs the task on the lane's thread, after what runs now. Any thread may call. */
  void execute(Runnable task);

  /** Runs the task on the lane's thread after a delay in nanoseconds. Any thread may call. */
  Cancellable schedule(Runnable task, long delayNanos);

  /** A task that may still be called off. */
  interface Cancellable {
    /**
     * Called on the lane's thread, the task will not run; it has no effect when the task has run.
     */
    void cancel();
  }
}
