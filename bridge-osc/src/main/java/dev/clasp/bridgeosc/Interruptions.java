package dev.clasp.bridgeosc;

/** Waiting for a thread that ends because its socket is closed. */
final class Interruptions {

  private Interruptions() {}

  static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
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
