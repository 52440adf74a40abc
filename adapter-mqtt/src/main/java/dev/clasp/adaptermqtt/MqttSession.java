package dev.clasp.adaptermqtt;

import dev.clasp.protocol.ByteHash;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.router.RouterConnection;
import dev.clasp.router.spi.Connection;
import dev.clasp.security.Action;
import dev.clasp.security.Identity;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client from its first CONNECT until its session state ends (MQTT 5.0 section 4.1): one session
 * of the router, which goes on while the client is away. On its loop, except where said otherwise.
 *
 * <p>What the router writes is told apart by markers: behind each SUBSCRIBE, and behind events that
 * are to be acknowledged, goes a SYNC with a number; what comes before its answer belongs to it.
 */
final class MqttSession implements Connection {

  private static final Logger LOG = LoggerFactory.getLogger(MqttSession.class);

  private static final long SECOND = 1_000_000_000L;

  /** How often the router is told that a quiet client is there. */
  private static final long TICK = 30 * SECOND;

  private static final long SHORTEST_SYSTEM_INTERVAL = SECOND / 10;

  /** Everything but timelines, which are no messages. */
  private static final int TYPES =
      SignalType.PARAM.maskBit()
          | SignalType.EVENT.maskBit()
          | SignalType.STREAM.maskBit()
          | SignalType.GESTURE.maskBit();

  private static final CloseReason LEFT = new CloseReason(CloseReason.NORMAL, "");

  /** What the answer to a SYNC ends. */
  private sealed interface Marker {
    long number();

    /** The values of a new subscription. */
    record Shown(long number, Subscribed subscription, boolean retained) implements Marker {}

    /** What was on its way to a shared subscription that was unsubscribed. */
    record Left(long number, Subscribed subscription) implements Marker {}

    /** Everything up to this publication. */
    record Published(long number, int publication) implements Marker {}
  }

  private final Broker broker;
  private final EventLoop loop;
  private final String clientId;
  private final long weight;
  private final String peer;
  private final String transport;
  private final Translations translations;
  private final Publications publications;
  private final Subscriptions subscriptions = new Subscriptions();
  private final Deliveries deliveries;
  private final SystemTopics systemTopics;

  private @Nullable RouterConnection router;
  private volatile @Nullable MqttLink link;
  private boolean welcomed;
  private int loginError = ErrorCode.UNAUTHORIZED;
  private boolean ended;

  /** Seconds that the state outlives the connection. */
  private long expirySeconds;

  private BrokerTime.@Nullable Alarm expiry;
  private BrokerTime.@Nullable Alarm tick;
  private BrokerTime.@Nullable Alarm systemTick;
  private BrokerTime.@Nullable Alarm asking;

  private Packet.@Nullable Will will;
  private BrokerTime.@Nullable Alarm willDelay;

  private final ArrayDeque<Marker> markers = new ArrayDeque<>();
  private long nextMarker;

  MqttSession(Broker broker, EventLoop loop, String clientId, String peer, String transport) {
    this.broker = broker;
    this.loop = loop;
    this.clientId = clientId;
    byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
    this.weight = ByteHash.hash(id, 0, id.length, 0);
    this.peer = peer;
    this.transport = transport;
    this.translations = broker.translationsOf(loop);
    this.publications = new Publications(broker, this, translations.names());
    this.deliveries = new Deliveries(broker);
    this.systemTopics = new SystemTopics(broker, this, translations.names());
  }

  String clientId() {
    return clientId;
  }

  /** For turns among members of a group; of the client identifier alone. Any thread. */
  long weight() {
    return weight;
  }

  EventLoop loop() {
    return loop;
  }

  /** Its client is there. Any thread. */
  boolean connected() {
    return link != null;
  }

  @Nullable MqttLink link() {
    return link;
  }

  boolean ended() {
    return ended;
  }

  /** Whether its token lets it write there; the router has the last word. */
  boolean mayWrite(TopicName name) {
    Optional<Identity> who = identity();
    byte[] address = name.address();
    return who.isPresent() && who.get().scopes().permit(Action.WRITE, address, 0, address.length);
  }

