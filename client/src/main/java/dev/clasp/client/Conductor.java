package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.transport.FrameLink;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Conducts a client through its life: lets the {@link Connector} connect, hands the connection to
 * the {@link Exchange}, connects again, closes. What any thread may call comes first; the rest is
 * the loop's.
 */
final class Conductor implements Connector.Owner {

  /** Submissions handled before what they wrote is flushed. */
  private static final int DRAIN_LIMIT = 4096;

  /** Between reports of losses. */
  private static final long TICK_NANOS = Duration.ofSeconds(1).toNanos();

  private final ClientConfig config;
  private final Reactor reactor;
  private final Dialer dialer;
  private final Threads threads;

  private final Counters counters = new Counters();
  private final Turn turn = new Turn();
  private final TaskLine dispatcher;
  private final TaskLine completions;
  private final Events events;
  private final Inbox inbox;
  private final Subscriptions subscriptions;
  private final Exchange exchange;
  private final Connector connector;
  private final int maxFrame;

  private final AtomicInteger ids = new AtomicInteger();
  private final CompletableFuture<Conductor> started = new CompletableFuture<>();
  private final CompletableFuture<Conductor> closed = new CompletableFuture<>();

  // Written by the loop, read by all.
  private volatile ClientState state = ClientState.CONNECTING;
  private volatile String session = "";
  private volatile ServerIdentity server = new ServerIdentity("", 0, Set.of());
  private volatile @Nullable ClaspException end;
  private volatile int waiting;
  private volatile int unanswered;
  private volatile long roundTripNanos;

  /** Set before the first submission. */
  private volatile @Nullable ClientMetrics metrics;

  // Loop. A connection is established when WELCOME has come.
  private @Nullable Connection connection;
  private long connectedAt;
  private boolean everConnected;
  private boolean closing;
  private boolean linkClosed;
  private Reactor.@Nullable Timer closeTimer;
  private Reactor.@Nullable Timer tick;

  /** Tasks whose time has not come, and that the end does not cancel. */
  private final Set<Runnable> awaited = new LinkedHashSet<>();

  Conductor(
      ClientConfig config, Reactor loop, Dialer dialer, Threads threads, RandomGenerator random) {
    this.config = config;
    this.reactor = new TurnReactor(loop, this::endTurn);
    this.subscriptions = new Subscriptions(counters, reactor::nanos);
    this.dialer = dialer;
    this.threads = threads;
    this.dispatcher = new TaskLine(threads.dispatcher(), turn);
    this.completions = new TaskLine(threads.completer(), turn);
    this.events = new Events(config.listener(), dispatcher, counters);
    this.inbox = new Inbox(reactor, config.maxWaitingBytes(), this::drain, this::sweepInbox);
    this.exchange =
        new Exchange(
            config,
            reactor,
            counters,
            new Completer(completions),
            events,
            subscriptions,
            this::announceConnected,
            this::silent);
    this.maxFrame = config.maxFrame();
    this.connector =
        new Connector(config, reactor, dialer, threads.background(), random, events, this);
  }

  // --- any thread --------------------------------------------------------------------------------

  /** Connects. Completes when connected; fails with {@link ClaspException}. */
  CompletableFuture<Conductor> start() {
    later(connector::begin);
    return started;
  }

  /** Hands a request to the loop. Its future has the outcome, at once if it is refused. */
  <R extends Request<?>> R submit(R request) {
    ClientMetrics told = metrics;
    ClaspException refused = refusal(request);
    if (refused == null) {
      if (told != null) {
        Timing.of(request, told, reactor);
      }
      post(request);
    } else {
      request.future().completeExceptionally(refused);
      if (told != null) {
        // Not here: the caller may hold a lock.
        threads.completer().execute(() -> Timing.refused(request, told, refused));
      }
    }
    return request;
  }

  /** Why it is not even handed to the loop; null if it is. */
  private @Nullable ClaspException refusal(Request<?> request) {
    ClaspException over = end;
    if (over != null) {
      return over.here();
    }
    if (request.frame().length > maxFrame) {
      return ClaspException.of(
          Kind.INVALID,
          "a message of "
              + request.frame().length
              + " bytes is too long: over TCP at most "
              + maxFrame
              + " are possible");
    }
    return inbox.hasRoom(request.size()) ? null : exchange.full(request);
  }

  /** Adds a subscription; the signals go to the sink. */
  SubscriptionHandle subscribe(AddressPattern pattern, SubscribeOptions options, SignalSink sink) {
    return subscribe(pattern, options, sink, _ -> {});
  }

  /**
   * The same.
   *
   * @param made told of the subscription before the loop knows it, and thus before any signal
   */
  SubscriptionHandle subscribe(
      AddressPattern pattern,
      SubscribeOptions options,
      SignalSink sink,
      Consumer<SubscriptionHandle> made) {
    SubscriptionHandle subscription =
        new SubscriptionHandle(
            ids.incrementAndGet(),
            pattern,
            options,
            sink,
            leaving -> later(() -> exchange.leave(leaving)));
    made.accept(subscription);
    later(() -> exchange.join(subscription));
    return subscription;
  }

