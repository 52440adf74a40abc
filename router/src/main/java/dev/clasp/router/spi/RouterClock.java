package dev.clasp.router.spi;

/** Time as the router needs it. Thread-safe. */
public interface RouterClock {

  /** Monotonic nanoseconds from an arbitrary origin. */
  long nanos();

  /** Unix time in microseconds. Never steps back, whatever happens to the system's clock. */
  long unixMicros();

  /**
   * What the clock on the wall shows, as Unix time in microseconds: for what was agreed with others
   * by their clocks, such as the end of a token. Steps whenever somebody sets the clock.
   */
  default long wallMicros() {
    return unixMicros();
  }

  /** The machine's clock: wall time taken once, advanced by the monotonic clock. */
  static RouterClock system() {
    long wall = System.currentTimeMillis() * 1000;
    long origin = System.nanoTime();
    return new RouterClock() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public long unixMicros() {
        return wall + (System.nanoTime() - origin) / 1000;
      }

      @Override
      public long wallMicros() {
        return System.currentTimeMillis() * 1000;
      }
    };
  }
}
