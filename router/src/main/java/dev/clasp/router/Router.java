package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.ValueLayout;
import dev.clasp.router.spi.Connection;
import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.router.spi.Witness;
import dev.clasp.security.Action;
import dev.clasp.security.Authenticator;
import dev.clasp.security.Identity;
import dev.clasp.security.Scopes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The router: sessions, subscriptions, parameters, and the lanes that move messages between them.
 * Knows no sockets.
 *
 * <p>Use: create it, add one {@link Lane} per event loop, and {@link #open} every connection on the
 * lane whose loop reads it.
 *
 * <p><b>Threads.</b> Everything about a connection happens on its lane. Shared between lanes are
 * the {@link AddressSpace} (locks per stripe), the {@link AddressIndex} and the {@link
 * SubscriptionIndex} (one monitor each) and concurrent maps. Lock order: stripes by ascending
 * index, then one of the indexes. Nothing waits for I/O or for another lane while it holds a lock.
 */
public final class Router {

  /** Addresses that one page of a dump looks at; a few milliseconds at most. */
  private static final int LOOKED_AT = 16_384;

  /** For a router that is started again at once. */
  private static final int RETRY_MILLIS = 500;

  private static final int RETRY_SPREAD_MILLIS = 2000;

  private volatile RouterConfig config;
  private final RouterClock clock;
  private final Authenticator authenticator;
  private final Witness witness;
  private final Set<LoginAttempt> logins = ConcurrentHashMap.newKeySet();
  private final AddressSpace space;
  private final SubscriptionIndex subscriptions;
  private final Histories histories;
  private final SignalRegistry signals;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  /** Those of clients that have said how to recognise them when they come back. */
  private final Map<UUID, Session> instances = new ConcurrentHashMap<>();

  private final List<Lane> lanes = new CopyOnWriteArrayList<>();
  private final Retention retention;
  private final Timelines timelines;
  private final RouterState state;
  private final Writes writes;
  private final Bundles bundles;
  private final Reads reads = new Reads(this);
  private final Announcements announcements = new Announcements(this);
  private final PeerSignals peerSignals = new PeerSignals(this);
  private final long startedMicros;
  private volatile MemoryPressure pressure = MemoryPressure.NONE;

  /** A router that lets everybody do everything. */
  public Router(RouterConfig config, RouterClock clock) {
    this(config, clock, Authenticator.OPEN);
  }

  /**
   * A router that asks who may come in.
   *
   * @param authenticator asked once for every HELLO
   */
  public Router(RouterConfig config, RouterClock clock, Authenticator authenticator) {
    this(config, clock, authenticator, Witness.NONE);
  }

  /**
   * A router that asks who may come in and reports who does what.
   *
   * @param authenticator asked once for every HELLO
   * @param witness told what an audit log wants to know
   */
  public Router(
      RouterConfig config, RouterClock clock, Authenticator authenticator, Witness witness) {
    this.config = config;
    this.clock = clock;
    this.authenticator = authenticator;
    this.witness = witness;
    this.space = new AddressSpace(config);
    this.subscriptions = new SubscriptionIndex(globstarParent());
    this.histories = new Histories(config);
    this.signals = new SignalRegistry(config.maxSignals());
    this.startedMicros = clock.unixMicros();
    this.retention = new Retention(this);
    this.state = new RouterState(this);
    this.timelines = new Timelines(this);
    this.writes = new Writes(this);
    this.bundles = new Bundles(this, writes);
  }

  /**
   * Takes new settings while it runs. Those that are read when they are needed hold from now on, a
   * rate for new connections; those that shape what is built once (rules by pattern, histories,
   * queues of sessions) stay as they were at the start. Any thread.
   *
   * @see RouterConfig#withLive
   */
  public void reconfigure(RouterConfig next) {
    config = config.withLive(next);
  }

  /**
   * Says how short of memory the process is. Sessions that read too slowly end at once when it
   * becomes critical, and as long as it is. Any thread.
   */
  public void pressure(MemoryPressure value) {
    pressure = value;
    if (value != MemoryPressure.CRITICAL) {
      return;
    }
    for (Lane lane : lanes) {
      try {
        lane.executor()
            .execute(() -> List.copyOf(lane.sessions()).forEach(s -> s.outbound().endIfSlow()));
      } catch (RejectedExecutionException e) {
        // Its loop has stopped, and its sessions with it.
      }
    }
  }

  MemoryPressure pressure() {
    return pressure;
  }

  /** Adds the lane of one event loop. Before the first connection of that loop. */
  public Lane addLane(LaneExecutor executor) {
    Lane lane = new Lane(lanes.size(), config, executor, clock);
    lanes.add(lane);
    if (config.idleNanos() > 0) {
      executor.schedule(() -> sweep(lane), sweepNanos());
    }
    return lane;
  }

  /** A quarter of the idle time, at most 10 s. */
  private long sweepNanos() {
    return Math.min(config.idleNanos() / 4 + 1, 10_000_000_000L);
  }

  private void sweep(Lane lane) {
    lane.sampleQueues();
    if (lane.index() == 0) {
      space.dropOldRoutes(subscriptions);
    }
    long now = clock.nanos();
    for (Session session : List.copyOf(lane.sessions())) {
      if (session.idleNanos(now) >= config.idleNanos()) {
        lane.add(Counter.IDLE_CLOSED, 1);
        session.close(
            new CloseReason(
                CloseReason.GOING_AWAY,
                "no traffic for " + config.idleNanos() / 1_000_000_000L + " s"));
      }
    }
    lane.executor().schedule(() -> sweep(lane), sweepNanos());
  }

  /** Takes on a connection. On the lane's thread. */
  public RouterConnection open(Lane lane, Connection connection) {
    return new RouterConnection(this, lane, connection);
  }

  /**
   * Ends every session with the reason: each as soon as what waits for it has been handed to its
   * connection, at the latest after the time given. Any thread.
   *
   * @return completes when all connections have been told to close
   */
  public CompletableFuture<Void> closeAll(CloseReason reason, long drainNanos) {
    return closeAll(reason, drainNanos, false);
  }

  /**
   * The same, and says good-bye first (operations.md 12.3): ERROR 501 {@code server shutting down,
   * retry_after_ms=N}. The times are spread, so that not everybody is back in the same moment.
   */
  public CompletableFuture<Void> sayGoodbyeAndCloseAll(CloseReason reason, long drainNanos) {
    return closeAll(reason, drainNanos, true);
  }

  private CompletableFuture<Void> closeAll(
      CloseReason reason, long drainNanos, boolean sayingGoodbye) {
    List<CompletableFuture<Void>> told = new ArrayList<>();
    List<Session> all = List.copyOf(sessions.values());
    for (int i = 0; i < all.size(); i++) {
      Session session = all.get(i);
      long retry = RETRY_MILLIS + (long) RETRY_SPREAD_MILLIS * i / all.size();
      CompletableFuture<Void> one = new CompletableFuture<>();
      told.add(one);
      Lane lane = session.lane();
      try {
        lane.executor()
            .execute(() -> {
              lane.drainInbox();
              if (sayingGoodbye && session.hearsGoodbye()) {
                Replies.error(
                    session,
                    new Refusal(
                        ErrorCode.UNAVAILABLE, "server shutting down, retry_after_ms=" + retry),
                    null);
              }
              session.closeWhenFlushed(reason, drainNanos, () -> one.complete(null));
            });
      } catch (RejectedExecutionException e) {
        // Its loop has stopped, and its connections with it.
        one.complete(null);
      }
    }
    return CompletableFuture.allOf(told.toArray(CompletableFuture[]::new));
  }

  /**
   * Ends the sessions of some identities at once, because their token was taken back or has
   * expired: each is told why, then closed with 1008, within a second. Its locks are released, its
   * scheduled bundles called off, its timelines stop. A login under way is caught too. Any thread.
   *
   * @param whose asked once for each session; also on other threads, for logins under way
   * @param errorCode 300 or 302, see {@link dev.clasp.protocol.ErrorCode}
   * @param text for the client
   * @return how many sessions are being ended
   */
  public int expel(Predicate<Identity> whose, int errorCode, String text) {
    Refusal why = new Refusal(errorCode, text);
    // Logins first: what leaves them meanwhile is a session before it is no login any more.
    for (LoginAttempt login : logins) {
      login.expel(new LoginAttempt.Expulsion(whose, why));
    }
    int expelled = 0;
    for (Session session : sessions.values()) {
      if (whose.test(session.rights().identity())) {
        session.expel(why);
        expelled++;
      }
    }
    // What outlives its session ends with its token.
    lapse(timelines.publishersPlaying(), whose);
    lapse(bundles.orphaned(), whose);
    return expelled;
  }

  /**
   * How many sessions each token has, by its id; those without a token are left out. Any thread.
   */
  public Map<String, Integer> sessionsByToken() {
    Map<String, Integer> counts = new HashMap<>();
    for (Session session : sessions.values()) {
      String token = session.rights().identity().tokenId();
      if (!token.isEmpty()) {
        counts.merge(token, 1, Integer::sum);
      }
    }
    return counts;
  }

  private static void lapse(Set<Session> ended, Predicate<Identity> whose) {
    for (Session session : ended) {
      if (whose.test(session.rights().identity())) {
        session.lane().executor().execute(() -> session.rights().lapse());
      }
    }
  }

  Witness witness() {
    return witness;
  }

  Authenticator authenticator() {
    return authenticator;
  }

  /** HELLOs that wait for the authenticator. */
  Set<LoginAttempt> logins() {
    return logins;
  }

  public RouterConfig config() {
    return config;
  }

  public RouterClock clock() {
    return clock;
  }

  /** Sum of a counter over all lanes. Any thread. */
  public long count(Counter counter) {
    return sumOfLanes(lane -> lane.count(counter));
  }

  private long sumOfLanes(ToLongFunction<Lane> amount) {
    long sum = 0;
    for (Lane lane : lanes) {
      sum += amount.applyAsLong(lane);
    }
    return sum;
  }

  List<Lane> lanes() {
    return lanes;
  }

  long errorsSent(int code) {
    return sumOfLanes(lane -> lane.errorsSent(code));
  }

  /** A distribution over all lanes. Any thread. */
  public RouterMetrics.Spread spread(Distribution distribution) {
    long[] all = new long[Distribution.BUCKETS + 1];
    for (Lane lane : lanes) {
      lane.addSpread(distribution, all);
    }
    return new RouterMetrics.Spread(
        distribution.series(),
        distribution.help(),
        Arrays.copyOf(all, Distribution.BUCKETS),
        all[Distribution.BUCKETS],
        distribution.unit());
  }

  /** Sum over all sessions. Any thread. */
  long sum(ToLongFunction<Session> amount) {
    long sum = 0;
    for (Session session : sessions.values()) {
      sum += amount.applyAsLong(session);
    }
    return sum;
  }

  /** All sessions as an administrator sees them. Any thread. */
  public List<SessionStatus> sessionStatus() {
    List<SessionStatus> all = new ArrayList<>();
    for (Session session : sessions.values()) {
      all.add(session.status());
    }
    return all;
  }

  /** Some subscriptions, at most so many. Any thread. */
  public List<SubscriptionStatus> subscriptionStatus(int limit) {
    List<SubscriptionStatus> some = new ArrayList<>();
    for (Subscription s : subscriptions.some(limit)) {
      some.add(
          new SubscriptionStatus(
              s.session().id(), s.id(), s.pattern().text(), s.typeMask(), s.options()));
    }
    return some;
  }

  /** Stored parameters that match, at most so many, as of some moment each. Any thread. */
  public List<ParameterStatus> parameters(AddressPattern pattern, int limit) {
    List<ParameterStatus> all = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      ParameterPage page = parameters(pattern, limit - all.size(), after);
      all.addAll(page.parameters());
      after = page.next();
    } while (after.isPresent() && all.size() < limit);
    return all;
  }

  /**
   * The same in pieces, for an event loop: looks at no more than {@value #LOOKED_AT} addresses, so
   * that a page may have fewer parameters than asked for, even none, and yet not be the last.
   *
   * @param after only parameters behind this address in the order of bytes
   */
  public ParameterPage parameters(AddressPattern pattern, int limit, Optional<String> after) {
    return parameters(pattern, limit, after, Scopes.ALL);
  }

  /**
   * The same for somebody with these scopes: only what they allow to read. The address where the
   * next page begins may be one that they do not. A full page always has a next one, which may be
   * empty.
   */
  public ParameterPage parameters(
      AddressPattern pattern, int limit, Optional<String> after, Scopes reader) {
    List<ParameterStatus> found = new ArrayList<>();
    AddressWalk walk = AddressWalk.of(space, pattern);
    after.ifPresent(name -> walk.skip(name.getBytes(StandardCharsets.UTF_8)));
    @Nullable Address[] piece = new @Nullable Address[SnapshotCursor.PIECE];
    long now = clock.nanos();
    Address last = null;
    for (int looked = 0; found.size() < limit && looked < LOOKED_AT; ) {
      int count = walk.fetch(piece);
      for (int i = 0; i < count && found.size() < limit; i++) {
        last = Objects.requireNonNull(piece[i]);
        walk.pass(last);
        looked++;
        if (pattern.matches(last.name, 0, last.name.length)
            && reader.permit(Action.READ, last.name, 0, last.name.length)) {
          addStatus(last, now, found);
        }
      }
      boolean end = walk.last() && (count == 0 || last == piece[count - 1]);
      // Behind a full page there may always be more: else its end would tell somebody who may not
      // read what is behind it whether there is anything.
      if (end && (reader.all() || found.size() < limit)) {
        return new ParameterPage(found, Optional.empty());
      }
    }
    return new ParameterPage(found, last == null ? after : Optional.of(last.toString()));
  }

  /** Addresses with a value, for which somebody has a right. Bounded as a page is. */
  List<String> addresses(AddressPattern pattern, Action right, Rights rights, int limit) {
    List<String> found = new ArrayList<>();
    AddressWalk walk = AddressWalk.of(space, pattern);
    @Nullable Address[] piece = new @Nullable Address[SnapshotCursor.PIECE];
    for (int looked = 0; looked < LOOKED_AT; ) {
      int count = walk.fetch(piece);
      for (int i = 0; i < count; i++) {
        Address address = Objects.requireNonNull(piece[i]);
        walk.pass(address);
        looked++;
        if (pattern.matches(address.name, 0, address.name.length)
            && rights.permit(right, address.name)
            && isStored(address)) {
          if (found.size() == limit) {
            return found;
          }
          found.add(address.toString());
        }
      }
      if (walk.last()) {
        return found;
      }
    }
    return found;
  }

  private boolean isStored(Address address) {
    Stripe stripe = space.stripeOf(address.hash);
    stripe.lock.lock();
    try {
      return address.stored();
    } finally {
      stripe.lock.unlock();
    }
  }

  private void addStatus(Address address, long now, List<ParameterStatus> to) {
    Stripe stripe = space.stripeOf(address.hash);
    stripe.lock.lock();
    try {
      if (address.stored()) {
        to.add(statusOf(address, now));
      }
    } finally {
      stripe.lock.unlock();
    }
  }

  private ParameterStatus statusOf(Address address, long now) {
    Session holder = address.lockHolder;
    long due = retention.due(address);
    return new ParameterStatus(
        address.toString(),
        ValueLayout.read(address.value, address.valueType, 0, address.valueLength),
        address.revision,
        new String(address.writer, StandardCharsets.US_ASCII),
        address.writtenMicros,
        holder == null ? Optional.empty() : Optional.of(holder.id()),
        address.strategy(),
        due == Retention.NEVER ? OptionalLong.empty() : OptionalLong.of(Math.max(0, due - now)));
  }

  /** The parameters, for whoever keeps them elsewhere. */
  public RouterState state() {
    return state;
  }

  /** Number of stored parameters. */
  public int parameterCount() {
    return space.parameters().get();
  }

  /** Number of subscriptions of all sessions. */
  public int subscriptionCount() {
    return subscriptions.size();
  }

  /** Number of announced signal definitions, stale ones included. */
  public int signalCount() {
    return signals.size();
  }

  /**
   * Announced definitions whose address matches, with all that was announced: for those who run in
   * the same process. A QUERY leaves out ranges, units and descriptions (wire.md 5.16). Any thread.
   */
  public List<SignalDefinition> definitions(AddressPattern pattern) {
    return signals.query(pattern);
  }

  /** Bytes of all bundles that wait for their time. */
  public long scheduledBytes() {
    return bundles.scheduledBytes();
  }

  /** Unix time of the start in microseconds. */
  public long startedMicros() {
    return startedMicros;
  }

  AddressSpace space() {
    return space;
  }

  SubscriptionIndex subscriptions() {
    return subscriptions;
  }

  /** How patterns of SUBSCRIBE and QUERY are to be parsed. */
  AddressPattern.GlobstarParent globstarParent() {
    return config.globstarMatchesParent()
        ? AddressPattern.GlobstarParent.MATCHES
        : AddressPattern.GlobstarParent.EXCLUDED;
  }

  Histories histories() {
    return histories;
  }

  SignalRegistry signals() {
    return signals;
  }

  Map<UUID, Session> instances() {
    return instances;
  }

  Map<String, Session> sessions() {
    return sessions;
  }

  /** True while some lane cannot keep up with what the others send it. */
  boolean congested() {
    if (lanes.size() > 1) {
      for (Lane lane : lanes) {
        if (lane.congested()) {
          return true;
        }
      }
    }
    return false;
  }

  Lane busiestLane() {
    Lane busiest = lanes.getFirst();
    for (Lane lane : lanes) {
      if (lane.congested()) {
        busiest = lane;
      }
    }
    return busiest;
  }

  Retention retention() {
    return retention;
  }

  Writes writes() {
    return writes;
  }

  Bundles bundles() {
    return bundles;
  }

  Reads reads() {
    return reads;
  }

  Timelines timelines() {
    return timelines;
  }

  Announcements announcements() {
    return announcements;
  }

  PeerSignals peerSignals() {
    return peerSignals;
  }
}