  /** Ends a view that takes no more. Loop. */
  void drop(ViewSink view, ClaspException why) {
    exchange.fail(view.subscription(), why);
    // Not while signals are being delivered.
    later(() -> exchange.drop(view.subscription(), why));
  }

  /** From now on tells how long requests took. */
  void measure(ClientMetrics value) {
    metrics = value;
  }

  /** Runs a task on the loop when so much time has passed; never, when the client has ended. */
  void after(long delayNanos, Runnable task) {
    later(() -> {
      if (end == null) {
        Reactor.Timer _ =
            reactor.schedule(
                () -> {
                  if (end == null) {
                    task.run();
                  }
                },
                delayNanos);
      }
    });
  }

  /**
   * Runs a task on the loop when so much time has passed; where user code may run, when the client
   * ends before: somebody waits for it.
   */
  void afterOrAtEnd(long delayNanos, Runnable task) {
    later(() -> {
      if (end != null) {
        completions.stage(task);
        return;
      }
      awaited.add(task);
      Reactor.Timer _ =
          reactor.schedule(
              () -> {
                if (awaited.remove(task)) {
                  task.run();
                }
              },
              delayNanos);
    });
  }

  /** Completes when so much time has passed or the client has ended, where user code may run. */
  CompletableFuture<Void> pause(long nanos) {
    CompletableFuture<Void> paused = new CompletableFuture<>();
    afterOrAtEnd(nanos, () -> settle(paused, null));
    return paused;
  }

  /** Any thread, under locks too. Gives a future its outcome where user code may run. */
  void settle(CompletableFuture<Void> future, @Nullable Throwable failure) {
    later(() ->
        completions.stage(() -> {
          if (failure == null) {
            future.complete(Nothing.NOTHING);
          } else {
            future.completeExceptionally(failure);
          }
        }));
  }

  /** Monotonic. */
  long nanos() {
    return reactor.nanos();
  }

  /** Where callbacks run that have no executor of their own. */
  TaskLine dispatcher() {
    return dispatcher;
  }

  /** A line for a subscription with an executor of its own. */
  TaskLine lineOn(Executor executor) {
    return new TaskLine(executor, turn);
  }

  Registration listen(Consumer<? super ClientEvent> listener) {
    return events.listen(listener);
  }

  void callbackFailed(String pattern, Throwable cause) {
    events.callbackFailed(pattern, cause);
  }

  CompletableFuture<Conductor> close() {
    later(this::beginClose);
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
    return exchange.clock().time();
  }

  ClockReading clockReading() {
    return exchange.clock().reading();
  }

  Optional<Parameter> cached(String address) {
    return subscriptions.cached(address);
  }

  /** For how long what is cached may have been out of date. */
  Duration staleness() {
    return Duration.ofNanos(subscriptions.staleNanos());
  }

