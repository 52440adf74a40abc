package dev.clasp.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;

/** A loop that runs when told, and time that stands still until told. One thread. */
final class ManualReactor implements Reactor {

  static final long START_MICROS = 1_700_000_000_000_000L;

  private long nanos = 1_000_000_000L;
  private long timerCount;
  private boolean ending;
  private boolean silent;
  private final List<Runnable> whenEnded = new ArrayList<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Due> timers = new PriorityQueue<>();

  @Override
  public void execute(Runnable task) {
    if (ending) {
      if (silent) {
        return;
      }
      throw new RejectedExecutionException("the loop is ending");
    }
    tasks.add(task);
  }

  @Override
  public Timer whenEnded(Runnable task) {
    whenEnded.add(task);
    return () -> whenEnded.remove(task);
  }

  /**
   * The loop begins to end: nothing is run any more.
   *
   * @param silent what is executed is dropped without a word, as Netty does at the very end
   */
  void beginEnd(boolean silent) {
    ending = true;
    this.silent = silent;
  }

  /** The loop has ended. */
  void end() {
    ending = true;
    silent = false;
    tasks.clear();
    List.copyOf(whenEnded).forEach(Runnable::run);
  }

  /** Who wants to hear of the end. */
  int watches() {
    return whenEnded.size();
  }

  @Override
  public Timer schedule(Runnable task, long delayNanos) {
    Due due = new Due(nanos + delayNanos, timerCount++, task);
    timers.add(due);
    return () -> timers.remove(due);
  }

  @Override
  public boolean inLoop() {
    return false;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long unixMicros() {
    return START_MICROS + nanos / 1000;
  }

  /** Runs everything that is to be run now. */
  void run() {
    while (true) {
      while (!timers.isEmpty() && timers.peek().nanos <= nanos) {
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
    while (!timers.isEmpty() && timers.peek().nanos <= end) {
      nanos = Math.max(nanos, timers.peek().nanos);
      run();
    }
    nanos = end;
    run();
  }

  /** The loop stands still for so long, as in a debugger, and finds everything overdue. */
  void standStill(Duration duration) {
    nanos += duration.toNanos();
    run();
  }

  /** Timers that are set. */
  int timers() {
    return timers.size();
  }

  private record Due(long nanos, long number, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return nanos != other.nanos
          ? Long.compare(nanos, other.nanos)
          : Long.compare(number, other.number);
    }
  }
}
