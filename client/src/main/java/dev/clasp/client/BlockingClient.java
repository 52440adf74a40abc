package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A {@link ClaspClient} whose methods wait for the router, made for virtual threads; callable in
 * callbacks. Every method throws {@link ClaspException} itself, never wrapped; when the thread is
 * interrupted, with kind INTERRUPTED. Thread-safe.
 */
public final class BlockingClient {

  private final ClaspClient client;
  private final Conductor conductor;

  BlockingClient(ClaspClient client, Conductor conductor) {
    this.client = client;
    this.conductor = conductor;
  }

  /** The asynchronous face of the same client. */
  public ClaspClient async() {
    return client;
  }

  /** Writes a parameter and waits for the router to confirm it. */
  public Ack set(String address, Value value) {
    return set(address, value, SetOptions.CONFIRM);
  }

  /** Writes a parameter; see {@link ClaspClient#set(String, Value, SetOptions)}. */
  public Ack set(String address, Value value, SetOptions options) {
    return ask(Requests.write(address, value, options));
  }

  /** Writes a number. */
  public Ack set(String address, double value) {
    return set(address, Value.of(value));
  }

  /** Writes a whole number. */
  public Ack set(String address, long value) {
    return set(address, Value.of(value));
  }

  /** Writes a boolean. */
  public Ack set(String address, boolean value) {
    return set(address, Value.of(value));
  }

  /** Writes a text. */
  public Ack set(String address, String value) {
    return set(address, Value.of(value));
  }

  /** Writes anything that {@link Values#of} takes, such as a record. */
  public Ack set(String address, Object value) {
    return set(address, Values.of(value));
  }

  /** The same with options. */
  public Ack set(String address, Object value, SetOptions options) {
    return set(address, Values.of(value), options);
  }

  /** See {@link ClaspClient#compareAndSet(String, Value, Value)}. */
  public boolean compareAndSet(String address, Value expected, Value value) {
    return Waiting.on(client.compareAndSet(address, expected, value));
  }

  /** See {@link ClaspClient#compareAndSet(String, long, Value)}. */
  public boolean compareAndSet(String address, long revision, Value value) {
    return Waiting.on(client.compareAndSet(address, revision, value));
  }

  /** See {@link ClaspClient#update}; the function runs on another thread. */
  public Parameter update(String address, Function<Optional<Parameter>, ?> change) {
    return Waiting.on(client.update(address, change));
  }

  /** Takes the lock of an address, now; see {@link ClaspClient#lock(String, LockOptions)}. */
  public HeldLock lock(String address) {
    return lock(address, LockOptions.NOW);
  }

  /** Takes the lock of an address; see {@link ClaspClient#lock(String, LockOptions)}. */
  public HeldLock lock(String address, LockOptions options) {
    CompletableFuture<HeldLock> lock = client.lock(address, options);
    try {
      return Waiting.on(lock);
    } catch (ClaspException e) {
      if (e.kind() == Kind.INTERRUPTED) {
        // Nobody else would give it back.
        CompletableFuture<?> _ = lock.thenAccept(HeldLock::close);
      }
      throw e;
    }
  }

