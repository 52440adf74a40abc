package dev.clasp.router;

import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a session that cannot take more now. Lane thread only.
 *
 * <p>Up to half of the limits everything waits in order. Above, a SET replaces the waiting SET of
 * its address, so the newest value always arrives and the queue cannot grow with the number of
 * writes. At the limits stream samples and gesture moves are dropped, oldest first. Events, gesture
 * edges, timelines and replies are never dropped: they may fill the queue up to {@value
 * #HARD_FACTOR} times the limits, and whoever owns the queue closes the session when that, or the
 * grace period, is exceeded.
 */
final class OutboundQueue {

  /** What was done with a message. */
  enum Outcome {
    QUEUED,
    /** Queued, and an older value of the same address was superseded by it. */
    CONFLATED,
    /** Queued, and older samples were dropped for it. */
    DISPLACED,
    /** Not queued. */
    DROPPED,
    /** Not queued although it must not be dropped: the session has to be closed. */
    FULL
  }

  static final int HARD_FACTOR = 4;

  private static final Delivery NOTHING = new Delivery(new byte[0], DeliveryClass.REPLY, null);

  /**
   * Element of a doubly linked list, so that a superseded message leaves from the middle at once.
   */
  private static final class Entry {
    final Delivery delivery;
    Entry previous = this;
    Entry next = this;

    Entry(Delivery delivery) {
      this.delivery = delivery;
    }
  }

  private final int maxMessages;
  private final int maxBytes;

  /** Head of the ring of waiting messages, oldest next. */
  private final Entry ring = new Entry(NOTHING);

  /** The samples among them, oldest first: they leave in the same order as from the ring. */
  private final ArrayDeque<Entry> samples = new ArrayDeque<>();

  private final Map<Address, Entry> newest = new IdentityHashMap<>();
  private int messages;
  private long bytes;

  OutboundQueue(int maxMessages, int maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  boolean isEmpty() {
    return messages == 0;
  }

  /** Messages that wait. */
  int messages() {
    return messages;
  }

  /** Their bytes, without prefixes. */
  long bytes() {
    return bytes;
  }

  /** At or above the limits. */
  boolean full() {
    return messages >= maxMessages || bytes >= maxBytes;
  }

  /** One more message of this size would not bring it to the limits. */
  boolean hasRoomFor(int frameLength) {
    return messages + 1 < maxMessages && bytes + frameLength < maxBytes;
  }

  Outcome offer(Delivery delivery) {
    boolean conflated =
        delivery.kind() == DeliveryClass.STATE && aboveHighWater() && supersede(delivery);
    boolean displaced = false;
    if (!conflated && full()) {
      switch (delivery.kind()) {
        case SAMPLE -> {
          if (!dropOldestSample()) {
            return Outcome.DROPPED;
          }
          displaced = true;
        }
        case STATE, EVENT, REPLY -> {
          while (full() && dropOldestSample()) {
            displaced = true;
          }
          if (messages >= (long) maxMessages * HARD_FACTOR
              || bytes >= (long) maxBytes * HARD_FACTOR) {
            return Outcome.FULL;
          }
        }
      }
    }
    append(delivery);
    return conflated ? Outcome.CONFLATED : displaced ? Outcome.DISPLACED : Outcome.QUEUED;
  }

  /** The next message, or null. */
  @Nullable Delivery poll() {
    Entry oldest = ring.next;
    if (oldest == ring) {
      return null;
    }
    if (oldest.delivery.kind() == DeliveryClass.SAMPLE) {
      samples.poll();
    }
    unlink(oldest);
    return oldest.delivery;
  }

  void clear() {
    ring.next = ring;
    ring.previous = ring;
    samples.clear();
    newest.clear();
    messages = 0;
    bytes = 0;
  }

  private boolean aboveHighWater() {
    return 2L * messages >= maxMessages || 2 * bytes >= maxBytes;
  }

  private boolean supersede(Delivery delivery) {
    Entry older = newest.get(delivery.address());
    if (older == null) {
      return false;
    }
    unlink(older);
    return true;
  }

  private boolean dropOldestSample() {
    Entry oldest = samples.poll();
    if (oldest == null) {
      return false;
    }
    unlink(oldest);
    return true;
  }

  private void append(Delivery delivery) {
    Entry entry = new Entry(delivery);
    entry.previous = ring.previous;
    entry.next = ring;
    ring.previous.next = entry;
    ring.previous = entry;
    messages++;
    bytes += delivery.frame().length;
    switch (delivery.kind()) {
      case STATE -> newest.put(Objects.requireNonNull(delivery.address()), entry);
      case SAMPLE -> samples.add(entry);
      case EVENT, REPLY -> {}
    }
  }

  private void unlink(Entry entry) {
    entry.previous.next = entry.next;
    entry.next.previous = entry.previous;
    messages--;
    bytes -= entry.delivery.frame().length;
    if (entry.delivery.kind() == DeliveryClass.STATE) {
      newest.remove(entry.delivery.address(), entry);
    }
  }
}
