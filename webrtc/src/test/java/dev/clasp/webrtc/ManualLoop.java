package dev.clasp.webrtc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** A loop whose time the test moves. Tasks run when the test says so. */
final class ManualLoop implements Loop {

  private static final class Due {
    final long at;
    final Runnable task;
    boolean cancelled;

    Due(long at, Runnable task) {
      this.at = at;
      this.task = task;
    }
  }

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<Due> timers = new ArrayList<>();
  private long now = 1_000_000_000L;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Due due = new Due(now + delay.toNanos(), task);
    timers.add(due);
    return () -> due.cancelled = true;
  }

  @Override
  public long nanos() {
    return now;
  }

  /** Runs everything that is to run now. */
  void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Lets time pass, with everything that happens meanwhile. */
  void pass(Duration time) {
    long end = now + time.toNanos();
    run();
    for (Optional<Due> next = next(end); next.isPresent(); next = next(end)) {
      timers.remove(next.get());
      now = Math.max(now, next.get().at);
      next.get().task.run();
      run();
    }
    now = end;
  }

  private Optional<Due> next(long end) {
    timers.removeIf(due -> due.cancelled);
    return timers.stream()
        .filter(due -> due.at <= end)
        .min(Comparator.comparingLong(due -> due.at));
  }

  /** Timers that are still to fire. */
  int pending() {
    timers.removeIf(due -> due.cancelled);
    return timers.size();
  }
}
