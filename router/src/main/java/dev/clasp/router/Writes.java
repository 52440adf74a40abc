package dev.clasp.router;

import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * SET and PUBLISH: the one way in which anything is written, whoever writes it.
 *
 * <p>The steps, in order: limits (by the caller, before decoding), validation, authorisation (none
 * yet: everything is open), apply, fan-out, acknowledge. Apply, resolve and enqueue happen under
 * the lock of the address's stripe.
 *
 * <p>Lane thread only.
 */
final class Writes {

  /**
   * Largest address plus value data: above it no SNAPSHOT could carry the parameter (router.md
   * 5.7).
   */
  static final int MAX_ADDRESS_AND_VALUE = 65_520;

  /** SET flags repeated to subscribers: lock, unlock, TTL present. */
  private static final int REPEATED_FLAGS = 0x70;

  private static final int FLAG_REVISION = 0x80;
  private static final int FLAG_TTL = 0x10;

  private static final byte[] P2P_SIGNAL = "/clasp/p2p/signal/".getBytes(StandardCharsets.US_ASCII);

  private static final int PARAM = SignalType.PARAM.maskBit();

  private final Router router;

  Writes(Router router) {
    this.router = router;
  }

  // --- SET ---------------------------------------------------------------------------------------

  void set(Session session, MessageView set, Qos qos) {
    AddressSpace space = router.space();
    long hash = space.hash(set.buffer(), set.addressOffset(), set.addressLength());
    Stripe stripe = space.stripeOf(hash);
    Refusal refusal;
    long revision = 0;
    stripe.lock.lock();
    try {
      Address address = stripe.find(set.buffer(), set.addressOffset(), set.addressLength(), hash);
      refusal = check(session, set, address);
      if (refusal == null) {
        if (address == null) {
          address = stripe.add(set.buffer(), set.addressOffset(), set.addressLength(), hash);
        }
        apply(session, set, address, router.clock().unixMicros());
        revision = address.revision;
        fanOut(session, set, address);
      }
    } finally {
      stripe.lock.unlock();
    }
    if (refusal != null) {
      Replies.error(session, refusal, addressOf(set));
    } else if (qos != Qos.FIRE || router.config().ackAlways()) {
      Replies.ack(session, set.buffer(), set.addressOffset(), set.addressLength(), revision);
    }
  }

  /**
   * Why this SET cannot be applied, or null. Reserves room for a new parameter if it needs one.
   * Stripe lock held.
   *
   * @param address null if it is not interned
   */
  @Nullable Refusal check(Session session, MessageView set, @Nullable Address address) {
    if (address == null) {
      String violation =
          AddressRules.violation(set.buffer(), set.addressOffset(), set.addressLength());
      if (violation != null) {
        return new Refusal(ErrorCode.BAD_REQUEST, "InvalidAddress: " + violation);
      }
    }
    if (set.addressLength() + set.valueLength() > MAX_ADDRESS_AND_VALUE) {
      return new Refusal(
          ErrorCode.BAD_REQUEST,
          "ValueTooLarge: address and value together may have "
              + MAX_ADDRESS_AND_VALUE
              + " bytes, these have "
              + (set.addressLength() + set.valueLength()));
    }
    if (address != null && address.stored()) {
      if (set.hasRevision() && set.revision() != address.revision) {
        return new Refusal(
            ErrorCode.BAD_REQUEST,
            "RevisionConflict: expected revision "
                + Long.toUnsignedString(set.revision())
                + ", current is "
                + address.revision);
      }
      if (address.lockHolder != null && address.lockHolder != session) {
        return new Refusal(
            ErrorCode.LOCK_HELD, "LockHeld: another session holds the lock of this address");
      }
    } else if (router.space().parameters().incrementAndGet() > router.config().maxParameters()) {
      router.space().parameters().decrementAndGet();
      return new Refusal(
          ErrorCode.BAD_REQUEST,
          "AtCapacity: the router stores at most "
              + router.config().maxParameters()
              + " parameters");
    }
    return null;
  }

  /** Stores the value and gives it the next revision. Stripe lock held. */
  void apply(Session session, MessageView set, Address address, long nowMicros) {
    if (set.lock()) {
      address.lockHolder = session;
      session.locks.add(address);
    } else if (set.unlock() && address.lockHolder == session) {
      address.lockHolder = null;
      session.locks.remove(address);
    }
    if (address.stored) {
      router.histories().replaced(address, nowMicros);
    }
    address.store(set.buffer(), set.valueOffset(), set.valueLength(), set.valueType());
    address.stored = true;
    address.revision++;
    address.writer = session.idBytes();
    address.writtenMicros = nowMicros;
    session.lane().add(Counter.SETS, 1);
  }

  /** Sends the applied SET to its subscribers, the writer included. Stripe lock held. */
  private void fanOut(Session session, MessageView set, Address address) {
    Route route = route(session.lane(), address);
    if (route.groups().length > 0) {
      encodeSet(session.lane().out, set, address);
      send(session.lane(), route, PARAM, null);
    }
  }

  /**
   * The SET for the subscribers: the received bytes with the new revision written in. The value
   * keeps its width; a TTL is repeated.
   */
  static void encodeSet(Outgoing out, MessageView set, Address address) {
    out.begin(DeliveryClass.STATE, address);
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
    if (isP2pSignal(publish)) {
      PeerSignals.route(router, session, publish);
      return;
    }
    AddressSpace space = router.space();
    long hash = space.hash(publish.buffer(), publish.addressOffset(), publish.addressLength());
    Stripe stripe = space.stripeOf(hash);
    Refusal refusal = null;
    stripe.lock.lock();
    try {
      Address address =
          stripe.find(publish.buffer(), publish.addressOffset(), publish.addressLength(), hash);
      if (address == null) {
        refusal = checkAddress(publish);
        if (refusal == null) {
          address =
              stripe.add(publish.buffer(), publish.addressOffset(), publish.addressLength(), hash);
          stripe.keepIdle(address);
        }
      }
      if (address != null) {
        address.touched = true;
        Route route = route(session.lane(), address);
        if (router.histories().wants(publish)) {
          router.histories().published(address, publish, router.clock().unixMicros());
        }
        if (route.groups().length > 0) {
          encodePublish(session.lane().out, publish, address);
          send(session.lane(), route, typeBit(publish), session);
        }
      }
    } finally {
      stripe.lock.unlock();
    }
    session.lane().add(Counter.PUBLISHES, 1);
    if (refusal != null) {
      Replies.error(session, refusal, addressOf(publish));
    }
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

  static boolean isP2pSignal(MessageView publish) {
    int length = publish.addressLength();
    int from = publish.addressOffset();
    if (length <= P2P_SIGNAL.length
        || Arrays.mismatch(
                publish.buffer(), from, from + P2P_SIGNAL.length, P2P_SIGNAL, 0, P2P_SIGNAL.length)
            >= 0) {
      return false;
    }
    for (int i = from + P2P_SIGNAL.length; i < from + length; i++) {
      if (publish.buffer()[i] == '/') {
        return false;
      }
    }
    return true;
  }

  static String p2pTarget(MessageView publish) {
    return new String(
        publish.buffer(),
        publish.addressOffset() + P2P_SIGNAL.length,
        publish.addressLength() - P2P_SIGNAL.length,
        StandardCharsets.UTF_8);
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
