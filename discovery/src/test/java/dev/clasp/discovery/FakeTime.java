package dev.clasp.discovery;

import java.util.concurrent.TimeUnit;

/** A clock that the test turns, with a timetable that runs while it does. */
final class FakeTime {

  // Just before it overflows, which must not matter.
  private long now = Long.MAX_VALUE - 1_000_000;
  final Timetable timetable = new Timetable(this::nanos);

  long nanos() {
    return now;
  }

  /** Everything that is due within so many milliseconds happens, in its order. */
  void pass(long millis) {
    long end = now + TimeUnit.MILLISECONDS.toNanos(millis);
    while (true) {
      long next = timetable.next();
      if (next == Timetable.NEVER || next > end - now) {
        break;
      }
      now += next;
      timetable.run();
    }
    now = end;
  }
}