  /** Takes the lock of an address if nobody holds it. */
  public Optional<HeldLock> tryLock(String address) {
    try {
      return Optional.of(lock(address));
    } catch (ClaspException e) {
      if (Updates.isLocked(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Asks the router for a parameter; empty when there is none. */
  public Optional<Parameter> get(String address) {
    return ask(Requests.read(address));
  }

  /**
   * Asks the router for a parameter, as an object: see {@link Values}. INVALID when it is something
   * else.
   */
  public <T> Optional<T> get(String address, Class<T> type) {
    return get(address).map(parameter -> parameter.as(type));
  }

  /** See {@link ClaspClient#getOrCached}. */
  public Optional<Parameter> getOrCached(String address, Duration maxStaleness) {
    return Waiting.on(client.getOrCached(address, maxStaleness));
  }

  /** See {@link ClaspClient#cached}; does not wait. */
  public Optional<Parameter> cached(String address) {
    return client.cached(address);
  }

  /** All parameters that match a pattern, as they are now. */
  public List<Parameter> list(String pattern) {
    return Waiting.on(client.list(pattern));
  }

  /** The parameters that match a pattern, kept up to date; waits until all are there. */
  public View watch(String pattern) {
    return ready(client.watch(pattern));
  }

  /** The same, telling what happens. */
  public View watch(String pattern, Consumer<? super ViewEvent> callback) {
    return ready(client.watch(pattern, callback));
  }

  /** The same with options. */
  public View watch(
      String pattern, SubscribeOptions options, Consumer<? super ViewEvent> callback) {
    return ready(client.watch(pattern, options, callback));
  }

  private View ready(View view) {
    try {
      return Waiting.on(
          view.ready(),
          conductor.config().requestTimeout().multipliedBy(2),
          "the router did not tell all of " + view.pattern());
    } catch (ClaspException e) {
      view.close();
      throw e;
    }
  }

  /** Subscribes and waits until the router has taken it; the caller takes the signals. */
  public SignalQueue subscribe(String pattern) {
    return subscribe(pattern, SubscribeOptions.DEFAULT);
  }

  /**
   * Subscribes and waits until the router has taken it, at most twice the limit for requests; the
   * caller takes the signals.
   */
  public SignalQueue subscribe(String pattern, SubscribeOptions options) {
    QueueSink queue = new QueueSink(new SignalBuffer(options.capacity(), options.latestOnly()));
    SubscriptionHandle subscription =
        conductor.subscribe(Addresses.pattern(pattern), options, queue);
    queue.belongsTo(subscription);
    try {
      // A connected router answers in the limit for requests or is taken to have agreed.
      Waiting.on(
          subscription.activePromise(),
          conductor.config().requestTimeout().multipliedBy(2),
          "the router did not take the subscription to " + pattern);
    } catch (ClaspException e) {
      subscription.close();
      throw e;
    }
    return queue;
  }

  /** Emits an event; waits until it is handed to the connection. */
  public void emit(String address) {
    ask(Requests.event(address, Content.NONE, client.time()));
  }

  /** Emits an event; waits until it is handed to the connection. */
  public void emit(String address, Value value) {
    ask(Requests.event(address, Content.of(value), client.time()));
  }

  /** Emits an event with anything that {@link Values#of} takes. */
  public void emit(String address, Object value) {
    emit(address, Values.of(value));
  }

  /** Sends a stream sample; waits until it is handed to the connection. */
  public void stream(String address, double sample) {
    stream(address, Value.of(sample));
  }

  /** Sends a block of samples; see {@link ClaspClient#stream(String, double[], int)}. */
  public void stream(String address, double[] samples, int rate) {
    ask(Requests.stream(address, Content.ofSamples(samples), rate, client.time()));
  }

  /** Sends samples one by one, collected into blocks; writing does not wait. */
  public StreamWriter stream(String address, StreamOptions options) {
    return client.stream(address, options);
  }

  /** Begins a gesture; its steps do not wait. */
  public GestureBuilder gesture(String address) {
    return client.gesture(address);
  }

  /** Lets the router play a timeline; waits until that is handed to the connection. */
  public PlayedTimeline play(String address, Timeline timeline) {
    return started(client.play(address, timeline));
  }

  /** The same at a rate; see {@link ClaspClient#play(String, Timeline, int)}. */
  public PlayedTimeline play(String address, Timeline timeline, int rate) {
    return started(client.play(address, timeline, rate));
  }

  private static PlayedTimeline started(PlayedTimeline playing) {
    Waiting.on(playing.started());
    return playing;
  }

  /** Sends a stream sample; waits until it is handed to the connection. */
  public void stream(String address, Value sample) {
    ask(Requests.stream(address, Content.of(sample), 0, client.time()));
  }

  /** Sends a step of a gesture; waits until it is handed to the connection. */
  public void gesture(String address, int id, GesturePhase phase, Value value) {
    ask(Requests.gesture(address, id, phase, value, client.time()));
  }

  /** Publishes a timeline; waits until it is handed to the connection. */
  public void timeline(String address, Timeline timeline) {
    ask(Requests.timeline(address, timeline, client.time()));
  }

  /** Sends a bundle and waits for the router to accept it. */
  public Ack bundle(BundleBuilder bundle) {
    return ask(Requests.group(bundle));
  }

  /** See {@link ClaspClient#callOff}. */
  public Ack callOff(long atMicros) {
    return ask(Requests.callingOff(atMicros));
  }

  /** Waits until the router has handled everything that was submitted before. */
  public void flush() {
    ping();
  }

  /** Round trip to the router. */
  public Duration ping() {
    return ask(Requests.ping());
  }

  /** Measures the router's clock. */
  public ClockReading sync() {
    return ask(new Request.ClockCheck());
  }

  /** Tells the router what signals there are. */
  public void announce(String namespace, List<SignalDefinition> signals) {
    ask(Requests.announcement(namespace, signals, Map.of()));
  }

  /** The same with what is known of the whole namespace. */
  public void announce(String namespace, List<SignalDefinition> signals, Map<String, Value> meta) {
    ask(Requests.announcement(namespace, signals, meta));
  }

  /** Router time in Unix microseconds; does not wait. */
  public long time() {
    return client.time();
  }

  /** The announced signals whose addresses match. */
  public List<SignalDefinition> query(String pattern) {
    return ask(Requests.question(pattern));
  }

  private <T> T ask(Request<T> request) {
    request.waitedForDirectly();
    return Waiting.on(conductor.submit(request).future());
  }
}
