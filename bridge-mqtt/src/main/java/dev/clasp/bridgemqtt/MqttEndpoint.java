package dev.clasp.bridgemqtt;

import dev.clasp.bridge.EchoGuard;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker as the other side of a bridge (bridges.md 8). The connection comes back by itself;
 * meanwhile the bridge is down, and the newest values wait.
 *
 * <p>Thread-safe: the broker calls on threads of its library.
 */
final class MqttEndpoint implements Endpoint {

  private static final Logger LOG = LoggerFactory.getLogger(MqttEndpoint.class);

  /** How long an own message may take to come back from a broker that has no No Local. */
  private static final Duration ECHO_WINDOW = Duration.ofSeconds(2);

  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final MqttBridgeConfig config;
  private final Broker broker;
  private final EndpointContext context;
  private final Topics topics;
  private final PublishLine line;
  private final EchoGuard echoes;
  private final AtomicLong published = new AtomicLong();
  private final AtomicBoolean subscribed = new AtomicBoolean();
  private final AtomicBoolean connected = new AtomicBoolean();
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  MqttEndpoint(MqttBridgeConfig config, Broker broker, EndpointContext context) {
    this.config = config;
    this.broker = broker;
    this.context = context;
    this.topics = new Topics(config.namespace());
    this.echoes = new EchoGuard(ECHO_WINDOW, context::nanoTime);
    this.line =
        new PublishLine(
            this::publish,
            context::dropped,
            published::incrementAndGet,
            config.qos() > 0,
            context::nanoTime);
  }

  private CompletableFuture<Void> publish(String topic, byte[] payload, boolean retain) {
    context.bytes(0, payload.length);
    return broker.publish(topic, payload, retain);
  }

  @Override
  public void start() {
    started.set(true);
    context.down("connecting to the broker " + config.broker());
    broker.start(new FromBroker());
  }

  @Override
  public boolean sends() {
    return config.publish();
  }

  /** A broker that keeps values shall have the present ones. */
  @Override
  public boolean stateful() {
    return config.retain();
  }

  @Override
  public Map<String, Value> details() {
    return Map.of(
        "broker", Value.of(config.broker().toString()),
        "client_id", Value.of(config.clientId()),
        "connected", Value.of(connected.get()),
        "published", Value.of(published.get()),
        "waiting", Value.of(line.waiting()));
  }

  // --- to the broker -----------------------------------------------------------------------------

  @Override
  public void send(Parcel parcel) {
    parcel.signals().forEach(this::send);
  }

  private void send(MappedSignal signal) {
    Optional<String> topic = topics.topic(signal.address());
    if (topic.isEmpty()) {
      context.dropped("no topic can be called like " + signal.address());
      return;
    }
    byte[] payload = MqttPayload.bytes(signal.value());
    boolean parameter = signal.type() == SignalType.PARAM;
    boolean retain =
        parameter
            && (signal.hints().get("retain") instanceof Value.Bool(boolean hint)
                ? hint
                : config.retain());
    if (broker.echoes() && !config.topics().isEmpty()) {
      echoes.sending(topic.get(), Value.of(payload));
    }
    line.offer(
        new PublishLine.Outgoing(topic.get(), payload, retain, signal.type() != SignalType.EVENT));
  }

  // --- from the broker ---------------------------------------------------------------------------

  private final class FromBroker implements Broker.Listener {

    @Override
    public void message(String topic, byte[] payload) {
      context.bytes(payload.length, 0);
      if (config.statusTopic().filter(topic::equals).isPresent()
          || (broker.echoes() && echoes.isEcho(topic, Value.of(payload)))) {
        return;
      }
      context.receive(
          new Parcel(
              List.of(
                  new MappedSignal(
                      topics.address(topic), SignalType.PARAM, MqttPayload.value(payload))),
              false,
              OptionalLong.empty(),
              Optional.of(config.broker().toString())));
    }

    @Override
    public void connected() {
      if (!connected.compareAndSet(false, true)) {
        return;
      }
      CompletableFuture<Void> standing = CompletableFuture.completedFuture(null);
      if (subscribed.compareAndSet(false, true) && !config.topics().isEmpty()) {
        standing = broker.subscribe();
      }
      line.open();
      context.up("connected to the broker " + config.broker());
      standing.whenComplete((_, failure) -> {
        if (failure != null) {
          context.error("the broker refuses the subscription: " + Reconnecting.reason(failure));
        }
        // Only now: who sees it may rely on the subscription.
        config.statusTopic().ifPresent(this::online);
      });
    }

    private void online(String topic) {
      broker
          .publish(topic, MqttBridge.ONLINE, true)
          .exceptionally(failure -> {
            LOG.debug("no status published", failure);
            return null;
          });
    }

    @Override
    public void disconnected(String why) {
      line.close();
      connected.set(false);
      if (!closed.get()) {
        context.down("no connection to the broker " + config.broker() + ": " + why);
      }
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true) || !started.get()) {
      return;
    }
    try {
      if (connected.get() && config.statusTopic().isPresent()) {
        await(broker.publish(config.statusTopic().get(), MqttBridge.OFFLINE, true));
      }
      await(broker.close());
    } catch (RuntimeException | ExecutionException | TimeoutException e) {
      LOG.debug("no goodbye to the broker", e);
    }
  }

  private static void await(CompletableFuture<Void> done)
      throws ExecutionException, TimeoutException {
    try {
      done.get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
