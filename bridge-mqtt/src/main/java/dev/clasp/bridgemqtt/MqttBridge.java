package dev.clasp.bridgemqtt;

import dev.clasp.bridge.BridgeCounters;
import dev.clasp.bridge.EchoGuard;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries messages between a broker and a router until it is closed: what comes from the broker is
 * SET below the namespace, what others write below the namespace is published (bridges.md 8).
 *
 * <p>Neither its own messages nor those that it has just carried go back where they came from. Both
 * connections come back by themselves; meanwhile the newest value of every parameter waits.
 *
 * <p>Thread-safe.
 */
public final class MqttBridge implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MqttBridge.class);

  static final byte[] ONLINE = "online".getBytes(StandardCharsets.US_ASCII);
  static final byte[] OFFLINE = "offline".getBytes(StandardCharsets.US_ASCII);

  /** How long an own message may take to come back. */
  private static final Duration ECHO_WINDOW = Duration.ofSeconds(2);

  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final MqttBridgeConfig config;
  private final ClaspClient router;
  private final Consumer<String> notes;
  private final Topics topics;
  private final Broker broker;
  private final PublishLine line;
  private final BridgeCounters counters = new BridgeCounters();
  private final EchoGuard fromRouter = new EchoGuard(ECHO_WINDOW, System::nanoTime);
  private final EchoGuard fromBroker = new EchoGuard(ECHO_WINDOW, System::nanoTime);
  private final AtomicBoolean subscribed = new AtomicBoolean();
  private final AtomicBoolean connected = new AtomicBoolean();
  private final AtomicBoolean lossTold = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  private MqttBridge(MqttBridgeConfig config, ClaspClient router, Consumer<String> notes) {
    this.config = config;
    this.router = router;
    this.notes = notes;
    this.topics = new Topics(config.namespace());
    Reconnecting reconnecting = new Reconnecting();
    this.broker =
        config.version() == 5
            ? new Mqtt5Broker(config, reconnecting)
            : new Mqtt3Broker(config, reconnecting);
    this.line = new PublishLine(broker::publish, counters, config.qos() > 0, System::nanoTime);
  }

  /**
   * Starts a bridge; it connects to the broker in the background, for as long as it takes.
   *
   * @param router stays open when the bridge is closed
   * @param notes told in a sentence what happens to the connection with the broker
   */
  public static MqttBridge start(
      MqttBridgeConfig config, ClaspClient router, Consumer<String> notes) {
    MqttBridge bridge = new MqttBridge(config, router, notes);
    FromBroker listener = bridge.new FromBroker();
    if (config.publish()) {
      router
          .subscribe(config.namespace().pattern(), bridge::signal)
          .active()
          .whenComplete((_, failure) -> {
            if (failure != null) {
              bridge.problem(
                  "the router refuses the subscription of "
                      + config.namespace().pattern()
                      + ", so nothing is published: "
                      + Reconnecting.reason(failure));
            }
            bridge.broker.start(listener);
          });
    } else {
      bridge.broker.start(listener);
    }
    router
        .announce(config.namespace().prefix(), List.of(), bridge.description())
        .whenComplete((_, failure) -> {
          if (failure != null) {
            LOG.debug("the router did not take the announcement", failure);
          }
        });
    return bridge;
  }

  /** What it has done so far. */
  public BridgeCounters.Status status() {
    return counters.status();
  }

  private Map<String, Value> description() {
    return Map.of(
        "bridge", Value.TRUE,
        "protocol", Value.of("mqtt"),
        "device", Value.of(config.broker().toString()),
        "bidirectional", Value.of(config.publish() && !config.topics().isEmpty()));
  }

  // --- from the broker to the router -------------------------------------------------------------

  private final class FromBroker implements Broker.Listener {

    @Override
    public void message(String topic, byte[] payload) {
      if (config.statusTopic().filter(topic::equals).isPresent()) {
        return;
      }
      Value value = MqttPayload.value(payload);
      if (broker.echoes() && fromBroker.isEcho(topic, Value.of(payload))) {
        counters.echo();
        return;
      }
      String address = topics.address(topic);
      if (config.publish()) {
        fromRouter.sending(address, value);
      }
      try {
        router
            .set(address, value)
            .whenComplete((_, failure) -> {
              if (failure == null) {
                counters.in();
              } else {
                notCarried(topic, failure);
              }
            });
      } catch (RuntimeException e) {
        // It cannot be sent at all: too long, or no address.
        notCarried(topic, e);
      }
    }

    @Override
    public void connected() {
      if (!connected.compareAndSet(false, true)) {
        return;
      }
      CompletableFuture<Void> standing = CompletableFuture.completedFuture(null);
      if (subscribed.compareAndSet(false, true)) {
        notes.accept("connected to the broker " + config.broker());
        if (!config.topics().isEmpty()) {
          standing = broker.subscribe();
        }
      } else {
        counters.reconnected();
        notes.accept("connected to the broker " + config.broker() + " again");
      }
      lossTold.set(false);
      line.open();
      standing.whenComplete((_, failure) -> {
        if (failure != null) {
          problem("the broker refuses the subscription: " + Reconnecting.reason(failure));
        }
        // Only now: who sees it may rely on the subscription.
        config.statusTopic().ifPresent(this::online);
      });
    }

    private void online(String topic) {
      broker
          .publish(topic, ONLINE, true)
          .exceptionally(failure -> {
            LOG.debug("no status published", failure);
            return null;
          });
    }

    @Override
    public void disconnected(String why) {
      line.close();
      connected.set(false);
      if (!closed.get() && lossTold.compareAndSet(false, true)) {
        problem("no connection to the broker " + config.broker() + ", trying again: " + why);
      }
    }
  }

  private void notCarried(String topic, Throwable failure) {
    String why = "topic " + topic + " did not get into the router: " + Reconnecting.reason(failure);
    if (counters.status().dropped() == 0) {
      notes.accept(why + " (further ones are only counted)");
    }
    counters.dropped(why);
  }

  private void problem(String what) {
    counters.error(what);
    notes.accept(what);
  }

  // --- from the router to the broker -------------------------------------------------------------

  private void signal(Signal signal) {
    switch (signal) {
      case Signal.Change change -> {
        if (!change.fromSnapshot() && fromRouter.isEcho(change.address(), change.value())) {
          counters.echo();
        } else if (!change.fromSnapshot() || config.retain()) {
          // Without the broker keeping it, an old value would look like a new message.
          publish(change.address(), change.value(), config.retain(), true);
        }
      }
      case Signal.Event event -> publish(event.address(), event.value(), false, false);
      case Signal.Stream stream -> publish(stream.address(), stream.value(), false, true);
      // MQTT has nothing that is like them.
      case Signal.Gesture _, Signal.TimelinePublished _ -> {}
    }
  }

  private void publish(String address, Value value, boolean retain, boolean parameter) {
    Optional<String> topic = topics.topic(address);
    if (topic.isEmpty()) {
      counters.dropped("no topic can be called like the address " + address);
      return;
    }
    byte[] payload = MqttPayload.bytes(value);
    if (broker.echoes() && !config.topics().isEmpty()) {
      fromBroker.sending(topic.get(), Value.of(payload));
    }
    line.offer(new PublishLine.Outgoing(topic.get(), payload, retain, parameter));
  }

  /** Says goodbye to the broker, with the status {@code offline}. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (connected.get() && config.statusTopic().isPresent()) {
        await(broker.publish(config.statusTopic().get(), OFFLINE, true));
      }
      await(broker.close());
    } catch (RuntimeException e) {
      LOG.debug("no goodbye to the broker", e);
    }
  }

  private static void await(CompletableFuture<Void> done) {
    try {
      done.get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new CompletionException(e);
    }
  }
}
