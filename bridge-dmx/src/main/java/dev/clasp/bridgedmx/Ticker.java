package dev.clasp.bridgedmx;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Monotonic time and waiting for it; tests turn the clock by hand. */
interface Ticker {

  Ticker SYSTEM =
      new Ticker() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleepUntil(long nanos) throws InterruptedException {
          for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
            if (Thread.interrupted()) {
              throw new InterruptedException();
            }
          }
        }
      };

  long nanoTime();

  /** Returns then, or a little later. */
  void sleepUntil(long nanos) throws InterruptedException;
}