  Optional<Identity> identity() {
    RouterConnection r = router;
    return r == null ? Optional.empty() : r.identity();
  }

  // --- beginning and end -------------------------------------------------------------------------

  /** Says HELLO; the link hears {@link MqttLink#welcomed} or {@link MqttLink#refused}. */
  void login(MqttLink newLink, Optional<String> token) {
    link = newLink;
    RouterConnection r = broker.open(loop, this);
    router = r;
    toRouter(
        new Message.Hello(
            1,
            EnumSet.of(Feature.PARAM, Feature.EVENT, Feature.STREAM, Feature.GESTURE),
            "mqtt:" + clientId,
            token,
            Optional.empty()),
        Qos.FIRE);
    r.readComplete();
  }

  /** The login was for another session, or came too late. */
  void abandon() {
    link = null;
    finish();
  }

  /** The client is there; this is its session from now on. */
  void begin(MqttLink newLink, Packet.Connect connect) {
    broker.counts.add(MqttCounter.SESSIONS);
    tick = broker.time.every(loop, TICK, this::alive);
    attach(newLink, connect);
  }

  /** The client has come back (section 4.4): what it has not answered is sent again. */
  void resume(MqttLink newLink, Packet.Connect connect) {
    broker.counts.add(MqttCounter.RESUMED);
    attach(newLink, connect);
    alive();
  }

  private void attach(MqttLink newLink, Packet.Connect connect) {
    cancel(expiry);
    cancel(willDelay);
    expiry = null;
    willDelay = null;
    broker.sessions.back(this);
    link = newLink;
    publications.attached();
    expirySeconds = newLink.sessionExpirySeconds();
    will = connect.will().orElse(null);
    broker.counts.add(MqttCounter.CONNECTED);
  }

  /** Behind CONNACK. */
  void redeliver() {
    MqttLink l = link;
    if (l != null) {
      deliveries.redeliver(l);
      writabilityChanged();
    }
  }

  /** Another expiry, said in DISCONNECT. */
  void expireAfter(long seconds) {
    expirySeconds = seconds;
  }

  boolean outlivesItsConnection() {
    return expirySeconds > 0;
  }

  /**
   * The connection is over.
   *
   * @param withWill false after a friendly goodbye
   */
  void left(MqttLink gone, boolean withWill) {
    if (link != gone || ended) {
      return;
    }
    link = null;
    if (!welcomed) {
      finish();
      return;
    }
    deliveries.left();
    if (!withWill) {
      will = null;
    }
    Packet.Will w = will;
    long delay =
        w == null
            ? 0
            : Math.min(w.properties().number(Property.WILL_DELAY).orElse(0), expirySeconds);
    if (w != null && delay == 0) {
      publishWill();
    }
    if (expirySeconds == 0) {
      end();
      return;
    }
    if (w != null && delay > 0) {
      willDelay = broker.time.after(loop, delay * SECOND, this::publishWill);
    }
    expiry = broker.time.after(loop, expirySeconds * SECOND, this::end);
    MqttSession longest = broker.sessions.away(this);
    if (longest != null) {
      longest.execute(longest::endIfAway);
    }
    // It takes everything now, to keep or to drop it.
    writabilityChanged();
  }

  private void endIfAway() {
    if (link == null) {
      end();
    }
  }

  /** Another connection of the client has come, and wants a session of its own. */
  void discard() {
    if (ended) {
      return;
    }
    MqttLink l = link;
    if (l != null) {
      broker.counts.add(MqttCounter.TAKEN_OVER);
      l.end(Reason.SESSION_TAKEN_OVER, Optional.empty());
      expirySeconds = 0;
      left(l, true);
    }
    end();
  }

  /** The same client has come again: this session goes over to its new connection. */
  void releaseLink() {
    MqttLink l = link;
    if (l != null) {
      broker.counts.add(MqttCounter.TAKEN_OVER);
      l.end(Reason.SESSION_TAKEN_OVER, Optional.empty());
      left(l, true);
    }
  }

