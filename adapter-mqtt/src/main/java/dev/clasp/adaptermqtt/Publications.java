package dev.clasp.adaptermqtt;

import dev.clasp.bridge.MqttPayload;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client publishes, on its way into the router, and what became of it (MQTT 5.0 section
 * 4.3). The router acknowledges values one by one; of events it says nothing, so behind those of
 * one socket read goes a marker, and when that has come back they are executed. Loop thread.
 */
final class Publications {

  /** The lifetime that ends a parameter at once. */
  static final int DELETED = new Ttl.Absolute(0).word();

  private static final long SECOND = 1_000_000_000L;

  /** A second, and some for what is on its way. */
  private static final long SILENCE = 3 * SECOND / 2;

  /** A publication whose fate the router has not told yet. */
  private static final class Pending {
    final int number;
    final boolean event;
    final int qos;
    final int id;

    /** That it came by. */
    final @Nullable MqttLink link;

    /** For the client itself, if it subscribes to it. */
    final @Nullable Echo echo;

    /** What is remembered of a value; null if nothing is. */
    @Nullable Memory memory;

    boolean done;
    int reason;
    long revision;

    /** An event that the router may have refused without a word. */
    boolean doubtful;

    Pending(
        int number, boolean event, int qos, int id, @Nullable MqttLink link, @Nullable Echo echo) {
      this.number = number;
      this.event = event;
      this.qos = qos;
      this.id = id;
      this.link = link;
      this.echo = echo;
    }
  }

  /**
   * @param content its key, to which the revision is added if it is a value
   */
  private record Echo(Match match, Post post, boolean kept, long content) {

    Post post(long revision) {
      return new Post(
          post.name,
          post.qos,
          post.retained,
          post.payload,
          post.properties,
          post.expires,
          kept ? Translations.keyOf(content, revision) : content,
          true);
    }
  }

  /**
   * What the router's answer decides about {@link Originals}.
   *
   * @param deletes what is remembered up to this is forgotten when the parameter is deleted; else
   *     it is withdrawn if the value is refused
   */
  private record Memory(String address, long original, boolean deletes) {}

  private final Broker broker;
  private final MqttSession session;
  private final TopicNames names;
  private final boolean echoes;
  private final MessageView view = new MessageView();

  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private int count;
  private boolean markerOwed;

  /**
   * Until when the router may refuse without a word, which it does for a second after it said so.
   */
  private long silentUntil;

  private boolean silent;

  /** QoS 2: received, and not released. */
  private final Set<Integer> received = new HashSet<>();

  /** QoS 1 and 2: not answered. */
  private int unanswered;

  /** The last topic, because many clients have only one. */
  private String lastTopic = "";

  private @Nullable TopicName lastName;

  Publications(Broker broker, MqttSession session, TopicNames names) {
    this.broker = broker;
    this.session = session;
    this.names = names;
    this.echoes = broker.config.profile() == MqttProfile.STANDARD;
  }

  /** A new connection: the client sends again what was not answered. */
  void attached() {
    unanswered = received.size();
  }

  /**
   * A message of the client, its alias resolved.
   *
   * @throws PacketException more than it may send
   */
  void published(MqttLink link, Packet.Publish packet, String topic) {
    broker.counts.add(MqttCounter.MESSAGES_IN);
    if (packet.qos() == 2 && received.contains(packet.id())) {
      // It was sent again: only the answer is missing (section 4.3.3).
      if (pending.stream().noneMatch(p -> p.qos == 2 && p.id == packet.id())) {
        answer(link, 2, packet.id(), Reason.SUCCESS);
      }
      return;
    }
    if (packet.qos() > 0) {
      if (unanswered >= broker.config.receiveMaximum() && link.level() == Level.V5) {
        throw new PacketException(
            Reason.RECEIVE_MAXIMUM_EXCEEDED, "more messages than the receive maximum");
      }
      unanswered++;
      if (packet.qos() == 2) {
        received.add(packet.id());
      }
    }
    publish(
        link,
        topic,
        packet.payload(),
        packet.qos(),
        packet.retain(),
        packet.properties(),
        packet.id());
  }

