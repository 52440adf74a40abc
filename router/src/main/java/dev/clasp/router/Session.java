package dev.clasp.router;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.router.spi.Connection;
import dev.clasp.router.spi.LaneExecutor.Cancellable;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.router.spi.Witness;
import dev.clasp.security.Identity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What the router knows of a client from HELLO to the end of the connection. Lane thread only,
 * except the final fields and {@link #status}.
 */
final class Session {

  private final String id;
  private final byte[] writerBytes;
  private final String name;
  private final Rights rights;
  private final Witness witness;
  private final Set<Feature> features;
  private final Lane lane;
  private final Connection connection;
  private final @Nullable Object circle;
  private final int maxPayload;
  private final int maxSnapshotPayload;
  private final Outbound outbound;
  private final Flows flows;
  private final long connectedMicros;

  final Map<Integer, Subscription> subscriptions = new HashMap<>();

  /** Addresses whose lock this session holds. */
  final Set<Address> locks = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Counts the stored parameters that this session created. */
  final Quota quota = new Quota();

  /** Timelines kept that this session published. Any thread. */
  final AtomicInteger timelines = new AtomicInteger();

  /** Bundles that wait for their time. */
  final Set<ScheduledBundle> scheduledBundles = new LinkedHashSet<>(0);

  /** Bytes of those bundles. */
  long scheduledBytes;

  // What only some sessions need is made when they do.
  private @Nullable Gestures gestures;
  private @Nullable Ephemerals ephemerals;
  private @Nullable Commits commits;
  private @Nullable RateLimit peerSignals;
  private SignalRegistry.@Nullable Announcer announcer;
  private @Nullable Request request;
  private volatile @Nullable ClockEstimate clock;
  private volatile @Nullable SessionError lastError;

  private final ArrayDeque<CatchUp> snapshots = new ArrayDeque<>(2);

  /** Is among those that the lane lets go on with their snapshots. */
  private boolean waitsForTurn;

  /** What to do when nothing waits any more, if this session is to end then. */
  private @Nullable Runnable farewell;

  /** What to do when {@link #catchingUp} is over. */
  private final Runnable caughtUp;

  private boolean ended;
  private boolean silent;
  private Agenda.@Nullable Entry watch;
  private @Nullable Consumer<Refusal> expulsion;

  // For those whose client can be recognised when it is back.
  private @Nullable UUID instance;
  private @Nullable Runnable replacement;

  long messagesIn;
  long bytesIn;

  /** Monotonic time of the last traffic in either direction. */
  long lastActiveNanos;

  /** The time at which what is being executed for this session was read or became due. */
  private long nowNanos;

  private long nowMicros;

  private long messagesOutWhenLastSeen;

  Session(
      String id,
      String name,
      Identity identity,
      Set<Feature> features,
      Lane lane,
      Connection connection,
      Router router,
      Runnable caughtUp) {
    this.id = id;
    String writer = router.config().opaqueWriters() ? UUID.randomUUID().toString() : id;
    this.writerBytes = writer.getBytes(StandardCharsets.US_ASCII);
    this.name = name;
    this.rights = new Rights(identity);
    this.witness = router.witness();
    this.features = features;
    this.lane = lane;
    this.connection = connection;
    this.caughtUp = caughtUp;
    this.circle = connection.circle().orElse(null);
    int maxFrame = connection.maxFrame(features);
    this.maxPayload = maxFrame - FrameDescriptor.HEADER_LENGTH;
    this.maxSnapshotPayload =
        Math.min(
            SnapshotCursor.MAX_BYTES,
            Math.min(maxFrame, connection.maxSnapshotFrame()) - FrameDescriptor.HEADER_LENGTH);
    this.outbound =
        new Outbound(
            this, lane, connection, lane.traffic(connection.transport()), maxFrame, router);
    this.flows = new Flows(lane, outbound, router);
    this.connectedMicros = router.clock().unixMicros();
    this.lastActiveNanos = router.clock().nanos();
    setNow(lastActiveNanos, connectedMicros);
  }

  /** Those with an equal one do not hear what this session writes; null if all do. */
  @Nullable Object circle() {
    return circle;
  }

  /** Longest payload that the peer takes. */
  int maxPayload() {
    return maxPayload;
  }

  /** Longest payload of a snapshot with several values. */
  int maxSnapshotPayload() {
    return maxSnapshotPayload;
  }

  /**
   * Monotonic time that everything executed now counts as: one look at the clock per socket read.
   */
  long now() {
    return nowNanos;
  }

  /** The same as Unix time. */
  long nowMicros() {
    return nowMicros;
  }

  void setNow(long nanos, long micros) {
    nowNanos = nanos;
    nowMicros = micros;
  }

  String id() {
    return id;
  }

  /** Who this is, for the witness. */
  Witness.Party party() {
    return new Witness.Party(
        id, name, connection.peer(), connection.transport(), rights.identity());
  }

  /** Tells the witness that a request was refused, if the token is the reason. */
  void refused(Refusal refusal, @Nullable String address) {
    if (refusal.code() == ErrorCode.FORBIDDEN || refusal.code() == ErrorCode.BUNDLE_FORBIDDEN) {
      lane.countDenied(lane.view.type());
      witness.denied(party(), refusal.code(), refusal.text(), Optional.ofNullable(address));
    }
  }

  /** Takes note of an ERROR that goes to the client. */
  void erred(SessionError error) {
    lastError = error;
  }

  /** The last ERROR that the client was sent. Any thread. */
  Optional<SessionError> lastError() {
    return Optional.ofNullable(lastError);
  }

  /**
   * Who wrote it, in ASCII, shared by everything this session writes: the session id, or a random
   * one if writers are opaque (RT-23).
   */
  byte[] writerBytes() {
    return writerBytes;
  }

  String name() {
    return name;
  }

  String transport() {
    return connection.transport();
  }

  /** Gestures in progress. Any thread; perhaps some messages old. */
  int gesturesInProgress() {
    Gestures g = gestures;
    return g == null ? 0 : g.size();
  }

  /** What it may do. */
  Rights rights() {
    return rights;
  }

  /** The same for sessions of the same client: its name, and whom its token was made for. */
  String client() {
    return name + "\n" + rights.holder();
  }

  Lane lane() {
    return lane;
  }

  Outbound outbound() {
    return outbound;
  }

  /** What its subscriptions with options hold back. */
  Flows flows() {
    return flows;
  }

  boolean ended() {
    return ended;
  }

  /** The gestures of this session, made when it has the first. */
  Gestures gestures(Router router) {
    Gestures g = gestures;
    if (g == null) {
      g = new Gestures(this, router);
      gestures = g;
    }
    return g;
  }

  @Nullable Gestures gesturesIfAny() {
    return gestures;
  }

  /** What it wrote that ends with it, collected from the first on. */
  Ephemerals ephemerals(Router router) {
    Ephemerals e = ephemerals;
    if (e == null) {
      e = new Ephemerals(this, router);
      ephemerals = e;
    }
    return e;
  }

  @Nullable Ephemerals ephemeralsIfAny() {
    return ephemerals;
  }

  /** The latest commit messages, remembered from the first on. */
  Commits commits(int window) {
    Commits c = commits;
    if (c == null) {
      c = new Commits(window);
      commits = c;
    }
    return c;
  }

  @Nullable Commits commitsIfAny() {
    return commits;
  }

  /** Counts the signals that this session sends to peers. */
  RateLimit peerSignals(long nowNanos) {
    RateLimit rate = peerSignals;
    if (rate == null) {
      rate = new RateLimit(PeerSignals.MAX_PER_SECOND, PeerSignals.MAX_PER_SECOND, nowNanos);
      peerSignals = rate;
    }
    return rate;
  }

  SignalRegistry.Announcer announcer() {
    SignalRegistry.Announcer a = announcer;
    if (a == null) {
      a = new SignalRegistry.Announcer(client());
      announcer = a;
    }
    return a;
  }

  SignalRegistry.@Nullable Announcer announcerIfAny() {
    return announcer;
  }

  /** The request that is being answered, if it is one that can be told from others. */
  @Nullable Request request() {
    return request;
  }

  void answering(@Nullable Request newRequest) {
    request = newRequest;
  }

  /**
   * Takes note of a SYNC request.
   *
   * @param sentMicros by the client's clock, unsigned
   * @param receivedMicros by the router's clock
   */
  void synchronise(long sentMicros, long receivedMicros) {
    // A time beyond the year 290,000 is no clock.
    if (sentMicros >= 0) {
      long difference = receivedMicros - sentMicros;
      ClockEstimate c = clock;
      clock = c == null ? ClockEstimate.first(difference) : c.next(difference);
    }
  }

  /**
   * Ends the connection, saying why; the rest happens when it is closed. What was said to it in
   * this loop turn still goes out.
   */
  void close(CloseReason reason) {
    outbound.writeBatch();
    connection.close(reason);
  }

  /** A line of the log that is about this session: found by its id, and by where it comes from. */
  LoggingEventBuilder about(LoggingEventBuilder line) {
    return line.addKeyValue("session", id).addKeyValue("peer", connection.peer());
  }

  /** Whether an ERROR says beforehand that the router stops. */
  boolean hearsGoodbye() {
    return !silent && farewell == null && connection.hearsGoodbye();
  }

  /**
   * Ends the connection as soon as nothing waits for it any more, at the latest after so long.
   *
   * @param told called when the connection has been told, or has ended by itself
   */
  void closeWhenFlushed(CloseReason reason, long nanos, Runnable told) {
    if (silent || farewell != null) {
      told.run();
      return;
    }
    Cancellable deadline = lane.executor().schedule(this::sayFarewell, nanos);
    farewell =
        () -> {
          deadline.cancel();
          close(reason);
          told.run();
        };
    outbound.flush();
  }

  private void sayFarewell() {
    Runnable f = farewell;
    farewell = null;
    if (f != null) {
      f.run();
    }
  }

  /** It takes part in nothing any more; what is under way to it still goes out. */
  void end() {
    ended = true;
    snapshots.clear();
    flows.end();
    if (watch != null) {
      watch.cancel();
      watch = null;
    }
  }

  /** After {@link #end}: nothing is sent any more. */
  void silence() {
    silent = true;
    outbound.close();
    sayFarewell();
  }

  /**
   * Looks once a second whether the token has expired, because the clock on the wall may be set at
   * any time.
   *
   * @param whenExpired called on the lane's thread
   */
  void watchExpiry(RouterClock clock, Runnable whenExpired) {
    if (rights.identity().expiresAt().isEmpty() || ended) {
      return;
    }
    if (rights.expired(clock)) {
      whenExpired.run();
      return;
    }
    long seconds =
        rights.identity().expiresAt().getAsLong() - Math.floorDiv(clock.wallMicros(), 1_000_000L);
    long micros =
        seconds > 1
            ? 1_000_000
            : seconds * 1_000_000 - Math.floorMod(clock.wallMicros(), 1_000_000);
    watch = lane.agenda().after(Math.max(1, micros) * 1000, () -> watchExpiry(clock, whenExpired));
  }

  /**
   * What {@link #expel} does.
   *
   * @param how called on the lane's thread
   */
  void whenExpelled(Consumer<Refusal> how) {
    expulsion = how;
  }

  /**
   * By what its client can be recognised, before others see the session.
   *
   * @param whenReplaced what {@link #replace} does, on the lane's thread
   */
  void ofInstance(UUID value, Runnable whenReplaced) {
    instance = value;
    replacement = whenReplaced;
  }

  Optional<UUID> instance() {
    return Optional.ofNullable(instance);
  }

  /**
   * Ends the session because its client is back on another connection: nothing that still comes on
   * this one is executed. Any thread; happens on the lane.
   *
   * @param then called when that is so, on the lane of this session
   */
  void replace(Runnable then) {
    try {
      lane.executor()
          .execute(() -> {
            if (replacement != null) {
              replacement.run();
            }
            then.run();
          });
    } catch (RejectedExecutionException e) {
      // The loop has stopped, and the connection with it.
      then.run();
    }
  }

  /** Ends the session, telling it why. Any thread; happens on the lane. */
  void expel(Refusal why) {
    lane.executor()
        .execute(() -> {
          if (expulsion != null) {
            expulsion.accept(why);
          }
        });
  }

  /** Starts a snapshot; it goes on as the connection takes it. */
  void snapshot(CatchUp cursor) {
    snapshots.addLast(cursor);
    if (snapshots.size() == 1) {
      // Most are small: the first piece is all of it.
      catchUp();
    }
    continueSnapshots();
  }

  /** Sees to it that what is left goes on, in a later turn of the loop. */
  void continueSnapshots() {
    if (!snapshots.isEmpty()) {
      if (!waitsForTurn && outbound.flowing()) {
        waitsForTurn = true;
        lane.catchUpLater(this);
      }
    } else if (farewell != null && outbound.idle()) {
      // Later: a stripe lock may be held now.
      lane.executor().execute(this::sayFarewell);
    }
  }

  /** Its turn has come. */
  void takeTurn() {
    waitsForTurn = false;
    try {
      catchUp();
      continueSnapshots();
    } finally {
      if (!waitsForTurn) {
        caughtUp.run();
      }
    }
  }

  /**
   * A snapshot is on its way and the connection takes it: only the turns of others are in between.
   * What the session asks meanwhile is answered behind it.
   */
  boolean catchingUp() {
    return waitsForTurn;
  }

  private void catchUp() {
    CatchUp cursor = snapshots.peekFirst();
    if (cursor != null && outbound.flowing() && cursor.advance(this)) {
      snapshots.remove(cursor);
    }
  }

  /** Time since the last traffic in either direction, in nanoseconds. */
  long idleNanos(long now) {
    if (outbound.messagesOut() != messagesOutWhenLastSeen) {
      messagesOutWhenLastSeen = outbound.messagesOut();
      lastActiveNanos = now;
    }
    return now - lastActiveNanos;
  }

  /** A copy of what an administrator sees. Any thread; counters may lag. */
  SessionStatus status() {
    ClockEstimate c = clock;
    return new SessionStatus(
        id,
        name,
        features,
        connection.peer(),
        connection.transport(),
        connectedMicros,
        subscriptions.size(),
        messagesIn,
        outbound.messagesOut(),
        bytesIn,
        outbound.bytesOut(),
        outbound.queued(),
        outbound.dropped(),
        c == null ? OptionalDouble.empty() : OptionalDouble.of(c.offsetMicros()),
        c == null ? OptionalDouble.empty() : OptionalDouble.of(c.jitterMicros()));
  }

  @Override
  public String toString() {
    return "session " + id + " (" + LogText.of(name) + ", " + connection.peer() + ")";
  }
}
