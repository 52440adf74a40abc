package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.TransportException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Conducts a client: connects, hands requests to the connection and answers to whoever waits,
 * connects again, closes. All state is the loop's; the first part can be called by any thread.
 *
 * <p>A <b>round</b> tries each URI once. A failed round is followed by another after the delay of
 * the backoff.
 */
final class Conductor {

  private static final Logger LOG = LoggerFactory.getLogger(ClaspClient.class);

  static final byte[] PING = FrameCodec.encode(new Message.Ping());
  private static final byte[] PONG = FrameCodec.encode(new Message.Pong());

  /** Submissions handled before what they wrote is flushed. */
  private static final int DRAIN_LIMIT = 4096;

  /** Between reports of losses. */
  private static final long TICK_NANOS = Duration.ofSeconds(1).toNanos();

  private final ClientConfig config;
  private final Reactor reactor;
  private final Dialer dialer;
  private final Threads threads;
  private final RandomGenerator random;

  private final Counters counters = new Counters();
  private final Turn turn = new Turn();
  private final TaskLine dispatcher;
  private final TaskLine completions;
  private final Completer completer;
  private final Events events;
  private final Inbox inbox;
  private final Outbox outbox;
  private final Batch batch = new Batch(counters);
  private final Deadlines deadlines;
  private final Subscriptions subscriptions = new Subscriptions(counters);
  private final LockBook locks = new LockBook();
  private final Correlation correlation;
  private final ClockSync clock;

  private final AtomicInteger ids = new AtomicInteger();
  private final CompletableFuture<Conductor> started = new CompletableFuture<>();
  private final CompletableFuture<Conductor> closed = new CompletableFuture<>();

  // Written by the loop, read by all.
  private volatile ClientState state = ClientState.CONNECTING;
  private volatile String session = "";
  private volatile ServerIdentity server;
  private volatile @Nullable ClaspException end;
  private volatile int waiting;
  private volatile int unanswered;
  private volatile long roundTripNanos;

  // Loop.
  private @Nullable Connection connection;
  private Reactor.@Nullable Timer attemptTimer;
  private Reactor.@Nullable Timer roundTimer;
  private Reactor.@Nullable Timer closeTimer;
  private Reactor.@Nullable Timer tick;
  private final Map<String, Request.Read> openReads = new HashMap<>();

  /** Subscriptions whose SUBSCRIBE is on its way, in order. */
  private final ArrayDeque<SubscriptionHandle> fresh = new ArrayDeque<>();

  private boolean everConnected;
  private int firstUri;
  private int tried;
  private int attempt;
  private long dials;
  private @Nullable String refusedToken;
  private @Nullable ClaspException refusal;
  private boolean tokenRetried;
  private long connectedAt;
  private boolean needFence;

  /** What was sent last when all subscriptions were in place again; -1 = already reported. */
  private long announceAfter = -1;

  private boolean closing;
  private long reportedDrops;
  private long reportedUndecodable;
  private String lastUndecodable = "";

  Conductor(
      ClientConfig config, Reactor loop, Dialer dialer, Threads threads, RandomGenerator random) {
    this.config = config;
    this.reactor = new TurnReactor(loop, this::endTurn);
    this.dialer = dialer;
    this.threads = threads;
    this.random = random;
    this.server = new ServerIdentity("", 0, java.util.Set.of());
    this.dispatcher = new TaskLine(threads.dispatcher(), turn);
    this.completions = new TaskLine(threads.completer(), turn);
    this.completer = new Completer(completions);
    this.events = new Events(config.listener(), dispatcher, counters);
    this.inbox = new Inbox(reactor, config.maxWaitingBytes(), this::drain);
    this.outbox = new Outbox(config.maxWaitingBytes());
    this.deadlines = new Deadlines(reactor, config.requestTimeout().toNanos(), this::expired);
    this.correlation = new Correlation(counters, completer, locks);
    this.clock =
        new ClockSync(
            reactor, completer, batch::add, config.requestTimeout().toNanos(), config.clockSync());
  }

  // --- any thread --------------------------------------------------------------------------------

  /** Connects. Completes when connected; fails with {@link ClaspException}. */
  CompletableFuture<Conductor> start() {
    post(new Submission.Task(this::beginRound));
    return started;
  }

