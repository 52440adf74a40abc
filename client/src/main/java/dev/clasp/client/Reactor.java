package dev.clasp.client;

/**
 * The one thread that a client's state lives on, and its time: an event loop, or a hand-driven one
 * in tests.
 */
interface Reactor {

  /**
   * Runs the task on the loop, after what runs now. Any thread.
   *
   * @throws java.util.concurrent.RejectedExecutionException the loop has ended, or is ending
   */
  void execute(Runnable task);

  /**
   * Runs the task on some thread when the loop has ended and its thread has done its last. Tasks
   * that {@link #execute} took shortly before may not have run. Any thread.
   *
   * @return calls it off, unless the loop is ending already; any thread
   */
  Timer whenEnded(Runnable task);

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
    /** Loop, where nothing else is said. The task will not run; no effect when it has. */
    void cancel();
  }
}
