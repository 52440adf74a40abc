package dev.clasp.bridge;

/** Waiting for threads that end because their socket is closed, or because they were told. */
public final class Interruptions {

  private Interruptions() {}

  /** Waits for the end of a thread, even if interrupted meanwhile; not for one's own. */
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (!thread.equals(Thread.currentThread())) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
