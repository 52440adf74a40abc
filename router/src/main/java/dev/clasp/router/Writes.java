package dev.clasp.router;

import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SET and PUBLISH: the one way in which anything is written, whoever writes it.
 *
 * <p>The steps, in order: limits (by the caller, before decoding), validation, authorisation
 * ({@link Rights}), apply, fan-out, acknowledge. Apply, resolve and enqueue happen under the lock
 * of the address's stripe.
 *
 * <p>Lane thread only.
 */
final class Writes {

  private static final Logger LOG = LoggerFactory.getLogger(Writes.class);

  /**
   * Largest address plus value data: above it no SNAPSHOT could carry the parameter (router.md
   * 5.7).
   */
  static final int MAX_ADDRESS_AND_VALUE = 65_520;

  /** SET flags repeated to subscribers: lock, unlock, TTL present. */
  private static final int REPEATED_FLAGS = 0x70;

  private static final int FLAG_REVISION = 0x80;
  private static final int FLAG_TTL = 0x10;

  private static final int PARAM = SignalType.PARAM.maskBit();

  private final Router router;
  private final Retention retention;

  /** Gestures are followed: to throttle their moves, or to end them with their session. */
  private final boolean followsGestures;

  Writes(Router router) {
    this.router = router;
    this.retention = router.retention();
    RouterConfig config = router.config();
    this.followsGestures =
        config.maxGesturesPerSession() > 0
            && (config.gestureIntervalNanos() > 0 || config.cancelGestures());
  }

  // --- SET ---------------------------------------------------------------------------------------

  void set(Session session, MessageView set, Qos qos) {
    Refusal refusal = write(session, set, qos != Qos.FIRE || router.config().ackAlways());
    if (refusal != null) {
      session.lane().add(Counter.REFUSED, 1);
      Replies.error(session, refusal, addressOf(set));
    }
  }

  /**
   * Writes, if that is allowed, and acknowledges that if wanted. Whoever calls this is on the
   * session's lane and may have the stripe lock, but then wants no acknowledgement.
   *
   * @return why it is not allowed, or null
   */
  @Nullable Refusal write(Session session, MessageView set, boolean acknowledge) {
    AddressSpace space = router.space();
    long hash = space.hash(set.buffer(), set.addressOffset(), set.addressLength());
    Stripe stripe = space.stripeOf(hash);
    Refusal refusal;
    long revision = 0;
    stripe.lock.lock();
    try {
      Address address = stripe.find(set.buffer(), set.addressOffset(), set.addressLength(), hash);
      refusal = address == null ? checkAddress(set) : null;
      if (refusal == null) {
        refusal = session.rights().write(set, address, session.now());
      }
      if (refusal == null) {
        refusal = check(session, set, stripe, address);
      }
      if (refusal == null) {
        if (address == null) {
          address = stripe.add(set.buffer(), set.addressOffset(), set.addressLength(), hash);
        }
        apply(session, set, stripe, address);
        revision = address.revision;
        fanOut(session, set, address);
      }
    } finally {
      stripe.lock.unlock();
    }
    if (refusal == null && acknowledge) {
      Replies.ack(session, set.buffer(), set.addressOffset(), set.addressLength(), revision);
    }
    return refusal;
  }

  /**
   * Why this SET cannot be applied, or null. Reserves the room that it needs. Stripe lock held; the
   * address is valid and the session may write there.
   *
   * @param address null if it is not interned
   */
  @Nullable Refusal check(
      Session session, MessageView set, Stripe stripe, @Nullable Address address) {
    Lane lane = session.lane();
    lane.merged = null;
    int length = set.valueLength();
    if (address != null && address.announced != null) {
      Refusal refusal = checkRange(set, address.announced.range());
      if (refusal != null) {
        return refusal;
      }
    }
    if (address != null && address.stored()) {
      Refusal refusal = checkStored(session, set, address);
      if (refusal != null) {
        return refusal;
      }
      byte[] merged = lane.merged;
      if (merged != null) {
        length = merged.length;
      }
    }
    if (set.addressLength() + length > MAX_ADDRESS_AND_VALUE) {
      return new Refusal(
          ErrorCode.BAD_REQUEST,
          "ValueTooLarge: address and value together may have "
              + MAX_ADDRESS_AND_VALUE
              + " bytes, these have "
              + (set.addressLength() + length));
    }
    if (address == null || !address.stored()) {
      return retention.reserve(session, stripe, set.addressLength() + length);
    }
    return length == address.valueLength
        ? null
        : retention.reserveBytes(session, stripe, address, length - address.valueLength);
  }

