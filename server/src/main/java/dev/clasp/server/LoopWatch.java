package dev.clasp.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether the event loops still turn. Each question gives every loop a task; a loop that has
 * not run the task of an earlier question within two seconds is stuck. Thread-safe.
 *
 * <p>{@link #look} is for a thread that looks once a second: it says in the log which loop is stuck
 * and what it does, once each time, and keeps how long loops let others wait.
 */
final class LoopWatch {

  private static final Logger LOG = LoggerFactory.getLogger(LoopWatch.class);

  private static final long STUCK_NANOS = 2_000_000_000L;
  private static final int STACK_LINES = 60;

  /**
   * A loop now.
   *
   * @param delayNanos how long the last task waited, or the one that waits has
   */
  record Status(int index, long delayNanos, boolean stuck) {}

  private final class Probe {
    private final int index;
    private final Executor loop;
    private boolean asked;
    private long askedNanos;
    private long delayNanos;
    private boolean reported;
    private @Nullable Thread thread;

    Probe(int index, Executor loop) {
      this.index = index;
      this.loop = loop;
    }

    /** True unless it owes an answer for too long. */
    private synchronized boolean ask(long now) {
      if (!asked) {
        asked = true;
        askedNanos = now;
        try {
          loop.execute(this::answer);
        } catch (RejectedExecutionException e) {
          // It has been stopped, which is not being stuck.
          asked = false;
        }
      }
      return !stuck(now);
    }

    private boolean stuck(long now) {
      return asked && now - askedNanos >= STUCK_NANOS;
    }

    private synchronized void answer() {
      asked = false;
      thread = Thread.currentThread();
      delayNanos = nanos.getAsLong() - askedNanos;
      delays.record(delayNanos);
      if (reported) {
        reported = false;
        LOG.warn("event loop {} turns again after {} ms", index + 1, delayNanos / 1_000_000);
      }
    }

    private synchronized Status status(long now) {
      boolean stuck = stuck(now);
      return new Status(index, asked ? Math.max(delayNanos, now - askedNanos) : delayNanos, stuck);
    }

    private synchronized void report(long now) {
      if (stuck(now) && !reported) {
        reported = true;
        stalls.increment();
        LOG.error(
            "event loop {} has not turned for {} ms: its clients wait. It is at{}",
            index + 1,
            (now - askedNanos) / 1_000_000,
            stack());
      }
    }

    private String stack() {
      Thread looping = thread;
      if (looping == null) {
        return " an unknown place: it has never turned";
      }
      StringBuilder lines = new StringBuilder();
      StackTraceElement[] stack = looping.getStackTrace();
      for (int i = 0; i < stack.length && i < STACK_LINES; i++) {
        lines.append("\n  at ").append(stack[i]);
      }
      return lines.toString();
    }
  }

  private final List<Probe> probes = new ArrayList<>();
  private final LongSupplier nanos;
  private final Timings delays = new Timings();
  private final LongAdder stalls = new LongAdder();

  /**
   * @param nanos a monotonic clock
   */
  LoopWatch(List<? extends Executor> loops, LongSupplier nanos) {
    this.nanos = nanos;
    for (Executor loop : loops) {
      probes.add(new Probe(probes.size(), loop));
    }
  }

  boolean turning() {
    long now = nanos.getAsLong();
    boolean all = true;
    for (Probe probe : probes) {
      all &= probe.ask(now);
    }
    return all;
  }

  /** Asks all loops, and reports those that are stuck. */
  void look() {
    turning();
    long now = nanos.getAsLong();
    probes.forEach(probe -> probe.report(now));
  }

  List<Status> status() {
    long now = nanos.getAsLong();
    return probes.stream().map(probe -> probe.status(now)).toList();
  }

  /** How long tasks waited for their loop. */
  Timings delays() {
    return delays;
  }

  /** How often a loop was found stuck. */
  long stalls() {
    return stalls.sum();
  }
}
