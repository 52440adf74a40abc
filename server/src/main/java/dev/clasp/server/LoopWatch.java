package dev.clasp.server;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Tells whether the event loops still turn. Each question gives every loop a task; a loop that has
 * not run the task of an earlier question within two seconds is stuck. Costs nothing in between.
 * Thread-safe.
 */
final class LoopWatch {

  private static final long STUCK_NANOS = 2_000_000_000L;

  private static final class Probe {
    private final Executor loop;
    private boolean asked;
    private long askedNanos;

    Probe(Executor loop) {
      this.loop = loop;
    }

    /** True unless it owes an answer for too long. */
    private synchronized boolean ask(long now) {
      if (!asked) {
        asked = true;
        askedNanos = now;
        loop.execute(this::answer);
      }
      return !asked || now - askedNanos < STUCK_NANOS;
    }

    private synchronized void answer() {
      asked = false;
    }
  }

  private final List<Probe> probes;
  private final LongSupplier nanos;

  /**
   * @param nanos a monotonic clock
   */
  LoopWatch(List<? extends Executor> loops, LongSupplier nanos) {
    this.probes = loops.stream().map(Probe::new).toList();
    this.nanos = nanos;
  }

  boolean turning() {
    long now = nanos.getAsLong();
    boolean all = true;
    for (Probe probe : probes) {
      all &= probe.ask(now);
    }
    return all;
  }
}