  /** What the client has left behind, answered by nobody. */
  void will(Packet.Will will) {
    publish(null, will.topic(), will.payload(), will.qos(), will.retain(), will.properties(), 0);
  }

  /** Null if no address is so long: then nothing of it is kept. */
  private @Nullable TopicName nameOf(String topic) {
    if (topic.length() > AddressRules.MAX_BYTES) {
      return null;
    }
    TopicName name = lastName;
    if (name == null || !lastTopic.equals(topic)) {
      byte[] address = broker.topics.address(topic).getBytes(StandardCharsets.UTF_8);
      if (address.length > AddressRules.MAX_BYTES) {
        return null;
      }
      name = names.of(address, 0, address.length);
      lastName = name;
      lastTopic = topic;
    }
    return name;
  }

  /**
   * @param link that it came by; null for a will
   */
  private void publish(
      @Nullable MqttLink link,
      String topic,
      byte[] payload,
      int qos,
      boolean retain,
      Properties properties,
      int id) {
    int number = ++count;
    if (topic.startsWith("$SYS/") || topic.equals("$SYS") || topic.startsWith("$share/")) {
      refuse(link, number, qos, id, Reason.NOT_AUTHORIZED);
      return;
    }
    TopicName name = nameOf(topic);
    if (name == null) {
      refuse(link, number, qos, id, Reason.TOPIC_NAME_INVALID);
      return;
    }
    boolean kept = retain || broker.config.profile() == MqttProfile.COMPAT;
    Match match = session.subscribes() ? session.match(name) : Match.NONE;
    // Its turn in a group comes from its own messages too, whatever the profile.
    boolean own = echoes ? match.concernsOwn() : !match.shared().isEmpty();
    boolean told = kept || own || link != null && (qos > 0 || endsWhenRefused(link));
    OptionalLong lifetime = properties.number(Property.MESSAGE_EXPIRY);
    long expires =
        lifetime.isPresent() ? broker.time.nanos() + lifetime.getAsLong() * SECOND : Original.NEVER;
    Post post = new Post(name, qos, retain, payload, properties.travelling(), expires, 0, false);
    boolean deletes = retain && payload.length == 0;
    Value value = deletes ? Value.NULL : Payloads.value(payload);
    byte[] frame;
    try {
      frame = encode(post, value, kept, lifetime, told ? number : 0);
    } catch (EncodeException e) {
      try {
        // JSON may need more room as a value than as text.
        value = Payloads.text(payload);
        frame = encode(post, value, kept, lifetime, told ? number : 0);
      } catch (EncodeException tooLarge) {
        refuse(link, number, qos, id, Reason.QUOTA_EXCEEDED);
        return;
      }
    }
    if (told) {
      Echo echo = own ? new Echo(match, post, kept, contentOf(frame)) : null;
      // A will has nobody to be told.
      Pending p = new Pending(number, !kept, link == null ? 0 : qos, id, link, echo);
      if (kept && session.mayWrite(name)) {
        p.memory = memoryOf(post, value, frame, deletes);
      }
      silent = silent && broker.time.nanos() - silentUntil < 0;
      p.doubtful = silent;
      pending.add(p);
      markerOwed |= !kept;
    }
    session.toRouter(frame);
  }

  /**
   * Remembers a value before others see it. Only of those that may write there: whom the router is
   * going to refuse changes nothing for others, not even until then.
   */
  private Memory memoryOf(Post post, Value value, byte[] frame, boolean deletes) {
    String address = post.name.addressText();
    if (deletes) {
      return new Memory(address, broker.originals.last(), true);
    }
    wrap(frame);
    byte[] spelling = isItself(value, post.payload) ? null : post.payload;
    long original =
        broker.originals.remember(
            address,
            new Original(post.qos, spelling, post.properties, post.expires, 0, tagged(view), null));
    return new Memory(address, original, false);
  }

