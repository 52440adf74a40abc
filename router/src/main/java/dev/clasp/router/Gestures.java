package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gestures of one session (D14, router.md 6.3): of each at most one move per interval is
 * forwarded.
 *
 * <p>A throttle, not a debounce: a move goes at once if the last one forwarded is at least the
 * interval ago; otherwise the newest is held, and sent when the interval has passed. So a pen of
 * any rate is visible while it moves, the last position always arrives, and never does a move
 * follow its end. A gesture is a session, an address and an id, so two clients do not disturb each
 * other; nothing comes back to the session that sent it.
 *
 * <p>An address with a gesture in progress is pinned. Lane thread only; {@link #route} under the
 * lock of the address's stripe, everything else without any.
 */
final class Gestures {

  /** A gesture of which nothing was heard for so long is forgotten: 300 s (router.md 16.2). */
  private static final long IDLE_NANOS = 300 * 1_000_000_000L;

  private static final int TYPE = SignalType.GESTURE.maskBit();
  private static final int CANCEL_FLAGS =
      SignalType.GESTURE.code() << 5 | 0x10 | GesturePhase.CANCEL.code();
  private static final int FLAG_ID = 0x08;

  private final Session session;
  private final Router router;
  private final Agenda agenda;
  private final long interval;

  /** Those in progress, the one not heard of for longest first. */
  private final Map<Key, Gesture> inProgress = new LinkedHashMap<>(8, 0.75f, true);

  private Agenda.@Nullable Entry sweep;

  Gestures(Session session, Router router) {
    this.session = session;
    this.router = router;
    this.agenda = session.lane().agenda();
    this.interval = router.config().gestureIntervalNanos();
  }

  /** A pinned address is one object as long as the gesture lasts: identity is equality. */
  private record Key(Address address, int id) {}

  private static final class Gesture {
    final Key key;
    boolean hasId;
    long heardNanos;

    /** When the last move was forwarded, if one was. */
    long movedNanos;

    boolean moved;

    /** The newest move that waits; the array is used again for the next. */
    byte[] held = NOTHING;

    int heldLength;
    Agenda.@Nullable Entry timer;

    private static final byte[] NOTHING = {};
    private static final int MAX_KEPT = 256;

    Gesture(Key key) {
      this.key = key;
    }

    /** Large arrays are not kept: there may be hundreds of gestures. */
    void release() {
      heldLength = 0;
      if (held.length > MAX_KEPT) {
        held = NOTHING;
      }
    }

    void hold(MessageView move) {
      heldLength = move.end() - move.offset();
      if (held.length < heldLength) {
        held = new byte[heldLength];
      }
      System.arraycopy(move.buffer(), move.offset(), held, 0, heldLength);
    }

    void stopTimer() {
      if (timer != null) {
        timer.cancel();
        timer = null;
      }
    }
  }

  int size() {
    return inProgress.size();
  }

  /** Takes one gesture message. The caller calls {@link #trim} when it has released its locks. */
  void route(Address address, MessageView message, Fanout fanout) {
    Key key = new Key(address, message.hasId() ? message.id() : 0);
    Gesture gesture = inProgress.get(key);
    long now = router.clock().nanos();
    switch (GesturePhase.ofCode(message.phaseCode())) {
      case START -> {
        if (gesture == null) {
          gesture = open(key, now);
        }
        drop(gesture);
        gesture.moved = false;
        hear(gesture, message, now);
        router.writes().fanOut(session, message, address, TYPE, fanout);
      }
      case MOVE -> {
        if (gesture == null) {
          gesture = open(key, now);
        }
        hear(gesture, message, now);
        move(gesture, message, now, fanout);
      }
      case END, CANCEL -> {
        if (gesture != null) {
          release(gesture, fanout);
          close(gesture);
        }
        router.writes().fanOut(session, message, address, TYPE, fanout);
      }
    }
  }

  private void move(Gesture gesture, MessageView message, long now, Fanout fanout) {
    if (!gesture.moved || now - gesture.movedNanos >= interval) {
      drop(gesture);
      gesture.moved = true;
      gesture.movedNanos = now;
      session.lane().add(Counter.GESTURE_MOVES_FORWARDED, 1);
      router.writes().fanOut(session, message, gesture.key.address, TYPE, fanout);
    } else {
      if (gesture.heldLength > 0) {
        session.lane().add(Counter.GESTURE_MOVES_MERGED, 1);
      }
      gesture.hold(message);
      if (gesture.timer == null) {
        gesture.timer = agenda.at(gesture.movedNanos + interval, () -> intervalOver(gesture));
      }
    }
  }

  private static void hear(Gesture gesture, MessageView message, long now) {
    gesture.heardNanos = now;
    gesture.hasId = message.hasId();
  }

  /** The gesture's held move is due. */
  private void intervalOver(Gesture gesture) {
    gesture.timer = null;
    Stripe stripe = stripeOf(gesture);
    stripe.lock.lock();
    try {
      gesture.movedNanos = router.clock().nanos();
      release(gesture, Writes::send);
    } finally {
      stripe.lock.unlock();
    }
  }

  /** Ends the oldest gestures beyond the limit. No lock held. */
  void trim() {
    while (inProgress.size() > router.config().maxGesturesPerSession()) {
      end(inProgress.values().iterator().next());
    }
  }

  /** The session has ended: so do its gestures. No lock held. */
  void endAll() {
    List<Gesture> all = new ArrayList<>(inProgress.values());
    all.forEach(this::end);
    if (sweep != null) {
      sweep.cancel();
      sweep = null;
    }
  }

  private void end(Gesture gesture) {
    Stripe stripe = stripeOf(gesture);
    stripe.lock.lock();
    try {
      release(gesture, Writes::send);
      if (router.config().cancelGestures()) {
        cancel(gesture);
        session.lane().add(Counter.GESTURES_CANCELLED, 1);
      }
      close(gesture);
    } finally {
      stripe.lock.unlock();
    }
  }

  // --- under the stripe's lock -------------------------------------------------------------------

  private Gesture open(Key key, long now) {
    Gesture gesture = new Gesture(key);
    inProgress.put(key, gesture);
    stripeOf(gesture).pin(key.address);
    if (sweep == null) {
      sweep = agenda.at(now + IDLE_NANOS, this::forgetIdle);
    }
    return gesture;
  }

  private void close(Gesture gesture) {
    gesture.stopTimer();
    inProgress.remove(gesture.key);
    stripeOf(gesture).unpin(gesture.key.address);
  }

  /** Forgets the held move. */
  private void drop(Gesture gesture) {
    gesture.stopTimer();
    if (gesture.heldLength > 0) {
      gesture.release();
      session.lane().add(Counter.GESTURE_MOVES_MERGED, 1);
    }
  }

  /** Sends the held move, if there is one. */
  private void release(Gesture gesture, Fanout fanout) {
    gesture.stopTimer();
    int length = gesture.heldLength;
    if (length == 0) {
      return;
    }
    Lane lane = session.lane();
    lane.add(Counter.GESTURE_MOVES_FORWARDED, 1);
    Route route = router.writes().route(lane, gesture.key.address);
    if (route.groups().length > 0) {
      Outgoing out = lane.out;
      out.begin(DeliveryClass.SAMPLE, gesture.key.address);
      System.arraycopy(gesture.held, 0, out.buffer, out.payloadOffset(), length);
      out.end(Qos.FIRE, length);
      fanout.send(lane, route, TYPE, session);
    }
    gesture.release();
  }

  /**
   * Tells the receivers that a gesture ends that its sender did not end: CANCEL without content.
   */
  private void cancel(Gesture gesture) {
    Lane lane = session.lane();
    Address address = gesture.key.address;
    Route route = router.writes().route(lane, address);
    if (route.groups().length == 0) {
      return;
    }
    Outgoing out = lane.out;
    out.begin(DeliveryClass.EVENT, address);
    byte[] b = out.buffer;
    int start = out.payloadOffset();
    int p = start;
    b[p++] = MessageType.PUBLISH;
    b[p++] = (byte) (CANCEL_FLAGS | (gesture.hasId ? FLAG_ID : 0));
    Bytes.putU16(b, p, address.name.length);
    System.arraycopy(address.name, 0, b, p + 2, address.name.length);
    p += 2 + address.name.length;
    b[p++] = 0;
    Bytes.putI64(b, p, router.clock().unixMicros());
    p += 8;
    if (gesture.hasId) {
      Bytes.putI32(b, p, gesture.key.id);
      p += 4;
    }
    out.end(Qos.FIRE, p - start);
    Writes.send(lane, route, TYPE, session);
  }

  // --- idle gestures -----------------------------------------------------------------------------

  /** A finger may rest for minutes: who is forgotten is not cancelled, and comes back as it is. */
  private void forgetIdle() {
    sweep = null;
    long now = router.clock().nanos();
    while (!inProgress.isEmpty()) {
      Gesture oldest = inProgress.values().iterator().next();
      if (now - oldest.heardNanos < IDLE_NANOS) {
        sweep = agenda.at(oldest.heardNanos + IDLE_NANOS, this::forgetIdle);
        return;
      }
      Stripe stripe = stripeOf(oldest);
      stripe.lock.lock();
      try {
        release(oldest, Writes::send);
        close(oldest);
      } finally {
        stripe.lock.unlock();
      }
    }
  }

  private Stripe stripeOf(Gesture gesture) {
    return router.space().stripeOf(gesture.key.address.hash);
  }
}