  /** Numbers only: what else a parameter may hold is nobody's business. */
  private static @Nullable Refusal checkRange(MessageView set, Message.@Nullable Range range) {
    if (range == null || !Numbers.isNumber(set.valueType())) {
      return null;
    }
    double value = Numbers.doubleAt(set.buffer(), set.valueType(), set.valueOffset());
    return value >= range.min() && value <= range.max()
        ? null
        : new Refusal(
            ErrorCode.BAD_REQUEST,
            "OutOfRange: announced are values from " + range.min() + " to " + range.max());
  }

  private static @Nullable Refusal checkStored(Session session, MessageView set, Address address) {
    if (set.hasRevision() && set.revision() != address.revision) {
      return new Refusal(
          ErrorCode.BAD_REQUEST,
          "RevisionConflict: expected revision "
              + Long.toUnsignedString(set.revision())
              + ", current is "
              + address.revision);
    }
    Session holder = address.lockHolder;
    if (holder != null && holder != session && !mayTakeBack(session, holder)) {
      boolean administers = session.rights().administers(address.name);
      if (!administers || set.lock() || !set.unlock()) {
        // Who holds it is for administrators only (D6).
        return new Refusal(
            ErrorCode.LOCK_HELD,
            "LockHeld: "
                + (administers ? holder.toString() : "another session")
                + " holds the lock of this address");
      }
    }
    ConflictStrategy strategy = address.strategy();
    if (strategy != ConflictStrategy.LWW) {
      if (Conflicts.merges(strategy, address, set)) {
        session.lane().merged = Conflicts.merged(address, set);
      }
      return Conflicts.check(strategy, address, set);
    }
    return null;
  }

  /** The lock of an ended session waits for its client to come back (D15). */
  private static boolean mayTakeBack(Session session, Session holder) {
    return holder.ended() && holder.client().equals(session.client());
  }

  /**
   * Stores the value and gives it the next revision. Stripe lock held, and {@link #check} has just
   * passed.
   */
  void apply(Session session, MessageView set, Stripe stripe, Address address) {
    applyLock(session, set, address);
    if (address.stored) {
      router.histories().replaced(address, session.nowMicros());
    }
    byte[] merged = session.lane().merged;
    if (merged != null) {
      address.store(merged, 0, merged.length, set.valueType());
    } else {
      address.store(set.buffer(), set.valueOffset(), set.valueLength(), set.valueType());
    }
    if (!address.stored) {
      address.stored = true;
      address.creator = session.quota;
      stripe.countStored(1);
    }
    address.revision = stripe.nextRevision(address);
    address.writer = session.writerBytes();
    address.writtenMicros = session.nowMicros();
    address.writtenNanos = session.now();
    address.usedNanos = address.writtenNanos;
    if (set.hasTtl()) {
      address.hasTtl = true;
      address.ttlWord = set.ttlWord();
      address.ttlNanos = address.writtenNanos;
    }
    if (address.ephemeral() && !session.ended()) {
      session.ephemerals(router).wrote(address);
    }
    stripe.noteChange(address);
    retention.written(session.lane(), address);
    session.lane().add(Counter.SETS, 1);
  }

  private void applyLock(Session session, MessageView set, Address address) {
    Session holder = address.lockHolder;
    if (holder != null && holder != session && !mayTakeBack(session, holder)) {
      breakLock(session, holder, address);
    }
    boolean takes =
        set.lock()
            || holder != null && holder != session
            || address.strategy() == ConflictStrategy.LOCK && !set.unlock();
    // The lock of a session that has ended would be released by nobody.
    if (takes && !session.ended()) {
      address.lockHolder = session;
      session.locks.add(address);
    }
    if (set.unlock() && !set.lock() && address.lockHolder == session) {
      address.lockHolder = null;
      session.locks.remove(address);
    }
  }

  /** An administrator takes the lock of another session away. Stripe lock held. */
  private void breakLock(Session session, Session holder, Address address) {
    session
        .about(LOG.atInfo())
        .addKeyValue("address", LogText.of(address.toString()))
        .log("{} breaks the lock of {} on {}", session, holder, LogText.of(address.toString()));
    router.witness().lockBroken(session.party(), holder.party(), address.toString());
    forgetLock(holder, address);
  }

  /** Lets a session forget a lock that it no longer holds. Stripe lock held. */
  void forgetLock(Session holder, Address address) {
    Stripe stripe = router.space().stripeOf(address.hash);
    // Only its own lane may touch what the holder remembers; it may hold the lock again by then.
    holder
        .lane()
        .executor()
        .execute(() -> {
          stripe.lock.lock();
          try {
            if (address.lockHolder != holder) {
              holder.locks.remove(address);
            }
          } finally {
            stripe.lock.unlock();
          }
        });
  }

