package dev.clasp.dmx;

import dev.clasp.bridge.Interruptions;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that does something whenever it is due. A thread of the platform, because a virtual one
 * may wait for a carrier while others calculate, and frames shall leave on time.
 */
public final class DmxClock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DmxClock.class);

  /** What is done. */
  public interface Work {

    /**
     * Does what is due.
     *
     * @return when it wants to be called again; {@link Long#MAX_VALUE}: not before {@link #wake}
     */
    long run(long nanos);
  }

  /** After a failure that nobody expected. */
  private static final long PAUSE_NANOS = 100_000_000;

  private final LongSupplier nanoTime;
  private final Work work;
  private final Thread thread;
  private volatile boolean awake;
  private volatile boolean closed;

  private DmxClock(String name, LongSupplier nanoTime, Work work) {
    this.nanoTime = nanoTime;
    this.work = work;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  public static DmxClock start(String name, LongSupplier nanoTime, Work work) {
    DmxClock clock = new DmxClock(name, nanoTime, work);
    clock.thread.start();
    return clock;
  }

  /** Something may be due earlier than it was said. Any thread; cheap. */
  public void wake() {
    awake = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      awake = false;
      long next;
      try {
        next = work.run(nanoTime.getAsLong());
      } catch (RuntimeException e) {
        LOG.error("{}: unexpected failure", thread.getName(), e);
        next = nanoTime.getAsLong() + PAUSE_NANOS;
      }
      // Parking may end without a reason.
      while (!awake && !closed) {
        if (next == Long.MAX_VALUE) {
          LockSupport.park(this);
          continue;
        }
        long left = next - nanoTime.getAsLong();
        if (left <= 0) {
          break;
        }
        LockSupport.parkNanos(this, left);
      }
      Thread.interrupted();
    }
  }

  /** Ends; when it returns, nothing runs any more. */
  @Override
  public void close() {
    closed = true;
    wake();
    Interruptions.join(thread);
  }
}
