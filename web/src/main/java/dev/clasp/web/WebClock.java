package dev.clasp.web;

import dev.clasp.bridge.spi.EndpointContext;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Time, for sessions, feeds and the API over them. Thread-safe. */
public interface WebClock {

  /** Monotonic. */
  long nanoTime();

  /**
   * Runs something later, on a thread of its own.
   *
   * @return calls it off
   */
  Runnable schedule(Runnable task, long delayNanos);

  /** That of the machine. */
  static WebClock system() {
    return SystemClock.ONLY;
  }

  /** That of the host of a bridge. */
  static WebClock of(EndpointContext context) {
    return new WebClock() {
      @Override
      public long nanoTime() {
        return context.nanoTime();
      }

      @Override
      public Runnable schedule(Runnable task, long delayNanos) {
        return context.schedule(() -> Thread.ofVirtual().name("clasp-web").start(task), delayNanos);
      }
    };
  }

  /** One timer for the process. */
  final class SystemClock implements WebClock {

    private static final SystemClock ONLY = new SystemClock();

    private final ScheduledThreadPoolExecutor timer;

    private SystemClock() {
      timer =
          new ScheduledThreadPoolExecutor(
              1, Thread.ofPlatform().daemon().name("clasp-web-timer").factory());
      timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Runnable schedule(Runnable task, long delayNanos) {
      var scheduled =
          timer.schedule(
              () -> Thread.ofVirtual().name("clasp-web").start(task),
              delayNanos,
              TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    }
  }
}
