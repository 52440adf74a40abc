package dev.clasp.router;

import dev.clasp.protocol.Qos;
import java.util.ArrayDeque;
import java.util.Collection;

/**
 * Timelines on their way to a new subscriber, behind its snapshot: each as the PUBLISH that it was,
 * with its timestamp. What happened to an address meanwhile is delivered before, as for {@link
 * SnapshotCursor}. Lane thread only.
 */
final class TimelineCursor implements CatchUp {

  private static final int PIECE = 32;

  private final Router router;
  private final ArrayDeque<Address> left = new ArrayDeque<>();

  TimelineCursor(Router router, Collection<StoredTimeline> timelines) {
    this.router = router;
    timelines.forEach(timeline -> left.add(timeline.address));
  }

  @Override
  public boolean advance(Session session) {
    for (int i = 0; i < PIECE && !left.isEmpty() && session.outbound().flowing(); i++) {
      show(session, left.removeFirst());
    }
    return left.isEmpty();
  }

  private void show(Session session, Address address) {
    Lane lane = session.lane();
    Stripe stripe = router.space().stripeOf(address.hash);
    stripe.lock.lock();
    try {
      if (!lane.inboxEmpty()) {
        lane.drainInbox();
      }
      StoredTimeline timeline = address.timeline;
      // Nobody gets back what it published itself.
      if (timeline == null
          || timeline.publisher == session
          || !session.rights().mayRead(address.name)) {
        return;
      }
      Outgoing part = lane.snapshot;
      part.begin(DeliveryClass.EVENT, null);
      int length = timeline.publish.length;
      System.arraycopy(timeline.publish, 0, part.buffer, part.payloadOffset(), length);
      part.end(Qos.COMMIT, length);
      session.outbound().send(part);
    } finally {
      stripe.lock.unlock();
    }
  }
}
