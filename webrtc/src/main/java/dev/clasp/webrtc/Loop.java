package dev.clasp.webrtc;

import java.time.Duration;

/** Where the state of the protocol lives: runs tasks one at a time, in order, and knows time. */
interface Loop {

  /** Runs a task soon; any thread. Dropped when the loop has ended. */
  void execute(Runnable task);

  /** Runs a task later. */
  Timer after(Duration delay, Runnable task);

  /** Monotonic time. */
  long nanos();

  /** A task that waits for its time. */
  interface Timer {
    void cancel();
  }
}