  /** Hands a request to the loop. Its future has the outcome, at once if it is refused. */
  <R extends Request<?>> R submit(R request) {
    ClaspException over = end;
    if (over != null) {
      request.future().completeExceptionally(isClosed(over));
    } else if (!inbox.hasRoom(request.size())) {
      request.future().completeExceptionally(full(request));
    } else {
      post(request);
    }
    return request;
  }

  /** Adds a subscription; the signals go to the sink. */
  SubscriptionHandle subscribe(AddressPattern pattern, SubscribeOptions options, SignalSink sink) {
    SubscriptionHandle subscription =
        new SubscriptionHandle(
            ids.incrementAndGet(),
            pattern,
            options,
            sink,
            closing -> post(new Submission.Task(() -> leave(closing))));
    post(new Submission.Task(() -> join(subscription)));
    return subscription;
  }

  /** Where callbacks run that have no executor of their own. */
  TaskLine dispatcher() {
    return dispatcher;
  }

  /** The line of a subscription that has one. */
  TaskLine lineOn(java.util.concurrent.Executor executor) {
    return new TaskLine(executor, turn);
  }

  void callbackFailed(String pattern, Throwable cause) {
    events.callbackFailed(pattern, cause);
  }

  CompletableFuture<Conductor> close() {
    post(new Submission.Task(this::beginClose));
    return closed;
  }

  boolean inLoop() {
    return reactor.inLoop();
  }

  ClientConfig config() {
    return config;
  }

  ClientState state() {
    return state;
  }

  String session() {
    return session;
  }

  ServerIdentity server() {
    return server;
  }

  long time() {
    return clock.time();
  }

  ClockReading clockReading() {
    return clock.reading();
  }

  Optional<Parameter> cached(String address) {
    return subscriptions.cached(address);
  }

  Statistics statistics() {
    return new Statistics(
        counters.get(Counter.FRAMES_SENT),
        counters.get(Counter.BYTES_SENT),
        counters.get(Counter.WRITES),
        counters.get(Counter.FRAMES_RECEIVED),
        counters.get(Counter.BYTES_RECEIVED),
        counters.get(Counter.ACKS),
        counters.get(Counter.UNMATCHED_ACKS),
        counters.get(Counter.ERRORS),
        counters.get(Counter.UNDECODABLE),
        counters.get(Counter.DELIVERED),
        counters.get(Counter.CONFLATED),
        counters.get(Counter.DROPPED),
        counters.get(Counter.CALLBACK_FAILURES),
        counters.get(Counter.CONNECTIONS),
        waiting,
        unanswered,
        Duration.ofNanos(roundTripNanos));
  }

  private void post(Submission submission) {
    try {
      inbox.submit(submission);
    } catch (RejectedExecutionException e) {
      sweepInbox();
    }
  }

  /** The loop has ended: nobody else takes what is still submitted. */
  private synchronized void sweepInbox() {
    ClaspException why = isClosed(end);
    for (Submission left = inbox.poll(); left != null; left = inbox.poll()) {
      switch (left) {
        case Request<?> request -> request.future().completeExceptionally(why);
        case Submission.Task(Runnable action) -> action.run();
      }
    }
    turn.end();
  }

  // --- requests ----------------------------------------------------------------------------------

  private void drain() {
    inbox.draining();
    for (int i = 0; i < DRAIN_LIMIT; i++) {
      Submission submission = inbox.poll();
      if (submission == null) {
        endTurn();
        return;
      }
      switch (submission) {
        case Request<?> request -> admit(request);
        case Submission.Task(Runnable action) -> action.run();
      }
    }
    endTurn();
    reactor.execute(this::drain);
  }

  private void admit(Request<?> request) {
    ClaspException over = end;
    if (over != null || closing) {
      completer.fail(request, isClosed(over));
      return;
    }
    if (!share(request)) {
      Connection c = connection;
      FrameLink link = c != null && c.isEstablished() ? c.link() : null;
      if (link == null) {
        admitOffline(request);
      } else if (outbox.isEmpty() && link.writable()) {
        transmit(request);
      } else {
        enqueue(request);
      }
    }
    if (!request.isSettled()) {
      deadlines.add(request);
    }
  }