  /** The state ends (section 3.1.2.11.2). */
  void end() {
    if (ended) {
      return;
    }
    if (link == null) {
      publishWill();
    }
    finish();
  }

  private void finish() {
    if (ended) {
      return;
    }
    ended = true;
    cancel(expiry);
    cancel(willDelay);
    cancel(tick);
    cancel(systemTick);
    cancel(asking);
    publications.ended();
    for (Subscribed each : subscriptions.all()) {
      leaveGroup(each);
    }
    broker.sessions.remove(this);
    subscriptions.clear();
    deliveries.clear();
    RouterConnection r = router;
    if (r != null) {
      r.closed(LEFT);
    }
  }

  private void leaveGroup(Subscribed subscription) {
    if (subscription.group().isPresent()) {
      broker.groups.leave(subscription.filter(), this);
    }
  }

  private static void cancel(BrokerTime.@Nullable Alarm alarm) {
    if (alarm != null) {
      alarm.cancel();
    }
  }

  /** Any thread. */
  void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("the event loop of {} has stopped, and the session with it", clientId);
    }
  }

  private void publishWill() {
    Packet.Will w = will;
    will = null;
    if (w == null || ended) {
      return;
    }
    broker.counts.add(MqttCounter.WILLS);
    publications.will(w);
    readComplete();
  }

  private void alive() {
    RouterConnection r = router;
    if (r != null && !ended) {
      r.alive();
    }
  }

  // --- to the router -----------------------------------------------------------------------------

  private void toRouter(Message message, Qos qos) {
    toRouter(FrameCodec.encode(message, qos));
  }

  void toRouter(byte[] frame) {
    RouterConnection r = router;
    if (r != null && !ended) {
      r.frame(frame, 0, frame.length);
    }
  }

  /** Its time is before all clocks, so that the router does not take it for one. */
  private void mark(Marker marker) {
    markers.add(marker);
    toRouter(
        new Message.Sync(-marker.number(), OptionalLong.empty(), OptionalLong.empty()), Qos.FIRE);
  }

  /** Everything that was read has been handled. */
  void readComplete() {
    if (publications.takeMarker()) {
      mark(new Marker.Published(++nextMarker, publications.last()));
    }
    RouterConnection r = router;
    if (r != null && !ended) {
      r.readComplete();
    }
    if (asking == null && !ended && !publications.settled()) {
      asking = broker.time.after(loop, SECOND, this::ask);
    }
  }

  /** The router refuses without a word what comes too fast: what has become of it? */
  private void ask() {
    asking = null;
    publications.ask();
    readComplete();
  }

  void writabilityChanged() {
    RouterConnection r = router;
    if (r != null && !ended) {
      r.writabilityChanged();
    }
  }

  // --- packets of the client ---------------------------------------------------------------------

  void pinged() {
    alive();
  }

  void published(MqttLink from, Packet.Publish packet, String topic) {
    publications.published(from, packet, topic);
  }

  void released(MqttLink from, int id) {
    publications.released(from, id);
  }

  /** PUBACK, PUBREC or PUBCOMP. */
  void acknowledged(MqttLink from, Packet.Acknowledgement packet) {
    deliveries.acknowledged(from, packet);
    if (deliveries.resumes()) {
      writabilityChanged();
    }
  }

  /** One wish that may be fulfilled. */
  private record Granted(Packet.Request request, TopicFilter filter) {}

  void subscribe(MqttLink from, Packet.Subscribe packet) {
    List<Integer> answers = new ArrayList<>(packet.requests().size());
    List<Granted> granted = new ArrayList<>(packet.requests().size());
    int fresh = 0;
    int freshPatterns = 0;
    for (Packet.Request request : packet.requests()) {
      Optional<TopicFilter> filter = TopicFilter.parse(request.filter());
      if (filter.isEmpty()) {
        answers.add(from.level() == Level.V5 ? Reason.TOPIC_FILTER_INVALID : Reason.UNSPECIFIED);
        continue;
      }
      if (filter.get().group().isPresent() && request.noLocal()) {
        throw PacketException.violation("no local on a shared subscription");
      }
      boolean isNew = subscriptions.of(request.filter()) == null;
      int patterns = isNew && !filter.get().system() ? patternsOf(filter.get()).size() : 0;
      int reason = refusalOf(filter.get(), isNew, fresh, freshPatterns + patterns);
      if (reason == 0) {
        answers.add(request.qos());
        granted.add(new Granted(request, filter.get()));
        fresh += isNew ? 1 : 0;
        freshPatterns += patterns;
      } else {
        answers.add(from.level() == Level.V5 ? reason : Reason.UNSPECIFIED);
      }
    }
    from.subscribed(packet.id(), answers);
    int id = (int) packet.properties().number(Property.SUBSCRIPTION_ID).orElse(0);
    granted.forEach(g -> add(g.request(), g.filter(), id));
  }

  /**
   * @param fresh new subscriptions that the packet had before
   * @param freshPatterns what all of them are in the router, which does not know of them yet
   */
  private int refusalOf(TopicFilter filter, boolean isNew, int fresh, int freshPatterns) {
    if (isNew
        && (subscriptions.size() + fresh >= broker.config.maxSubscriptions()
            || subscriptions.routerCount() + freshPatterns > broker.maxSubscriptions
            || freshPatterns > broker.roomForSubscriptions.getAsInt())) {
      return Reason.QUOTA_EXCEEDED;
    }
    RouterConnection r = router;
    if (r == null) {
      return Reason.UNSPECIFIED;
    }
    for (String pattern : patternsOf(filter)) {
      OptionalInt refusal = r.subscriptionRefusal(pattern);
      if (refusal.isPresent() && (isNew || refusal.getAsInt() != ErrorCode.TOO_MANY)) {
        return switch (refusal.getAsInt()) {
          case ErrorCode.BAD_PATTERN -> Reason.TOPIC_FILTER_INVALID;
          case ErrorCode.TOO_MANY -> Reason.QUOTA_EXCEEDED;
          default -> Reason.NOT_AUTHORIZED;
        };
      }
    }
    return 0;
  }

  private List<String> patternsOf(TopicFilter filter) {
    return filter.patterns(broker.topics.namespace().prefix(), broker.globstarParent);
  }

  private void add(Packet.Request request, TopicFilter filter, int id) {
    Subscribed before = subscriptions.of(request.filter());
    List<String> patterns = filter.system() ? List.of() : patternsOf(filter);
    List<Integer> routerIds = new ArrayList<>(patterns.size());
    for (int i = 0; i < patterns.size(); i++) {
      routerIds.add(before == null ? subscriptions.nextRouterId() : before.routerIds().get(i));
    }
    Subscribed subscription =
        new Subscribed(
            filter,
            request.qos(),
            request.noLocal(),
            request.retainAsPublished(),
            id,
            routerIds,
            filter.group().map(_ -> broker.groups.join(filter, this)));
    subscriptions.put(subscription);
    boolean retained =
        filter.group().isEmpty()
            && (request.retainHandling() == 0 || request.retainHandling() == 1 && before == null);
    if (filter.system()) {
      systemTopics.show(subscription, retained);
      if (systemTick == null) {
        long interval =
            Math.max(SHORTEST_SYSTEM_INTERVAL, broker.config.systemInterval().toNanos());
        systemTick = broker.time.every(loop, interval, this::systemChanged);
      }
      return;
    }
    for (int i = 0; i < patterns.size(); i++) {
      toRouter(
          new Message.Subscribe(
              routerIds.get(i), patterns.get(i), TYPES, Message.SubscribeOptions.NONE),
          Qos.CONFIRM);
      mark(new Marker.Shown(++nextMarker, subscription, retained));
    }
  }

  void unsubscribe(MqttLink from, Packet.Unsubscribe packet) {
    List<Integer> answers = new ArrayList<>(packet.filters().size());
    for (String filter : packet.filters()) {
      Subscribed gone = subscriptions.remove(filter);
      answers.add(gone == null ? Reason.NO_SUBSCRIPTION_EXISTED : Reason.SUCCESS);
      if (gone != null) {
        gone.routerIds().forEach(id -> toRouter(new Message.Unsubscribe(id), Qos.CONFIRM));
        if (gone.group().isPresent()) {
          leaveGroup(gone);
          mark(new Marker.Left(++nextMarker, gone));
        }
      }
    }
    from.unsubscribed(packet.id(), answers);
  }

  boolean subscribes() {
    return !subscriptions.isEmpty();
  }

  Match match(TopicName name) {
    return subscriptions.match(name);
  }

  private void systemChanged() {
    List<Subscribed> wanting =
        subscriptions.all().stream().filter(s -> s.filter().system()).toList();
    if (!wanting.isEmpty() && link != null) {
      systemTopics.changed(wanting);
      flush();
    }
  }

  // --- what the router writes --------------------------------------------------------------------

  @Override
  public Framing framing() {
    return Framing.BARE;
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public String transport() {
    return transport;
  }

  @Override
  public boolean greetedWithValues() {
    return false;
  }

  /** The router sends the client nothing of its own: what it may hear of that is decided here. */
  @Override
  public Optional<Object> circle() {
    return Optional.of(this);
  }

  @Override
  public boolean mayLoseEvents() {
    return subscriptions.highestQos() == 0;
  }

  @Override
  public void write(byte[] framed, int offset, int length) {
    if (ended) {
      return;
    }
    int end = offset + length;
    for (int at = offset; at < end; ) {
      int start = at + FrameDescriptor.payloadStart(framed[at + 1]);
      int payload = FrameDescriptor.payloadLength(framed, at);
      byte type = framed[start];
      if (type == MessageType.SET || type == MessageType.PUBLISH) {
        Post post = translations.of(framed, start, payload);
        if (post != Post.NOTHING) {
          Match match = subscriptions.match(post.name);
          deliver(match, match.fromOthers(), post);
        }
      } else {
        answered(MessageCodec.decode(framed, start, payload));
      }
      at = start + payload;
    }
    flush();
  }

  private void flush() {
    MqttLink l = link;
    if (l != null) {
      l.flush();
    }
  }

  /** One message, once for the subscriptions that are not shared and once for each that is. */
  void deliver(Match match, Match.Target target, Post post) {
    if (target.qos() >= 0) {
      send(
          post,
          Math.min(post.qos, target.qos()),
          post.retained && target.retainAsPublished(),
          target.ids());
    }
    List<Subscribed> shared = match.shared();
    for (int i = 0; i < shared.size(); i++) {
      Subscribed s = shared.get(i);
      if (s.group().isPresent() && s.group().get().isTurnOf(this, post.key, post.once)) {
        send(post, Math.min(post.qos, s.qos()), post.retained && s.retainAsPublished(), s.ids());
      }
    }
  }

  void send(Post post, int qos, boolean retain, int[] ids) {
    MqttLink l = link;
    if (qos == 0) {
      if (l != null) {
        l.publish(post, retain, ids);
      }
      return;
    }
    Letter letter = new Letter(post, qos, retain, ids);
    if (l != null) {
      deliveries.send(l, letter);
    } else {
      deliveries.keep(letter);
    }
  }

  /** The answer to a SYNC. */
  private void passed(long number) {
    while (!markers.isEmpty() && markers.getFirst().number() <= number) {
      switch (markers.removeFirst()) {
        case Marker.Published(_, int publication) -> publications.passed(publication);
        case Marker.Left(_, Subscribed gone) -> subscriptions.left(gone);
        case Marker.Shown _ -> {
          // From now on, values are of another subscription.
        }
      }
    }
  }

  private void answered(Message message) {
    switch (message) {
      case Message.Welcome _ -> {
        welcomed = true;
        MqttLink l = link;
        if (l != null) {
          execute(() -> l.welcomed(this));
        }
      }
      case Message.Snapshot(List<Message.Parameter> parameters) -> parameters.forEach(this::shown);
      case Message.Ack ack -> {
        if (ack.correlationId().isPresent()) {
          publications.done(
              ack.correlationId().getAsInt(), Reason.SUCCESS, ack.revision().orElse(0));
        }
      }
      case Message.Error error -> failed(error);
      case Message.Sync sync -> passed(-sync.t1Micros());
      default -> {
        // Nothing else is asked for.
      }
    }
  }

  private void failed(Message.Error error) {
    if (!welcomed) {
      loginError = error.code();
      return;
    }
    if (error.code() == ErrorCode.TOO_MANY) {
      publications.limited(error.correlationId());
    }
    if (error.correlationId().isPresent()) {
      publications.done(error.correlationId().getAsInt(), reasonOf(error), 0);
    } else if (error.code() != ErrorCode.OVERFLOW) {
      broker.counts.add(MqttCounter.PUBLICATIONS_REFUSED);
      LOG.debug("{}: {} {}", clientId, error.code(), error.message());
    }
  }

  private static int reasonOf(Message.Error error) {
    return switch (error.code()) {
      case ErrorCode.FORBIDDEN, ErrorCode.UNAUTHORIZED, ErrorCode.TOKEN_EXPIRED ->
          Reason.NOT_AUTHORIZED;
      case ErrorCode.TOO_MANY -> Reason.QUOTA_EXCEEDED;
      case ErrorCode.BAD_REQUEST ->
          error.message().startsWith("InvalidAddress")
              ? Reason.TOPIC_NAME_INVALID
              : error.message().startsWith("ValueTooLarge")
                  ? Reason.QUOTA_EXCEEDED
                  : Reason.IMPLEMENTATION_SPECIFIC;
      default -> Reason.IMPLEMENTATION_SPECIFIC;
    };
  }

  /** A stored value: what clients know as a retained message. */
  private void shown(Message.Parameter parameter) {
    if (parameter.value() instanceof Value.Null) {
      return;
    }
    byte[] frame =
        FrameCodec.encode(
            new Message.SetValue(
                parameter.address(),
                parameter.value(),
                OptionalLong.empty(),
                false,
                false,
                Optional.empty()));
    MessageView v = new MessageView();
    v.wrap(frame, FrameDescriptor.HEADER_LENGTH, frame.length - FrameDescriptor.HEADER_LENGTH);
    Post post = translations.translate(v);
    if (post == Post.NOTHING) {
      return;
    }
    if (markers.peek() instanceof Marker.Shown(_, Subscribed subscription, boolean retained)) {
      if (retained && subscription.filter().matches(post.name.topic())) {
        send(post, Math.min(post.qos, subscription.qos()), true, subscription.ids());
      }
      return;
    }
    Match.Target target = match(post.name).fromOthers();
    if (target.qos() >= 0) {
      send(post, Math.min(post.qos, target.qos()), true, target.ids());
    }
  }

  @Override
  public boolean writable() {
    MqttLink l = link;
    return l == null || deliveries.room() && l.writable();
  }

  @Override
  public void reading(boolean enabled) {
    MqttLink l = link;
    if (l != null) {
      l.reading(enabled);
    }
  }

  @Override
  public void established() {
    MqttLink l = link;
    if (l != null) {
      l.established();
    }
  }

  @Override
  public void close(CloseReason reason) {
    // Never inside of what the router is doing.
    execute(() -> closedByRouter(reason));
  }

  private void closedByRouter(CloseReason reason) {
    if (ended) {
      return;
    }
    MqttLink l = link;
    link = null;
    if (!welcomed) {
      finish();
      if (l != null) {
        l.refused(loginError, reason);
      }
      return;
    }
    // The router takes nothing from it any more, its will neither.
    will = null;
    if (l != null) {
      l.end(reasonOf(reason), Optional.of(reason.text()).filter(t -> !t.isEmpty()));
    }
    end();
  }

  private static int reasonOf(CloseReason reason) {
    return switch (reason.code()) {
      case CloseReason.GOING_AWAY -> Reason.SERVER_SHUTTING_DOWN;
      case CloseReason.POLICY -> Reason.NOT_AUTHORIZED;
      case CloseReason.TRY_LATER -> Reason.QUOTA_EXCEEDED;
      default -> Reason.UNSPECIFIED;
    };
  }
}
