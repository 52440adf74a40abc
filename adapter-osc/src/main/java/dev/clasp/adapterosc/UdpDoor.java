package dev.clasp.adapterosc;

import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscPacket;
import dev.clasp.protocol.CloseReason;
import dev.clasp.server.ClaspServer;
import dev.clasp.transport.Admission;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OSC over datagrams: one socket on one loop of the router, whose lane routes what comes without
 * handing it to another thread. A session belongs to an address with its port; where a reply port
 * is configured, to an address with that port, so that a program that sends every message from
 * another port has one session.
 */
final class UdpDoor {

  private static final Logger LOG = LoggerFactory.getLogger(UdpDoor.class);

  /** What the system keeps for us while we are busy, in bytes; it may give less. */
  private static final int RECEIVE_BUFFER = 4 << 20;

  private static final int SEND_BUFFER = 1 << 20;

  /** Datagrams taken from the socket before others have their turn. */
  private static final int AT_ONCE = 64;

  /** Bytes that the socket has not taken: above it values wait, above the last they are dropped. */
  private static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(256 << 10, 512 << 10);

  private static final long SOCKET_MAX = 4 << 20;

  private static final long LOOK_MILLIS = 500;

  /** A socket that fails rests for so long. */
  private static final long REST_MILLIS = 50;

  /** An interface that is down, or a name that is not known, is tried again. */
  private static final long AGAIN_SECONDS = 10;

  private final ClaspServer server;
  private final Surroundings around;
  private final OscAdapterConfig config;
  private final Reception reception;
  private final ChannelFutureListener failures;
  private final DatagramChannel channel;
  private final Map<InetSocketAddress, OscSession> sessions = new HashMap<>();
  private final Map<InetSocketAddress, FixedPeer> fixed = new HashMap<>();
  private final List<OscSession> touched = new ArrayList<>();
  private final DatagramBuffers buffers;
  private final byte[] buffer;
  private boolean flushScheduled;
  private volatile boolean accepting = true;

