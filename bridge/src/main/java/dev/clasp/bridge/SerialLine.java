package dev.clasp.bridge;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks one after the other, on a thread that exists only while there are some. */
final class SerialLine {

  private static final Logger LOG = LoggerFactory.getLogger(SerialLine.class);

  private final Consumer<Runnable> starter;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private boolean running;

  /**
   * @param starter runs a task that may wait
   */
  SerialLine(Consumer<Runnable> starter) {
    this.starter = starter;
  }

  void add(Runnable task) {
    synchronized (this) {
      tasks.addLast(task);
      if (running) {
        return;
      }
      running = true;
    }
    starter.accept(this::runAll);
  }

  private void runAll() {
    while (true) {
      Runnable task;
      synchronized (this) {
        task = tasks.pollFirst();
        if (task == null) {
          running = false;
          return;
        }
      }
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        LOG.error("unexpected failure in a bridge", e);
      }
    }
  }
}
