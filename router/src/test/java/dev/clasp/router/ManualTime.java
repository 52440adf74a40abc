package dev.clasp.router;

import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** A clock that stands still until told, and event loops that run when told. One thread. */
final class ManualTime implements RouterClock {

  static final long START_MICROS = 1_700_000_000_000_000L;

  private long nanos = 1_000_000_000L;
  private long wallStep;
  private final List<Loop> loops = new ArrayList<>();

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long unixMicros() {
    return START_MICROS + nanos / 1000;
  }

  @Override
  public long wallMicros() {
    return unixMicros() + wallStep;
  }

  /** Somebody sets the clock on the wall. */
  void stepWall(Duration duration) {
    wallStep += duration.toNanos() / 1000;
  }

  Loop loop() {
    Loop loop = new Loop();
    loops.add(loop);
    return loop;
  }

  /** Runs everything that is due on all loops. */
  void runAll() {
    boolean ran = true;
    while (ran) {
      ran = false;
      for (Loop loop : loops) {
        ran |= loop.run();
      }
    }
  }

  /** Lets time pass, running what falls due at its time. */
  void pass(Duration duration) {
    long end = nanos + duration.toNanos();
    runAll();
    while (true) {
      long next = Long.MAX_VALUE;
      for (Loop loop : loops) {
        if (!loop.timers.isEmpty()) {
          next = Math.min(next, loop.timers.peek().due);
        }
      }
      if (next > end) {
        break;
      }
      nanos = Math.max(nanos, next);
      runAll();
    }
    nanos = end;
    runAll();
  }

  /** Lets time pass while nothing runs, as on a machine that is busy with something else. */
  void stall(Duration duration) {
    nanos += duration.toNanos();
  }

  final class Loop implements LaneExecutor {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();

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

    /** Runs what is due; true if there was something. */
    boolean run() {
      while (!timers.isEmpty() && timers.peek().due <= nanos) {
        tasks.add(timers.remove().task);
      }
      boolean ran = false;
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
        ran = true;
      }
      return ran;
    }
  }

  private record Timer(long due, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return Long.compare(due, other.due);
    }
  }
}
