package dev.clasp.bench;

import dev.clasp.protocol.Bytes;
import java.util.Arrays;

/**
 * The subscribers of one loop: counts what each receives and when the last of them has a message.
 * Loop thread.
 */
final class SubscriberShard {

  private final NanoClock clock;
  private final DeliveryWindow window;
  private final Runnable progress;
  private final int[] arrived;
  private final Latencies each = new Latencies();
  private final Latencies last = new Latencies();

  private int subscribers;
  private boolean timeEach;
  private long base;
  private long since;
  private long deliveriesBefore;
  private long deliveries;
  private long missed;
  private long repeated;
  private boolean reading;
  private long readAt;
  private boolean advanced;

  /**
   * @param progress called at the end of a socket read that completed a message
   */
  SubscriberShard(NanoClock clock, DeliveryWindow window, Runnable progress) {
    this.clock = clock;
    this.window = window;
    this.progress = progress;
    this.arrived = new int[window.slots()];
  }

  /** One of the subscribers. */
  final class Subscriber implements LoadSession.Receiver {
    private long expected = base;

    @Override
    public void message(int type, byte[] b, int payload, int end) {
      int at = Messages.number(b, payload, end);
      if (at != Messages.NONE) {
        delivered(this, Bytes.i64(b, at));
      }
    }

    @Override
    public void readComplete() {
      reading = false;
      if (advanced) {
        advanced = false;
        progress.run();
      }
    }
  }

  Subscriber add() {
    subscribers++;
    return new Subscriber();
  }

  private void delivered(Subscriber subscriber, long number) {
    if (number < subscriber.expected) {
      // What was given up arrives late, or a message comes twice.
      if (number >= base) {
        repeated++;
      }
      return;
    }
    if (number >= window.next()) {
      // Not ours: somebody else publishes to this address.
      return;
    }
    missed += number - subscriber.expected;
    subscriber.expected = number + 1;
    deliveries++;
    if (!reading) {
      reading = true;
      readAt = clock.nanos();
    }
    if (timeEach) {
      each.record(readAt - window.sentAt(number));
    }
    int slot = window.slot(number);
    if (++arrived[slot] == subscribers) {
      arrived[slot] = 0;
      long sentAt = window.sentAt(number);
      advanced = true;
      if (window.shardHasIt(number)) {
        last.record(readAt - sentAt);
      }
    }
  }

  /** Forgets what was measured so far. */
  void reset(boolean alsoTimeEach) {
    since = clock.nanos();
    timeEach = alsoTimeEach;
    each.reset();
    last.reset();
    deliveriesBefore += deliveries;
    deliveries = 0;
    missed = 0;
    repeated = 0;
  }

  /** Gives up on what is on its way, as {@link DeliveryWindow#abandon} does. */
  void abandon(Iterable<Subscriber> members) {
    base = window.next();
    Arrays.fill(arrived, 0);
    for (Subscriber subscriber : members) {
      missed += base - subscriber.expected;
      subscriber.expected = base;
    }
  }

  long deliveries() {
    return deliveries;
  }

  /** Deliveries since the beginning, whatever was reset. */
  long everDelivered() {
    return deliveriesBefore + deliveries;
  }

  /** Deliveries per second since the last {@link #reset}. */
  double rate() {
    return deliveries * 1e9 / Math.max(1, clock.nanos() - since);
  }

  /** Deliveries that did not happen, as far as a later one showed it. */
  long missed() {
    return missed;
  }

  /** Deliveries that happened twice. */
  long repeated() {
    return repeated;
  }

  /** From sending until each subscriber had it. */
  Latencies each() {
    return each;
  }

  /** From sending until the last subscriber had it. */
  Latencies last() {
    return last;
  }
}
