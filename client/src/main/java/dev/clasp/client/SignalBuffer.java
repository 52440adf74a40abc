package dev.clasp.client;

import dev.clasp.protocol.GesturePhase;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Signals between the loop and whoever consumes them, bounded by meaning.
 *
 * <ul>
 *   <li>Up to half of the capacity everything is kept, in order.
 *   <li>Above, parameters conflate: a new value takes the place of the waiting one of the same
 *       address, if that came while it was crowded too. Taking the place, rather than queueing up
 *       again, keeps a promise: whoever sees a signal has seen everything older, or something newer
 *       of the same address.
 *   <li>When it is full, the oldest waiting stream sample or gesture move makes room. If there is
 *       none, a new parameter still enters, a new anything else is dropped.
 * </ul>
 *
 * <p>So the newest value of a parameter always arrives, and no more waits than the capacity plus
 * one entry for each address. Thread-safe; the loop offers, one or more threads take.
 */
final class SignalBuffer {

  /** What became of an offered signal. */
  enum Outcome {
    /** One more is waiting. */
    ADDED,
    /** It replaced a waiting value. */
    CONFLATED,
    /** It was added, and an older one dropped for it. */
    REPLACED,
    /** It was dropped. */
    DROPPED
  }

  /** A place in the queue; empty once its signal was dropped. */
  private static final class Slot {
    @Nullable Signal signal;

    Slot(Signal signal) {
      this.signal = signal;
    }
  }

  private final int capacity;
  private final boolean latestOnly;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Slot> queue = new ArrayDeque<>();

  /** Slots that may be dropped, oldest first. */
  private final ArrayDeque<Slot> droppable = new ArrayDeque<>();

  /** Slots whose parameter conflates. */
  private final Map<String, Slot> latest = new HashMap<>();

  private int size;
  private boolean ended;

  SignalBuffer(int capacity, boolean latestOnly) {
    this.capacity = capacity;
    this.latestOnly = latestOnly;
  }

  /** Loop. */
  Outcome offer(Signal signal) {
    lock.lock();
    try {
      if (ended) {
        return Outcome.DROPPED;
      }
      return signal instanceof Signal.Change change ? offerChange(change) : offerOther(signal);
    } finally {
      lock.unlock();
    }
  }

  private Outcome offerChange(Signal.Change change) {
    if (latestOnly || size > capacity / 2) {
      Slot waiting = latest.get(change.address());
      if (waiting != null) {
        waiting.signal = change;
        return Outcome.CONFLATED;
      }
      boolean dropped = size >= capacity && dropOldest();
      latest.put(change.address(), append(change));
      return dropped ? Outcome.REPLACED : Outcome.ADDED;
    }
    if (!latest.isEmpty()) {
      // From now on a newer value must not take the place of one that is older than this.
      latest.remove(change.address());
    }
    append(change);
    return Outcome.ADDED;
  }

  private Outcome offerOther(Signal signal) {
    boolean dropped = false;
    if (size >= capacity) {
      if (!dropOldest()) {
        return Outcome.DROPPED;
      }
      dropped = true;
    }
    Slot slot = append(signal);
    if (isDroppable(signal)) {
      droppable.add(slot);
    }
    return dropped ? Outcome.REPLACED : Outcome.ADDED;
  }

  private static boolean isDroppable(Signal signal) {
    return signal instanceof Signal.Stream
        || (signal instanceof Signal.Gesture gesture && gesture.phase() == GesturePhase.MOVE);
  }

  private Slot append(Signal signal) {
    Slot slot = new Slot(signal);
    queue.add(slot);
    size++;
    changed.signal();
    return slot;
  }

  private boolean dropOldest() {
    Slot oldest = droppable.poll();
    if (oldest == null) {
      return false;
    }
    oldest.signal = null;
    size--;
    // Empty slots behind something that nobody takes would pile up.
    if (queue.size() > 2 * size + 16) {
      queue.removeIf(slot -> slot.signal == null);
    }
    return true;
  }

  /** The next signal, or null. Any thread. */
  @Nullable Signal poll() {
    lock.lock();
    try {
      return next();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The next signal; waits for one. Null when the time is over, or the buffer has ended and is
   * empty.
   *
   * @param nanos to wait at most
   */
  @Nullable Signal await(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (true) {
        Signal signal = next();
        if (signal != null || ended || left <= 0) {
          return signal;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Signal next() {
    for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
      Signal signal = slot.signal;
      if (signal == null) {
        continue;
      }
      size--;
      if (signal instanceof Signal.Change change) {
        latest.remove(change.address(), slot);
      } else if (isDroppable(signal)) {
        // It is the oldest of them.
        droppable.poll();
      }
      return signal;
    }
    return null;
  }

  /** How many are waiting. Any thread. */
  int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more; what is waiting can still be taken. Any thread. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Drops everything that is waiting. Any thread. */
  void clear() {
    lock.lock();
    try {
      queue.clear();
      droppable.clear();
      latest.clear();
      size = 0;
    } finally {
      lock.unlock();
    }
  }

  boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }
}
