package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way to one session: stripe by stripe, and only as fast as the connection takes
 * it, so that a late joiner neither holds up writers nor fills memory.
 *
 * <p><b>No gap, no step back.</b> The subscription is in the index before the cursor starts, so a
 * write that the cursor misses is delivered live. Entries of a stripe are taken under its lock.
 * Before that, still under the lock, whatever waits in the lane's inbox is delivered (older
 * revisions of this stripe among it), after the entries collected so far. Hence for each address:
 * older live updates, then the entry, then newer live updates.
 *
 * <p>Parts are cut at {@value #MAX_BYTES} bytes and {@value #MAX_ENTRIES} entries (D17). Lane
 * thread only.
 */
final class SnapshotCursor implements CatchUp {

  static final int MAX_ENTRIES = 800;
  static final int MAX_BYTES = 60_000;

  private static final int HEAD = 3;

  /**
   * Largest payload; an entry above it goes without writer and time, which SET has checked to fit.
   */
  private static final int MAX_PART = FrameDescriptor.MAX_PAYLOAD;

  private final Router router;
  private final @Nullable AddressPattern pattern;
  private final byte @Nullable [] literal;
  private final @Nullable HistoryReplay replay;

  /** A part is sent even if nothing matches (after WELCOME). */
  private boolean owed;

  private int stripe;
  private int entries;
  private int end;

  private SnapshotCursor(
      Router router,
      @Nullable AddressPattern pattern,
      byte @Nullable [] literal,
      @Nullable HistoryReplay replay,
      boolean owed) {
    this.router = router;
    this.pattern = pattern;
    this.literal = literal;
    this.replay = replay;
    this.owed = owed;
  }

  /** Everything; sent even if empty. */
  static SnapshotCursor ofEverything(Router router) {
    return new SnapshotCursor(router, null, null, null, true);
  }

  /**
   * What a subscription that was just added matches, with as much of the past as it asks for;
   * nothing is sent if that is nothing.
   */
  static SnapshotCursor of(Router router, Subscription subscription) {
    AddressPattern pattern = subscription.pattern();
    byte[] literal = pattern.isLiteral() ? pattern.text().getBytes(StandardCharsets.UTF_8) : null;
    int most = subscription.history(router.histories().depth());
    HistoryReplay replay =
        most == 0 ? null : new HistoryReplay(most, subscription.typeMask(), subscription.epoch);
    return new SnapshotCursor(router, pattern, literal, replay, false);
  }

  @Override
  public boolean advance(Session session) {
    begin(session.lane());
    if (literal != null) {
      long hash = router.space().hash(literal, 0, literal.length);
      Stripe s = router.space().stripeOf(hash);
      s.lock.lock();
      try {
        catchUp(session);
        Address address = s.find(literal, 0, literal.length, hash);
        if (address != null) {
          visit(session, address);
        }
      } finally {
        s.lock.unlock();
      }
      stripe = AddressSpace.STRIPES;
    }
    while (stripe < AddressSpace.STRIPES && session.outbound().flowing()) {
      Stripe s = router.space().stripe(stripe++);
      s.lock.lock();
      try {
        catchUp(session);
        // Events and streams have a past without having a value.
        Stripe.Visitor visitor =
            address -> {
              if (pattern == null || pattern.matches(address.name, 0, address.name.length)) {
                visit(session, address);
              }
            };
        if (replay == null) {
          s.forEachStored(visitor);
        } else {
          s.forEach(visitor);
        }
      } finally {
        s.lock.unlock();
      }
    }
    boolean done = stripe == AddressSpace.STRIPES;
    if (entries > 0 || (done && owed)) {
      emit(session);
    }
    return done;
  }

  private void catchUp(Session session) {
    Lane lane = session.lane();
    if (!lane.inboxEmpty()) {
      if (entries > 0) {
        emit(session);
      }
      lane.drainInbox();
    }
  }

  private void visit(Session session, Address address) {
    if (!session.rights().mayRead(address.name)) {
      return;
    }
    History history = address.history;
    if (replay != null && history != null && replay.mayFollow(address)) {
      if (address.stored()) {
        for (int i : replay.values(history, address)) {
          makeRoom(session, address.pastEntryLength(history.length(i)));
          end = address.writePastEntry(session.lane().snapshot.buffer, end, history, i);
          entries++;
        }
      }
      replay.messages(session, address, history);
    }
    if (address.stored()) {
      add(session, address);
    }
  }

  private void add(Session session, Address address) {
    boolean full = HEAD + address.entryLength() <= MAX_PART;
    int length = full ? address.entryLength() : address.shortEntryLength();
    makeRoom(session, length);
    end = address.writeEntry(session.lane().snapshot.buffer, end, full);
    entries++;
    session.flows().shown(address);
  }

  private void makeRoom(Session session, int length) {
    int limit = session.lane().snapshot.payloadOffset() + MAX_BYTES;
    if (entries > 0 && (entries == MAX_ENTRIES || end + length > limit)) {
      emit(session);
    }
  }

  private void begin(Lane lane) {
    Outgoing part = lane.snapshot;
    part.begin(DeliveryClass.REPLY, null);
    part.buffer[part.payloadOffset()] = MessageType.SNAPSHOT;
    end = part.payloadOffset() + HEAD;
    entries = 0;
  }

  private void emit(Session session) {
    Outgoing part = session.lane().snapshot;
    int payload = part.payloadOffset();
    Bytes.putU16(part.buffer, payload + 1, entries);
    part.end(Qos.FIRE, end - payload);
    session.outbound().send(part);
    owed = false;
    begin(session.lane());
  }
}