  /**
   * A read joins an open one of the same address; true if it did. But not past a write: whoever
   * writes and then reads must not get what was there before.
   */
  private boolean share(Request<?> request) {
    switch (request) {
      case Request.Read read -> {
        Request.Read open = openReads.get(read.address());
        if (open != null && !open.isSettled()) {
          open.sharers().add(read);
          return true;
        }
        openReads.put(read.address(), read);
      }
      case Request.Write write -> openReads.remove(write.address());
      case Request.Group group -> group.addresses().forEach(openReads::remove);
      case Request.Publication _,
          Request.Question _,
          Request.Announcement _,
          Request.Probe _,
          Request.ClockCheck _ -> {}
    }
    return false;
  }

  private void admitOffline(Request<?> request) {
    if (config.offline() == OfflinePolicy.BUFFER && survives(request)) {
      enqueue(request);
    } else {
      openReadFailed(request);
      completer.fail(
          request,
          new ClaspException(
              Kind.CLOSED,
              request.what() + " was not sent: not connected to " + where() + " at the moment"));
    }
  }

  /** Can be sent on a later connection without harm. */
  private static boolean survives(Request<?> request) {
    return switch (request) {
      case Request.Write write -> write.isPlain();
      case Request.Read _, Request.Question _ -> true;
      case Request.Publication _,
          Request.Group _,
          Request.Announcement _,
          Request.Probe _,
          Request.ClockCheck _ ->
          false;
    };
  }

  private void enqueue(Request<?> request) {
    switch (outbox.add(request)) {
      case Outbox.Outcome.Added _ -> {}
      case Outbox.Outcome.Merged _ -> counters.add(Counter.CONFLATED, 1);
      case Outbox.Outcome.Displaced(var dropped) -> {
        for (Request.Publication publication : dropped) {
          counters.add(Counter.DROPPED, 1);
          completer.fail(publication, full(publication));
        }
      }
      case Outbox.Outcome.Full _ -> {
        openReadFailed(request);
        completer.fail(request, full(request));
      }
    }
  }

  private void openReadFailed(Request<?> request) {
    if (request instanceof Request.Read read) {
      openReads.remove(read.address(), read);
    }
  }

  /** Puts a request into the batch. */
  private void transmit(Request<?> request) {
    switch (request) {
      case Request.Write write -> {
        if (!write.isPlain() && write.isSettled()) {
          return;
        }
        batch.add(write.frame());
        if (write.isAnswered()) {
          correlation.sent(write);
          needFence |= write.isSettled();
        } else {
          locks.wrote(write);
        }
        Ack sent = new Ack(Optional.of(write.address()), OptionalLong.empty());
        for (Request.Write each : write.all()) {
          if (!each.confirms()) {
            completer.complete(each, sent);
          }
        }
        if (!write.isPlain() || !write.isAnswered()) {
          write.forgetFrame();
        }
      }
      case Request.Read read -> {
        if (read.isWanted()) {
          batch.add(read.frame());
          correlation.sent(read);
          needFence |= read.isSettled();
        }
      }
      case Request.Publication publication -> {
        if (!publication.isSettled()) {
          batch.add(publication.frame());
          publication.forgetFrame();
          completer.complete(publication, Nothing.NOTHING);
        }
      }
      case Request.Group group -> {
        if (!group.isSettled()) {
          batch.add(group.frame());
          group.forgetFrame();
          correlation.sent(group);
        }
      }
      case Request.Question question -> {
        if (!question.isSettled()) {
          question.startOver();
          batch.add(question.frame());
          correlation.sent(question);
          // RESULT may come in parts, and no part says that it is the last.
          needFence = true;
        }
      }
      case Request.Announcement announcement -> {
        if (!announcement.isSettled()) {
          batch.add(announcement.frame());
          announcement.forgetFrame();
          correlation.sent(announcement);
        }
      }
      case Request.Probe probe -> {
        if (!probe.isSettled()) {
          batch.add(PING);
          correlation.sent(probe, reactor.nanos());
        }
      }
      case Request.ClockCheck check -> {
        if (!check.isSettled()) {
          clock.measure(check);
        }
      }
    }
  }

  /** Sends what waits, as far as the connection takes it. */
  private void flushOutbox() {
    Connection c = connection;
    FrameLink link = c != null && c.isEstablished() ? c.link() : null;
    while (link != null && link.writable()) {
      Request<?> next = outbox.poll();
      if (next == null) {
        return;
      }
      transmit(next);
    }
  }