  /**
   * @param number to be acknowledged by; 0 = not at all
   */
  private byte[] encode(Post post, Value value, boolean kept, OptionalLong lifetime, int number) {
    boolean deletes = post.retained && post.payload.length == 0;
    String address = post.name.addressText();
    Message message;
    if (kept) {
      Optional<Ttl> ttl =
          deletes
              ? Optional.of(new Ttl.Absolute(0))
              : lifetime.isPresent()
                  ? Optional.of(
                      new Ttl.Absolute((int) Math.min(lifetime.getAsLong(), Ttl.MAX_SECONDS)))
                  : Optional.empty();
      message = new Message.SetValue(address, value, OptionalLong.empty(), false, false, ttl);
    } else {
      long stamp = broker.originals.stamp(broker.time.unixMicros());
      byte[] spelling = isItself(value, post.payload) ? null : post.payload;
      boolean plain =
          spelling == null && post.properties.length == 0 && post.expires == Original.NEVER;
      int mark =
          plain || !session.mayWrite(post.name)
              ? Originals.plain(post.qos)
              : broker.originals.remember(
                  new Original(
                      post.qos, spelling, post.properties, post.expires, stamp, null, null));
      message =
          new Message.Publish(
              address,
              SignalType.EVENT,
              GesturePhase.START,
              Message.Content.of(value),
              OptionalLong.of(stamp),
              OptionalInt.of(mark),
              OptionalInt.empty());
    }
    Qos quality = kept && number != 0 ? Qos.CONFIRM : Qos.FIRE;
    return number == 0
        ? FrameCodec.encode(message, quality)
        : FrameCodec.encode(message, quality, number & 0xFFFF_FFFFL);
  }

  private void wrap(byte[] frame) {
    int start = FrameDescriptor.payloadStart(frame[1]);
    view.wrap(frame, start, frame.length - start);
  }

  private long contentOf(byte[] frame) {
    wrap(frame);
    return Translations.contentOf(view);
  }

  /** The value of a SET with its type in front. */
  private static byte[] tagged(MessageView set) {
    byte[] tagged = new byte[1 + set.valueLength()];
    tagged[0] = (byte) set.valueType();
    System.arraycopy(set.buffer(), set.valueOffset(), tagged, 1, set.valueLength());
    return tagged;
  }

  /** Would the value give the payload again? */
  private static boolean isItself(Value value, byte[] payload) {
    return switch (value) {
      case Value.Bytes _ -> true;
      case Value.Text(String text) ->
          // Of JSON, a text comes with quotes.
          payload.length == 0 || payload[0] != '"' && text.length() <= payload.length
              ? Arrays.equals(MqttPayload.bytes(value), payload)
              : false;
      default -> Arrays.equals(MqttPayload.bytes(value), payload);
    };
  }

  // --- what became of them -----------------------------------------------------------------------

  private void refuse(@Nullable MqttLink link, int number, int qos, int id, int reason) {
    // A will has nobody to be told.
    Pending refused = new Pending(number, true, link == null ? 0 : qos, id, link, null);
    refused.done = true;
    refused.reason = reason;
    pending.add(refused);
    settle();
  }

  /** The router has acknowledged or refused one. */
  void done(int number, int reason, long revision) {
    for (Pending p : pending) {
      if (p.number - number > 0) {
        break;
      }
      if (p.number == number) {
        p.revision = revision;
        decide(p, reason);
      } else if (!p.done && !p.event) {
        // The router answers in order: it has refused this one without a word.
        decide(p, Reason.QUOTA_EXCEEDED);
      }
    }
    settle();
  }