  private UdpDoor(ClaspServer server, Surroundings around, boolean v6) {
    this.server = server;
    this.around = around;
    this.config = around.config();
    this.reception = new Reception(around);
    this.buffer = new byte[config.maxPacket() + 1];
    this.failures =
        future -> {
          if (!future.isSuccess()) {
            around.counts().add(OscCounter.SOCKET_ERRORS);
          }
        };
    this.channel = server.loops().datagramChannel(v6);
    // One byte more, to see what is too long.
    int longest = config.maxPacket() + 1;
    boolean several = channel instanceof EpollDatagramChannel;
    this.buffers = new DatagramBuffers(longest, several, AT_ONCE);
    if (several) {
      channel.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, longest);
    }
  }

  /**
   * Listens.
   *
   * @throws dev.clasp.server.ServerException the port is taken, with a sentence for the user
   */
  static UdpDoor open(ClaspServer server, Surroundings around, InetAddress host, int port) {
    UdpDoor door = new UdpDoor(server, around, host instanceof Inet6Address);
    ChannelFuture bound =
        new Bootstrap()
            .group(server.loops().next())
            .channelFactory(() -> door.channel)
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
            .option(ChannelOption.SO_SNDBUF, SEND_BUFFER)
            .option(ChannelOption.SO_BROADCAST, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
            .option(ChannelOption.RECVBUF_ALLOCATOR, door.buffers)
            .handler(door.new Datagrams())
            .bind(host, port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw OscAdapter.cannotListen("for OSC datagrams", host, port, bound.cause());
    }
    door.onLoop(door::begin);
    return door;
  }

  private void begin() {
    channel
        .eventLoop()
        .scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    config.groups().forEach(this::join);
    config.peers().forEach(this::resolve);
  }

  InetSocketAddress address() {
    return channel.localAddress();
  }

  DatagramChannel channel() {
    return channel;
  }

  private void onLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("the event loop has stopped: {}", e.getMessage());
    }
  }

  private void again(Runnable task) {
    channel.eventLoop().schedule(task, AGAIN_SECONDS, TimeUnit.SECONDS);
  }

  // --- groups ------------------------------------------------------------------------------------

  private void join(MulticastGroup group) {
    if (!accepting) {
      return;
    }
    NetworkInterface named;
    try {
      named = group.networkInterface().isPresent() ? named(group) : anyInterface();
    } catch (SocketException e) {
      notJoined(group, e.getMessage());
      return;
    }
    channel
        .joinGroup(group.address(), named, null, channel.newPromise())
        .addListener(future -> {
          if (!future.isSuccess()) {
            notJoined(group, String.valueOf(future.cause()));
          }
        });
  }

  private static NetworkInterface named(MulticastGroup group) throws SocketException {
    String name = group.networkInterface().orElseThrow();
    NetworkInterface found = NetworkInterface.getByName(name);
    if (found == null) {
      throw new SocketException("there is no interface " + name);
    }
    return found;
  }

  /** The one to which the system sends what is for everybody; else any that can. */
  private static NetworkInterface anyInterface() throws SocketException {
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      if (each.isUp() && each.supportsMulticast() && !each.isLoopback()) {
        return each;
      }
    }
    throw new SocketException("no interface that is up can multicast");
  }

  private void notJoined(MulticastGroup group, @Nullable String why) {
    around.counts().add(OscCounter.SOCKET_ERRORS);
    LOG.warn(
        "OSC: not in the multicast group {}: {}. Trying again",
        group.address().getHostAddress(),
        why);
    again(() -> join(group));
  }

  // --- peers of the configuration ----------------------------------------------------------------

  /** Names may take long: not on the loop. */
  private void resolve(OscPeer peer) {
    Thread.ofVirtual()
        .start(() -> {
          InetSocketAddress resolved = new InetSocketAddress(peer.host(), peer.port());
          onLoop(() -> {
            if (resolved.isUnresolved()) {
              LOG.warn("OSC: {} is not known. Trying again", peer.host());
              again(() -> resolve(peer));
            } else {
              FixedPeer made = new FixedPeer(peer, resolved);
              fixed.put(resolved, made);
              made.open();
            }
          });
        });
  }

  /** A session that there always is. */
  private final class FixedPeer implements OscSession.Ending {
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final OscPeer peer;
    private final InetSocketAddress address;
    private final Hosts.Host host;
    private long pauseMillis = 500;

    FixedPeer(OscPeer peer, InetSocketAddress address) {
      this.peer = peer;
      this.address = address;
      this.host = around.hosts().of(address.getAddress(), around.now());
    }

    void open() {
      if (!accepting) {
        return;
      }
      OscSession guest = sessions.get(address);
      if (guest != null) {
        guest.close(new CloseReason(CloseReason.NORMAL, "this is a peer of the configuration"));
      }
      host.enterAnyway();
      OscSession session =
          new OscSession(
              around,
              new UdpOutlet(UdpDoor.this, address),
              address,
              host,
              peer.token()
                  .or(() -> around.allowance(address.getAddress()).flatMap(OscAllowance::token)),
              true,
              peer.wide().orElse(config.wide()),
              client -> server.virtualClient(channel.eventLoop(), client),
              this);
      sessions.put(address, session);
      session.open(false);
      if (peer.direction().out()) {
        session.subscribe(peer.pattern(), peer.maxRate());
      }
      session.readComplete();
    }

    @Override
    public void established() {
      pauseMillis = 500;
    }

    @Override
    public void ended(OscSession session) {
      sessions.remove(address, session);
      host.leave();
      if (accepting) {
        LOG.warn("OSC: the session of {} has ended. Trying again", peer);
        channel.eventLoop().schedule(this::open, pauseMillis, TimeUnit.MILLISECONDS);
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
      }
    }
  }

  // --- writing -----------------------------------------------------------------------------------

  boolean hasRoom() {
    var outbound = channel.unsafe().outboundBuffer();
    return outbound != null && outbound.totalPendingWriteBytes() < SOCKET_MAX;
  }

  void write(DatagramPacket packet) {
    channel.write(packet).addListener(failures);
  }

  /** Once for all sessions that have something to send in this turn of the loop. */
  void flushSoon() {
    if (!flushScheduled) {
      flushScheduled = true;
      onLoop(() -> {
        flushScheduled = false;
        channel.flush();
      });
    }
  }

  /** A program that was started again listens where its former self did: that one is over. */
  void retargeted(UdpOutlet outlet) {
    OscSession now = sessionOf(outlet);
    for (OscSession other : List.copyOf(sessions.values())) {
      if (now != null
          && other != now
          && !fixed.containsKey(other.outlet().target())
          && other.outlet().target().equals(outlet.target())
          && other.token().equals(now.token())) {
        other.close(
            new CloseReason(CloseReason.NORMAL, "another session listens on this port now"));
      }
    }
  }

  private @Nullable OscSession sessionOf(UdpOutlet outlet) {
    for (OscSession session : sessions.values()) {
      if (session.outlet() == outlet) {
        return session;
      }
    }
    return null;
  }

  // --- reading -----------------------------------------------------------------------------------

  private void look() {
    long now = around.now();
    for (Map.Entry<InetSocketAddress, OscSession> entry : List.copyOf(sessions.entrySet())) {
      OscSession session = entry.getValue();
      if (fixed.containsKey(entry.getKey())) {
        if (accepting) {
          session.revive();
        }
        session.look();
        session.readComplete();
      } else if (session.silentNanos(now) >= config.timeout().toNanos()) {
        around.counts().add(OscCounter.SESSIONS_TIMED_OUT);
        session.close(
            new CloseReason(
                CloseReason.NORMAL, "nothing came for " + config.timeout().toSeconds() + " s"));
      } else {
        session.look();
      }
    }
  }

  private final class Datagrams extends ChannelInboundHandlerAdapter {

    private boolean troubled;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!(message instanceof DatagramPacket packet)) {
        return;
      }
      try {
        troubled = false;
        around.counts().add(OscCounter.RECEIVED);
        ByteBuf content = packet.content();
        int length = content.readableBytes();
        if (length > config.maxPacket()) {
          around.counts().add(OscCounter.OVERSIZE);
          return;
        }
        content.readBytes(buffer, 0, length);
        received(packet.sender(), length);
      } finally {
        packet.release();
      }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      buffers.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      for (OscSession session : touched) {
        session.readComplete();
      }
      touched.clear();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      List.copyOf(sessions.values()).forEach(OscSession::writabilityChanged);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      around.counts().add(OscCounter.SOCKET_ERRORS);
      if (!troubled) {
        LOG.warn("OSC on {}: {}. Going on", address(), cause.toString());
      }
      troubled = true;
      Channel c = context.channel();
      c.config().setAutoRead(false);
      c.eventLoop()
          .schedule(() -> c.config().setAutoRead(true), REST_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void received(InetSocketAddress sender, int length) {
    InetAddress ip = sender.getAddress();
    InetSocketAddress key = sender;
    OscSession session = sessions.get(key);
    if (session == null && sharesSession(ip)) {
      key = new InetSocketAddress(ip, config.replyPort().orElseThrow());
      session = sessions.get(key);
    }
    FixedPeer peer = fixed.isEmpty() ? null : fixed.get(key);
    if (peer == null ? !around.admits(ip) : !peer.peer.direction().in()) {
      around.counts().add(OscCounter.REFUSED_SOURCE);
      return;
    }
    if (peer != null && session == null) {
      // It will be opened again in a moment.
      around.counts().add(OscCounter.DROPPED);
      return;
    }
    long now = around.now();
    Hosts.Host host = session == null ? around.hosts().of(ip, now) : session.host();
    if (!host.admit(1, now)) {
      refusedRate(session);
      return;
    }
    OscPacket packet;
    try {
      packet = Reception.read(buffer, 0, length);
    } catch (OscException e) {
      around.counts().add(OscCounter.UNDECODABLE);
      if (session != null) {
        session.undecodable(String.valueOf(e.getMessage()));
      }
      return;
    }
    int count = Reserved.count(packet);
    around.counts().add(OscCounter.MESSAGES, count);
    if (count > 1 && !host.admit(count - 1, now)) {
      refusedRate(session);
      return;
    }
    if (session == null) {
      session = newcomer(sender, key, host, packet);
    }
    if (session != null) {
      session.packet(packet);
      if (touched.isEmpty() || touched.getLast() != session) {
        touched.add(session);
      }
    }
  }

  private void refusedRate(@Nullable OscSession session) {
    around.counts().add(OscCounter.REFUSED_RATE);
    if (session != null) {
      session.tooFast();
    }
  }

  /** All programs of a host are one, if none of them can claim to be somebody else. */
  private boolean sharesSession(InetAddress ip) {
    return config.replyPort().isPresent()
        && (!around.wantsTokens() || around.allowance(ip).flatMap(OscAllowance::token).isPresent());
  }

  private @Nullable OscSession newcomer(
      InetSocketAddress sender, InetSocketAddress key, Hosts.Host host, OscPacket packet) {
    if (!accepting) {
      return null;
    }
    Reception.Verdict verdict = reception.judge(sender.getAddress(), host, packet, false);
    InetSocketAddress target =
        config.replyPort().isPresent()
            ? new InetSocketAddress(sender.getAddress(), config.replyPort().getAsInt())
            : sender;
    UdpOutlet outlet = new UdpOutlet(this, target);
    if (verdict.refusal().isPresent() && host.mayBeTold(around.now())) {
      byte[] refusal = OscCodec.encode(verdict.refusal().get());
      around.counts().add(OscCounter.ERRORS_SENT);
      outlet.send(refusal, refusal.length);
      outlet.flush();
    }
    return verdict.ticket().map(ticket -> admit(sender, key, host, ticket, outlet)).orElse(null);
  }

  private @Nullable OscSession admit(
      InetSocketAddress sender,
      InetSocketAddress key,
      Hosts.Host host,
      Reception.Ticket ticket,
      UdpOutlet outlet) {
    Guest guest = new Guest(key, host);
    Optional<Admission> admission = server.door().admit(sender, () -> onLoop(guest::dismiss));
    if (admission.isEmpty()) {
      around.counts().add(OscCounter.REFUSED_FULL);
      host.leave();
      return null;
    }
    OscSession session =
        new OscSession(
            around,
            outlet,
            sender,
            host,
            ticket.token(),
            ticket.proven(),
            config.wide(),
            client -> server.virtualClient(channel.eventLoop(), client),
            guest);
    guest.admission = admission.get();
    guest.session = session;
    sessions.put(key, session);
    session.open(config.autoSubscribe());
    return session;
  }

  /** The place of a session. */
  private final class Guest implements OscSession.Ending {
    private final InetSocketAddress key;
    private final Hosts.Host host;
    private @Nullable Admission admission;
    private @Nullable OscSession session;

    Guest(InetSocketAddress key, Hosts.Host host) {
      this.key = key;
      this.host = host;
    }

    void dismiss() {
      OscSession s = session;
      if (s != null) {
        s.close(new CloseReason(CloseReason.TRY_LATER, "too many wait for the router"));
      }
    }

    @Override
    public void established() {
      Admission a = admission;
      if (a != null) {
        a.established();
      }
    }

    @Override
    public void ended(OscSession ended) {
      sessions.remove(key, ended);
      host.leave();
      Admission a = admission;
      if (a != null) {
        a.leave();
      }
    }
  }

  // --- end ---------------------------------------------------------------------------------------

  void stopAccepting() {
    accepting = false;
  }

  /** Ends every session and the socket, in bounded time. */
  void close() {
    accepting = false;
    onLoop(() -> {
      List.copyOf(sessions.values()).forEach(session -> session.close(OscAdapter.STOPPING));
      channel.flush();
      channel.close();
    });
    if (!server.loops().onLoop()) {
      channel.closeFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
  }
}