  /** The time of a request is over. */
  private void expired(Request<?> request) {
    if (request instanceof Request.Probe probe && probe.isFence()) {
      // A router that does not answer PING: do not wait for it any longer.
      probe.settle();
      passed(probe.sequence());
      return;
    }
    boolean sent = request.sequence() > 0;
    String seconds = config.requestTimeout().toMillis() / 1000.0 + " s";
    completer.fail(
        request,
        new ClaspException(
            Kind.TIMEOUT,
            sent
                ? where() + " did not answer " + request.what() + " within " + seconds
                : request instanceof Request.Write write && write.isPlain()
                    ? request.what()
                        + " was not confirmed within "
                        + seconds
                        + "; its value waits for the connection to "
                        + where()
                    : request.what() + " was not answered by " + where() + " within " + seconds));
    openReadFailed(request);
    switch (request) {
      case Request.Write _, Request.Read _, Request.Group _, Request.Announcement _ -> {
        if (sent) {
          correlation.expired(request);
          needFence = true;
        }
      }
      case Request.Publication _, Request.Question _, Request.Probe _, Request.ClockCheck _ -> {}
    }
  }

  private ClaspException full(Request<?> request) {
    return new ClaspException(
        Kind.OVERFLOW,
        request.what()
            + " was not sent: more than "
            + config.maxWaitingBytes() / 1024
            + " KiB wait to be sent to "
            + where()
            + " already");
  }

  private ClaspException isClosed(@Nullable ClaspException why) {
    return why == null || why.kind() == Kind.CLOSED
        ? new ClaspException(
            Kind.CLOSED, why == null ? "the client is being closed" : why.getMessage())
        : new ClaspException(Kind.CLOSED, "the client has ended: " + why.getMessage(), why);
  }

  private URI where() {
    Connection c = connection;
    return c != null ? c.uri() : config.uris().get(firstUri);
  }

  // --- subscriptions -----------------------------------------------------------------------------

  private void join(SubscriptionHandle subscription) {
    ClaspException over = end;
    if (over != null || closing) {
      ClaspException why = isClosed(over);
      completer.fail(subscription, why);
      subscription.end(Optional.of(why));
      return;
    }
    if (!subscription.isOpen()) {
      completer.fail(subscription, subscription.closedEarly());
      return;
    }
    subscriptions.add(subscription);
    Connection c = connection;
    if (c != null && c.isEstablished()) {
      sendSubscribe(subscription);
    }
  }

  private void sendSubscribe(SubscriptionHandle subscription) {
    batch.add(subscription.frame());
    subscription.sent(correlation.next());
    fresh.add(subscription);
    // It is not acknowledged, only refused.
    needFence = true;
  }

  private void leave(SubscriptionHandle subscription) {
    completer.fail(subscription, subscription.closedEarly());
    Connection c = connection;
    if (subscriptions.remove(subscription) && c != null && c.isEstablished()) {
      batch.add(FrameCodec.encode(new Message.Unsubscribe(subscription.id())));
      correlation.next();
    }
  }

  // --- connecting --------------------------------------------------------------------------------

  private void beginRound() {
    roundTimer = null;
    tried = 0;
    tokenRetried = false;
    if (end == null && !closing) {
      dialNext();
    }
  }

  private void dialNext() {
    URI uri = config.uris().get((firstUri + tried) % config.uris().size());
    events.report(new ClientEvent.Connecting(uri));
    long dial = ++dials;
    if (!config.tokenMayChange()) {
      dial(dial, uri, config.tokens().get());
      return;
    }
    threads
        .background()
        .execute(() -> {
          String token;
          try {
            token = config.tokens().get();
          } catch (RuntimeException e) {
            LOG.warn("the token supplier failed", e);
            onLoop(() -> noToken(dial, e));
            return;
          }
          onLoop(() -> dial(dial, uri, token));
        });
  }

  private void onLoop(Runnable task) {
    post(new Submission.Task(task));
  }

  private void noToken(long dial, RuntimeException e) {
    if (dial == dials && end == null && !closing) {
      roundFailed(
          new ClaspException(Kind.REFUSED, "there is no token: the supplier failed: " + e, e));
    }
  }

