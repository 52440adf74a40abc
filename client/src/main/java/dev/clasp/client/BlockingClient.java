package dev.clasp.client;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  public Ack set(String address, double value) {
    return set(address, Value.of(value));
  }

  public Ack set(String address, long value) {
    return set(address, Value.of(value));
  }

  public Ack set(String address, boolean value) {
    return set(address, Value.of(value));
  }

  public Ack set(String address, String value) {
    return set(address, Value.of(value));
  }

  /** Asks the router for a parameter; empty when there is none. */
  public Optional<Parameter> get(String address) {
    return ask(Requests.read(address));
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

  /** The announced signals whose addresses match. */
  public List<SignalDefinition> query(String pattern) {
    return ask(Requests.question(pattern));
  }

  private <T> T ask(Request<T> request) {
    request.waitedForDirectly();
    return Waiting.on(conductor.submit(request).future());
  }
}
