package dev.clasp.bench;

/** Monotonic time in nanoseconds, from any origin. A fake in tests. */
@FunctionalInterface
interface NanoClock {
  NanoClock SYSTEM = System::nanoTime;

  long nanos();
}