  private void dial(long dial, URI uri, String token) {
    if (dial != dials || end != null || closing) {
      return;
    }
    ClaspException why = refusal;
    if (why != null && token.equals(refusedToken)) {
      terminate(why);
      return;
    }
    Connection c = new Connection(this, uri, token);
    connection = c;
    attemptTimer =
        reactor.schedule(
            () ->
                attemptFailed(
                    c,
                    new ClaspException(
                        Kind.TIMEOUT,
                        uri
                            + " did not answer within "
                            + config.connectTimeout().toMillis() / 1000.0
                            + " s: is this a CLASP router?")),
            config.connectTimeout().toNanos());
    dialer
        .dial(
            uri,
            config.connectTimeout(),
            link -> {
              c.opened(link);
              return c;
            })
        .whenComplete((_, failure) -> onLoop(() -> dialed(c, failure)));
  }

  private void dialed(Connection c, @Nullable Throwable failure) {
    if (c != connection) {
      c.close(CloseReason.NORMAL, "too late");
      return;
    }
    FrameLink link = c.link();
    if (failure != null || link == null) {
      attemptFailed(c, failureOf(c, failure));
      return;
    }
    batch.open(link);
    batch.add(
        FrameCodec.encode(
            new Message.Hello(
                1,
                config.features(),
                config.name(),
                c.token().isEmpty() ? Optional.empty() : Optional.of(c.token()),
                Optional.empty())));
    c.helloSent(reactor.unixMicros());
  }

