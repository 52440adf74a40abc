package dev.clasp.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks on an executor, one at a time and in order. Thread-safe, but {@link #stage} is for the
 * loop only.
 */
final class TaskLine {

  private static final Logger LOG = LoggerFactory.getLogger(TaskLine.class);

  /** Tasks before the executor's thread is given back, for executors that are shared. */
  private static final int BURST = 256;

  /** A task that wants to know when it will not be run. */
  interface Task extends Runnable {

    /** The executor has refused. Any thread; no lock of the line is held. */
    void refused();
  }

  private final Executor executor;
  private final Turn turn;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private List<Runnable> staged = new ArrayList<>();

  /** Runs of {@link #drain} that are going on or asked for: at most one, two after relief. */
  private int runs;

  private long taken;
  private long takenAtLook = -1;

  TaskLine(Executor executor, Turn turn) {
    this.executor = executor;
    this.turn = turn;
  }

  /** Loop. Adds a task that is handed over at the end of the turn. */
  void stage(Runnable task) {
    if (staged.isEmpty()) {
      turn.staged(this);
    }
    staged.add(task);
  }

  /** Loop. Hands over what was staged. */
  void publish() {
    lock.lock();
    try {
      tasks.addAll(staged);
    } finally {
      lock.unlock();
    }
    if (staged.size() > BURST) {
      staged = new ArrayList<>();
    } else {
      staged.clear();
    }
    start(1);
  }

  /** Adds a task. Any thread. */
  void add(Runnable task) {
    lock.lock();
    try {
      tasks.add(task);
    } finally {
      lock.unlock();
    }
    start(1);
  }

  /** True while tasks wait. */
  boolean isWaiting() {
    lock.lock();
    try {
      return !tasks.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * If no task was begun since the last call although some wait, lets another thread go on with
   * them: the running one may be waiting for one behind it. Gives up the strict order for that.
   */
  void relieveIfStuck() {
    boolean stuck;
    lock.lock();
    try {
      stuck = !tasks.isEmpty() && taken == takenAtLook;
      takenAtLook = taken;
    } finally {
      lock.unlock();
    }
    if (stuck) {
      start(Integer.MAX_VALUE);
    }
  }

  private void start(int maxRuns) {
    lock.lock();
    try {
      if (tasks.isEmpty() || runs >= maxRuns) {
        return;
      }
      runs++;
    } finally {
      lock.unlock();
    }
    execute();
  }

  private void execute() {
    try {
      executor.execute(this::drain);
    } catch (RuntimeException e) {
      LOG.warn("the executor refuses to run callbacks; their signals are lost: {}", e.toString());
      List<Runnable> lost;
      lock.lock();
      try {
        runs--;
        lost = List.copyOf(tasks);
        tasks.clear();
      } finally {
        lock.unlock();
      }
      for (Runnable task : lost) {
        if (task instanceof Task owned) {
          owned.refused();
        }
      }
    }
  }

  private void drain() {
    for (int i = 0; i < BURST; i++) {
      Runnable task;
      lock.lock();
      try {
        task = tasks.poll();
        if (task == null) {
          runs--;
          return;
        }
        taken++;
      } finally {
        lock.unlock();
      }
      try {
        task.run();
      } catch (Throwable e) {
        // Tasks report the failures of users themselves; whatever comes here must not end the line.
        LOG.error("unexpected failure outside the loop", e);
      }
    }
    execute();
  }
}
