package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Qos;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** GET, SUBSCRIBE, UNSUBSCRIBE, QUERY and ANNOUNCE. Lane thread only. */
final class Reads {

  /** Definitions in one RESULT: kept well below the frame limit whatever their texts. */
  private static final int RESULT_BYTES = 60_000;

  private final Router router;

  Reads(Router router) {
    this.router = router;
  }

  /** Answers with a SNAPSHOT of one entry, or ERROR 404 (D8). */
  void get(Session session, MessageView get) {
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
      if (address != null && address.stored()) {
        found = true;
        Outgoing reply = lane.reply;
        reply.begin(DeliveryClass.REPLY, null);
        int start = reply.payloadOffset();
        reply.buffer[start] = MessageType.SNAPSHOT;
        Bytes.putU16(reply.buffer, start + 1, 1);
        boolean full = 3 + address.entryLength() <= FrameDescriptor.MAX_PAYLOAD;
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
  }

  void unsubscribe(Session session, int id) {
    Subscription subscription = session.subscriptions.remove(id);
    if (subscription != null) {
      subscription.end();
      session.flows().ended(subscription, null);
      router.subscriptions().removeAll(List.of(subscription));
    }
  }

  /** Stores definitions; acknowledged with the namespace as address. */
  void announce(Session session, Message.Announce announce) {
    for (SignalDefinition definition : announce.signals()) {
      String violation = AddressRules.violation(definition.address());
      if (violation != null) {
        Replies.error(
            session,
            new Refusal(ErrorCode.BAD_REQUEST, "InvalidAddress: " + violation),
            definition.address());
        return;
      }
    }
    if (router.signals().announce(announce.signals())) {
      Replies.message(
          session,
          new Message.Ack(
              Optional.of(announce.namespace()),
              OptionalLong.empty(),
              Optional.empty(),
              Optional.empty(),
              OptionalInt.empty()));
    } else {
      Replies.error(
          session,
          new Refusal(
              ErrorCode.BAD_REQUEST,
              "AtCapacity: the router keeps at most "
                  + router.config().maxSignals()
                  + " signal definitions"),
          announce.namespace());
    }
  }

  /** Answers with the matching definitions, in as many RESULTs as their size needs. */
  void query(Session session, String text) {
    AddressPattern pattern;
    try {
      pattern = AddressPattern.parse(text, router.globstarParent());
    } catch (PatternException e) {
      Replies.error(session, new Refusal(ErrorCode.BAD_PATTERN, message(e)), text);
      return;
    }
    List<SignalDefinition> part = new ArrayList<>();
    int bytes = 0;
    for (SignalDefinition definition : router.signals().query(pattern)) {
      int length = MessageCodec.encode(new Message.Result(List.of(definition))).length;
      if (bytes + length > RESULT_BYTES && !part.isEmpty()) {
        Replies.message(session, new Message.Result(part));
        part.clear();
        bytes = 0;
      }
      part.add(definition);
      bytes += length;
    }
    Replies.message(session, new Message.Result(part));
  }

  private static String message(PatternException e) {
    return String.valueOf(e.getMessage());
  }
}
