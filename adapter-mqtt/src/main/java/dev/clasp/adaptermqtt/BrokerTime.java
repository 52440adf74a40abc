package dev.clasp.adaptermqtt;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Clock and alarms of the adapter; tests turn the hands of their own. Thread-safe. */
interface BrokerTime {

  /** Something that is to happen later. */
  @FunctionalInterface
  interface Alarm {

    /** It shall not happen. Idempotent; no effect if it has happened. */
    void cancel();
  }

  /** Monotonic. */
  long nanos();

  /** Unix time. */
  long unixMicros();

  /** Runs the task on the loop in so many nanoseconds. */
  Alarm after(EventLoop loop, long nanos, Runnable task);

  /** Runs the task on the loop whenever so many nanoseconds have passed. */
  Alarm every(EventLoop loop, long nanos, Runnable task);

  /** The time of this machine. */
  static BrokerTime system() {
    return new BrokerTime() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public long unixMicros() {
        return System.currentTimeMillis() * 1000;
      }

      @Override
      public Alarm after(EventLoop loop, long nanos, Runnable task) {
        return alarm(loop.schedule(task, nanos, TimeUnit.NANOSECONDS));
      }

      @Override
      public Alarm every(EventLoop loop, long nanos, Runnable task) {
        return alarm(loop.scheduleAtFixedRate(task, nanos, nanos, TimeUnit.NANOSECONDS));
      }

      private Alarm alarm(Future<?> scheduled) {
        return () -> scheduled.cancel(false);
      }
    };
  }
}
