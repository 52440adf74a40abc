package dev.clasp.adapterosc;

import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;

/** A clock that stands still until told, and a loop that runs when told. */
final class ManualLoop implements RouterClock, LaneExecutor {

  static final long START_MICROS = 1_700_000_000_000_000L;

  private long nanos = 1_000_000_000L;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();

  private record Timer(long due, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return Long.compare(due, other.due);
    }
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long unixMicros() {
    return START_MICROS + nanos / 1000;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    Timer timer = new Timer(nanos + delayNanos, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  /** Runs what is due. */
  void run() {
    while (true) {
      while (!timers.isEmpty() && timers.peek().due <= nanos) {
        tasks.add(timers.remove().task);
      }
      Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      task.run();
    }
  }

  /** Lets time pass, running what falls due at its time. */
  void pass(Duration duration) {
    long end = nanos + duration.toNanos();
    run();
    while (!timers.isEmpty() && timers.peek().due <= end) {
      nanos = Math.max(nanos, timers.peek().due);
      run();
    }
    nanos = end;
    run();
  }
}
