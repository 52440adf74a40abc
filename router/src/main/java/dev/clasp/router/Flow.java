package dev.clasp.router;

import dev.clasp.protocol.SignalType;
import dev.clasp.router.FlowKey.Kind;
import org.jspecify.annotations.Nullable;

/**
 * One kind of message of one address on its way to one session, as far as subscriptions with
 * options thin it: what was delivered last, what is held back, what is being gathered.
 *
 * <p>A message is delivered at once if any of the subscriptions wants it now. Whatever is delivered
 * counts as delivered for all of them, since the client hands it to all of them. If none wants it
 * now but one wants it later, it is held back until then, unless a newer one takes its place.
 *
 * <p>Order: what was gathered leaves before anything newer does, and what was held back never
 * leaves after something newer. Lane thread only.
 */
final class Flow implements Runnable {

  private final FlowKey key;
  private final Flows owner;
  private Subscription[] rules;

  /** Something was delivered, at this monotonic time. */
  private boolean delivered;

  private long deliveredNanos;

  /** Something was delivered or gathered; epsilon counts from it. */
  private boolean started;

  /** What that was, if it was a number. */
  private @Nullable Scalar last;

  private @Nullable Delivery held;
  private @Nullable Scalar heldScalar;

  /** Older than {@link #held}. */
  private @Nullable SampleBatch batch;

  /** Runs at {@link #timerNanos}, which may be too early by now. */
  private Agenda.@Nullable Entry timer;

  private long timerNanos;

  /** When what is held back or gathered is due. */
  private long dueNanos;

  Flow(FlowKey key, Flows owner, Subscription[] rules) {
    this.key = key;
    this.owner = owner;
    this.rules = rules;
  }

  FlowKey key() {
    return key;
  }

  private boolean holds() {
    return held != null || batch != null;
  }

  // --- messages ----------------------------------------------------------------------------------

  /** A message of this flow: delivers it, gathers it, holds it back or drops it. */
  void offer(Outgoing message, Reading reading, Subscription[] current) {
    rules = current;
    SampleBatch b = batch;
    if (b != null && !b.takes(reading.samples())) {
      releaseBatch();
    }
    boolean gather = false;
    boolean later = false;
    long due = 0;
    for (Subscription rule : current) {
      Thinning thinning = rule.thinning();
      if ((thinning.mask() & reading.typeBit()) == 0) {
        continue;
      }
      if (rule.ended()) {
        // The message was routed before the end; plain subscriptions get such a message too.
        deliver(message, reading);
        return;
      }
      if (started && !thinning.worth(last, reading.scalar())) {
        continue;
      }
      long wanted = delivered ? deliveredNanos + thinning.intervalNanos() : reading.nanos();
      if (thinning.windowNanos() > 0 && reading.samples() > 0) {
        gather = true;
        wanted = later(wanted, windowStart(reading) + thinning.windowNanos());
      } else if (wanted - reading.nanos() <= 0) {
        deliver(message, reading);
        return;
      }
      due = later ? earlier(due, wanted) : wanted;
      later = true;
    }
    dropHeld();
    boolean gathering = batch != null;
    if (!later) {
      owner.thinned();
    } else if (gather ? gather(reading) : hold(message, reading)) {
      arm(gathering ? earlier(due, dueNanos) : due);
    } else {
      deliver(message, reading);
    }
  }

  /** A message of this flow goes out whatever the options say. Before it does. */
  void passes(Reading reading) {
    dropHeld();
    releaseBatch();
    noteDelivered(reading.scalar(), reading.nanos());
  }

  /** The receiver was sent the newest value another way. It is no delivery that the rate counts. */
  void shown(@Nullable Scalar value) {
    dropHeld();
    started = true;
    last = value;
  }

  private void deliver(Outgoing message, Reading reading) {
    passes(reading);
    owner.outbound().send(message);
  }

  private void noteDelivered(@Nullable Scalar value, long nanos) {
    started = true;
    last = value;
    delivered = true;
    deliveredNanos = nanos;
  }

