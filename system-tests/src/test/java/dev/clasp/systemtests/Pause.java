package dev.clasp.systemtests;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what nobody tells: looks again and again. */
final class Pause {

  private Pause() {}

  /**
   * @param otherwise what to say if it never happens
   */
  static void until(Supplier<String> otherwise, BooleanSupplier condition) {
    long end = System.nanoTime() + Patience.START.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it never happened:\n" + otherwise.get());
      }
      LockSupport.parkNanos(10_000_000);
    }
  }
}
