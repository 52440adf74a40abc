package dev.clasp.client;

import dev.clasp.protocol.Feature;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Value;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.EventLoops;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A client of a CLASP router. Thread-safe; nothing here waits except {@link #close}. See the
 * package for which thread runs what.
 *
 * {@snippet :
 * try (ClaspClient client = ClaspClient.builder("ws://localhost:7330").name("desk").connectBlocking()) {
 *   client.subscribe("/lights/**", signal -> System.out.println(signal));
 *   client.set("/lights/1/brightness", 0.8);                       // asynchronous
 *   long revision = client.blocking().set("/lights/1/on", true).revision().orElseThrow();
 * }
 * }
 *
 * <p><b>Failures.</b> A caller's mistake (bad address, pattern or value) is thrown at once as
 * {@link ClaspException} of kind INVALID; everything else fails the future with a {@link
 * ClaspException}. Each request fails with TIMEOUT when the router does not answer in the request
 * time limit, counted from the call.
 *
 * <p><b>Order.</b> What one thread submits reaches the router in that order.
 *
 * <p><b>Reconnecting.</b> When the connection is lost, the client connects again, with the same
 * subscriptions (ids and options), sends reads that wait for their answer again, and then the plain
 * writes that were not confirmed, the newest for each address: the last value is not lost. Writes
 * with conditions or locks, bundles, pings and announcements fail with CLOSED, since nobody knows
 * whether they were carried out. Locks are lost with the connection.
 */
public final class ClaspClient implements AutoCloseable {

  private ClaspClient() {}

  /**
   * Starts configuring a client.
   *
   * @param uri {@code ws://host:port} or {@code wss://host:port}
   * @throws ClaspException of kind INVALID: not a URI
   */
  public static Builder builder(String uri) {
    throw new UnsupportedOperationException(uri);
  }

  /**
   * Starts configuring a client that fails over: each attempt tries the routers in this order,
   * beginning with the one that was connected last.
   *
   * @throws ClaspException of kind INVALID: no URI
   */
  public static Builder builder(URI... uris) {
    throw new UnsupportedOperationException(List.of(uris).toString());
  }

  // --- parameters --------------------------------------------------------------------------------

  /** Writes a parameter, confirmed: the future completes with the new revision. */
  public CompletableFuture<Ack> set(String address, Value value) {
    return set(address, value, SetOptions.CONFIRM);
  }

  /**
   * Writes a parameter.
   *
   * @return completed by the router's answer; with {@link SetOptions#FIRE} when the write is handed
   *     to the connection
   */
  public CompletableFuture<Ack> set(String address, Value value, SetOptions options) {
    throw new UnsupportedOperationException();
  }

  public CompletableFuture<Ack> set(String address, double value) {
    return set(address, Value.of(value));
  }

  public CompletableFuture<Ack> set(String address, long value) {
    return set(address, Value.of(value));
  }

  public CompletableFuture<Ack> set(String address, boolean value) {
    return set(address, Value.of(value));
  }

  public CompletableFuture<Ack> set(String address, String value) {
    return set(address, Value.of(value));
  }

  /**
   * Asks the router for a parameter. Concurrent calls for one address share one request.
   *
   * @return empty when there is none. A router of the reference does not answer then, and the
   *     future fails with TIMEOUT
   */
  public CompletableFuture<Optional<Parameter>> get(String address) {
    throw new UnsupportedOperationException();
  }

  /**
   * The newest value that a subscription has brought, without asking the router. Empty for an
   * address that no open subscription covers. While disconnected, the last known one.
   */
  public Optional<Parameter> cached(String address) {
    throw new UnsupportedOperationException();
  }

  // --- subscriptions -----------------------------------------------------------------------------

  /** Subscribes to signals of every type. */
  public Subscription subscribe(String pattern, Consumer<? super Signal> callback) {
    return subscribe(pattern, SubscribeOptions.DEFAULT, callback);
  }

  /**
   * Subscribes. The current state is delivered first, marked {@link Signal.Change#fromSnapshot}.
   * Overlapping subscriptions each get every signal that matches, once; a snapshot that the router
   * sends for one of them reaches the others only where a value has changed.
   *
   * @param pattern an address, or one with {@code *} for a segment and {@code **} for any number
   * @param callback runs on the client's dispatcher, or on the executor of the options; one call at
   *     a time, in order. An exception is logged and reported and changes nothing
   */
  public Subscription subscribe(
      String pattern, SubscribeOptions options, Consumer<? super Signal> callback) {
    throw new UnsupportedOperationException();
  }

  /** Signals as a publisher; see {@link #signals(String, SubscribeOptions)}. */
  public Flow.Publisher<Signal> signals(String pattern) {
    return signals(pattern, SubscribeOptions.DEFAULT);
  }

  /**
   * Signals as a publisher. Each subscriber is a subscription of its own, ended by cancelling. A
   * subscriber that requests too little is treated like a slow callback: see {@link
   * SubscribeOptions#capacity}. Completes when the client is closed, fails when the router refuses
   * the subscription or the client gives up.
   */
  public Flow.Publisher<Signal> signals(String pattern, SubscribeOptions options) {
    throw new UnsupportedOperationException();
  }

  // --- moments -----------------------------------------------------------------------------------

  /** Emits an event without a value. Completes when it is handed to the connection. */
  public CompletableFuture<Void> emit(String address) {
    throw new UnsupportedOperationException();
  }

  /** Emits an event. Completes when it is handed to the connection. */
  public CompletableFuture<Void> emit(String address, Value value) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a sample of a stream. Completes when it is handed to the connection; when the connection
   * is too slow, older samples are dropped and their futures fail with OVERFLOW.
   */
  public CompletableFuture<Void> stream(String address, Value sample) {
    throw new UnsupportedOperationException();
  }

  public CompletableFuture<Void> stream(String address, double sample) {
    return stream(address, Value.of(sample));
  }

  /**
   * Sends a block of samples, oldest first, at most 8,000.
   *
   * @param rate samples per second; 0 = not told
   */
  public CompletableFuture<Void> stream(String address, double[] samples, int rate) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a step of a gesture. Completes when it is handed to the connection.
   *
   * @param id of the contact; unsigned
   */
  public CompletableFuture<Void> gesture(String address, int id, GesturePhase phase, Value value) {
    throw new UnsupportedOperationException();
  }

  /** Publishes a timeline. Completes when it is handed to the connection. */
  public CompletableFuture<Void> timeline(String address, Timeline timeline) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends writes and events that the router carries out together or not at all.
   *
   * @return completed when the router has accepted it: for a bundle without a time, when it has
   *     been carried out
   */
  public CompletableFuture<Ack> bundle(BundleBuilder bundle) {
    throw new UnsupportedOperationException();
  }

  // --- the router --------------------------------------------------------------------------------

  /** Measures the round trip to the router, queues included. */
  public CompletableFuture<Duration> ping() {
    throw new UnsupportedOperationException();
  }

  /**
   * Measures the router's clock now, with five exchanges. The client does so by itself after
   * connecting and every 30 s, unless that is switched off. Fails with TIMEOUT when the router does
   * not answer; then {@link #time} goes by its WELCOME.
   */
  public CompletableFuture<ClockReading> sync() {
    throw new UnsupportedOperationException();
  }

  /** What is known about the router's clock. */
  public ClockReading clock() {
    throw new UnsupportedOperationException();
  }

  /**
   * Router time in Unix microseconds. Does not jump when the local clock is set; corrections of up
   * to 100 ms are spread out, at 1 ms per second at most.
   */
  public long time() {
    throw new UnsupportedOperationException();
  }

  /** Tells the router what signals there are, for {@link #query} of others. */
  public CompletableFuture<Void> announce(String namespace, List<SignalDefinition> signals) {
    throw new UnsupportedOperationException();
  }

  /** The announced signals whose addresses match. */
  public CompletableFuture<List<SignalDefinition>> query(String pattern) {
    throw new UnsupportedOperationException();
  }

  /** Session id that the router gave the current or last connection. */
  public String session() {
    throw new UnsupportedOperationException();
  }

  /** The router of the current or last connection. */
  public ServerIdentity server() {
    throw new UnsupportedOperationException();
  }

  // --- the client --------------------------------------------------------------------------------

  public ClientState state() {
    throw new UnsupportedOperationException();
  }

  public Statistics statistics() {
    throw new UnsupportedOperationException();
  }

  /** The same client with methods that wait. */
  public BlockingClient blocking() {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends what was submitted before, waits up to the request time limit for answers that are still
   * missing, gives locks back, and closes the connection with 1000. Later operations fail with
   * CLOSED. Waits until all that is done; callable from anywhere, callbacks included. Idempotent.
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  /** As {@link #close}, without waiting. */
  public CompletableFuture<Void> closeAsync() {
    throw new UnsupportedOperationException();
  }

  /** Configures a client. Not thread-safe; may build several clients. */
  public static final class Builder {

    private Builder() {}

    /** What the router shows to others. Default: {@code CLASP Java}. */
    public Builder name(String value) {
      throw new UnsupportedOperationException();
    }

    /** What the client says it supports. Default: everything but federation. */
    public Builder features(Set<Feature> value) {
      throw new UnsupportedOperationException();
    }

    /** Token for routers that ask for one. */
    public Builder token(String value) {
      throw new UnsupportedOperationException();
    }

    /**
     * Where the token comes from; asked before each attempt to connect, on a virtual thread, and
     * again when the router has refused one: if it then gives another, the client tries that. An
     * empty token means none.
     */
    public Builder token(Supplier<String> value) {
      throw new UnsupportedOperationException();
    }

    /** For each attempt to connect, from the first packet to WELCOME. Default 10 s. */
    public Builder connectTimeout(Duration value) {
      throw new UnsupportedOperationException();
    }

    /** For each request, from the call to the answer. Default 5 s. */
    public Builder requestTimeout(Duration value) {
      throw new UnsupportedOperationException();
    }

    /** Whether to connect again when the connection is lost. Default true. */
    public Builder reconnect(boolean value) {
      throw new UnsupportedOperationException();
    }

    /**
     * Whether {@link #connect} goes on trying, with the delays of {@link #backoff}, when no router
     * can be reached. Default false: it tries each URI once.
     */
    public Builder awaitRouter(boolean value) {
      throw new UnsupportedOperationException();
    }

    /**
     * Delays between attempts. Default {@link Backoff#DEFAULT}. The count of attempts starts again
     * when a connection has lasted for 30 s.
     */
    public Builder backoff(Backoff value) {
      throw new UnsupportedOperationException();
    }

    /** Adds a header to the upgrade request of WebSocket connections. */
    public Builder header(String name, String value) {
      throw new UnsupportedOperationException();
    }

    /**
     * Event loops to share with other clients and servers; the caller closes them. Default: a loop
     * of the client's own.
     */
    public Builder loops(EventLoops value) {
      throw new UnsupportedOperationException();
    }

    /** Told what happens to the client, on the dispatcher. An exception is logged. */
    public Builder listener(Consumer<? super ClientEvent> value) {
      throw new UnsupportedOperationException();
    }

    /** What happens to operations while disconnected. Default {@link OfflinePolicy#BUFFER}. */
    public Builder offline(OfflinePolicy value) {
      throw new UnsupportedOperationException();
    }

    /**
     * Bytes that may wait to be sent, while disconnected or when the router reads too slowly; at
     * least 64 KiB. Default 8 MiB. Beyond, waiting stream samples and gesture moves are dropped,
     * oldest first, and when there are none, operations fail with OVERFLOW.
     */
    public Builder maxWaitingBytes(int value) {
      throw new UnsupportedOperationException();
    }

    /** Whether to measure the router's clock after connecting and every 30 s. Default true. */
    public Builder clockSync(boolean value) {
      throw new UnsupportedOperationException();
    }

    /**
     * Connects.
     *
     * @return the connected client; fails with {@link ClaspException}: UNREACHABLE, TIMEOUT,
     *     REFUSED, INVALID
     */
    public CompletableFuture<ClaspClient> connect() {
      throw new UnsupportedOperationException();
    }

    /**
     * Connects and waits for it.
     *
     * @throws ClaspException UNREACHABLE, TIMEOUT, REFUSED, INVALID or INTERRUPTED
     */
    public ClaspClient connectBlocking() {
      throw new UnsupportedOperationException();
    }
  }
}
