package dev.clasp.discovery;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/** Time that moves when the test says so; what is due runs on the thread that moves it. */
final class FakeAlarm implements Alarm {

  private record Due(long nanos, long number, Runnable task) {}

  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::number));
  private long now = 1_000_000_000_000L;
  private long numbers;
  private boolean closed;

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public synchronized Runnable after(long nanos, Runnable task) {
    Due next = new Due(now + nanos, numbers++, task);
    if (!closed) {
      due.add(next);
    }
    return () -> cancel(next);
  }

  private synchronized void cancel(Due task) {
    due.remove(task);
  }

  void advance(Duration by) {
    long end = nanos() + by.toNanos();
    for (Optional<Due> next = next(end); next.isPresent(); next = next(end)) {
      next.get().task().run();
    }
    synchronized (this) {
      now = end;
    }
  }

  /** As after a suspend: time has passed, and what was due is due now. */
  void leap(Duration by) {
    synchronized (this) {
      now += by.toNanos();
    }
    advance(Duration.ZERO);
  }

  private synchronized Optional<Due> next(long end) {
    Due first = due.peek();
    if (first == null || first.nanos() > end) {
      return Optional.empty();
    }
    now = Math.max(now, first.nanos());
    return Optional.ofNullable(due.poll());
  }

  /** Until the next task; empty if there is none. */
  synchronized Optional<Duration> untilNext() {
    return Optional.ofNullable(due.peek()).map(next -> Duration.ofNanos(next.nanos() - now));
  }

  synchronized int waiting() {
    return due.size();
  }

  @Override
  public synchronized void close() {
    closed = true;
    due.clear();
  }
}
