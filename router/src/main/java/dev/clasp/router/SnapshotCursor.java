package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way to one session: piece by piece, each in a turn of the loop of its own, and
 * only as fast as the connection takes it, so that a late joiner neither holds up writers nor fills
 * memory. It looks at those addresses only that begin like the pattern ({@link AddressWalk}).
 *
 * <p><b>No gap, no step back.</b> The subscription is in the index before the cursor starts, so a
 * write that the cursor misses is delivered live; a write that was not delivered live has interned
 * its address before. Each entry is taken under the lock of its stripe. Before that, still under
 * the lock, whatever waits in the lane's inbox is delivered (older revisions of this address among
 * it), after the entries collected so far; and what is collected is sent before the turn ends.
 * Hence for each address: older live updates, then the entry, then newer live updates.
 *
 * <p>Parts are cut at {@value #MAX_BYTES} bytes, or fewer where the transport says so, and {@value
 * #MAX_ENTRIES} entries (D17). Lane thread only.
 */
final class SnapshotCursor implements CatchUp {

  static final int MAX_ENTRIES = 800;
  static final int MAX_BYTES = 60_000;

  /** Addresses looked at in one piece. */
  static final int PIECE = 1024;

  private static final int HEAD = 3;

  /**
   * Largest payload; an entry above it goes without writer and time, which SET has checked to fit.
   */
  private static final int MAX_PART = FrameDescriptor.MAX_PAYLOAD;

  private final Router router;
  private final @Nullable AddressPattern pattern;
  private final AddressWalk walk;
  private final @Nullable HistoryReplay replay;

  /** A part is sent even if nothing matches (after WELCOME). */
  private boolean owed;

  private int entries;
  private int end;

  private SnapshotCursor(
      Router router,
      @Nullable AddressPattern pattern,
      AddressWalk walk,
      @Nullable HistoryReplay replay,
      boolean owed) {
    this.router = router;
    this.pattern = pattern;
    this.walk = walk;
    this.replay = replay;
    this.owed = owed;
  }

  /** Everything; sent even if empty. */
  static SnapshotCursor ofEverything(Router router) {
    return new SnapshotCursor(router, null, AddressWalk.ofEverything(router.space()), null, true);
  }

  /**
   * What a subscription that was just added matches, with as much of the past as it asks for;
   * nothing is sent if that is nothing.
   */
  static SnapshotCursor of(Router router, Subscription subscription) {
    AddressPattern pattern = subscription.pattern();
    int most = subscription.history(router.histories().depth());
    HistoryReplay replay =
        most == 0 ? null : new HistoryReplay(most, subscription.typeMask(), subscription.epoch);
    return new SnapshotCursor(
        router, pattern, AddressWalk.of(router.space(), pattern), replay, false);
  }

  @Override
  public boolean advance(Session session) {
    begin(session.lane());
    @Nullable Address[] piece = session.lane().walked;
    int count = walk.fetch(piece);
    int seen = 0;
    while (seen < count && session.outbound().flowing()) {
      Address address = piece[seen];
      if (address == null || !look(session, address)) {
        break;
      }
      walk.pass(address);
      seen++;
    }
    Arrays.fill(piece, 0, count, null);
    boolean done = seen == count && walk.last();
    if (entries > 0 || (done && owed)) {
      emit(session);
    }
    return done;
  }

  /** False, and nothing happened, if the part is full: the piece ends with it. */
  private boolean look(Session session, Address address) {
    if (pattern != null && !pattern.matches(address.name, 0, address.name.length)) {
      return true;
    }
    if (!session.rights().mayRead(address.name)) {
      return true;
    }
    Stripe stripe = router.space().stripeOf(address.hash);
    stripe.lock.lock();
    try {
      catchUp(session);
      if (entries > 0
          && address.present(session.now())
          && !hasRoom(session, lengthOf(session, address))) {
        return false;
      }
      visit(session, address);
      return true;
    } finally {
      stripe.lock.unlock();
    }
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
    if (address.present(session.now())) {
      add(session, address);
    }
  }

  private void add(Session session, Address address) {
    boolean full = isFull(session, address);
    makeRoom(session, lengthOf(session, address));
    end = address.writeEntry(session.lane().snapshot.buffer, end, full);
    entries++;
    session.flows().shown(address);
  }

  private static boolean isFull(Session session, Address address) {
    return HEAD + address.entryLength() <= Math.min(MAX_PART, session.maxPayload());
  }

  private static int lengthOf(Session session, Address address) {
    return isFull(session, address) ? address.entryLength() : address.shortEntryLength();
  }

  private boolean hasRoom(Session session, int length) {
    int limit = session.lane().snapshot.payloadOffset() + session.maxSnapshotPayload();
    return entries < MAX_ENTRIES && end + length <= limit;
  }

  private void makeRoom(Session session, int length) {
    if (entries > 0 && !hasRoom(session, length)) {
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
