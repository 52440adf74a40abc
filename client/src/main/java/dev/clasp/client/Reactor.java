package dev.clasp.client;

/**
 * The one thread that a client's state lives on, and its time: an event loop, or a hand-driven one
 * in tests.
 */
interface Reactor {

  /**
   * Runs the task on the loop, after what runs now. Any thread.
   *
   * @throws java.util.concurrent.RejectedExecutionException the loop has ended for good
   */
  void execute(Runnable task);

  /** Runs the task on the loop after a delay. Loop. */
  Timer schedule(Runnable task, long delayNanos);

  /** Is this the loop's thread? */
  boolean inLoop();

  /** Monotonic nanoseconds from an arbitrary origin. Any thread. */
  long nanos();

  /** Local Unix time in microseconds that never steps. Any thread. */
  long unixMicros();

  /** A task that may still be called off. */
  interface Timer {
    /** Loop. The task will not run; no effect when it has. */
    void cancel();
  }
}
