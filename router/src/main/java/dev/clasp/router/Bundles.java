package dev.clasp.router;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * BUNDLE: all or nothing, in order, contiguous for every receiver, now or at its time (D7).
 *
 * <p>The stripes of all members are locked in ascending order, every member is checked and applied
 * in turn, and on the first refusal what was applied is put back; nobody has seen it, since
 * deliveries are enqueued only after the last member passed and before the locks are released. Lane
 * thread only.
 */
final class Bundles {

  /** Furthest time ahead: 24 hours in microseconds. */
  private static final long MAX_AHEAD_MICROS = 24L * 3600 * 1_000_000;

  private final Router router;
  private final Writes writes;

  Bundles(Router router, Writes writes) {
    this.router = router;
    this.writes = writes;
  }

  void bundle(Session session, MessageView bundle, Qos qos) {
    Refusal refusal = checkShape(session.lane().member, bundle);
    if (refusal != null) {
      Replies.error(session, refusal, null);
      return;
    }
    boolean acknowledge = qos != Qos.FIRE || router.config().ackAlways();
    long now = router.clock().unixMicros();
    long due = bundle.hasBundleTimestamp() ? bundle.bundleTimestamp() : 0;
    // Times are unsigned on the wire; a negative long lies beyond any allowed time.
    long ahead = Long.compareUnsigned(due, now) <= 0 ? 0 : due - now;
    if (ahead == 0) {
      long revision = execute(session, bundle);
      if (revision >= 0 && acknowledge) {
        acknowledge(session, revision == 0 ? OptionalLong.empty() : OptionalLong.of(revision));
      }
      return;
    }
    if (ahead < 0 || ahead > MAX_AHEAD_MICROS) {
      Replies.error(
          session, new Refusal(ErrorCode.BAD_REQUEST, "BundleTime: at most 24 hours ahead"), null);
    } else if (session.scheduledBundles >= router.config().maxScheduledBundles()) {
      Replies.error(
          session,
          new Refusal(
              ErrorCode.TOO_MANY,
              "Too many scheduled bundles (max " + router.config().maxScheduledBundles() + ")"),
          null);
    } else {
      schedule(session, bundle, ahead);
      if (acknowledge) {
        acknowledge(session, OptionalLong.empty());
      }
    }
  }

  private void schedule(Session session, MessageView bundle, long aheadMicros) {
    byte[] copy =
        Arrays.copyOfRange(bundle.buffer(), bundle.offset(), bundle.offset() + bundle.length());
    session.scheduledBundles++;
    session
        .lane()
        .executor()
        .schedule(
            () -> {
              session.scheduledBundles--;
              if (!session.ended()) {
                execute(session, new MessageView().wrap(copy, 0, copy.length));
              }
            },
            aheadMicros * 1000);
  }

  private static void acknowledge(Session session, OptionalLong revision) {
    Replies.message(
        session,
        new Message.Ack(
            Optional.empty(), revision, Optional.empty(), Optional.empty(), OptionalInt.empty()));
  }

  private @Nullable Refusal checkShape(MessageView member, MessageView bundle) {
    if (bundle.bundleCount() > router.config().maxBundleMembers()) {
      return new Refusal(
          ErrorCode.BAD_REQUEST,
          "BundleTooLarge: at most "
              + router.config().maxBundleMembers()
              + " members, this has "
              + bundle.bundleCount());
    }
    int at = bundle.firstMember();
    for (int i = 0; i < bundle.bundleCount(); i++) {
      at = bundle.member(at, member);
      if (!Writes.isBundleMember(member.type())) {
        return new Refusal(
            ErrorCode.BAD_REQUEST,
            String.format(
                "BundleMember: a bundle may hold SET and PUBLISH, member %d has type 0x%02x",
                i, member.type()));
      }
    }
    return null;
  }