  /**
   * Sends the applied SET to its subscribers, the writer included unless it wants no echo. Stripe
   * lock held.
   */
  private void fanOut(Session session, MessageView set, Address address) {
    Route route = route(session.lane(), address);
    if (route.groups().length > 0) {
      encodeSet(session.lane().out, set, address);
      send(session.lane(), route, PARAM, deaf(session, address));
    }
  }

  /** Who does not hear the SET of a session, if anybody: what was merged is news to everybody. */
  static @Nullable Session deaf(Session session, Address address) {
    return session.circle() == null || address.strategy() == ConflictStrategy.MERGE
        ? null
        : session;
  }

  /** Sends the current value of an address to its subscribers. Stripe lock held. */
  void announceValue(Lane lane, Address address) {
    Route route = route(lane, address);
    if (route.groups().length > 0) {
      Outgoing out = lane.out;
      out.begin(DeliveryClass.STATE, address);
      int end = address.writeSet(out.buffer, out.payloadOffset(), FLAG_REVISION);
      out.end(Qos.CONFIRM, end - out.payloadOffset());
      send(lane, route, PARAM, null);
    }
  }

  /**
   * The SET for the subscribers: the received bytes with the new revision written in. The value
   * keeps its width; a TTL is repeated.
   */
  static void encodeSet(Outgoing out, MessageView set, Address address) {
    out.begin(DeliveryClass.STATE, address);
    if (address.strategy() == ConflictStrategy.MERGE) {
      // What is stored is not what was sent. The lifetime, a hint only, is left out.
      int flags = FLAG_REVISION | (set.flags() & REPEATED_FLAGS & ~FLAG_TTL);
      int end = address.writeSet(out.buffer, out.payloadOffset(), flags);
      out.end(Qos.CONFIRM, end - out.payloadOffset());
      return;
    }
    byte[] in = set.buffer();
    int start = out.payloadOffset();
    int head = set.valueOffset() + set.valueLength() - set.offset();
    System.arraycopy(in, set.offset(), out.buffer, start, head);
    out.buffer[start + 1] =
        (byte) (FLAG_REVISION | (set.flags() & REPEATED_FLAGS) | set.valueType());
    int end = start + head;
    Bytes.putI64(out.buffer, end, address.revision);
    end += 8;
    if (set.hasTtl()) {
      // The largest SET with a TTL leaves no room for it; the TTL is only a hint to receivers.
      if (end + 4 - start <= FrameDescriptor.MAX_PAYLOAD) {
        Bytes.putI32(out.buffer, end, set.ttlWord());
        end += 4;
      } else {
        out.buffer[start + 1] &= ~FLAG_TTL;
      }
    }
    out.end(Qos.CONFIRM, end - start);
  }

  // --- PUBLISH -----------------------------------------------------------------------------------

  void publish(Session session, MessageView publish) {
    if (PeerSignals.isSignal(publish)) {
      Refusal refused = session.rights().write(publish, null, session.now());
      if (refused == null) {
        router.peerSignals().route(session, publish);
      } else {
        Replies.error(session, refused, addressOf(publish));
      }
      return;
    }
    Refusal refusal = router.timelines().check(publish);
    if (refusal != null) {
      Replies.error(session, refusal, addressOf(publish));
      return;
    }
    TimelineRequest timeline = TimelineRequest.of(publish);
    AddressSpace space = router.space();
    long hash = space.hash(publish.buffer(), publish.addressOffset(), publish.addressLength());
    Stripe stripe = space.stripeOf(hash);
    stripe.lock.lock();
    try {
      Address address =
          stripe.find(publish.buffer(), publish.addressOffset(), publish.addressLength(), hash);
      if (address == null) {
        refusal = checkAddress(publish);
      }
      if (refusal == null) {
        refusal = session.rights().write(publish, address, session.now());
      }
      if (refusal == null && address == null) {
        address =
            stripe.add(publish.buffer(), publish.addressOffset(), publish.addressLength(), hash);
        stripe.keepIdle(address);
      }
      if (refusal == null && timeline != null) {
        refusal = router.timelines().checkRoom(session, timeline, address, new Timelines.Claim());
      }
      if (refusal == null && address != null) {
        forward(session, publish, address, timeline, Writes::send);
      }
    } finally {
      stripe.lock.unlock();
    }
    if (refusal != null) {
      Replies.error(session, refusal, addressOf(publish));
    }
    trim(session);
    if (timeline != null) {
      router.timelines().trim();
    }
  }

