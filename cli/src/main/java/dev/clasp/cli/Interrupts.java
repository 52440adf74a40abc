package dev.clasp.cli;

/** How a running command learns that the user wants it to end (SIGINT, SIGTERM). Thread-safe. */
interface Interrupts {

  /**
   * Calls {@code action} once when the process is asked to end, on a thread of the system; then the
   * command has a few seconds to return. Without any action the process ends at once.
   *
   * @return closes the registration
   */
  Registration onInterrupt(Runnable action);

  /** Takes an action back. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
