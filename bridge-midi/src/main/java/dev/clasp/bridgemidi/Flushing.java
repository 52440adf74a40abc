package dev.clasp.bridgemidi;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Waits for ends, within bounds. */
final class Flushing {

  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long END_MILLIS = 2000;

  private Flushing() {}

  static void await(BooleanSupplier done, long nanos) {
    long end = System.nanoTime() + nanos;
    while (!done.getAsBoolean() && System.nanoTime() < end && !Thread.interrupted()) {
      LockSupport.parkNanos(LOOK);
    }
  }

  /** So that a port is free when its close returns; a driver that hangs holds us up 2 s. */
  static void join(@Nullable Thread thread) {
    if (thread == null || thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