  /**
   * Sends a checked PUBLISH on its way. Stripe lock held.
   *
   * @param timeline what {@link TimelineRequest#of} says of it
   */
  void forward(
      Session session,
      MessageView publish,
      Address address,
      @Nullable TimelineRequest timeline,
      Fanout fanout) {
    address.touched = true;
    session.lane().add(Counter.PUBLISHES, 1);
    if (PeerSignals.isAnnouncement(publish)) {
      fanOut(session, publish, address, SignalType.KNOWN_MASK, fanout);
    } else if (followsGestures && isGesture(publish) && !session.ended()) {
      session.gestures(router).route(address, publish, fanout);
    } else {
      if (router.histories().wants(publish)) {
        router.histories().published(address, publish, session.nowMicros());
      }
      fanOut(session, publish, address, typeBit(publish), fanout);
      if (timeline != null) {
        router.timelines().take(session, publish, address, timeline);
      }
    }
  }

  /** Ends what a session has too much of. No lock held. */
  void trim(Session session) {
    Gestures gestures = session.gesturesIfAny();
    if (gestures != null) {
      gestures.trim();
    }
  }

  /** Sends a PUBLISH to its subscribers, except its sender. Stripe lock held. */
  void fanOut(Session session, MessageView publish, Address address, int typeBit, Fanout fanout) {
    Lane lane = session.lane();
    Route route = route(lane, address);
    if (route.groups().length > 0) {
      encodePublish(lane.out, publish, address);
      fanout.send(lane, route, typeBit, session);
    }
  }

  private static boolean isGesture(MessageView publish) {
    return publish.signalCode() == SignalType.GESTURE.code();
  }

  @Nullable Refusal checkAddress(MessageView message) {
    String violation =
        AddressRules.violation(message.buffer(), message.addressOffset(), message.addressLength());
    return violation == null
        ? null
        : new Refusal(ErrorCode.BAD_REQUEST, "InvalidAddress: " + violation);
  }

  /** The received payload as it is, under a fresh header. */
  static void encodePublish(Outgoing out, MessageView publish, Address address) {
    out.begin(classOf(publish), address);
    int length = publish.end() - publish.offset();
    System.arraycopy(publish.buffer(), publish.offset(), out.buffer, out.payloadOffset(), length);
    out.end(qosOf(publish), length);
  }

  static int typeBit(MessageView publish) {
    return SignalType.ofCode(publish.signalCode()).maskBit();
  }

  private static DeliveryClass classOf(MessageView publish) {
    return switch (SignalType.ofCode(publish.signalCode())) {
      case STREAM -> DeliveryClass.SAMPLE;
      case GESTURE ->
          publish.phaseCode() == GesturePhase.MOVE.code()
              ? DeliveryClass.SAMPLE
              : DeliveryClass.EVENT;
      case PARAM, EVENT, TIMELINE -> DeliveryClass.EVENT;
    };
  }

  private static Qos qosOf(MessageView publish) {
    return switch (SignalType.ofCode(publish.signalCode())) {
      case PARAM, EVENT -> Qos.CONFIRM;
      case STREAM, GESTURE -> Qos.FIRE;
      case TIMELINE -> Qos.COMMIT;
    };
  }

  // --- fan-out -----------------------------------------------------------------------------------

  /** The current route of an address. Stripe lock held. */
  Route route(Lane lane, Address address) {
    SubscriptionIndex index = router.subscriptions();
    if (address.routeEpoch != index.epoch()) {
      index.refresh(address);
      lane.add(Counter.ROUTES_RESOLVED, 1);
    }
    return address.route;
  }

  /** Enqueues {@link Lane#out} for every session of the route, except one. Stripe lock held. */
  static void send(Lane lane, Route route, int typeBit, @Nullable Session except) {
    lane.recordFanout(typeBit, route.size());
    for (Route.Group group : route.groups()) {
      if (group.lane() == lane && lane.inboxEmpty()) {
        lane.deliver(group, typeBit, except);
      } else {
        group.lane().post(new Lane.InboxEntry(lane.out.retain(), group, null, typeBit, except));
      }
    }
  }

  static String addressOf(MessageView message) {
    return new String(
        message.buffer(), message.addressOffset(), message.addressLength(), StandardCharsets.UTF_8);
  }

  static boolean isBundleMember(int messageType) {
    return messageType == MessageType.SET || messageType == MessageType.PUBLISH;
  }
}
