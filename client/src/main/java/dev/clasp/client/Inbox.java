package dev.clasp.client;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * From the threads of the user to the loop: any number of submissions, one wake-up. So the loop
 * finds many of them at once and sends them in one write.
 */
final class Inbox {

  private static final int CHUNK = 1024;

  /** Nobody was asked to take what is there. */
  private static final int ASLEEP = 0;

  /** The loop will take what is there. */
  private static final int AWAKE = 1;

  /** The loop has ended: whoever adds something sees to it. */
  private static final int ORPHANED = 2;

  private final Reactor reactor;
  private final Runnable drain;
  private final Runnable sweep;
  private final Reactor.Timer watch;
  private final long maxBytes;
  private final MpscUnboundedAtomicArrayQueue<Submission> queue =
      new MpscUnboundedAtomicArrayQueue<>(CHUNK);
  private final AtomicInteger state = new AtomicInteger(ASLEEP);
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param drain takes everything; runs on the loop
   * @param sweep takes everything once the loop has ended; runs on any thread, maybe on several
   */
  Inbox(Reactor reactor, long maxBytes, Runnable drain, Runnable sweep) {
    this.reactor = reactor;
    this.maxBytes = maxBytes;
    this.drain = drain;
    this.sweep = sweep;
    this.watch = reactor.whenEnded(this::orphaned);
  }

  /** Any thread. False when too much is waiting already. */
  boolean hasRoom(int size) {
    return bytes.get() + size <= maxBytes;
  }

  /** Any thread. */
  void submit(Submission submission) {
    bytes.getAndAdd(submission.size());
    queue.offer(submission);
    int found = state.get();
    if (found == ORPHANED) {
      sweep.run();
    } else if (found == ASLEEP && state.compareAndSet(ASLEEP, AWAKE)) {
      try {
        reactor.execute(drain);
      } catch (RejectedExecutionException e) {
        // The loop is ending, and may still be at work: what is here is swept up after its end.
        state.compareAndSet(AWAKE, ASLEEP);
        reactor.whenEnded(this::orphaned);
      }
    }
  }

  /**
   * The loop has ended. It may have dropped a drain that it had accepted, so this does not rely on
   * any: what was added before this is swept up now, what is added later by who adds it.
   */
  private void orphaned() {
    state.set(ORPHANED);
    sweep.run();
  }

  /** The client has ended: a loop that others use too need not remember it. Any thread. */
  void release() {
    watch.cancel();
  }

  /** Loop. Before taking: what comes from now on asks for another drain. */
  void draining() {
    state.compareAndSet(AWAKE, ASLEEP);
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
