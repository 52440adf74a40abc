package dev.clasp.bridgehttp;

import dev.clasp.bridgetestkit.FakeContext;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A host whose time goes on when the test says so: to what is due next. */
final class TimedContext extends FakeContext {

  record Due(Runnable task, long delayNanos) {}

  final BlockingQueue<Due> due = new LinkedBlockingQueue<>();

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    Due next = new Due(task, delayNanos);
    due.add(next);
    return () -> due.remove(next);
  }

  /** Lets the time pass until the next thing is due, and does it. */
  double passSeconds() {
    Due next = taken(due, "nothing is due; told was " + told);
    nanos.addAndGet(next.delayNanos);
    next.task.run();
    return next.delayNanos / 1e9;
  }
}
