package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageType;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CLASP over datagrams, one frame in each: our extension, because no router of the reference does
 * that (transports.md 5). A session belongs to an address with its port, and begins with HELLO.
 *
 * <p>Until an address has proven that it receives what is sent to it, nothing is kept for it, and
 * it gets nothing that is longer than what it sent: who forges addresses gains nothing.
 *
 * <p>One socket on one event loop. Thread-safe.
 */
public final class UdpServer implements Listener {

  private static final Logger LOG = LoggerFactory.getLogger(UdpServer.class);

  /** How often it is looked who is silent. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A socket that fails rests for so long, and twice as long each time up to the latter (T-25). */
  private static final long REST_MILLIS = 50;

  private static final long LONGEST_REST_MILLIS = 1000;

  /** Datagrams that the system keeps for us while we are busy, in bytes; it may give less. */
  private static final int RECEIVE_BUFFER = 1 << 20;

  private final UdpConfig config;
  private final Lobby lobby;
  private final EventLoops loops;
  private final LongSupplier nanos;
  private final UdpCounts counts = new UdpCounts();
  private final OpenLinks links = new OpenLinks();
  private final ProbeFilter probes = new ProbeFilter();
  private volatile @Nullable Channel channel;
  private volatile @Nullable InetSocketAddress address;
  private volatile boolean accepting = true;

  UdpServer(UdpConfig config, Lobby lobby, EventLoops loops, LongSupplier nanos) {
    this.config = config;
    this.lobby = lobby;
    this.loops = loops;
    this.nanos = nanos;
  }

  /** For a router: listens for datagrams. */
  public static ListenerFactory factory(UdpConfig config) {
    return (lobby, loops) -> new UdpServer(config, lobby, loops, System::nanoTime);
  }

  @Override
  public String transport() {
    return "udp";
  }