  private boolean hold(Outgoing message, Reading reading) {
    Delivery delivery = message.retain();
    if (!owner.reserve(delivery.frame().length)) {
      return false;
    }
    held = delivery;
    heldScalar = reading.scalar();
    return true;
  }

  /** False if there is no room; then what was gathered before still is. */
  private boolean gather(Reading reading) {
    int more = reading.samples();
    SampleBatch b = batch;
    if (b == null) {
      b = new SampleBatch(reading, owner.unixMicros());
    }
    if (!b.takes(more) || !owner.reserve(8 * more)) {
      return false;
    }
    b.add(reading);
    batch = b;
    started = true;
    last = reading.scalar();
    return true;
  }

  private long windowStart(Reading reading) {
    return batch == null ? reading.nanos() : batch.startedNanos();
  }

  // --- time --------------------------------------------------------------------------------------

  private void arm(long due) {
    dueNanos = due;
    Agenda.Entry t = timer;
    if (t != null && timerNanos - due > 0) {
      t.cancel();
      t = null;
    }
    if (t == null) {
      timerNanos = due;
      timer = owner.agenda().at(due, this);
    }
  }

  /** The timer. */
  @Override
  public void run() {
    timer = null;
    if (holds()) {
      if (dueNanos - owner.nanos() > 0) {
        arm(dueNanos);
      } else {
        release();
      }
    }
  }

  private static long earlier(long a, long b) {
    return a - b < 0 ? a : b;
  }

  private static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }

  // --- release and end ---------------------------------------------------------------------------

  /** Delivers what is held back or gathered. */
  void release() {
    releaseBatch();
    Delivery h = held;
    if (h != null) {
      Scalar value = heldScalar;
      forgetHeld();
      noteDelivered(value, owner.nanos());
      owner.outbound().send(h);
    }
  }

  private void releaseBatch() {
    SampleBatch b = batch;
    if (b != null) {
      batch = null;
      owner.free(8 * b.count());
      delivered = true;
      deliveredNanos = owner.nanos();
      owner.outbound().send(b.delivery(key));
    }
  }

  /** Something newer takes the place of what is held back. */
  private void dropHeld() {
    if (held != null) {
      forgetHeld();
      owner.thinned();
    }
  }

  private void forgetHeld() {
    Delivery h = held;
    if (h != null) {
      owner.free(h.frame().length);
      held = null;
      heldScalar = null;
    }
  }

  /** Forgets everything, delivering nothing. */
  void end() {
    forgetHeld();
    SampleBatch b = batch;
    if (b != null) {
      batch = null;
      owner.free(8 * b.count());
    }
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /**
   * One of the subscriptions has ended; true if no other is left that thins this flow.
   *
   * @param successor the one that replaces it, if it matches too: then nothing gets lost
   */
  boolean ends(Subscription ended, @Nullable Subscription successor) {
    boolean concerned = false;
    int left = 0;
    for (Subscription rule : rules) {
      concerned |= rule == ended;
      if (!rule.ended() && (rule.thinning().mask() & typeBit()) != 0) {
        left++;
      }
    }
    if (!concerned) {
      return false;
    }
    if (successor != null && (successor.typeMask() & typeBit()) != 0) {
      release();
    }
    return left == 0;
  }

  /** Nothing would change if this flow were forgotten. */
  boolean idle(long now) {
    if (holds()) {
      return false;
    }
    if (key.address().forgotten()) {
      return true;
    }
    boolean remembers = false;
    for (Subscription rule : rules) {
      remembers |= !rule.ended() && rule.thinning().epsilon() > 0;
    }
    // A gesture that was never ended is forgotten, whatever its subscriptions ask.
    return (!remembers || key.kind() == Kind.MOVE)
        && (!delivered || now - deliveredNanos > Flows.SWEEP_NANOS);
  }

  private int typeBit() {
    return switch (key.kind()) {
      case PARAMETER -> SignalType.PARAM.maskBit();
      case STREAM -> SignalType.STREAM.maskBit();
      case MOVE -> SignalType.GESTURE.maskBit();
    };
  }
}