  private void decide(Pending p, int reason) {
    p.done = true;
    p.reason = reason;
    Memory memory = p.memory;
    p.memory = null;
    if (memory == null) {
      return;
    }
    if (memory.deletes()) {
      if (!Reason.isFailure(reason)) {
        broker.originals.forget(memory.address(), memory.original());
      }
    } else if (Reason.isFailure(reason)) {
      broker.originals.withdraw(memory.address(), memory.original());
    }
  }

  /** Nothing is heard of what the router has not answered: it is taken for executed. */
  void ended() {
    for (Pending p : pending) {
      if (!p.done) {
        decide(p, Reason.SUCCESS);
      }
    }
    pending.clear();
  }

  /** The marker behind a publication has come back: those up to it that were not answered are. */
  void passed(int publication) {
    for (Pending p : pending) {
      if (p.number - publication > 0) {
        break;
      }
      if (!p.done) {
        // Of a value, the router says itself that it is written.
        decide(p, p.event && !p.doubtful ? Reason.SUCCESS : Reason.QUOTA_EXCEEDED);
      }
    }
    settle();
  }

  /**
   * The client sends too much: this publication was refused, and others behind it may be. Of values
   * the router says which; an event that may not have been executed is not called so.
   */
  void limited(OptionalInt number) {
    silent = true;
    silentUntil = broker.time.nanos() + SILENCE;
    for (Pending p : pending) {
      p.doubtful |= number.isEmpty() || p.number - number.getAsInt() > 0;
    }
  }

  /** Whether everything is answered. */
  boolean settled() {
    return pending.isEmpty();
  }

  /** Whether a marker is to be set behind what was published; once. */
  boolean takeMarker() {
    boolean owed = markerOwed;
    markerOwed = false;
    return owed;
  }

  /** The router refuses without a word what comes too fast: ask what became of it. */
  void ask() {
    markerOwed |= !pending.isEmpty();
  }

  /** The number of the last one. */
  int last() {
    return count;
  }

  /** Tells the client what became of its publications, in their order (section 4.6). */
  private void settle() {
    for (Pending p = pending.peek(); p != null && p.done; p = pending.peek()) {
      pending.remove();
      if (p.reason >= Reason.UNSPECIFIED) {
        broker.counts.add(MqttCounter.PUBLICATIONS_REFUSED);
      } else if (p.echo != null) {
        Match match = p.echo.match();
        session.deliver(match, echoes ? match.own() : Match.Target.NOBODY, p.echo.post(p.revision));
      }
      MqttLink now = session.link();
      MqttLink from = p.link;
      // With QoS 1, a new connection sends it again, and gets the answer to that.
      if (p.qos == 2 || p.qos == 1 && now == from) {
        answer(now, p.qos, p.id, p.reason);
      } else if (from != null
          && now == from
          && Reason.isFailure(p.reason)
          && endsWhenRefused(from)) {
        end(from, p.reason);
      }
    }
  }

  private boolean endsWhenRefused(MqttLink link) {
    return link.level() != Level.V5 && broker.config.disconnectRefused();
  }

  /** Not inside of what is being handled. */
  private void end(MqttLink link, int reason) {
    session.execute(() -> link.fail(new PacketException(reason, "a publication was refused")));
  }

  private void answer(@Nullable MqttLink link, int qos, int id, int reason) {
    boolean failed = Reason.isFailure(reason);
    if (qos == 1 || failed && (link == null || link.level() == Level.V5)) {
      unanswered = Math.max(0, unanswered - 1);
      if (qos == 2) {
        received.remove(id);
      }
    }
    if (link == null) {
      return;
    }
    if (failed && endsWhenRefused(link)) {
      end(link, reason);
      return;
    }
    link.acknowledge(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, id, reason);
  }

  /** PUBREL of the client: the identifier may be used again. */
  void released(MqttLink link, int id) {
    boolean known = received.remove(id);
    if (known) {
      unanswered = Math.max(0, unanswered - 1);
    }
    link.acknowledge(PacketType.PUBCOMP, id, known ? Reason.SUCCESS : Reason.PACKET_ID_NOT_FOUND);
  }
}