  private static ClaspException failureOf(Connection c, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TransportException e) {
      Kind kind =
          switch (e.kind()) {
            case BAD_URL -> Kind.INVALID;
            case TIMEOUT -> Kind.TIMEOUT;
            case BIND, UNREACHABLE, HANDSHAKE -> Kind.UNREACHABLE;
          };
      return new ClaspException(kind, String.valueOf(e.getMessage()), e);
    }
    return new ClaspException(
        Kind.UNREACHABLE, "cannot connect to " + c.uri() + ": " + cause, cause);
  }

  private void welcome(Connection c, Message.Welcome welcome) {
    session = welcome.session();
    server = new ServerIdentity(welcome.name(), welcome.version(), welcome.features());
    if (c.isEstablished()) {
      return;
    }
    c.establish();
    cancelTimers();
    counters.add(Counter.CONNECTIONS, 1);
    connectedAt = reactor.nanos();
    firstUri = (firstUri + tried) % config.uris().size();
    refusal = null;
    refusedToken = null;
    clock.connected(c.helloMicros(), welcome.timeMicros());
    for (SubscriptionHandle subscription : subscriptions.all()) {
      sendSubscribe(subscription);
    }
    if (fresh.isEmpty()) {
      announceConnected(c);
    } else {
      announceAfter = correlation.sequence();
    }
    flushOutbox();
  }

  /** Connected, and the subscriptions are in force. */
  private void announceConnected(Connection c) {
    announceAfter = -1;
    if (closing) {
      return;
    }
    state = ClientState.CONNECTED;
    events.report(new ClientEvent.Connected(c.uri(), session, server, everConnected));
    if (!everConnected) {
      everConnected = true;
      completions.stage(() -> started.complete(this));
    }
  }

  private void attemptFailed(Connection c, ClaspException why) {
    if (c != connection) {
      return;
    }
    connection = null;
    batch.close();
    cancelTimers();
    c.close(CloseReason.NORMAL, "");
    if (isAuthentication(why)) {
      refused(c, why);
    } else if (++tried < config.uris().size()) {
      dialNext();
    } else {
      roundFailed(why);
    }
  }

  private static boolean isAuthentication(ClaspException why) {
    return why.kind() == Kind.REFUSED && why.code().isPresent();
  }

  /** Trying again makes sense only with another token. */
  private void refused(Connection c, ClaspException why) {
    if (!config.tokenMayChange()) {
      terminate(why);
      return;
    }
    refusal = why;
    refusedToken = c.token();
    if (!tokenRetried) {
      tokenRetried = true;
      dialNext();
    } else {
      roundFailed(why);
    }
  }

  private void roundFailed(ClaspException why) {
    if (everConnected || config.awaitRouter()) {
      scheduleRound(Optional.of(why));
    } else {
      terminate(why);
    }
  }

  private void scheduleRound(Optional<ClaspException> cause) {
    OptionalLong delay = config.backoff().delayNanos(attempt, random);
    if (delay.isEmpty()) {
      terminate(
          new ClaspException(
              Kind.UNREACHABLE,
              "gave up connecting to "
                  + where()
                  + " after "
                  + attempt
                  + (attempt == 1 ? " attempt" : " attempts")
                  + cause.map(why -> ": " + why.getMessage()).orElse(""),
              cause.orElse(null)));
      return;
    }
    attempt++;
    if (everConnected && state != ClientState.CLOSING) {
      state = ClientState.RECONNECTING;
    }
    events.report(
        new ClientEvent.Reconnecting(attempt, Duration.ofNanos(delay.getAsLong()), cause));
    roundTimer = reactor.schedule(this::beginRound, delay.getAsLong());
  }

  private void cancelTimers() {
    if (attemptTimer != null) {
      attemptTimer.cancel();
      attemptTimer = null;
    }
    if (roundTimer != null) {
      roundTimer.cancel();
      roundTimer = null;
    }
  }

  // --- receiving ---------------------------------------------------------------------------------

  /** Bytes of one frame have come. */
  void arrived(int length) {
    counters.add(Counter.FRAMES_RECEIVED, 1);
    counters.add(Counter.BYTES_RECEIVED, length);
  }

  void undecodable(String reason) {
    counters.add(Counter.UNDECODABLE, 1);
    lastUndecodable = reason;
  }

  void received(Connection c, Message message) {
    if (c != connection) {
      return;
    }
    switch (message) {
      case Message.SetValue set -> subscriptions.set(set);
      case Message.Publish publish -> subscriptions.publish(publish);
      case Message.Snapshot(var entries) -> {
        if (entries.size() == 1) {
          Request.Read read = correlation.snapshot(entries.getFirst());
          if (read != null) {
            openReads.remove(read.address(), read);
          }
        }
        entries.forEach(subscriptions::snapshot);
      }
      case Message.Bundle bundle -> bundle.messages().forEach(inner -> received(c, inner));
      case Message.Ack ack -> correlation.ack(ack);
      case Message.Error error -> error(c, error);
      case Message.Ping _ -> batch.add(PONG);
      case Message.Pong _ -> {
        Request.Probe probe = correlation.pong(reactor.nanos());
        if (probe != null) {
          roundTripNanos = reactor.nanos() - probe.sentNanos();
          passed(probe.sequence());
        }
      }
      case Message.Sync sync -> clock.answered(sync);
      case Message.Result result -> correlation.result(result);
      case Message.Welcome welcome -> welcome(c, welcome);
      // Definitions are asked for with QUERY; nobody sends them unasked.
      case Message.Announce _ -> {}
      case Message.Hello _,
          Message.Subscribe _,
          Message.Unsubscribe _,
          Message.Get _,
          Message.Query _,
          Message.Replay _,
          Message.FederationSync _ ->
          undecodable("a router does not send " + message.getClass().getSimpleName());
    }
  }

  /** Everything that was sent before is answered, or never will be. */
  private void passed(long before) {
    correlation.passed(before);
    while (!fresh.isEmpty() && fresh.peek().sequence() < before) {
      completer.complete(fresh.remove());
    }
    Connection c = connection;
    if (announceAfter >= 0 && before > announceAfter && c != null) {
      announceConnected(c);
    }
    if (closing && before == correlation.sequence() && outbox.isEmpty()) {
      closeLink();
    }
  }

  private void error(Connection c, Message.Error error) {
    counters.add(Counter.ERRORS, 1);
    if (!c.isEstablished()) {
      boolean authentication = isAuthentication(error.code());
      attemptFailed(
          c,
          new ClaspException(
              authentication ? Kind.REFUSED : Kind.REJECTED,
              c.uri()
                  + " refuses the connection: "
                  + text(error)
                  + (authentication ? advice(error.code(), c) : ""),
              error.code(),
              null));
      return;
    }
    ClaspException why =
        new ClaspException(
            Kind.REJECTED,
            error.address().map(address -> address + ": ").orElse("") + text(error),
            error.code(),
            error.address().orElse(null));
    boolean expected = correlation.error(error, subscriptions, why);
    error
        .address()
        .ifPresent(address ->
            openReads.computeIfPresent(address, (_, read) -> read.isSettled() ? null : read));
    if (error.code() != ErrorCode.NOT_FOUND || !expected) {
      events.report(
          new ClientEvent.ErrorReceived(error.code(), error.message(), error.address(), expected));
    }
  }

  private static boolean isAuthentication(int code) {
    return code == ErrorCode.UNAUTHORIZED
        || code == ErrorCode.FORBIDDEN
        || code == ErrorCode.TOKEN_EXPIRED;
  }

  private static String text(Message.Error error) {
    return (error.message().isEmpty() ? ErrorCode.describe(error.code()) : error.message())
        + " (code "
        + error.code()
        + ")";
  }

  private static String advice(int code, Connection c) {
    return code == ErrorCode.TOKEN_EXPIRED
        ? ". Ask for a new token"
        : c.token().isEmpty() ? ". It wants a token, and none was given" : ". Check the token";
  }

  void writable(Connection c) {
    // Later, because this may be called in the middle of a write.
    onLoop(() -> {
      if (c == connection) {
        flushOutbox();
      }
    });
  }

  // --- the end of a connection -------------------------------------------------------------------

  void closed(Connection c, CloseReason reason) {
    if (c != connection) {
      return;
    }
    if (c.isEstablished()) {
      lost(c, reason);
    } else {
      attemptFailed(
          c,
          new ClaspException(
              reason.code() == CloseReason.POLICY ? Kind.REFUSED : Kind.UNREACHABLE,
              c.uri() + " closed the connection before WELCOME" + because(reason)));
    }
    endTurn();
  }

  private static String because(CloseReason reason) {
    return reason.text().isEmpty()
        ? " (code " + reason.code() + ")"
        : ": " + reason.text() + " (code " + reason.code() + ")";
  }

  private void lost(Connection c, CloseReason reason) {
    connection = null;
    batch.close();
    needFence = false;
    announceAfter = -1;
    fresh.clear();
    subscriptions.lost();
    List<String> locked = locks.addresses();
    locks.clear();
    ClaspException lost =
        new ClaspException(
            Kind.CLOSED, "the connection to " + c.uri() + " was lost" + because(reason));
    clock.lost(lost);
    if (reactor.nanos() - connectedAt >= ClientConfig.STABLE.toNanos()) {
      attempt = 0;
    }
    boolean again = config.reconnect() && !closing;
    keepOrFail(again && config.offline() == OfflinePolicy.BUFFER, lost);
    if (closing) {
      finish(new ClaspException(Kind.CLOSED, "the client is closed"));
      return;
    }
    state = ClientState.RECONNECTING;
    events.report(new ClientEvent.Disconnected(reason, locked));
    if (again) {
      scheduleRound(Optional.empty());
    } else {
      terminate(lost);
    }
  }

  /** Sorts what was sent without an answer, and what was not sent. */
  private void keepOrFail(boolean keep, ClaspException lost) {
    List<Request<?>> sent = correlation.lost();
    List<Request<?>> unsent = outbox.takeAll();
    for (Request<?> request : sent) {
      request.sent(0);
      if (keep && survives(request) && isWanted(request)) {
        keep(request);
      } else {
        failAll(
            request,
            new ClaspException(
                Kind.CLOSED,
                lost.getMessage()
                    + " before "
                    + request.what()
                    + " was answered; it may have been carried out"));
      }
    }
    for (Request<?> request : unsent) {
      if (keep && survives(request)) {
        keep(request);
      } else {
        failAll(
            request,
            new ClaspException(
                Kind.CLOSED, lost.getMessage() + " before " + request.what() + " was sent"));
      }
    }
    if (!keep) {
      openReads.clear();
    }
  }

  private void keep(Request<?> request) {
    if (outbox.addAgain(request)) {
      counters.add(Counter.CONFLATED, 1);
    }
  }

  private static boolean isWanted(Request<?> request) {
    return switch (request) {
      case Request.Write write -> write.isWanted();
      case Request.Read read -> read.isWanted();
      case Request.Publication _,
          Request.Group _,
          Request.Question _,
          Request.Announcement _,
          Request.Probe _,
          Request.ClockCheck _ ->
          !request.isSettled();
    };
  }

  private void failAll(Request<?> request, ClaspException why) {
    switch (request) {
      case Request.Write write -> write.all().forEach(each -> completer.fail(each, why));
      case Request.Read read -> {
        completer.fail(read, why);
        read.sharers().forEach(each -> completer.fail(each, why));
      }
      case Request.Publication _,
          Request.Group _,
          Request.Question _,
          Request.Announcement _,
          Request.Probe _,
          Request.ClockCheck _ ->
          completer.fail(request, why);
    }
  }

  // --- the end of the client ---------------------------------------------------------------------

  private void beginClose() {
    if (end != null || closing) {
      return;
    }
    closing = true;
    state = ClientState.CLOSING;
    Connection c = connection;
    if (c == null || !c.isEstablished()) {
      dials++;
      connection = null;
      cancelTimers();
      batch.close();
      if (c != null) {
        c.close(CloseReason.NORMAL, "");
      }
      ClaspException why = new ClaspException(Kind.CLOSED, "the client is closed");
      keepOrFail(false, why);
      finish(why);
      return;
    }
    locks
        .held()
        .forEach((address, value) -> {
          batch.add(Requests.unlocking(address, value));
          correlation.next();
        });
    if (!outbox.isEmpty() || correlation.unanswered() > 0) {
      needFence = true;
      closeTimer = reactor.schedule(this::closeLink, config.requestTimeout().toNanos());
    }
  }

  private void closeLink() {
    batch.flush();
    Connection c = connection;
    if (c != null) {
      c.close(CloseReason.NORMAL, "");
    }
  }

  /** Nothing can go on. */
  private void terminate(ClaspException why) {
    connection = null;
    cancelTimers();
    batch.close();
    keepOrFail(false, why);
    if (everConnected) {
      events.report(new ClientEvent.ReconnectGaveUp(why));
    } else {
      completions.stage(() -> started.completeExceptionally(why));
    }
    finish(why);
  }

  private void finish(ClaspException why) {
    end = why;
    state = ClientState.CLOSED;
    if (closeTimer != null) {
      closeTimer.cancel();
      closeTimer = null;
    }
    deadlines.close();
    clock.lost(why);
    Optional<ClaspException> failure = closing ? Optional.empty() : Optional.of(why);
    for (SubscriptionHandle subscription : subscriptions.takeAll()) {
      completer.fail(subscription, isClosed(why));
      subscription.end(failure);
    }
    if (!started.isDone() && !everConnected) {
      completions.stage(() -> started.completeExceptionally(why));
    }
    reportLosses();
    events.report(new ClientEvent.Closed());
    threads
        .background()
        .execute(() -> {
          dialer.close();
          closed.complete(this);
        });
  }

  // --- turns -------------------------------------------------------------------------------------

  /** Everything that was read or submitted is handled: send, and hand over to other threads. */
  void endTurn() {
    Connection c = connection;
    if (c != null && c.isEstablished()) {
      if (needFence && outbox.isEmpty()) {
        needFence = false;
        Request.Probe fence = new Request.Probe(true, PING);
        batch.add(PING);
        correlation.sent(fence, reactor.nanos());
        deadlines.add(fence);
      }
      batch.flush();
      if (closing && !needFence && outbox.isEmpty() && correlation.unanswered() == 0) {
        closeLink();
      }
    } else {
      batch.flush();
    }
    waiting = outbox.size();
    unanswered = correlation.unanswered();
    turn.end();
    if (tick == null && end == null && isWorthATick()) {
      tick = reactor.schedule(this::tick, TICK_NANOS);
    }
  }

  private boolean isWorthATick() {
    return counters.get(Counter.DROPPED) != reportedDrops
        || counters.get(Counter.UNDECODABLE) != reportedUndecodable
        || completions.isWaiting();
  }

  private void tick() {
    tick = null;
    reportLosses();
    completions.relieveIfStuck();
  }

  private void reportLosses() {
    long drops = counters.get(Counter.DROPPED);
    if (drops != reportedDrops) {
      events.report(
          new ClientEvent.Dropped(
              drops - reportedDrops, "callbacks or the connection are too slow"));
      reportedDrops = drops;
    }
    long undecodable = counters.get(Counter.UNDECODABLE);
    if (undecodable != reportedUndecodable) {
      LOG.debug(
          "{} frames ignored, the last: {}", undecodable - reportedUndecodable, lastUndecodable);
      events.report(new ClientEvent.Undecodable(lastUndecodable));
      reportedUndecodable = undecodable;
    }
  }
}
