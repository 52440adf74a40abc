package dev.clasp.adaptermqtt;

import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.security.Identity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: bytes to packets and back, CONNECT, keep-alive, aliases, and its end.
 * What outlives it is in the {@link MqttSession}. Last handler of its pipeline; loop thread.
 */
final class MqttLink extends ChannelInboundHandlerAdapter implements PacketStream.Sink {

  private static final Logger LOG = LoggerFactory.getLogger(MqttLink.class);

  private static final long SECOND = 1_000_000_000L;
  private static final long NEVER = 0xFFFF_FFFFL;
  private static final int MAX_CLIENT_ID = 512;

  /** For the peer to read our last words. */
  private static final long LINGER_SECONDS = 1;

  /** How often somebody else may have the client identifier in between. */
  private static final int CLAIMS = 16;

  private static final byte[] NOTHING = {};

  /** One socket read behind the rest of the one before. */
  private static final FastThreadLocal<byte[]> READ_BUFFER =
      new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
          return new byte[128 << 10];
        }
      };

  private enum State {
    NEW,
    /** The router is asked who this is; nothing that follows is looked at. */
    LOGIN,
    CONNECTED,
    CLOSED
  }

  private final Broker broker;
  private final Channel channel;
  private final String peer;
  private final String transport;
  private final Runnable whenEstablished;
  private final PacketStream stream;

  private State state = State.NEW;
  private boolean letIn;
  private byte[] rest = NOTHING;
  private int restLength;

  private Level level = Level.V3_1_1;
  private Packet.@Nullable Connect connect;
  private String clientId = "";
  private boolean assigned;
  private @Nullable MqttSession session;
  private BrokerTime.@Nullable Alarm connectDeadline;
  private BrokerTime.@Nullable Alarm keepAlive;
  private long heardNanos;
  private long keepAliveSeconds;
  private boolean routerReads = true;

  private @Nullable ByteBuf out;

  private long sessionExpiry;
  private int window;
  private long maxPacketOut = Long.MAX_VALUE;
  private PublishWriter messages = new PublishWriter(Level.V3_1_1, Long.MAX_VALUE, 0);
  private @Nullable String[] aliasesIn = {};

  /**
   * @param whenEstablished called once when the client has been let in
   */
  MqttLink(
      Broker broker, Channel channel, String peer, String transport, Runnable whenEstablished) {
    this.broker = broker;
    this.channel = channel;
    this.peer = peer;
    this.transport = transport;
    this.whenEstablished = whenEstablished;
    this.stream = new PacketStream(broker.config.maxPacket());
    this.heardNanos = broker.time.nanos();
  }

  Level level() {
    return level;
  }

  /** Letters that may be on their way without answer. */
  int window() {
    return window;
  }

  long sessionExpirySeconds() {
    return sessionExpiry;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    broker.counts.add(MqttCounter.CONNECTIONS);
    connectDeadline =
        broker.time.after(
            channel.eventLoop(),
            broker.config.connectTimeout().toNanos(),
            () -> {
              if (state == State.NEW) {
                close();
              }
            });
  }

  // --- reading -----------------------------------------------------------------------------------

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof ByteBuf in && state != State.CLOSED) {
        heardNanos = broker.time.nanos();
        read(in);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(ByteBuf in) {
    int count = in.readableBytes();
    int end = restLength + count;
    if (state == State.LOGIN || restLength > 0 && end < stream.needed()) {
      if (end > broker.config.maxPacket() + (256 << 10)) {
        fail(PacketException.violation("too much before CONNACK"));
        return;
      }
      addToRest(in, count);
      return;
    }
    byte[] b = READ_BUFFER.get();
    if (end > b.length) {
      b = new byte[end];
    }
    System.arraycopy(rest, 0, b, 0, restLength);
    in.readBytes(b, restLength, count);
    parse(b, end);
  }

  private void parse(byte[] b, int end) {
    int at = end;
    try {
      at = stream.parse(b, 0, end, this);
    } catch (PacketException e) {
      fail(e);
    }
    keep(b, state == State.CLOSED ? end : at, end);
  }

  private void addToRest(ByteBuf in, int count) {
    int length = restLength + count;
    if (length > rest.length) {
      rest = Arrays.copyOf(rest, Math.max(length, Math.min(2 * rest.length, stream.needed())));
    }
    in.readBytes(rest, restLength, count);
    restLength = length;
  }

  private void keep(byte[] b, int from, int end) {
    restLength = end - from;
    rest = restLength == 0 ? NOTHING : Arrays.copyOfRange(b, from, end);
  }

  /** What came behind CONNECT. */
  private void readRest() {
    if (restLength > 0 && state == State.CONNECTED) {
      byte[] b = rest;
      int end = restLength;
      rest = NOTHING;
      restLength = 0;
      parse(b, end);
    }
    complete();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    complete();
  }

  private void complete() {
    MqttSession s = session;
    if (s != null && state == State.CONNECTED) {
      s.readComplete();
    }
    flush();
  }

  @Override
  public boolean packet(int first, byte[] b, int offset, int length) {
    if (state == State.NEW && first >>> 4 != PacketType.CONNECT) {
      throw PacketException.violation("the first packet is no CONNECT");
    }
    if (state == State.CONNECTED && first >>> 4 == PacketType.CONNECT) {
      throw PacketException.violation("a second CONNECT");
    }
    Packet packet = PacketDecoder.decode(first, b, offset, length, level);
    if (state == State.NEW) {
      if (packet instanceof Packet.Connect c) {
        connect(c);
      }
    } else {
      handle(packet);
    }
    return state == State.CONNECTED;
  }

  private void handle(Packet packet) {
    MqttSession s = session;
    if (s == null) {
      return;
    }
    switch (packet) {
      case Packet.Publish publish -> s.published(this, publish, topicOf(publish));
      case Packet.Acknowledgement ack when ack.type() == PacketType.PUBREL ->
          s.released(this, ack.id());
      case Packet.Acknowledgement ack -> s.acknowledged(this, ack);
      case Packet.Subscribe subscribe -> s.subscribe(this, subscribe);
      case Packet.Unsubscribe unsubscribe -> s.unsubscribe(this, unsubscribe);
      case Packet.Ping _ -> {
        s.pinged();
        PacketWriter.pong(out());
      }
      case Packet.Disconnect disconnect -> disconnected(s, disconnect);
      case Packet.Auth _ -> throw PacketException.violation("AUTH without a method in CONNECT");
      case Packet.Connect _ -> throw PacketException.violation("a second CONNECT");
    }
  }

  private String topicOf(Packet.Publish publish) {
    if (!publish.properties().has(Property.TOPIC_ALIAS)) {
      return publish.topic();
    }
    int alias = (int) publish.properties().number(Property.TOPIC_ALIAS).orElse(0);
    if (alias == 0 || alias > broker.config.topicAliasMaximum()) {
      throw new PacketException(Reason.TOPIC_ALIAS_INVALID, "topic alias " + alias);
    }
    if (aliasesIn.length < alias) {
      aliasesIn = Arrays.copyOf(aliasesIn, broker.config.topicAliasMaximum());
    }
    if (!publish.topic().isEmpty()) {
      // One that no address holds is refused each time: enough of it stays for that.
      String topic = publish.topic();
      aliasesIn[alias - 1] =
          topic.length() > AddressRules.MAX_BYTES
              ? topic.substring(0, AddressRules.MAX_BYTES + 1)
              : topic;
      return publish.topic();
    }
    String topic = aliasesIn[alias - 1];
    if (topic == null) {
      throw PacketException.violation("topic alias " + alias + " stands for nothing");
    }
    return topic;
  }

  private void disconnected(MqttSession s, Packet.Disconnect packet) {
    packet
        .properties()
        .number(Property.SESSION_EXPIRY)
        .ifPresent(seconds -> {
          if (sessionExpiry == 0 && seconds > 0) {
            throw PacketException.violation("a session without expiry gets none at its end");
          }
          sessionExpiry = capped(seconds);
          s.expireAfter(sessionExpiry);
        });
    state = State.CLOSED;
    session = null;
    // Only a normal end takes the will along (section 3.14.4).
    s.left(this, packet.reason() != Reason.SUCCESS);
    ByteBuf last = out;
    out = null;
    if (last != null) {
      channel.writeAndFlush(last, channel.voidPromise());
    }
    channel.close();
  }

  // --- CONNECT -----------------------------------------------------------------------------------

  private void connect(Packet.Connect packet) {
    connect = packet;
    level = packet.level();
    Properties properties = packet.properties();
    if (properties.has(Property.AUTHENTICATION_METHOD)) {
      refuse(Reason.BAD_AUTHENTICATION_METHOD);
      return;
    }
    clientId = packet.clientId();
    if (clientId.isEmpty()) {
      if (level != Level.V5 && !packet.cleanStart() || level == Level.V3_1) {
        refuse(Reason.CLIENT_ID_NOT_VALID);
        return;
      }
      clientId = "clasp-" + UUID.randomUUID().toString().replace("-", "");
      assigned = true;
    } else if (clientId.length() > MAX_CLIENT_ID
        || clientId.chars().anyMatch(Character::isISOControl)) {
      refuse(Reason.CLIENT_ID_NOT_VALID);
      return;
    }
    sessionExpiry =
        level == Level.V5
            ? capped(properties.number(Property.SESSION_EXPIRY).orElse(0))
            : packet.cleanStart() ? 0 : broker.config.maxSessionExpiry().toSeconds();
    window =
        (int)
            Math.min(
                broker.config.inflightMaximum(),
                properties.number(Property.RECEIVE_MAXIMUM).orElse(65_535));
    maxPacketOut = properties.number(Property.MAXIMUM_PACKET_SIZE).orElse(Long.MAX_VALUE);
    messages =
        new PublishWriter(
            level,
            maxPacketOut,
            (int)
                Math.min(
                    broker.config.topicAliasMaximum(),
                    properties.number(Property.TOPIC_ALIAS_MAXIMUM).orElse(0)));
    state = State.LOGIN;
    login();
  }

  private long capped(long seconds) {
    return Math.min(
        seconds == NEVER ? Long.MAX_VALUE : seconds, broker.config.maxSessionExpiry().toSeconds());
  }

  private void login() {
    MqttSession login = new MqttSession(broker, channel.eventLoop(), clientId, peer, transport);
    session = login;
    login.login(this, token());
  }

  /** The password, or the user name if there is no password (bridges.md 12.3). */
  private Optional<String> token() {
    Packet.Connect c = connect;
    if (c == null) {
      return Optional.empty();
    }
    Optional<String> password =
        c.password().map(b -> new String(b, StandardCharsets.UTF_8)).filter(p -> !p.isEmpty());
    return password.isPresent() || !broker.config.tokenAsUser()
        ? password
        : c.user().filter(u -> !u.isEmpty());
  }

  private boolean gaveCredentials() {
    Packet.Connect c = connect;
    return c != null && (c.user().isPresent() || c.password().isPresent());
  }

  /** The router has refused the client. */
  void refused(int error, CloseReason reason) {
    session = null;
    refuse(
        switch (error) {
          case ErrorCode.UNAUTHORIZED ->
              gaveCredentials() ? Reason.BAD_USER_OR_PASSWORD : Reason.NOT_AUTHORIZED;
          case ErrorCode.TOKEN_EXPIRED, ErrorCode.FORBIDDEN -> Reason.NOT_AUTHORIZED;
          case ErrorCode.TOO_MANY -> Reason.SERVER_BUSY;
          default ->
              reason.code() == CloseReason.TRY_LATER
                  ? Reason.SERVER_UNAVAILABLE
                  : Reason.UNSPECIFIED;
        });
  }

  /** The router knows the client. Whose identifier is it? */
  void welcomed(MqttSession login) {
    if (state == State.LOGIN && session == login) {
      claim(login, CLAIMS);
    }
  }

  private void claim(MqttSession login, int tries) {
    if (state != State.LOGIN || login.ended()) {
      return;
    }
    Packet.Connect c = connect;
    if (c == null) {
      return;
    }
    MqttSession other = broker.sessions.claim(login);
    if (other == null) {
      login.begin(this, c);
      connected(login, false);
      return;
    }
    if (tries == 0) {
      login.abandon();
      session = null;
      refuse(Reason.SERVER_BUSY);
      return;
    }
    Optional<Identity> who = login.identity();
    EventLoop mine = channel.eventLoop();
    onLoop(
        other.loop(),
        () -> {
          boolean resumes =
              !c.cleanStart()
                  && !other.ended()
                  && other.outlivesItsConnection()
                  && broker.sessions.holds(other)
                  && other.identity().equals(who);
          if (resumes) {
            other.releaseLink();
            onLoop(mine, () -> moveTo(other, login, c));
          } else {
            other.discard();
            onLoop(mine, () -> claim(login, tries - 1));
          }
        });
  }

  private static void onLoop(EventLoop loop, Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  /** The session has its loop, and so the connection goes there. */
  private void moveTo(MqttSession kept, MqttSession login, Packet.Connect c) {
    if (state != State.LOGIN) {
      return;
    }
    login.abandon();
    session = null;
    if (kept.loop().inEventLoop()) {
      resume(kept, c);
      return;
    }
    channel
        .deregister()
        .addListener(gone -> {
          if (gone.isSuccess()) {
            kept.loop()
                .register(channel)
                .addListener(there -> {
                  if (there.isSuccess()) {
                    kept.execute(() -> resume(kept, c));
                  } else {
                    channel.close();
                  }
                });
          } else {
            channel.close();
          }
        });
  }

  private void resume(MqttSession kept, Packet.Connect c) {
    if (state != State.LOGIN) {
      return;
    }
    if (kept.ended() || kept.connected() || !broker.sessions.holds(kept)) {
      // Somebody else was faster: the client tries again.
      refuse(Reason.SERVER_BUSY);
      return;
    }
    kept.resume(this, c);
    established();
    connected(kept, true);
  }

  private void connected(MqttSession s, boolean present) {
    session = s;
    state = State.CONNECTED;
    Packet.Connect c = connect;
    // The password is not needed any more.
    connect = null;
    cancel(connectDeadline);
    keepAliveSeconds = c == null ? 0 : c.keepAlive();
    long longest = broker.config.maxKeepAlive().toSeconds();
    boolean shortened =
        longest > 0 && level == Level.V5 && (keepAliveSeconds == 0 || keepAliveSeconds > longest);
    if (shortened) {
      keepAliveSeconds = longest;
    }
    ByteBuf properties = Unpooled.buffer(64);
    if (level == Level.V5) {
      long asked = c == null ? 0 : c.properties().number(Property.SESSION_EXPIRY).orElse(0);
      if (asked != sessionExpiry) {
        PacketWriter.number(properties, Property.SESSION_EXPIRY, sessionExpiry);
      }
      PacketWriter.number(properties, Property.RECEIVE_MAXIMUM, broker.config.receiveMaximum());
      PacketWriter.number(properties, Property.MAXIMUM_PACKET_SIZE, broker.config.maxPacket());
      if (assigned) {
        PacketWriter.string(properties, Property.ASSIGNED_CLIENT_ID, clientId);
      }
      if (broker.config.topicAliasMaximum() > 0) {
        PacketWriter.number(
            properties, Property.TOPIC_ALIAS_MAXIMUM, broker.config.topicAliasMaximum());
      }
      if (shortened) {
        PacketWriter.number(properties, Property.SERVER_KEEP_ALIVE, keepAliveSeconds);
      }
    }
    if (8 + properties.readableBytes() > maxPacketOut) {
      // Not even that may be said to it (section 3.1.2.11.4).
      properties.release();
      broker.counts.add(MqttCounter.REFUSED);
      session = null;
      close();
      s.left(this, true);
      return;
    }
    // In 3.1 the byte of the session is reserved.
    PacketWriter.connack(out(), level, present && level != Level.V3_1, Reason.SUCCESS, properties);
    properties.release();
    heardNanos = broker.time.nanos();
    if (keepAliveSeconds > 0) {
      watch(keepAliveSeconds * 3 * SECOND / 2);
    }
    if (present) {
      s.redeliver();
    }
    readRest();
  }

  /** One and a half times the keep-alive without a packet is the end (section 3.1.2.10). */
  private void watch(long nanos) {
    keepAlive =
        broker.time.after(
            channel.eventLoop(),
            nanos,
            () -> {
              long limit = keepAliveSeconds * 3 * SECOND / 2;
              long silent = broker.time.nanos() - heardNanos;
              if (state != State.CONNECTED) {
                return;
              }
              // What is not read cannot be heard.
              if (silent >= limit && routerReads) {
                broker.counts.add(MqttCounter.KEEP_ALIVE_TIMEOUTS);
                fail(new PacketException(Reason.KEEP_ALIVE_TIMEOUT, "keep-alive timeout"));
              } else {
                watch(Math.max(SECOND / 100, limit - silent));
              }
            });
  }

  // --- the end -----------------------------------------------------------------------------------

  /** CONNACK with a failure, and the end (section 3.2). */
  private void refuse(int reason) {
    if (state == State.CLOSED) {
      return;
    }
    broker.counts.add(MqttCounter.REFUSED);
    state = State.CLOSED;
    ByteBuf b = channel.alloc().buffer(8);
    PacketWriter.connack(
        b, level, false, level == Level.V5 ? reason : oldCode(reason), Unpooled.EMPTY_BUFFER);
    closeBehind(b);
  }

  /** The return codes of 3.1.1 (its section 3.2.2.3). */
  private static int oldCode(int reason) {
    return switch (reason) {
      case Reason.UNSUPPORTED_VERSION -> 1;
      case Reason.CLIENT_ID_NOT_VALID -> 2;
      case Reason.BAD_USER_OR_PASSWORD -> 4;
      case Reason.NOT_AUTHORIZED -> 5;
      default -> 3;
    };
  }

  /** The client breaks the protocol. */
  void fail(PacketException e) {
    if (state == State.CLOSED) {
      return;
    }
    if (e.reason() == Reason.MALFORMED_PACKET || e.reason() == Reason.PROTOCOL_ERROR) {
      broker.counts.add(MqttCounter.MALFORMED);
    }
    LOG.debug("{} ({}): {}", peer, clientId, e.text());
    if (state == State.NEW) {
      if (e.reason() == Reason.UNSUPPORTED_VERSION) {
        refuse(Reason.UNSUPPORTED_VERSION);
      } else {
        state = State.CLOSED;
        channel.close();
      }
      return;
    }
    MqttSession s = session;
    boolean in = state == State.CONNECTED;
    end(e.reason(), Optional.of(e.text()));
    if (s != null) {
      if (in) {
        s.left(this, true);
      } else {
        s.abandon();
      }
    }
  }

  /** The server ends the connection, and says why to those who can hear it. */
  void end(int reason, Optional<String> why) {
    if (state == State.CLOSED) {
      return;
    }
    boolean says = state == State.CONNECTED && level == Level.V5;
    flush();
    state = State.CLOSED;
    session = null;
    ByteBuf b = channel.alloc().buffer(64);
    if (says) {
      PacketWriter.disconnect(b, reason, why);
      if (b.readableBytes() > maxPacketOut) {
        b.clear();
        PacketWriter.disconnect(b, reason, Optional.empty());
        if (b.readableBytes() > maxPacketOut) {
          b.clear();
        }
      }
    }
    closeBehind(b);
  }

  private void close() {
    state = State.CLOSED;
    channel.close();
  }

  /** Closing while the peer still sends would make the system throw our last words away. */
  private void closeBehind(ByteBuf last) {
    ByteBuf before = out;
    out = null;
    if (before != null) {
      channel.write(before);
    }
    cancel(connectDeadline);
    cancel(keepAlive);
    channel.config().setAutoRead(true);
    ChannelFuture written = channel.writeAndFlush(last);
    channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    written.addListener(done -> {
      if (done.isSuccess()
          && channel instanceof DuplexChannel duplex
          && channel.pipeline().first() == channel.pipeline().get(MqttLink.class)) {
        duplex.shutdownOutput();
      } else {
        channel.close();
      }
    });
  }

  private static void cancel(BrokerTime.@Nullable Alarm alarm) {
    if (alarm != null) {
      alarm.cancel();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    MqttSession s = session;
    boolean in = state == State.CONNECTED;
    state = State.CLOSED;
    session = null;
    rest = NOTHING;
    restLength = 0;
    cancel(connectDeadline);
    cancel(keepAlive);
    ByteBuf b = out;
    out = null;
    if (b != null) {
      b.release();
    }
    if (s != null) {
      if (in) {
        s.left(this, true);
      } else {
        s.abandon();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException || cause.getCause() instanceof IOException) {
      LOG.debug("{}: {}", peer, cause.toString());
    } else {
      LOG.error("{}: unexpected failure, closing the connection", peer, cause);
    }
    channel.close();
  }

  // --- what the session wants --------------------------------------------------------------------

  void established() {
    if (!letIn) {
      letIn = true;
      whenEstablished.run();
    }
  }

  boolean writable() {
    return channel.isWritable();
  }

  void reading(boolean enabled) {
    if (enabled && !routerReads) {
      // What came meanwhile could not be heard.
      heardNanos = broker.time.nanos();
    }
    routerReads = enabled;
    if (state != State.CLOSED) {
      channel.config().setAutoRead(enabled);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    MqttSession s = session;
    if (s != null && state == State.CONNECTED) {
      s.writabilityChanged();
    }
  }

  // --- writing -----------------------------------------------------------------------------------

  private ByteBuf out() {
    ByteBuf b = out;
    if (b == null) {
      b = channel.alloc().directBuffer(1024);
      out = b;
    }
    return b;
  }

  /** One write for everything that was put together. */
  void flush() {
    ByteBuf b = out;
    if (b != null) {
      out = null;
      if (state == State.CLOSED) {
        b.release();
      } else {
        channel.writeAndFlush(b, channel.voidPromise());
      }
    }
  }

  void acknowledge(int type, int id, int reason) {
    if (state == State.CONNECTED) {
      PacketWriter.acknowledgement(out(), level, type, id, reason);
    }
  }

  void subscribed(int id, List<Integer> reasons) {
    answer(PacketType.SUBACK, id, reasons);
  }

  void unsubscribed(int id, List<Integer> reasons) {
    answer(PacketType.UNSUBACK, id, level == Level.V5 ? reasons : List.of());
  }

  private void answer(int type, int id, List<Integer> reasons) {
    // What is longer than the client takes is not sent (section 3.1.2.11.4).
    if (state == State.CONNECTED && reasons.size() + 8 <= maxPacketOut) {
      PacketWriter.answers(out(), level, type, id, reasons);
    }
  }

  /**
   * A message with QoS 1 or 2.
   *
   * @return false if the client does not take packets of that size: it is as good as sent
   */
  boolean publish(Letter letter, int id, boolean dup) {
    return state != State.CONNECTED
        || publish(letter.post(), letter.qos(), dup, letter.retain(), id, letter.ids());
  }

  /** A message with QoS 0. */
  void publish(Post post, boolean retain, int[] ids) {
    if (state == State.CONNECTED) {
      publish(post, 0, false, retain, 0, ids);
    }
  }

  private boolean publish(Post post, int qos, boolean dup, boolean retain, int id, int[] ids) {
    long now = post.expires == Original.NEVER ? 0 : broker.time.nanos();
    boolean written = messages.write(out(), post, qos, dup, retain, id, ids, now);
    broker.counts.add(written ? MqttCounter.MESSAGES_OUT : MqttCounter.DROPPED);
    return written;
  }
}
