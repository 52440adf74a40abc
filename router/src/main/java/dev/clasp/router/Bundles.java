package dev.clasp.router;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * BUNDLE: all or nothing, in order, contiguous for every receiver, now or at its time (D7).
 *
 * <p>The stripes of all members are locked in ascending order. First every SET is applied and every
 * PUBLISH checked; on the first refusal what was applied is put back, and nobody has seen it. When
 * all have passed the deliveries are enqueued, in order, before the locks are released. Signals
 * between peers follow after that, each accepted or refused for itself.
 *
 * <p>Lane thread only, except {@link #scheduledBytes}.
 */
final class Bundles {

  /** Furthest time ahead: 24 hours in microseconds. */
  private static final long MAX_AHEAD_MICROS = 24L * 3600 * 1_000_000;

  /** All sessions together may have scheduled as many bytes as so many sessions. */
  private static final int FULL_SESSIONS = 16;

  private static final int SET_LOCK = 0x40;

  private final Router router;
  private final Writes writes;
  private final AtomicLong scheduledBytes = new AtomicLong();

  /** Ended sessions whose bundles are still to come. */
  private final Set<Session> orphaned = ConcurrentHashMap.newKeySet();

  Bundles(Router router, Writes writes) {
    this.router = router;
    this.writes = writes;
  }

  /** Bytes of all bundles that wait for their time. Any thread. */
  long scheduledBytes() {
    return scheduledBytes.get();
  }

  /** Ended sessions whose bundles are still to come. Any thread. */
  Set<Session> orphaned() {
    return orphaned;
  }

  void bundle(Session session, MessageView bundle, Qos qos) {
    if (!wellFormed(session, bundle) || !allowed(session, bundle)) {
      return;
    }
    boolean acknowledge = qos != Qos.FIRE || router.config().ackAlways();
    long now = router.clock().unixMicros();
    long due = bundle.hasBundleTimestamp() ? bundle.bundleTimestamp() : 0;
    // Times are unsigned on the wire; a negative long lies beyond any allowed time.
    long ahead = Long.compareUnsigned(due, now) <= 0 ? 0 : due - now;
    if (ahead < 0 || ahead > MAX_AHEAD_MICROS) {
      Replies.error(
          session, new Refusal(ErrorCode.BAD_REQUEST, "BundleTime: at most 24 hours ahead"), null);
    } else if (bundle.bundleCount() == 0) {
      cancel(session, due);
      acknowledge(session, acknowledge, 0);
    } else if (ahead == 0) {
      long revision = execute(session, bundle);
      if (revision >= 0) {
        acknowledge(session, acknowledge, revision);
      }
    } else {
      Refusal refusal = schedule(session, bundle, due);
      if (refusal != null) {
        Replies.error(session, refusal, null);
      } else {
        acknowledge(session, acknowledge, 0);
      }
    }
  }

  private static void acknowledge(Session session, boolean wanted, long revision) {
    if (wanted) {
      Replies.acknowledge(
          session,
          Optional.empty(),
          revision == 0 ? OptionalLong.empty() : OptionalLong.of(revision));
    }
  }

  /** Looks at everything that does not depend on when it is executed; tells what is wrong. */
  private boolean wellFormed(Session session, MessageView bundle) {
    if (bundle.bundleCount() > router.config().maxBundleMembers()) {
      return refuse(
          session,
          "BundleTooLarge: at most "
              + router.config().maxBundleMembers()
              + " members, this has "
              + bundle.bundleCount());
    }
    MessageView member = session.lane().member;
    int at = bundle.firstMember();
    for (int i = 0; i < bundle.bundleCount(); i++) {
      at = bundle.member(at, member);
      if (!Writes.isBundleMember(member.type())) {
        return refuse(
            session,
            String.format(
                "BundleMember: a bundle may hold SET and PUBLISH, member %d has type 0x%02x",
                i, member.type()));
      }
      if (isSignal(member)) {
        member.validateAddress();
      } else if (member.type() == MessageType.PUBLISH) {
        Refusal refusal = router.timelines().check(member);
        if (refusal != null) {
          Replies.error(session, refusal, Writes.addressOf(member));
          return false;
        }
      }
    }
    return true;
  }

  /** Asks for the rights to all members before anything happens, also if it happens later. */
  private static boolean allowed(Session session, MessageView bundle) {
    Rights.BundleRefusal refused =
        session.rights().bundle(bundle, session.lane().member, session.now());
    if (refused != null) {
      Replies.error(session, refused.refusal(), refused.address());
    }
    return refused == null;
  }

  private static boolean refuse(Session session, String text) {
    Replies.error(session, new Refusal(ErrorCode.BAD_REQUEST, text), null);
    return false;
  }

  private static boolean isSignal(MessageView member) {
    return member.type() == MessageType.PUBLISH && PeerSignals.isSignal(member);
  }

  // --- scheduling --------------------------------------------------------------------------------

  private @Nullable Refusal schedule(Session session, MessageView bundle, long due) {
    RouterConfig config = router.config();
    int length = bundle.length();
    if (session.scheduledBundles.size() >= config.maxScheduledBundles()) {
      return new Refusal(
          ErrorCode.TOO_MANY,
          "Too many scheduled bundles (max " + config.maxScheduledBundles() + ")");
    }
    if (session.scheduledBytes + length > config.maxScheduledBytes()) {
      return new Refusal(
          ErrorCode.TOO_MANY,
          "Too many bytes of scheduled bundles (max " + config.maxScheduledBytes() + ")");
    }
    long max = config.maxScheduledBytes() * FULL_SESSIONS;
    if (scheduledBytes.addAndGet(length) > max) {
      scheduledBytes.addAndGet(-length);
      return new Refusal(
          ErrorCode.TOO_MANY,
          "Too many bytes of scheduled bundles of all sessions (max " + max + ")");
    }
    ScheduledBundle scheduled =
        new ScheduledBundle(
            Arrays.copyOfRange(bundle.buffer(), bundle.offset(), bundle.offset() + length),
            due,
            session.request());
    session.scheduledBytes += length;
    session.scheduledBundles.add(scheduled);
    scheduled.entry = session.lane().agenda().atUnix(due, () -> run(session, scheduled));
    session.lane().add(Counter.BUNDLES_SCHEDULED, 1);
    return null;
  }

  private void run(Session session, ScheduledBundle scheduled) {
    byte[] payload = remove(session, scheduled);
    MessageView bundle = new MessageView().wrap(payload, 0, payload.length);
    if (session.rights().lapsed(router.clock())) {
      // It outlived its session, but not the token that allowed it.
      session.lane().add(Counter.BUNDLES_FAILED, 1);
      return;
    }
    if (session.ended()) {
      takeNoLocks(session.lane().member, bundle);
    }
    session.setNow(router.clock().nanos(), router.clock().unixMicros());
    session.answering(scheduled.request);
    try {
      if (execute(session, bundle) < 0) {
        session.lane().add(Counter.BUNDLES_FAILED, 1);
      }
    } finally {
      session.answering(null);
    }
  }

  /** A lock of a session that has ended would be released by nobody. */
  private static void takeNoLocks(MessageView member, MessageView bundle) {
    int at = bundle.firstMember();
    for (int i = 0; i < bundle.bundleCount(); i++) {
      at = bundle.member(at, member);
      if (member.type() == MessageType.SET) {
        member.buffer()[member.offset() + 1] &= ~SET_LOCK;
      }
    }
  }

  /** Calls off what the session has scheduled for exactly this time. */
  private void cancel(Session session, long due) {
    for (ScheduledBundle scheduled : List.copyOf(session.scheduledBundles)) {
      if (scheduled.dueMicros == due) {
        cancel(session, scheduled);
      }
    }
  }

  private void cancel(Session session, ScheduledBundle scheduled) {
    remove(session, scheduled);
    if (scheduled.entry != null) {
      scheduled.entry.cancel();
    }
    session.lane().add(Counter.BUNDLES_CANCELLED, 1);
    Request request = scheduled.request;
    Commits commits = session.commitsIfAny();
    if (request != null && request.identity() != null && commits != null) {
      // The same bundle for the same time may come again and is no repetition then.
      commits.forget(request.identity());
    }
  }

  private byte[] remove(Session session, ScheduledBundle scheduled) {
    byte[] payload = scheduled.takePayload();
    session.scheduledBundles.remove(scheduled);
    session.scheduledBytes -= payload.length;
    scheduledBytes.addAndGet(-payload.length);
    if (session.scheduledBundles.isEmpty()) {
      orphaned.remove(session);
    }
    return payload;
  }

  /** The session has ended: so has what it scheduled, unless that outlives it. */
  void endSession(Session session) {
    if (!router.config().bundlesOutliveSession() || session.rights().lapsed(router.clock())) {
      List.copyOf(session.scheduledBundles).forEach(scheduled -> cancel(session, scheduled));
    } else if (!session.scheduledBundles.isEmpty()) {
      orphaned.add(session);
    }
  }

  // --- execution ---------------------------------------------------------------------------------

  /** Applies and fans out; the last new revision, 0 if there was no SET, -1 if it was refused. */
  private long execute(Session session, MessageView bundle) {
    Lane lane = session.lane();
    MessageView member = lane.member;
    AddressSpace space = router.space();
    int count = bundle.bundleCount();
    long[] hashes = new long[count];
    BitSet touched = new BitSet(AddressSpace.STRIPES);
    Map<Integer, TimelineRequest> timelines = new HashMap<>(0);
    int at = bundle.firstMember();
    for (int i = 0; i < count; i++) {
      at = bundle.member(at, member);
      hashes[i] = space.hash(member.buffer(), member.addressOffset(), member.addressLength());
      touched.set(space.stripeOf(hashes[i]).index);
      TimelineRequest timeline =
          member.type() == MessageType.PUBLISH ? TimelineRequest.of(member) : null;
      if (timeline != null) {
        timelines.put(i, timeline);
      }
    }
    @Nullable Address[] addresses = new @Nullable Address[count];
    @Nullable Delivery[] updates = new @Nullable Delivery[count];
    ArrayDeque<Before> undo = new ArrayDeque<>();
    List<Address> pinned = new ArrayList<>();
    Refusal refusal = null;
    String refused = null;
    long last = 0;
    boolean signals = false;
    Timelines.Claim claim = new Timelines.Claim();
    touched.stream().forEach(i -> space.stripe(i).lock.lock());
    try {
      at = bundle.firstMember();
      for (int i = 0; i < count && refusal == null; i++) {
        at = bundle.member(at, member);
        if (isSignal(member)) {
          signals = true;
          continue;
        }
        Stripe stripe = space.stripeOf(hashes[i]);
        Address address =
            stripe.find(member.buffer(), member.addressOffset(), member.addressLength(), hashes[i]);
        if (member.type() == MessageType.SET) {
          refusal = address == null ? writes.checkAddress(member) : null;
          if (refusal == null) {
            refusal = writes.check(session, member, stripe, address);
          }
          if (refusal == null) {
            address = address == null ? add(stripe, member, hashes[i]) : address;
            undo.push(new Before(address, address.save()));
            writes.apply(session, member, stripe, address);
            last = address.revision;
            if (writes.route(lane, address).groups().length > 0) {
              Writes.encodeSet(lane.out, member, address);
              updates[i] = lane.out.retain();
            }
          }
        } else {
          refusal = address == null ? writes.checkAddress(member) : null;
          if (refusal == null && address == null) {
            address = add(stripe, member, hashes[i]);
          }
          if (address != null) {
            // Until all members are through: a later one may need the room of an idle address.
            stripe.pin(address);
            pinned.add(address);
          }
          if (refusal == null) {
            refusal = router.timelines().checkRoom(session, timelines.get(i), address, claim);
          }
        }
        addresses[i] = address;
        if (refusal != null) {
          refused = Writes.addressOf(member);
        }
      }
      if (refusal == null) {
        fanOut(session, bundle, addresses, updates, timelines);
      } else {
        undo.forEach(before -> before.restore(session, router));
      }
      pinned.forEach(address -> space.stripeOf(address.hash).unpin(address));
    } finally {
      touched.stream().forEach(i -> space.stripe(i).lock.unlock());
    }
    if (refusal != null) {
      Replies.error(session, refusal, refused);
      return -1;
    }
    lane.add(Counter.BUNDLES, 1);
    writes.trim(session);
    if (!timelines.isEmpty()) {
      router.timelines().trim();
    }
    if (signals) {
      routeSignals(session, bundle);
    }
    return last;
  }

  /** Enqueues what all members have for their receivers. The stripes of all are locked. */
  private void fanOut(
      Session session,
      MessageView bundle,
      @Nullable Address[] addresses,
      @Nullable Delivery[] updates,
      Map<Integer, TimelineRequest> timelines) {
    Lane lane = session.lane();
    MessageView member = lane.member;
    Chains chains = new Chains();
    int at = bundle.firstMember();
    for (int i = 0; i < addresses.length; i++) {
      at = bundle.member(at, member);
      Address address = addresses[i];
      Delivery update = updates[i];
      if (update != null && address != null) {
        chains.add(
            update, address.route, SignalType.PARAM.maskBit(), Writes.deaf(session, address));
      } else if (address != null && member.type() == MessageType.PUBLISH) {
        writes.forward(session, member, address, timelines.get(i), chains);
      }
    }
    chains.post();
  }

  private void routeSignals(Session session, MessageView bundle) {
    MessageView member = session.lane().member;
    int at = bundle.firstMember();
    for (int i = 0; i < bundle.bundleCount(); i++) {
      at = bundle.member(at, member);
      if (isSignal(member)) {
        router.peerSignals().route(session, member);
      }
    }
  }

  private static Address add(Stripe stripe, MessageView member, long hash) {
    return stripe.add(member.buffer(), member.addressOffset(), member.addressLength(), hash);
  }

  /** What a SET found, to put it back. */
  private record Before(Address address, Address.Saved saved) {

    void restore(Session session, Router router) {
      if (address.lockHolder == session && saved.lockHolder() != session) {
        session.locks.remove(address);
      } else if (saved.lockHolder() == session) {
        session.locks.add(address);
      }
      if (!saved.stored()) {
        router.retention().remove(address);
        address.restore(saved);
      } else {
        router.space().bytes().addAndGet(saved.value().length - address.valueLength);
        address.restore(saved);
      }
    }
  }

  /** The deliveries of a bundle, one chain per lane, so that nothing comes between its members. */
  private static final class Chains implements Fanout {
    private final Map<Lane, Lane.InboxEntry> first = new HashMap<>();
    private final Map<Lane, Lane.InboxEntry> last = new HashMap<>();

    @Override
    public void send(Lane lane, Route route, int typeBit, @Nullable Session except) {
      add(lane.out.retain(), route, typeBit, except);
    }

    /** Appends a delivery for everybody on the route except one session. */
    void add(Delivery delivery, Route route, int typeBit, @Nullable Session except) {
      for (Route.Group group : route.groups()) {
        Lane.InboxEntry entry = new Lane.InboxEntry(delivery, group, null, typeBit, except);
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
