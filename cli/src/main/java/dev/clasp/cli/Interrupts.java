package dev.clasp.cli;

/** How a running command learns what the user wants of its process. Thread-safe. */
interface Interrupts {

  /**
   * Calls {@code action} once when the process is asked to end (SIGINT, SIGTERM), on a thread of
   * the system; then the command returns as soon as it can. Without any action the process ends at
   * once.
   *
   * @return closes the registration
   */
  Registration onInterrupt(Runnable action);

  /**
   * Calls {@code action} when the process is asked to end once more; a third time ends it at once.
   * If there is no action, the second time does.
   *
   * @return closes the registration
   */
  default Registration onImpatience(Runnable action) {
    return () -> {};
  }

  /**
   * Calls {@code action} each time that the process is told to look at its settings again (SIGHUP).
   * Without any action SIGHUP ends the process.
   *
   * @return closes the registration
   */
  default Registration onHangup(Runnable action) {
    return () -> {};
  }

  /** Takes an action back. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
