package dev.clasp.bridgemqtt;

import dev.clasp.bridge.EchoGuard;
import dev.clasp.bridge.MqttTopic;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
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

  private static final String ONLINE = "online";
  private static final String OFFLINE = "offline";

  /** Topics whose messages the broker keeps, as far as they are known. */
  private static final int MAX_KEPT = 50_000;

  private static final long OFFER_NANOS = 200_000_000;

  /** At once: many filters make a large packet. */
  private static final int SUBSCRIBED_AT_ONCE = 100;

  private final MqttConfig config;
  private final Broker broker;
  private final EndpointContext context;
  private final boolean standard;
  private final boolean retain;
  private final PublishLine line;
  private final EchoGuard echoes;
  private final Optional<HomeAssistant> homeAssistant;
  private final Optional<Sparkplug> sparkplug;
  private final Map<String, ExposedCommand> commands;

  /** Topics of the configurations that this bridge publishes. */
  private final Set<String> ownConfigurations;

  /** Filters of the settings. */
  private final Set<String> fixed;

  private final Set<String> kept = ConcurrentHashMap.newKeySet();

  /** Beyond those of the settings. */
  private final Set<String> more = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean offering = new AtomicBoolean();
  private final AtomicLong published = new AtomicLong();
  private final AtomicBoolean subscribed = new AtomicBoolean();
  private final AtomicBoolean connected = new AtomicBoolean();
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What comes to the command topic of something exposed. */
  private record ExposedCommand(String path, boolean trigger) {}

  MqttEndpoint(MqttConfig config, Broker broker, EndpointContext context) {
    this.config = config;
    this.broker = broker;
    this.context = context;
    this.standard = context.profile() == TypeProfile.STANDARD;
    this.retain = config.retain().orElse(standard);
    this.echoes = new EchoGuard(ECHO_WINDOW, context::nanoTime);
    this.line =
        new PublishLine(
            this::publish, context::dropped, published::incrementAndGet, context::nanoTime);
    this.homeAssistant =
        config
            .discovery()
            .map(prefix -> new HomeAssistant(prefix, config.discoveryPath(), context));
    this.sparkplug =
        config.sparkplug().isEmpty()
            ? Optional.empty()
            : Optional.of(new Sparkplug(context, config.publish(), this::post, this::offerSoon));
    this.commands = commands(config.exposed());
    this.ownConfigurations =
        config.exposed().stream().map(this::configuration).collect(Collectors.toUnmodifiableSet());
    this.fixed =
        config.subscriptions().stream()
            .map(TopicSubscription::filter)
            .collect(Collectors.toUnmodifiableSet());
  }

  private static Map<String, ExposedCommand> commands(List<ExposedSignal> exposed) {
    Map<String, ExposedCommand> commands = new LinkedHashMap<>();
    for (ExposedSignal signal : exposed) {
      signal
          .commandTopic()
          .ifPresent(topic ->
              commands.put(
                  topic, new ExposedCommand(signal.path(), signal.component().equals("button"))));
      signal
          .brightness()
          .ifPresent(path ->
              commands.put(
                  ExposedSignal.topic(path) + ExposedSignal.SET, new ExposedCommand(path, false)));
    }
    return commands;
  }

  /** What this bridge is called in discovery. */
  private String node() {
    return config.clientId().replaceAll("[^A-Za-z0-9_-]", "_");
  }

  private String configuration(ExposedSignal signal) {
    return config.discoveryPrefix()
        + "/"
        + signal.component()
        + "/"
        + node()
        + "/"
        + signal.objectId()
        + "/config";
  }

  static byte[] offline() {
    return OFFLINE.getBytes(StandardCharsets.UTF_8);
  }

  private CompletableFuture<Void> publish(Letter letter) {
    context.bytes(0, letter.payload().length);
    return broker.publish(letter);
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
    return retain;
  }

  /** What is below a device is an order to it. */
  @Override
  public boolean repeats(String path) {
    return !isDevice(path)
        && homeAssistant.flatMap(found -> found.at(path)).isEmpty()
        && (sparkplug.isEmpty() || !Sparkplug.isPath(path));
  }

  /** Is the path one that only devices have? */
  private boolean isDevice(String path) {
    return config.discovery().isPresent()
        && !config.discoveryPath().isEmpty()
        && path.startsWith(config.discoveryPath() + "/");
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("broker", Value.of(config.broker().toString()));
    details.put("client_id", Value.of(config.clientId()));
    details.put("connected", Value.of(connected.get()));
    details.put("published", Value.of(published.get()));
    details.put("waiting", Value.of(line.waiting()));
    homeAssistant.ifPresent(found -> details.put("discovered", Value.of(found.things())));
    sparkplug.ifPresent(plant -> details.put("sparkplug_nodes", Value.of(plant.nodes())));
    return details;
  }

  /** Not for each of hundreds of configurations that come at the start. */
  private void offerSoon() {
    if (offering.compareAndSet(false, true)) {
      context.schedule(this::offer, OFFER_NANOS);
    }
  }

  private void offer() {
    offering.set(false);
    List<SignalDefinition> all = new ArrayList<>();
    homeAssistant.ifPresent(found -> all.addAll(found.offers()));
    sparkplug.ifPresent(plant -> all.addAll(plant.offers()));
    context.offers(all);
  }

  // --- to the broker -----------------------------------------------------------------------------

  @Override
  public void send(Parcel parcel) {
    parcel.signals().forEach(this::send);
  }

  private void send(MappedSignal signal) {
    Optional<DevicePoint> point = homeAssistant.flatMap(found -> found.at(signal.address()));
    if (point.isPresent()) {
      if (!point.get().takes(signal)) {
        return;
      }
      point
          .get()
          .command(signal)
          .ifPresentOrElse(
              this::post, () -> context.dropped(signal.address() + " can only be read"));
      return;
    }
    if (isDevice(signal.address())) {
      if (!signal.value().equals(Value.NULL)) {
        context.dropped(signal.address() + " is nothing that a device has told of");
      }
      return;
    }
    if (sparkplug.isPresent() && Sparkplug.isPath(signal.address())) {
      sparkplug.get().write(signal);
      return;
    }
    String topic = MqttTopic.unescaped(signal.address().substring(1));
    if (!MqttTopic.isName(topic)) {
      context.dropped("no topic can be called like " + signal.address());
      return;
    }
    try {
      post(letter(topic, signal));
    } catch (EncodeException e) {
      context.dropped(signal.address() + " cannot be published: " + e.getMessage());
    }
  }

  /** Sends, if there is a connection; else it waits. */
  private void post(Letter letter) {
    if (!config.publish()) {
      return;
    }
    if (broker.echoes() && !config.topics().isEmpty()) {
      echoes.sending(letter.topic(), Value.of(letter.payload()));
    }
    if (letter.retain()) {
      keep(letter);
    }
    line.offer(letter);
  }

  private Letter letter(String topic, MappedSignal signal) {
    Hints hints = new Hints(signal.hints());
    boolean parameter = signal.type() == SignalType.PARAM;
    boolean keep = hints.on("retain").orElse(parameter && retain);
    int qos = hints.number("qos", 2).orElse(signal.type() == SignalType.STREAM ? 0 : config.qos());
    boolean newest = signal.type() != SignalType.EVENT;
    PayloadFormat format =
        hints.text("format").flatMap(PayloadFormat::of).orElseGet(() -> config.format(topic));
    if (keep && parameter && signal.value().equals(Value.NULL)) {
      // What the broker has kept goes away with it.
      return new Letter(topic, new byte[0], qos, true, newest);
    }
    if (config.enveloped(topic) && signal.value() instanceof Value.Map(Map<String, Value> map)) {
      return Envelope.letter(topic, map, format, qos, keep, newest);
    }
    byte[] payload = format.bytes(signal.value());
    Letter.Properties properties =
        new Letter.Properties(
            hints
                .text("content_type")
                .or(() ->
                    format == PayloadFormat.AUTO || format == PayloadFormat.TEXT
                        ? Optional.empty()
                        : Optional.of(format.contentType)),
            hints.text("response_topic").filter(MqttTopic::isName),
            Optional.empty(),
            List.of(),
            hints.seconds("expiry"),
            format.text());
    return new Letter(topic, payload, qos, keep, newest, properties);
  }

  /** What a rule of a mapping says. */
  private record Hints(Map<String, Value> hints) {
    Optional<Boolean> on(String name) {
      return hints.get(name) instanceof Value.Bool(boolean on) ? Optional.of(on) : Optional.empty();
    }

    Optional<Integer> number(String name, int max) {
      return hints.get(name) instanceof Value.Int(long number) && number >= 0 && number <= max
          ? Optional.of((int) number)
          : Optional.empty();
    }

    OptionalLong seconds(String name) {
      return hints.get(name) instanceof Value.Int(long number)
              && number >= 0
              && number <= 0xFFFF_FFFFL
          ? OptionalLong.of(number)
          : OptionalLong.empty();
    }

    Optional<String> text(String name) {
      return hints.get(name) instanceof Value.Text(String text) && !text.isEmpty()
          ? Optional.of(text)
          : Optional.empty();
    }
  }

  // --- from the broker ---------------------------------------------------------------------------

  /** Remembers that the broker keeps something; true if it did so before. */
  private boolean keep(Letter letter) {
    if (letter.payload().length == 0) {
      return kept.remove(letter.topic());
    }
    return kept.size() < MAX_KEPT ? !kept.add(letter.topic()) : kept.contains(letter.topic());
  }

  private void receive(List<MappedSignal> signals) {
    if (!signals.isEmpty()) {
      context.receive(
          new Parcel(
              signals, false, OptionalLong.empty(), Optional.of(config.broker().toString())));
    }
  }

  private void received(Letter letter) {
    String topic = letter.topic();
    context.bytes(letter.payload().length, 0);
    if (config.statusTopic().filter(topic::equals).isPresent()
        || (broker.echoes() && echoes.isEcho(topic, Value.of(letter.payload())))) {
      return;
    }
    if (letter.payload().length > config.maxPayload()) {
      context.dropped(
          topic
              + " brought "
              + letter.payload().length
              + " bytes, more than max_payload ("
              + config.maxPayload()
              + ")");
      return;
    }
    ExposedCommand command = commands.get(topic);
    if (command != null) {
      command(command, letter);
      return;
    }
    if (sparkplug.isPresent() && topic.startsWith(Sparkplug.PREFIX)) {
      receive(sparkplug.get().received(letter));
      return;
    }
    if (homeAssistant.isPresent()) {
      HomeAssistant found = homeAssistant.get();
      if (ownConfigurations.contains(topic)) {
        return;
      }
      if (found.isConfig(topic)) {
        HomeAssistant.Found news = found.config(letter);
        receive(news.signals());
        offerSoon();
        unsubscribe(news.gone());
        subscribeMore(news.fresh());
        return;
      }
      receive(found.state(letter));
    }
    if (config.wants(topic)) {
      signal(letter).ifPresent(signal -> receive(List.of(signal)));
    }
  }

  private Optional<MappedSignal> signal(Letter letter) {
    String topic = letter.topic();
    String path = "/" + MqttTopic.escaped(topic);
    boolean before = kept.contains(topic);
    if (letter.retain()) {
      keep(letter);
    }
    boolean isKept = letter.retain() || before;
    if (letter.payload().length == 0 && isKept) {
      kept.remove(topic);
      return Optional.of(
          new MappedSignal(path, SignalType.PARAM, Value.NULL, Map.of("ttl", Value.of(0))));
    }
    PayloadFormat format = config.format(topic).said(letter.properties().contentType());
    Optional<Value> value = format.value(letter.payload());
    if (value.isEmpty()) {
      context.dropped(topic + " brought something that is not " + format.key());
      return Optional.empty();
    }
    SignalType type = standard && !isKept ? SignalType.EVENT : SignalType.PARAM;
    return Optional.of(
        new MappedSignal(
            path,
            type,
            config.enveloped(topic) ? Envelope.value(letter, value.get()) : value.get(),
            hints(letter, type)));
  }

  /** For rules; and the lifetime, which the router keeps. */
  private static Map<String, Value> hints(Letter letter, SignalType type) {
    if (letter.properties().expiry().isEmpty() || type != SignalType.PARAM) {
      return Map.of();
    }
    return Map.of("ttl", Value.of(Math.max(1, letter.properties().expiry().getAsLong())));
  }

  /** Home Assistant tells something exposed what to be; and wants to hear that it is so. */
  private void command(ExposedCommand command, Letter letter) {
    if (command.trigger()) {
      receive(List.of(new MappedSignal(command.path(), SignalType.EVENT, Value.NULL)));
      return;
    }
    String topic = ExposedSignal.topic(command.path());
    Optional<Value> value = config.format(topic).value(letter.payload());
    if (value.isEmpty()) {
      context.dropped(letter.topic() + " brought something that is not a value");
      return;
    }
    receive(List.of(new MappedSignal(command.path(), SignalType.PARAM, value.get())));
    post(new Letter(topic, letter.payload(), config.qos(), true, true));
  }

  // --- subscriptions -----------------------------------------------------------------------------

  private void subscribeMore(Set<String> topics) {
    List<TopicSubscription> fresh = new ArrayList<>();
    for (String topic : topics) {
      if (!config.covers(topic) && !fixed.contains(topic) && more.add(topic)) {
        fresh.add(new TopicSubscription(topic, config.qos()));
      }
    }
    if (!fresh.isEmpty()) {
      subscribe(fresh)
          .exceptionally(failure -> {
            context.error("the broker refuses a subscription: " + Connecting.reason(failure));
            return null;
          });
    }
  }

  private void unsubscribe(Set<String> topics) {
    List<String> gone = topics.stream().filter(more::remove).toList();
    for (int i = 0; i < gone.size(); i += SUBSCRIBED_AT_ONCE) {
      broker
          .unsubscribe(gone.subList(i, Math.min(gone.size(), i + SUBSCRIBED_AT_ONCE)))
          .exceptionally(failure -> {
            LOG.debug("not unsubscribed", failure);
            return null;
          });
    }
  }

  private CompletableFuture<Void> subscribe(List<TopicSubscription> all) {
    List<CompletableFuture<Void>> done = new ArrayList<>();
    for (int i = 0; i < all.size(); i += SUBSCRIBED_AT_ONCE) {
      done.add(broker.subscribe(all.subList(i, Math.min(all.size(), i + SUBSCRIBED_AT_ONCE))));
    }
    return CompletableFuture.allOf(done.toArray(CompletableFuture[]::new));
  }

  private List<TopicSubscription> subscriptions() {
    List<TopicSubscription> all = new ArrayList<>(config.subscriptions());
    Set<String> there = new HashSet<>();
    all.forEach(each -> there.add(each.filter()));
    more.forEach(topic -> {
      if (there.add(topic)) {
        all.add(new TopicSubscription(topic, config.qos()));
      }
    });
    return all;
  }

  private final class FromBroker implements Broker.Listener {

    @Override
    public void message(Letter letter) {
      try {
        received(letter);
      } catch (RuntimeException e) {
        LOG.error("bridge {}: unexpected failure with {}", context.name(), letter.topic(), e);
        context.dropped(letter.topic() + " cannot be taken: " + e);
      }
    }

    @Override
    public void connected(boolean sessionPresent) {
      if (closed.get() || !connected.compareAndSet(false, true)) {
        return;
      }
      CompletableFuture<Void> standing = CompletableFuture.completedFuture(null);
      List<TopicSubscription> all = subscriptions();
      boolean first = subscribed.compareAndSet(false, true);
      if ((first || !sessionPresent) && !all.isEmpty()) {
        standing = subscribe(all);
      }
      line.open();
      context.up("connected to the broker " + config.broker());
      standing.whenComplete((_, failure) -> {
        if (closed.get() || failure != null && Connecting.connectionLost(failure)) {
          return;
        }
        if (failure != null) {
          context.error("the broker refuses the subscription: " + Connecting.reason(failure));
        }
        expose();
        // Only now: who sees it may rely on the subscription.
        config.statusTopic().ifPresent(this::online);
      });
    }

    private void expose() {
      if (!config.publish()) {
        return;
      }
      for (ExposedSignal signal : config.exposed()) {
        line.offer(
            new Letter(
                configuration(signal),
                HomeAssistant.payload(
                    signal.config(node(), context.name(), config.statusTopic().orElseThrow())),
                1,
                true,
                true));
      }
    }

    private void online(String topic) {
      broker
          .publish(status(topic, ONLINE))
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

  private Letter status(String topic, String what) {
    return new Letter(topic, what.getBytes(StandardCharsets.UTF_8), config.qos(), true, true);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true) || !started.get()) {
      return;
    }
    broker.stopConnecting();
    try {
      if (connected.get() && config.statusTopic().isPresent()) {
        await(broker.publish(status(config.statusTopic().get(), OFFLINE)));
      }
    } catch (RuntimeException | ExecutionException | TimeoutException e) {
      LOG.debug("no goodbye to the broker", e);
    } finally {
      end();
    }
  }

  private void end() {
    try {
      await(broker.close());
    } catch (RuntimeException | ExecutionException | TimeoutException e) {
      LOG.debug("the connection to the broker ends as it is", e);
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
