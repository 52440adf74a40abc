package dev.clasp.client;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * From the threads of the user to the loop: any number of submissions, one wake-up. So the loop
 * finds many of them at once and sends them in one write.
 */
final class Inbox {

  private static final int CHUNK = 1024;

  private final Reactor reactor;
  private final Runnable drain;
  private final long maxBytes;
  private final MpscUnboundedAtomicArrayQueue<Submission> queue =
      new MpscUnboundedAtomicArrayQueue<>(CHUNK);
  private final AtomicBoolean awake = new AtomicBoolean();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param drain takes everything; runs on the loop
   */
  Inbox(Reactor reactor, long maxBytes, Runnable drain) {
    this.reactor = reactor;
    this.maxBytes = maxBytes;
    this.drain = drain;
  }

  /** Any thread. False when too much is waiting already. */
  boolean hasRoom(int size) {
    return bytes.get() + size <= maxBytes;
  }

  /**
   * Any thread.
   *
   * @throws RejectedExecutionException the loop has ended; call {@link #poll} to clean up
   */
  void submit(Submission submission) {
    bytes.getAndAdd(submission.size());
    queue.offer(submission);
    if (!awake.get() && awake.compareAndSet(false, true)) {
      try {
        reactor.execute(drain);
      } catch (RejectedExecutionException e) {
        // So that the next one finds out too.
        awake.set(false);
        throw e;
      }
    }
  }

  /** Loop. Before taking: what comes from now on asks for another drain. */
  void draining() {
    awake.set(false);
  }

  /** Loop, or under a lock once the loop has ended. */
  @Nullable Submission poll() {
    Submission submission = queue.poll();
    if (submission != null) {
      bytes.getAndAdd(-submission.size());
    }
    return submission;
  }
}