  @Override
  public void start() {
    if (channel != null) {
      throw new IllegalStateException("already started");
    }
    ChannelFuture bound =
        new Bootstrap()
            .group(loops.next())
            .channel(loops.datagramChannel())
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
            // One byte more, to see what is too long.
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(config.maxDatagram() + 1))
            .handler(handler())
            .bind(config.host(), config.port())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new TransportException(
          TransportException.Kind.BIND,
          "cannot listen for datagrams on "
              + config.host()
              + ":"
              + config.port()
              + ": "
              + LinkServer.problemAndAdvice(bound.cause(), config.port()),
          bound.cause());
    }
    address = (InetSocketAddress) bound.channel().localAddress();
    channel = bound.channel();
  }

  /** What the socket's datagrams go through. */
  ChannelHandler handler() {
    return new Sessions();
  }

  /** The bound address. */
  public InetSocketAddress address() {
    InetSocketAddress a = address;
    if (a == null) {
      throw new IllegalStateException("not started");
    }
    return a;
  }

  @Override
  public List<String> urls() {
    return List.of("udp://" + Listener.hostAndPort(address()));
  }

  @Override
  public boolean shareProbes(int port, ProbeListener listener) {
    return probes.share(port, address(), listener);
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (UdpCounter counter : UdpCounter.values()) {
      all.put(counter.name().toLowerCase(Locale.ROOT), count(counter));
    }
    return all;
  }

  /** What became of datagrams, since the start. */
  public long count(UdpCounter counter) {
    return counts.of(counter);
  }

  /** Sessions that are there now. */
  public int sessions() {
    return links.size();
  }

  @Override
  public void stopAccepting() {
    accepting = false;
  }

  @Override
  public void close() {
    stopAccepting();
    links.close();
    if (!loops.onLoop()) {
      links.awaitNone();
    }
    Channel c = channel;
    if (c != null) {
      ChannelFuture closed = c.close();
      if (!loops.onLoop()) {
        closed.awaitUninterruptibly(1, TimeUnit.SECONDS);
      }
    }
  }

  /** An address that has a session. */
  private final class Guest implements Visitor {
    private final UdpLink link;
    private final Doorkeeper.Pass pass;

    /** With which the session was opened; 0 without validation. */
    private final long cookie;

    private boolean established;
    private boolean touched;

    Guest(UdpLink link, Doorkeeper.Pass pass, long cookie) {
      this.link = link;
      this.pass = pass;
      this.cookie = cookie;
    }

    @Override
    public SocketAddress peer() {
      return link.remote();
    }

    @Override
    public void dismiss() {
      link.onLoop(() -> {
        if (!established) {
          link.close(WaitingRoom.FULL);
        }
      });
    }

    void established() {
      established = true;
      lobby.waiting().leave(this);
      pass.established();
    }
  }

  /** Whose datagram it is. On the loop. */
  private final class Sessions extends ChannelInboundHandlerAdapter {
    private final Map<InetSocketAddress, Guest> guests = new HashMap<>();
    private final List<Guest> touched = new ArrayList<>();
    private final Cookies cookies = new Cookies(new SecureRandom(), nanos);
    private final byte[] buffer = new byte[config.maxDatagram() + 1];
    private @Nullable ScheduledFuture<?> looking;
    private long rest = REST_MILLIS;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      looking =
          context
              .channel()
              .eventLoop()
              .scheduleWithFixedDelay(this::look, LOOK_NANOS, LOOK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void look() {
      long now = nanos.getAsLong();
      for (Guest guest : List.copyOf(guests.values())) {
        guest.link.look(now, config.ping().toNanos(), config.gone().toNanos());
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!(message instanceof DatagramPacket packet)) {
        return;
      }
      try {
        rest = REST_MILLIS;
        counts.add(UdpCounter.RECEIVED);
        ByteBuf content = packet.content();
        int length = content.readableBytes();
        if (length > config.maxDatagram()) {
          counts.add(UdpCounter.OVERSIZE);
          return;
        }
        content.readBytes(buffer, 0, length);
        received(context.channel(), packet.sender(), length);
      } finally {
        packet.release();
      }
    }

    private void received(Channel c, InetSocketAddress sender, int length) {
      Guest guest = guests.get(sender);
      if (guest == null && probes.take(c, buffer, length, sender)) {
        return;
      }
      int frame = UdpFrames.frameLength(buffer, 0, length);
      if (frame > 0 && isHello(frame) && (config.validate() || guest == null)) {
        hello(c, sender, guest, frame, length);
      } else if (guest != null) {
        if (!guest.touched) {
          guest.touched = true;
          touched.add(guest);
        }
        guest.link.datagram(buffer, 0, length);
      } else if (frame > 0 || length > ReceiptFlow.HEADER && buffer[0] == ReceiptFlow.DATA) {
        counts.add(UdpCounter.STRANGERS);
        answer(c, sender, new byte[] {UdpFrames.UNKNOWN});
      } else {
        // Never answered: it may be an answer itself.
        counts.add(UdpCounter.GARBAGE);
      }
    }

    private boolean isHello(int frame) {
      int flags = FrameDescriptor.flags(buffer, 0);
      if ((flags & (FrameDescriptor.FLAG_ENCRYPTED | FrameDescriptor.FLAG_COMPRESSED)) != 0) {
        return false;
      }
      int type = UdpFrames.type(buffer, 0);
      return type == MessageType.HELLO
          || type >= 0 && MessageCodec.isMessagePack((byte) type) && isLegacyHello(frame);
    }

    private boolean isLegacyHello(int frame) {
      try {
        return FrameCodec.decode(buffer, 0, frame).message() instanceof Message.Hello;
      } catch (DecodeException e) {
        return false;
      }
    }

    private void hello(
        Channel c, InetSocketAddress sender, @Nullable Guest guest, int frame, int length) {
      long cookie = UdpFrames.isStamped(buffer, 0) ? UdpFrames.stamp(buffer, 0) : 0;
      if (config.validate()) {
        if (guest != null && guest.cookie == cookie) {
          // Doubled on the way, or sent again because the answer was late.
          return;
        }
        if (!cookies.good(sender, cookie)) {
          counts.add(UdpCounter.CHALLENGED);
          if (length >= UdpFrames.CHALLENGE_LENGTH && accepting) {
            answer(c, sender, UdpFrames.challenge(cookies.make(sender)));
          }
          return;
        }
        if (guest != null) {
          if (!Cookies.newer(cookie, guest.cookie)) {
            return;
          }
          guest.link.end(
              new CloseReason(CloseReason.GOING_AWAY, "the other end has started again"));
        }
      }
      if (accepting) {
        boolean receipts =
            config.validate() && length > frame && buffer[frame] == UdpFrames.KNOWS_RECEIPTS;
        begin(c, sender, cookie, frame, receipts);
      }
    }

    private void begin(
        Channel c, InetSocketAddress sender, long cookie, int frame, boolean receipts) {
      Doorkeeper.Pass pass = lobby.doorkeeper().enter(sender.getAddress());
      UdpLink link = new UdpLink(c, sender, false, receipts, config.maxDatagram(), counts, nanos);
      Guest guest = new Guest(link, pass, cookie);
      Optional<Refusal> refusal = pass.refusal();
      if (refusal.isPresent()) {
        lobby.turnedAway(refusal.get(), guest);
        return;
      }
      guests.put(sender, guest);
      links.add(link);
      link.whenEstablished(guest::established);
      link.whenEnded(() -> {
        guests.remove(sender, guest);
        links.remove(link);
        lobby.waiting().leave(guest);
        pass.leave();
      });
      lobby.enter(guest);
      lobby.counts().add(ConnectionCounter.UDP);
      if (link.open(lobby.acceptor())) {
        guest.touched = true;
        touched.add(guest);
        link.deliver(buffer, 0, frame);
      }
    }

    private void answer(Channel c, InetSocketAddress to, byte[] datagram) {
      c.writeAndFlush(
          new DatagramPacket(c.alloc().directBuffer(datagram.length).writeBytes(datagram), to),
          c.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      for (Guest guest : touched) {
        guest.touched = false;
        guest.link.readComplete();
      }
      touched.clear();
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      counts.add(UdpCounter.ERRORS);
      if (rest == REST_MILLIS) {
        LOG.warn("{}: {}. Trying again", address, cause.toString());
      }
      context.channel().config().setAutoRead(false);
      context
          .channel()
          .eventLoop()
          .schedule(
              () -> context.channel().config().setAutoRead(true), rest, TimeUnit.MILLISECONDS);
      rest = Math.min(2 * rest, LONGEST_REST_MILLIS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      UdpLink.cancel(looking);
      for (Guest guest : List.copyOf(guests.values())) {
        guest.link.end(new CloseReason(CloseReason.GOING_AWAY, "the socket was closed"));
      }
    }
  }
}