  /** Applies and fans out; the last new revision, 0 if there was no SET, -1 if it was refused. */
  private long execute(Session session, MessageView bundle) {
    Lane lane = session.lane();
    MessageView member = lane.member;
    AddressSpace space = router.space();
    long[] hashes = new long[bundle.bundleCount()];
    BitSet touched = new BitSet(AddressSpace.STRIPES);
    int at = bundle.firstMember();
    for (int i = 0; i < hashes.length; i++) {
      at = bundle.member(at, member);
      hashes[i] = space.hash(member.buffer(), member.addressOffset(), member.addressLength());
      touched.set(space.stripeOf(hashes[i]).index);
    }
    List<MessageView> peerSignals = new ArrayList<>(0);
    List<Published> published = new ArrayList<>(0);
    List<Before> undo = new ArrayList<>();
    Refusal refusal = null;
    String refused = null;
    long last = 0;
    touched.stream().forEach(i -> space.stripe(i).lock.lock());
    try {
      Chains chains = new Chains(lane);
      long now = router.clock().unixMicros();
      at = bundle.firstMember();
      for (int i = 0; i < hashes.length && refusal == null; i++) {
        at = bundle.member(at, member);
        Stripe stripe = space.stripeOf(hashes[i]);
        Address address =
            stripe.find(member.buffer(), member.addressOffset(), member.addressLength(), hashes[i]);
        if (member.type() == MessageType.SET) {
          refusal = writes.check(session, member, address);
          if (refusal == null) {
            address = address == null ? add(stripe, member, hashes[i]) : address;
            undo.add(new Before(address));
            writes.apply(session, member, address, now);
            last = address.revision;
            Route route = writes.route(lane, address);
            if (route.groups().length > 0) {
              Writes.encodeSet(lane.out, member, address);
              chains.add(route, SignalType.PARAM.maskBit(), null);
            }
          }
        } else if (Writes.isP2pSignal(member)) {
          peerSignals.add(copyOf(member));
        } else {
          refusal = address == null ? writes.checkAddress(member) : null;
          if (refusal == null) {
            if (address == null) {
              address = add(stripe, member, hashes[i]);
              stripe.keepIdle(address);
            }
            address.touched = true;
            if (router.histories().wants(member)) {
              published.add(new Published(address, copyOf(member)));
            }
            Route route = writes.route(lane, address);
            if (route.groups().length > 0) {
              Writes.encodePublish(lane.out, member, address);
              chains.add(route, Writes.typeBit(member), session);
            }
          }
        }
        if (refusal != null) {
          refused = Writes.addressOf(member);
        }
      }
      if (refusal == null) {
        published.forEach(p -> router.histories().published(p.address, p.message, now));
        chains.post();
      } else {
        undo.reversed().forEach(before -> before.restore(session, router));
      }
    } finally {
      touched.stream().forEach(i -> space.stripe(i).lock.unlock());
    }
    if (refusal != null) {
      Replies.error(session, refusal, refused);
      return -1;
    }
    lane.add(Counter.BUNDLES, 1);
    peerSignals.forEach(signal -> PeerSignals.route(router, session, signal));
    return last;
  }

  private static Address add(Stripe stripe, MessageView member, long hash) {
    return stripe.add(member.buffer(), member.addressOffset(), member.addressLength(), hash);
  }

  private static MessageView copyOf(MessageView view) {
    byte[] copy = Arrays.copyOfRange(view.buffer(), view.offset(), view.offset() + view.length());
    return new MessageView().wrap(copy, 0, copy.length);
  }

  /** A message to be remembered when the bundle has passed. */
  private record Published(Address address, MessageView message) {}

  /** What a SET found, to put it back. */
  private static final class Before {
    private final Address address;
    private final byte[] value;
    private final int valueType;
    private final boolean stored;
    private final long revision;
    private final long writtenMicros;
    private final byte[] writer;
    private final @Nullable Session lockHolder;

    Before(Address address) {
      this.address = address;
      this.value = Arrays.copyOf(address.value, address.valueLength);
      this.valueType = address.valueType;
      this.stored = address.stored;
      this.revision = address.revision;
      this.writtenMicros = address.writtenMicros;
      this.writer = address.writer;
      this.lockHolder = address.lockHolder;
    }

    void restore(Session session, Router router) {
      address.store(value, 0, value.length, valueType);
      address.stored = stored;
      address.revision = revision;
      address.writtenMicros = writtenMicros;
      address.writer = writer;
      address.lockHolder = lockHolder;
      if (lockHolder == session) {
        session.locks.add(address);
      } else {
        session.locks.remove(address);
      }
      if (!stored) {
        router.space().parameters().decrementAndGet();
        router.space().stripeOf(address.hash).keepIdle(address);
      }
    }
  }

  /** The deliveries of a bundle, one chain per lane, so that nothing comes between its members. */
  private static final class Chains {
    private final Lane lane;
    private final Map<Lane, Lane.InboxEntry> first = new HashMap<>();
    private final Map<Lane, Lane.InboxEntry> last = new HashMap<>();

    Chains(Lane lane) {
      this.lane = lane;
    }

    /** Appends {@link Lane#out} for everybody on the route except one session. */
    void add(Route route, int typeBit, @Nullable Session except) {
      for (Route.Group group : route.groups()) {
        Lane.InboxEntry entry =
            new Lane.InboxEntry(lane.out.retain(), group, null, typeBit, except);
        Lane.InboxEntry tail = last.put(group.lane(), entry);
        if (tail == null) {
          first.put(group.lane(), entry);
        } else {
          tail.next = entry;
        }
      }
    }

    /** Hands the chains over. The stripes of all members are still locked. */
    void post() {
      first.forEach((target, chain) -> target.post(chain));
    }
  }
}
