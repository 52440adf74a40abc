package dev.clasp.bench;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The messages on their way from one publisher to many subscribers: a bounded number, each with its
 * send time and the shards that still miss it. A shard is the subscribers of one loop.
 *
 * <p>Shared by loops: {@link #send} is for the publisher's thread, {@link #shardHasIt} for those of
 * the shards. A message costs each shard one atomic decrement, however many subscribers it has.
 *
 * <p>Subscribers receive in order, so messages are complete in order. One that is lost somewhere
 * stays incomplete and the window does not move on, until {@link #abandon}.
 */
final class DeliveryWindow {

  private final int size;
  private final int shards;
  private final int mask;
  private final AtomicLongArray sentAt;
  private final AtomicIntegerArray missing;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong completed = new AtomicLong();

  /**
   * @param size messages on their way at most
   */
  DeliveryWindow(int size, int shards) {
    this.size = size;
    this.shards = shards;
    int slots = Integer.highestOneBit(Math.max(1, 2 * size - 1));
    this.mask = slots - 1;
    this.sentAt = new AtomicLongArray(slots);
    this.missing = new AtomicIntegerArray(slots);
  }

  /** Slots of a shard's own table. */
  int slots() {
    return mask + 1;
  }

  int slot(long number) {
    return (int) number & mask;
  }

  /** True while another message would be one too many. */
  boolean full() {
    return underway() >= size;
  }

  /** Messages that not every subscriber has. */
  long underway() {
    return sent.getPlain() - completed.get();
  }

  /** Number of the message that is sent now. */
  long send(long now) {
    long number = sent.getPlain();
    sentAt.setPlain(slot(number), now);
    missing.set(slot(number), shards);
    sent.setRelease(number + 1);
    return number;
  }

  /** Number that the next message will have. */
  long next() {
    return sent.getAcquire();
  }

  /** Number of the oldest message that somebody misses. */
  long completed() {
    return completed.get();
  }

  long sentAt(long number) {
    return sentAt.getPlain(slot(number));
  }

  /** Every subscriber of a shard has this message; true if every subscriber of all shards has. */
  boolean shardHasIt(long number) {
    if (missing.decrementAndGet(slot(number)) != 0) {
      return false;
    }
    // Whoever completes one also moves past those that another thread completes at this moment.
    long oldest = completed.get();
    while (oldest < sent.getAcquire() && missing.get(slot(oldest)) == 0) {
      completed.compareAndSet(oldest, oldest + 1);
      oldest = completed.get();
    }
    return true;
  }

  /** Gives up on what is on its way. Nobody may be sending or receiving; the shards restart too. */
  void abandon() {
    completed.set(sent.get());
  }
}
