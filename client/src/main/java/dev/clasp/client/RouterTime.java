package dev.clasp.client;

/**
 * Router time from local time. Corrections of up to 100 ms are spread out, so that time neither
 * jumps nor runs backwards; larger ones, such as after reconnecting to another router, are made at
 * once. Thread-safe; one thread corrects.
 */
final class RouterTime {

  /** Beyond, spreading out would take minutes. */
  static final long MAX_SLEW_MICROS = 100_000;

  /** One microsecond of correction for so many of time: 1 ms per second. */
  private static final long SLEW = 1_000;

  /** From a moment of local time on, the offset goes from start to target. */
  private record Course(long since, long start, long target) {
    long offsetAt(long local) {
      long elapsed = Math.max(0, local - since);
      long step = elapsed / SLEW;
      return target >= start ? Math.min(target, start + step) : Math.max(target, start - step);
    }
  }

  private volatile Course course = new Course(0, 0, 0);

  /** All in microseconds. */
  long at(long local) {
    return local + course.offsetAt(local);
  }

  /** The offset should be this one. */
  void correct(long local, long offset) {
    long now = course.offsetAt(local);
    boolean jump = Math.abs(offset - now) > MAX_SLEW_MICROS;
    course = new Course(local, jump ? offset : now, offset);
  }

  /** The offset is this one, from now on. */
  void set(long local, long offset) {
    course = new Course(local, offset, offset);
  }
}
