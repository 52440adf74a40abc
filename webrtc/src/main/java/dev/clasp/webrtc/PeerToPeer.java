package dev.clasp.webrtc;

import dev.clasp.client.ClaspClient;
import dev.clasp.webrtc.PeerException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of a client to other clients, past the router. Thread-safe; see the package for which
 * thread runs what.
 *
 * {@snippet :
 * try (ClaspClient client = ClaspClient.builder("ws://stage.local:7330").connectBlocking();
 *     PeerToPeer peers =
 *         PeerToPeer.builder(client)
 *             .admit(peer -> peer.equals(theOther))
 *             .listener(event -> System.out.println(event))
 *             .start()
 *             .join()) {
 *   peers.connect(theOther).join();
 *   Route route = peers.send(theOther, bytes, true).join();
 * }
 * }
 *
 * <p>A peer is named by the session id that the router gave it. When a client connects to the
 * router again it has another one; direct connections that stand go on under the old.
 *
 * <p><b>What is disclosed.</b> Offers and answers tell the peer the addresses of this machine. So
 * an offer is answered only if the application has connected to that peer or admits it. No server
 * of a third party is asked for anything unless one is set by {@link Builder#iceServers}.
 */
public final class PeerToPeer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Duration MAX_LIMIT = Duration.ofHours(1);

  private final ThreadLoop loop;
  private final Switchboard switchboard;
  private final RouterLine router;
  private final ExecutorService listening;
  private final ExecutorService completing;
  private final AtomicLong submitted = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();

  private PeerToPeer(ClaspClient client, Settings settings) {
    loop = new ThreadLoop();
    listening =
        Executors.newSingleThreadExecutor(Thread.ofVirtual().name("clasp-p2p-listener").factory());
    completing =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("clasp-p2p-completer").factory());
    ReceiveBudget budget = new ReceiveBudget();
    Deliveries deliveries = new Deliveries(settings.listener(), listening, budget);
    router = new RouterLine(client, loop);
    switchboard =
        new Switchboard(
            new Surroundings(settings, loop, router, budget, deliveries),
            new NativePeerConnections(settings.iceServers(), loop, budget));
  }

  /**
   * Starts configuring.
   *
   * @param client carries the signals; stays open when this is closed
   */
  public static Builder builder(ClaspClient client) {
    return new Builder(client);
  }

  /** The peers that are known now, in the order of their ids; at most 1,000. */
  public List<Peer> peers() {
    return switchboard.peers();
  }

  /** Session id of this client, as others see it; empty while there is no router. */
  public String session() {
    return router.session();
  }

  /** Signals that were ignored: malformed, too many, or of no attempt. */
  public long ignored() {
    return switchboard.ignored();
  }

  /**
   * Opens a direct connection, which admits the peer.
   *
   * @return completed when data can be sent directly; fails with {@link PeerException}: TIMEOUT,
   *     REFUSED, NO_SUCH_PEER, NOT_PERMITTED, UNREACHABLE, OVERFLOW, UNSUPPORTED and others. Data
   *     can be sent all the same if the peer takes it through the router
   */
  public CompletableFuture<Peer> connect(String session) {
    CompletableFuture<Peer> connected = new CompletableFuture<>();
    if (closed.get() || !loop.offer(() -> switchboard.connect(session, connected))) {
      connected.completeExceptionally(ended());
    }
    return outside(connected);
  }

  /**
   * Sends data to a peer.
   *
   * @param data at most 65,536 bytes directly, or what the peer takes if that is less; 64,000
   *     through the router
   * @param reliable in order and without loss; else each message arrives once or not at all
   * @return the way it went: {@link Route#PEER} when the data channel has taken it, {@link
   *     Route#RELAY} when the connection to the router has. If the router then refuses it, {@link
   *     PeerEvent.Undelivered} tells. Fails with {@link PeerException}, and then nothing was sent:
   *     TOO_LARGE, OVERFLOW, NOT_CONNECTED, NO_RELAY, NO_SUCH_PEER, NO_ROUTER, CLOSED
   */
  public CompletableFuture<Route> send(String session, byte[] data, boolean reliable) {
    CompletableFuture<Route> sent = new CompletableFuture<>();
    if (closed.get()) {
      sent.completeExceptionally(ended());
      return sent;
    }
    long cost = (long) data.length + Limits.CALL_COST;
    if (submitted.addAndGet(cost) > Limits.MAX_SUBMITTED) {
      submitted.addAndGet(-cost);
      sent.completeExceptionally(
          new PeerException(
              Kind.OVERFLOW, "more is being sent than this machine can hand to its channels"));
      return sent;
    }
    byte[] copy = data.clone();
    boolean accepted =
        loop.offer(() -> {
          submitted.addAndGet(-cost);
          switchboard.send(session, copy, reliable, sent);
        });
    if (!accepted) {
      sent.completeExceptionally(ended());
    }
    return outside(sent);
  }

  private static PeerException ended() {
    return new PeerException(Kind.CLOSED, "peer connections are closed");
  }

  /** Ends the connection to a peer behind what was sent; it has to be admitted again. */
  public void disconnect(String session) {
    loop.execute(() -> switchboard.disconnect(session));
  }

  /**
   * Ends every connection, behind what was sent over it. Idempotent; waits at most 5 s. To be
   * called before the client is closed.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(() ->
        switchboard.close(() -> {
          router.close();
          done.complete(null);
        }));
    try {
      done.get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("closing peer connections takes longer than expected", e);
    }
    loop.end();
    // What was told before is still delivered.
    listening.shutdown();
    completing.shutdown();
  }

  /** Code that the caller chains must not run on the loop. */
  private <T> CompletableFuture<T> outside(CompletableFuture<T> inside) {
    CompletableFuture<T> result = new CompletableFuture<>();
    inside.whenComplete((value, failure) -> {
      Runnable complete =
          () -> {
            if (failure == null) {
              result.complete(value);
            } else {
              result.completeExceptionally(failure);
            }
          };
      try {
        completing.execute(complete);
      } catch (RejectedExecutionException e) {
        complete.run();
      }
    });
    return result;
  }

  private CompletableFuture<PeerToPeer> start() {
    CompletableFuture<PeerToPeer> started = new CompletableFuture<>();
    router
        .start(switchboard)
        .whenComplete((_, failure) -> {
          if (failure == null) {
            completing.execute(() -> started.complete(this));
          } else {
            completing.execute(() -> {
              close();
              started.completeExceptionally(failure);
            });
          }
        });
    return started;
  }

  /** Configures peer connections. Not thread-safe. */
  public static final class Builder {

    private final ClaspClient client;
    private List<IceServer> iceServers = new ArrayList<>();
    private RoutingMode mode = RoutingMode.PREFER_PEER;
    private Duration connectTimeout = Duration.ofSeconds(30);
    private Duration retryAfter = Duration.ofSeconds(60);
    private Function<? super String, ? extends CompletionStage<Boolean>> admit =
        _ -> CompletableFuture.completedFuture(false);
    private Consumer<? super PeerEvent> listener = _ -> {};

    private Builder(ClaspClient client) {
      this.client = client;
    }

    /**
     * STUN and TURN servers. Default: none, which suffices in one network. Whoever runs a STUN
     * server learns the public address of this machine.
     */
    public Builder iceServers(List<IceServer> value) {
      iceServers = List.copyOf(value);
      return this;
    }

    /** Which ways data may take. Default {@link RoutingMode#PREFER_PEER}. */
    public Builder mode(RoutingMode value) {
      mode = value;
      return this;
    }

    /** For each attempt, and for each decision of the application. Default 30 s. */
    public Builder connectTimeout(Duration value) {
      connectTimeout = positive(value, "the limit for connecting");
      return this;
    }

    /**
     * After a failure, for how long data goes through the router before the direct way is tried
     * again, with the next message. Default 60 s.
     */
    public Builder retryAfter(Duration value) {
      retryAfter = positive(value, "the pause after a failure");
      return this;
    }

    /**
     * Decides, by its session id, whether a peer that this application did not connect to may
     * connect and send. Asked on the listener's thread. Default: nobody may.
     */
    public Builder admit(Predicate<? super String> decision) {
      admit = peer -> CompletableFuture.completedFuture(decision.test(peer));
      return this;
    }

    /** The same for decisions that take time, for example a question to the user. */
    public Builder admitLater(
        Function<? super String, ? extends CompletionStage<Boolean>> decision) {
      admit = decision;
      return this;
    }

    /** Told what happens, one event at a time. An exception is logged. */
    public Builder listener(Consumer<? super PeerEvent> value) {
      listener = value;
      return this;
    }

    /**
     * Makes this client known to others.
     *
     * @return completed when others can reach it; fails with {@link PeerException} when the router
     *     does not let it: NOT_PERMITTED
     */
    public CompletableFuture<PeerToPeer> start() {
      return new PeerToPeer(
              client, new Settings(iceServers, mode, connectTimeout, retryAfter, admit, listener))
          .start();
    }

    private static Duration positive(Duration value, String what) {
      if (value.isNegative() || value.isZero() || value.compareTo(MAX_LIMIT) > 0) {
        throw new PeerException(
            Kind.INVALID, what + " must be more than nothing and at most an hour, not " + value);
      }
      return value;
    }
  }
}
