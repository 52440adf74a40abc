package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Qos;
import java.util.List;

/** GET, SUBSCRIBE and UNSUBSCRIBE. Lane thread only. */
final class Reads {

  private final Router router;

  Reads(Router router) {
    this.router = router;
  }

  /** Answers with a SNAPSHOT of one entry, or ERROR 404 (D8). */
  void get(Session session, MessageView get) {
    Refusal refusal = session.rights().get(get);
    if (refusal != null) {
      // Before anything is looked up: whether there is something is not for everybody to know.
      Replies.error(session, refusal, Writes.addressOf(get));
      return;
    }
    long hash = router.space().hash(get.buffer(), get.addressOffset(), get.addressLength());
    Stripe stripe = router.space().stripeOf(hash);
    Lane lane = session.lane();
    boolean found = false;
    stripe.lock.lock();
    try {
      // Older live updates first, so that the answer never steps back.
      if (!lane.inboxEmpty()) {
        lane.drainInbox();
      }
      Address address = stripe.find(get.buffer(), get.addressOffset(), get.addressLength(), hash);
      if (address != null && address.present(session.now())) {
        found = true;
        address.usedNanos = session.now();
        Outgoing reply = lane.reply;
        reply.begin(DeliveryClass.REPLY, null);
        int start = reply.payloadOffset();
        reply.buffer[start] = MessageType.SNAPSHOT;
        Bytes.putU16(reply.buffer, start + 1, 1);
        boolean full =
            3 + address.entryLength()
                <= Math.min(FrameDescriptor.MAX_PAYLOAD, session.maxPayload());
        int end = address.writeEntry(reply.buffer, start + 3, full);
        reply.end(Qos.FIRE, end - start);
        session.flows().shown(address);
        session.outbound().send(reply);
      }
    } finally {
      stripe.lock.unlock();
    }
    if (!found) {
      get.validateAddress();
      String address = Writes.addressOf(get);
      Replies.error(
          session, new Refusal(ErrorCode.NOT_FOUND, "NotFound: no value at " + address), address);
    }
  }

  /** Adds or replaces a subscription, then sends what it matches. Never acknowledged (D1). */
  void subscribe(Session session, Message.Subscribe subscribe) {
    AddressPattern pattern;
    try {
      pattern = AddressPattern.parse(subscribe.pattern(), router.globstarParent());
    } catch (PatternException e) {
      Replies.error(session, new Refusal(ErrorCode.BAD_PATTERN, message(e)), subscribe.pattern());
      return;
    }
    if (!session.rights().mayReadAll(pattern)) {
      Replies.error(session, Rights.subscriptionRefusal(), subscribe.pattern());
      return;
    }
    Subscription older = session.subscriptions.get(subscribe.id());
    if (older == null
        && session.subscriptions.size() >= router.config().maxSubscriptionsPerSession()) {
      Replies.error(
          session,
          new Refusal(
              ErrorCode.TOO_MANY,
              "Subscription limit reached (max "
                  + router.config().maxSubscriptionsPerSession()
                  + ")"),
          subscribe.pattern());
      return;
    }
    Subscription subscription =
        new Subscription(
            session,
            subscribe.id(),
            pattern,
            Subscription.explicitMask(subscribe.typeMask()),
            subscribe.options());
    // The new one first: whatever both match is never without a subscription. One that takes the
    // place of another is let in whatever the limit.
    int max = older == null ? router.config().maxSubscriptions() : Integer.MAX_VALUE;
    if (!router.subscriptions().addBelow(max, subscription)) {
      Replies.error(
          session,
          new Refusal(
              ErrorCode.TOO_MANY,
              "Subscription limit of the router reached (max "
                  + router.config().maxSubscriptions()
                  + ")"),
          subscribe.pattern());
      return;
    }
    if (older != null) {
      older.end();
      router.subscriptions().removeAll(List.of(older));
      session.flows().ended(older, subscription);
    }
    session.subscriptions.put(subscribe.id(), subscription);
    session.snapshot(SnapshotCursor.of(router, subscription));
    router.timelines().show(session, subscription);
  }

  void unsubscribe(Session session, int id) {
    Subscription subscription = session.subscriptions.remove(id);
    if (subscription != null) {
      subscription.end();
      session.flows().ended(subscription, null);
      router.subscriptions().removeAll(List.of(subscription));
    }
  }

  private static String message(PatternException e) {
    return String.valueOf(e.getMessage());
  }
}
