package dev.clasp.router;

import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.SignalType;
import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's share of the router: its scratch buffers, its inbox, the sessions that have
 * output to flush, its counters.
 *
 * <p>A frame is routed on the loop that read it. Deliveries to sessions of another lane go through
 * that lane's inbox, one entry per message, with one wake-up when the inbox turns non-empty. A lane
 * delivers to its own sessions directly only while its inbox is empty; otherwise it uses the inbox
 * as well, so that an older revision waiting there is not overtaken. That test happens under the
 * stripe lock, like every enqueue, so it sees all older entries of the address.
 *
 * <p>Lane thread only, except {@link #post} and {@link #count(Counter)}.
 */
public final class Lane {

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
  private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);

  /** Entries in an inbox beyond which other lanes stop reading from their connections. */
  private static final int CONGESTED = 65_536;

  /**
   * Pieces of snapshots sent in one turn of the loop, to all sessions together. Each takes about a
   * tenth of a millisecond, so that is what everybody else waits for.
   */
  private static final int PIECES_PER_TURN = 4;

  private static final int MAX_TRANSPORTS = 16;
  private static final String OTHER_TRANSPORTS = "other";
  private static final int EVENT = SignalType.EVENT.ordinal();

  /** Above all error codes in use. */
  static final int ERROR_CODES = 600;

  /** Views of the message being routed and of the bundle member being routed. */
  final MessageView view = new MessageView();

  final MessageView member = new MessageView();

  /** Data of the map that the SET being checked makes, if it is merged into the stored one. */
  byte @Nullable [] merged;

  /** View of the message being delivered, for members of its route that thin it. */
  private final MessageView thinnedView = new MessageView();

  /** The message being fanned out. */
  final Outgoing out = new Outgoing();

  /** The reply being sent. Separate, because a reply follows the fan-out of the same request. */
  final Outgoing reply = new Outgoing();

  /**
   * The part of a snapshot being filled. Separate, because live messages may be sent in between.
   */
  final Outgoing snapshot = new Outgoing();

  /** Addresses that a snapshot looks at in one piece. Null again when it has. */
  final @Nullable Address[] walked = new @Nullable Address[SnapshotCursor.PIECE];

  private final int index;
  private final LaneExecutor executor;
  private final RouterClock clock;
  private final Agenda agenda;
  private final MpscUnboundedAtomicArrayQueue<InboxEntry> inbox =
      new MpscUnboundedAtomicArrayQueue<>(1024);
  private final AtomicBoolean drainScheduled = new AtomicBoolean();
  private final ArrayList<Session> dirty = new ArrayList<>();
  private final Batches batches;
  private final ArrayDeque<Session> catchingUp = new ArrayDeque<>();
  private final ArrayList<RouterConnection> paused = new ArrayList<>();
  private final Set<Session> sessions = new HashSet<>();
  private final long[] counts = new long[Counter.values().length];
  private final long[] errorsSent = new long[ERROR_CODES];
  private final long[] denied = new long[MessageKind.COUNT];
  private final long[][] latencies = new long[MessageKind.COUNT][Ladder.LATENCY.cells()];
  private final long[][] fanouts = new long[SignalType.values().length][Ladder.FANOUT.cells()];
  private final long[] queues = new long[Ladder.QUEUE.cells()];

  /** By transport; few, and added to when the first connection of one comes. */
  private final List<Traffic> traffics = new CopyOnWriteArrayList<>();

  private final long[][] spreads = new long[Distribution.values().length][Distribution.BUCKETS + 1];
  private boolean flushScheduled;
  private boolean turnScheduled;

  /**
   * What the inbox carries: a message for the lane's members of a route, or for one session; a
   * chain for a bundle.
   */
  static final class InboxEntry {
    final Delivery delivery;
    final Route.@Nullable Group group;
    final @Nullable Session target;
    final int typeBit;
    final @Nullable Session except;
    @Nullable InboxEntry next;

    InboxEntry(
        Delivery delivery,
        Route.@Nullable Group group,
        @Nullable Session target,
        int typeBit,
        @Nullable Session except) {
      this.delivery = delivery;
      this.group = group;
      this.target = target;
      this.typeBit = typeBit;
      this.except = except;
    }
  }

  Lane(int index, RouterConfig config, LaneExecutor executor, RouterClock clock) {
    this.index = index;
    this.executor = executor;
    this.clock = clock;
    this.batches = new Batches(config.batchBytes());
    this.agenda = new Agenda(executor, clock, late -> record(Distribution.TIMER_LATE_NANOS, late));
  }

  /** Position among the router's lanes, from 0. */
  public int index() {
    return index;
  }

  LaneExecutor executor() {
    return executor;
  }

  Agenda agenda() {
    return agenda;
  }

  // --- inbox -------------------------------------------------------------------------------------

  boolean inboxEmpty() {
    return inbox.isEmpty();
  }

  boolean congested() {
    return inbox.size() > CONGESTED;
  }

  /** Any thread: puts an entry into the inbox and wakes the lane if need be. */
  void post(InboxEntry entry) {
    inbox.offer(entry);
    if (!drainScheduled.get() && drainScheduled.compareAndSet(false, true)) {
      executor.execute(this::drainTask);
    }
  }

  private void drainTask() {
    drainScheduled.set(false);
    drainInbox();
    if (!paused.isEmpty()) {
      ArrayList<RouterConnection> resumed = new ArrayList<>(paused);
      paused.clear();
      resumed.forEach(RouterConnection::resumeAfterCongestion);
    }
  }

  /** Delivers what waits in the inbox. */
  void drainInbox() {
    for (InboxEntry entry = inbox.poll(); entry != null; entry = inbox.poll()) {
      for (InboxEntry e = entry; e != null; e = e.next) {
        out.load(e.delivery);
        if (e.group != null) {
          deliver(e.group, e.typeBit, e.except);
        } else if (e.target != null) {
          e.target.outbound().send(out);
        }
      }
    }
  }

  /** Sends {@link #out} to this lane's members of a route. */
  void deliver(Route.Group group, int typeBit, @Nullable Session except) {
    Session[] sessions = group.sessions();
    int[] masks = group.masks();
    Object circle = except == null ? null : except.circle();
    for (int i = 0; i < sessions.length; i++) {
      if ((masks[i] & typeBit) != 0
          && sessions[i] != except
          && (circle == null || !circle.equals(sessions[i].circle()))) {
        sessions[i].outbound().send(out);
      }
    }
    Route.Thinned @Nullable [] thinned = group.thinned();
    if (thinned != null) {
      deliverThinned(thinned, typeBit, except);
    }
  }

  /** The same for members whose subscriptions have options. */
  private void deliverThinned(Route.Thinned[] members, int typeBit, @Nullable Session except) {
    Reading reading = null;
    Object circle = except == null ? null : except.circle();
    for (Route.Thinned member : members) {
      if ((member.mask() & typeBit) == 0
          || member.session() == except
          || circle != null && circle.equals(member.session().circle())) {
        continue;
      }
      if (!Thinning.concerns(typeBit)) {
        member.session().outbound().send(out);
        continue;
      }
      if (reading == null) {
        reading = Reading.of(out.look(thinnedView), typeBit, out.address(), except, clock.nanos());
      }
      member.session().flows().deliver(out, reading, member);
    }
  }

  /**
   * Calls the connection back after this lane has worked off its inbox. Any thread of the router's
   * lanes.
   */
  void resumeWhenDrained(RouterConnection connection) {
    executor.execute(() -> {
      paused.add(connection);
      if (!drainScheduled.get() && drainScheduled.compareAndSet(false, true)) {
        executor.execute(this::drainTask);
      }
    });
  }

  // --- flush -------------------------------------------------------------------------------------

  /** Notes that a session has output; everything is flushed once, at the end of this loop turn. */
  void markDirty(Session session) {
    dirty.add(session);
    if (!flushScheduled) {
      flushScheduled = true;
      executor.execute(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    // Flushing may make a session writable again and add output: the list may grow meanwhile.
    for (int i = 0; i < dirty.size(); i++) {
      try {
        dirty.get(i).outbound().flush();
      } catch (RuntimeException e) {
        Session session = dirty.get(i);
        session.about(LOG.atError()).setCause(e).log("flushing session {} failed", session.id());
      }
    }
    dirty.clear();
  }

  // --- snapshots ---------------------------------------------------------------------------------

  /** Lets a session go on with its snapshots when its turn comes, once. */
  void catchUpLater(Session session) {
    catchingUp.addLast(session);
    scheduleTurn();
  }

  private void scheduleTurn() {
    if (!turnScheduled && !catchingUp.isEmpty()) {
      turnScheduled = true;
      // By a timer: what a task gives its own loop to execute may run before the loop looks at its
      // sockets again.
      executor.schedule(this::turn, 0);
    }
  }

  private void turn() {
    for (int i = 0; i < PIECES_PER_TURN && !catchingUp.isEmpty(); i++) {
      Session session = catchingUp.removeFirst();
      try {
        session.takeTurn();
      } catch (RuntimeException e) {
        session
            .about(LOG.atError())
            .setCause(e)
            .log("the snapshot of session {} failed", session.id());
      }
    }
    turnScheduled = false;
    scheduleTurn();
  }

  Batches batches() {
    return batches;
  }

  /** The sessions of this lane. */
  Set<Session> sessions() {
    return sessions;
  }

  // --- counters ----------------------------------------------------------------------------------

  void add(Counter counter, long n) {
    counts[counter.ordinal()] += n;
  }

  /** Any thread: the current total, perhaps some messages old. */
  long count(Counter counter) {
    return switch (counter) {
      case FRAMES_IN -> sum(Traffic::received);
      case FRAMES_OUT -> sum(Traffic::sent);
      case BYTES_IN -> sum(traffic -> traffic.of(Traffic.BYTES_IN));
      case BYTES_OUT -> sum(traffic -> traffic.of(Traffic.BYTES_OUT));
      default -> (long) COUNTS.getOpaque(counts, counter.ordinal());
    };
  }

  private long sum(ToLongFunction<Traffic> amount) {
    long sum = 0;
    for (Traffic traffic : traffics) {
      sum += amount.applyAsLong(traffic);
    }
    return sum;
  }

  /** What connections of this transport are counted in. */
  Traffic traffic(String transport) {
    for (Traffic traffic : traffics) {
      if (traffic.transport().equals(transport)) {
        return traffic;
      }
    }
    if (traffics.size() == MAX_TRANSPORTS) {
      return traffics.getLast();
    }
    // Transports name themselves; whatever one may think of, the list stays short.
    Traffic added =
        new Traffic(traffics.size() == MAX_TRANSPORTS - 1 ? OTHER_TRANSPORTS : transport);
    traffics.add(added);
    return added;
  }

  /** Any thread. */
  List<Traffic> traffics() {
    return traffics;
  }

  /**
   * Some messages of one type have been routed.
   *
   * @param nanos since the first of them was handed over
   */
  void recordLatency(int messageType, long nanos, int messages) {
    Ladder.LATENCY.record(latencies[MessageKind.ofType(messageType)], nanos, messages);
  }

  /** A message goes to so many sessions. */
  void recordFanout(int typeBit, int sessions) {
    // What announces a peer is for subscriptions of every type.
    int signal = typeBit == SignalType.KNOWN_MASK ? EVENT : Integer.numberOfTrailingZeros(typeBit);
    Ladder.FANOUT.record(fanouts[signal], sessions, 1);
  }

  /** Looks at what waits for each session. */
  void sampleQueues() {
    for (Session session : sessions) {
      Ladder.QUEUE.record(queues, session.outbound().queued(), 1);
    }
  }

  /** A message of this type was refused because the token does not allow it. */
  void countDenied(int messageType) {
    denied[MessageKind.ofType(messageType)]++;
  }

  void countError(int code) {
    add(Counter.ERRORS, 1);
    errorsSent[Math.min(Math.max(code, 0), ERROR_CODES - 1)]++;
  }

  void record(Distribution distribution, long value) {
    long[] spread = spreads[distribution.ordinal()];
    spread[Distribution.bucket(value)]++;
    spread[Distribution.BUCKETS] += value;
  }

  /** Any thread. */
  long denied(int kind) {
    return (long) COUNTS.getOpaque(denied, kind);
  }

  /** Any thread. */
  void addLatencies(int kind, long[] to) {
    Traffic.addTo(to, latencies[kind]);
  }

  /** Any thread. */
  void addFanouts(int signal, long[] to) {
    Traffic.addTo(to, fanouts[signal]);
  }

  /** Any thread. */
  void addQueues(long[] to) {
    Traffic.addTo(to, queues);
  }

  /** Any thread. */
  long errorsSent(int code) {
    return (long) COUNTS.getOpaque(errorsSent, code);
  }

  /** Any thread: adds the buckets, and behind them the sum of the values. */
  void addSpread(Distribution distribution, long[] to) {
    long[] spread = spreads[distribution.ordinal()];
    for (int i = 0; i < to.length; i++) {
      to[i] += (long) COUNTS.getOpaque(spread, i);
    }
  }
}
