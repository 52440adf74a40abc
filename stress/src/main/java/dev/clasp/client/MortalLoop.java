package dev.clasp.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;

/** A loop that runs when told, and ends like Netty's: what it had accepted may never run. */
final class MortalLoop implements Reactor {

  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final List<Runnable> whenEnded = new ArrayList<>();
  private boolean ended;
  private volatile boolean ending;

  /** The loop: runs what is there. */
  void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** The loop: refuses from now on, drops what is left, and tells who wants to know. */
  void end() {
    ending = true;
    List<Runnable> listeners;
    synchronized (this) {
      ended = true;
      listeners = List.copyOf(whenEnded);
    }
    listeners.forEach(Runnable::run);
  }

  @Override
  public void execute(Runnable task) {
    if (ending) {
      throw new RejectedExecutionException("ending");
    }
    tasks.add(task);
  }

  @Override
  public Timer whenEnded(Runnable task) {
    synchronized (this) {
      if (!ended) {
        whenEnded.add(task);
        return () -> {};
      }
    }
    task.run();
    return () -> {};
  }

  @Override
  public Timer schedule(Runnable task, long delayNanos) {
    throw new UnsupportedOperationException("no time");
  }

  @Override
  public boolean inLoop() {
    return false;
  }

  @Override
  public long nanos() {
    return 0;
  }

  @Override
  public long unixMicros() {
    return 0;
  }
}
