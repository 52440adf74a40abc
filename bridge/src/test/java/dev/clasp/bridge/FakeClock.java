package dev.clasp.bridge;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** Time that stands still until a test lets it pass. One thread. */
final class FakeClock implements HostClock {

  private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

  private record Timer(long due, long number, Runnable task) {}

  private final List<Timer> timers = new ArrayList<>();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private long nanos = 1_000_000_000;
  private long numbers;
  private boolean settling;

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant now() {
    return ORIGIN.plusNanos(nanos);
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    Timer timer = new Timer(nanos + Math.max(0, delayNanos), numbers++, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  @Override
  public void execute(String name, Runnable task) {
    tasks.addLast(task);
  }

  /** Everything that can happen without time happens. */
  void settle() {
    if (settling) {
      return;
    }
    settling = true;
    try {
      for (int i = 0; !tasks.isEmpty(); i++) {
        if (i > 1_000_000) {
          throw new AssertionError("it never settles");
        }
        tasks.removeFirst().run();
      }
    } finally {
      settling = false;
    }
  }

  void pass(Duration time) {
    settle();
    long end = nanos + time.toNanos();
    while (true) {
      Timer next =
          timers.stream()
              .min(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number))
              .filter(timer -> timer.due() <= end)
              .orElse(null);
      if (next == null) {
        break;
      }
      timers.remove(next);
      nanos = Math.max(nanos, next.due());
      next.task().run();
      settle();
    }
    nanos = end;
  }

  int timers() {
    return timers.size();
  }

  @Override
  public void close() {
    timers.clear();
  }
}
