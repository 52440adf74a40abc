package dev.clasp.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what has to happen; how long it takes does not matter. */
public final class Eventually {

  public static final Duration LIMIT = Duration.ofSeconds(30);

  private Eventually() {}

  public static void is(String what, BooleanSupplier condition) {
    is(() -> what, condition);
  }

  public static void is(Supplier<String> what, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never: " + what.get());
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