  boolean isConnected() {
    return state == ClientState.CONNECTED;
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

  @Override
  public void later(Runnable task) {
    post(new Submission.Task(task));
  }

  private void post(Submission submission) {
    inbox.submit(submission);
  }

  /** The loop has ended: nobody else takes what is still submitted. Any thread. */
  private synchronized void sweepInbox() {
    if (end == null) {
      // Others had the loop too, and have ended it.
      connection = null;
      gaveUp(ClaspException.of(Kind.CLOSED, "the event loop that it ran on has ended"));
    }
    for (Submission left = inbox.poll(); left != null; left = inbox.poll()) {
      handle(left);
    }
    turn.end();
  }

  // --- submissions -------------------------------------------------------------------------------

  private void drain() {
    inbox.draining();
    for (int i = 0; i < DRAIN_LIMIT; i++) {
      Submission submission = inbox.poll();
      if (submission == null) {
        endTurn();
        return;
      }
      handle(submission);
    }
    endTurn();
    reactor.execute(this::drain);
  }

  private void handle(Submission submission) {
    switch (submission) {
      case Request<?> request -> exchange.admit(request);
      case Submission.Task(Runnable action) -> action.run();
    }
  }

  // --- the connection ----------------------------------------------------------------------------

  @Override
  public void arrived(int bytes) {
    counters.add(Counter.FRAMES_RECEIVED, 1);
    counters.add(Counter.BYTES_RECEIVED, bytes);
  }

  @Override
  public void undecodable(String reason) {
    events.undecodable(reason);
  }

  @Override
  public void received(Connection c, Message message) {
    if (c == connection) {
      if (message instanceof Message.Welcome welcome) {
        meet(welcome);
      }
      exchange.received(message);
    } else if (connector.isPending(c)) {
      connector.received(c, message);
    }
  }

  @Override
  public void welcomed(Connection c, Message.Welcome welcome) {
    FrameLink link = c.link();
    if (link == null) {
      throw new IllegalStateException("WELCOME without a link");
    }
    meet(welcome);
    connection = c;
    connectedAt = reactor.nanos();
    counters.add(Counter.CONNECTIONS, 1);
    exchange.opened(link, c.uri(), welcome.session(), c.helloMicros(), welcome.timeMicros());
  }

  private void meet(Message.Welcome welcome) {
    session = welcome.session();
    server = new ServerIdentity(welcome.name(), welcome.version(), welcome.features());
  }

  /** Connected, and the subscriptions are in force. */
  private void announceConnected() {
    Connection c = connection;
    if (c == null || closing) {
      return;
    }
    state = ClientState.CONNECTED;
    events.report(new ClientEvent.Connected(c.uri(), session, server, everConnected));
    if (!everConnected) {
      everConnected = true;
      completions.stage(() -> started.complete(this));
    }
  }

  @Override
  public void writable(Connection c) {
    // Not in the middle of the write that this is called from.
    later(() -> {
      if (c == connection) {
        exchange.progressed();
        exchange.flushOutbox();
      }
    });
  }

  @Override
  public void closed(Connection c, CloseReason reason) {
    if (c == connection) {
      lost(c, reason);
    } else if (connector.isPending(c)) {
      connector.closed(c, reason);
    }
    endTurn();
  }

  /** Half open: nothing has come for long, not even the answer to a PING. */
  private void silent() {
    Connection c = connection;
    if (c != null) {
      lost(c, new CloseReason(CloseReason.ABNORMAL, "the router has fallen silent"));
      // What the transport says of its end comes too late to matter.
      c.close(CloseReason.NORMAL, "");
    }
  }

  private void lost(Connection c, CloseReason reason) {
    connection = null;
    boolean again = config.reconnect() && !closing;
    ClaspException lost =
        ClaspException.of(
            Kind.CLOSED, "the connection to " + c.uri() + " was lost" + Exchange.because(reason));
    OptionalLong retry = exchange.takeRetryNanos();
    List<String> locked = exchange.lost(again && config.offline() == OfflinePolicy.BUFFER, lost);
    if (closing) {
      finish(isClosed());
      return;
    }
    state = ClientState.RECONNECTING;
    events.report(new ClientEvent.Disconnected(reason, locked));
    if (again) {
      connector.again(reactor.nanos() - connectedAt >= ClientConfig.STABLE.toNanos(), retry);
    } else {
      gaveUp(lost);
    }
  }

  // --- the end -----------------------------------------------------------------------------------

  private void beginClose() {
    if (end != null || closing) {
      return;
    }
    closing = true;
    state = ClientState.CLOSING;
    if (connection == null) {
      connector.stop();
      exchange.lost(false, isClosed());
      finish(isClosed());
      return;
    }
    exchange.refuse(ClaspException.of(Kind.CLOSED, "the client is being closed"));
    exchange.giveBack();
    closeTimer = reactor.schedule(this::closeLink, config.requestTimeout().toNanos());
  }

  private static ClaspException isClosed() {
    return ClaspException.of(Kind.CLOSED, "the client is closed");
  }

  private void closeLink() {
    Connection c = connection;
    if (c != null && !linkClosed) {
      linkClosed = true;
      exchange.endTurn();
      c.close(CloseReason.NORMAL, "");
    }
  }

  @Override
  public void gaveUp(ClaspException why) {
    connector.stop();
    exchange.lost(false, why);
    if (everConnected) {
      events.report(new ClientEvent.ReconnectGaveUp(why));
    }
    finish(ClaspException.of(Kind.CLOSED, "the client has ended: " + why.getMessage(), why), why);
  }

  private void finish(ClaspException over) {
    finish(over, over);
  }

  /**
   * @param over what later operations fail with
   * @param why why it has ended
   */
  private void finish(ClaspException over, ClaspException why) {
    end = over;
    state = ClientState.CLOSED;
    if (closeTimer != null) {
      closeTimer.cancel();
      closeTimer = null;
    }
    if (tick != null) {
      tick.cancel();
      tick = null;
    }
    exchange.close(over, closing ? Optional.empty() : Optional.of(why));
    awaited.forEach(completions::stage);
    awaited.clear();
    if (!everConnected) {
      completions.stage(() -> started.completeExceptionally(why));
    }
    events.reportLosses();
    events.report(new ClientEvent.Closed());
    threads
        .background()
        .execute(() -> {
          threads.onEnd().run();
          dialer.close();
          inbox.release();
          closed.complete(this);
        });
  }

  // --- turns -------------------------------------------------------------------------------------

  /** Everything that was read or submitted is handled: send, and hand over to other threads. */
  @Override
  public void endTurn() {
    exchange.endTurn();
    if (closing && exchange.isQuiet()) {
      closeLink();
    }
    waiting = exchange.waiting();
    unanswered = exchange.unanswered();
    roundTripNanos = exchange.roundTripNanos();
    turn.end();
    if (tick == null && end == null && (events.hasLosses() || completions.isWaiting())) {
      tick = reactor.schedule(this::tick, TICK_NANOS);
    }
  }

  private void tick() {
    tick = null;
    events.reportLosses();
    completions.relieveIfStuck();
  }
}
