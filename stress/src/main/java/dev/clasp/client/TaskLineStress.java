package dev.clasp.client;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The hand-over of callbacks from the loop and other threads to an executor. */
public final class TaskLineStress {

  private TaskLineStress() {}

  /** A line, and an executor whose threads run when told. */
  private static final class Line {
    private final ConcurrentLinkedQueue<Runnable> threads = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean refuses = new AtomicBoolean();
    private final Turn turn = new Turn();
    private final TaskLine line = new TaskLine(this::execute, turn);

    /** Tasks that run at this moment. */
    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();

    private final TaskLine.Task task =
        new TaskLine.Task() {
          @Override
          public void run() {
            if (running.incrementAndGet() > 1) {
              overlaps.incrementAndGet();
            }
            done.incrementAndGet();
            running.decrementAndGet();
          }

          @Override
          public void refused() {
            done.incrementAndGet();
          }
        };

    private void execute(Runnable run) {
      if (refuses.get()) {
        throw new RejectedExecutionException("full");
      }
      threads.add(run);
    }

    void add() {
      line.add(task);
    }

    /** The loop, at the end of a turn. */
    void stageTwo() {
      line.stage(task);
      line.stage(task);
      turn.end();
    }

    /** A thread of the executor. */
    void runOnce() {
      Runnable run = threads.poll();
      if (run != null) {
        run.run();
      }
    }

    void result(II_Result r) {
      while (!threads.isEmpty()) {
        runOnce();
      }
      r.r1 = done.get();
      r.r2 = overlaps.get();
    }
  }

  /** The loop hands over while the executor runs: nothing is left behind. */
  @JCStressTest
  @Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "everything ran, one at a time")
  @Outcome(expect = Expect.FORBIDDEN, desc = "something is left, or two ran at once")
  @State
  public static class HandOver {
    private final Line line = new Line();

    @Actor
    public void loop() {
      line.stageTwo();
      line.add();
    }

    @Actor
    public void executor() {
      line.runOnce();
      line.runOnce();
    }

    @Arbiter
    public void later(II_Result r) {
      line.result(r);
    }
  }

  /** Two threads of the executor add, and run what there is: one task at a time. */
  @JCStressTest
  @Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "everything ran, one at a time")
  @Outcome(expect = Expect.FORBIDDEN, desc = "something is left, or two ran at once")
  @State
  public static class OneAtATime {
    private final Line line = new Line();

    @Actor
    public void first() {
      line.add();
      line.runOnce();
      line.add();
    }

    @Actor
    public void second() {
      line.add();
      line.runOnce();
      line.runOnce();
    }

    @Arbiter
    public void later(II_Result r) {
      line.result(r);
    }
  }

  /** The executor refuses from some moment on: every task has run or is told, none twice. */
  @JCStressTest
  @Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "everything ran or was told")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a task was forgotten, or two ran at once")
  @State
  public static class Refused {
    private final Line line = new Line();

    @Actor
    public void loop() {
      line.stageTwo();
      line.add();
    }

    @Actor
    public void executor() {
      line.refuses.set(true);
      line.runOnce();
    }

    @Arbiter
    public void later(II_Result r) {
      line.result(r);
    }
  }
}
