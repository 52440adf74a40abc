package dev.clasp.adapterosc;

import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscFrames;
import dev.clasp.osc.OscFraming;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.protocol.CloseReason;
import dev.clasp.server.ClaspServer;
import dev.clasp.transport.Admission;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OSC over connections, with lengths (OSC 1.0) or SLIP (OSC 1.1), whichever the other side begins
 * with. A session belongs to a connection and begins with the first packet.
 */
final class TcpDoor {

  private static final Logger LOG = LoggerFactory.getLogger(TcpDoor.class);

  /** A connection that has no session by then is closed. */
  private static final long WAIT_SECONDS = 30;

  private static final long LOOK_SECONDS = 10;

  private final ClaspServer server;
  private final Surroundings around;
  private final OscAdapterConfig config;
  private final Reception reception;
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel listener;
  private volatile boolean accepting = true;

  private TcpDoor(ClaspServer server, Surroundings around, InetAddress host, int port) {
    this.server = server;
    this.around = around;
    this.config = around.config();
    this.reception = new Reception(around);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(server.loops().group())
            .channel(server.loops().serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Program(channel));
                  }
                })
            .bind(host, port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw OscAdapter.cannotListen("for OSC connections", host, port, bound.cause());
    }
    this.listener = bound.channel();
  }

  /**
   * Listens.
   *
   * @throws dev.clasp.server.ServerException the port is taken, with a sentence for the user
   */
  static TcpDoor open(ClaspServer server, Surroundings around, InetAddress host, int port) {
    return new TcpDoor(server, around, host, port);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** One connection. On its loop. */
  private final class Program extends ChannelInboundHandlerAdapter
      implements Outlet, OscFrames, OscSession.Ending {

    private final Channel channel;
    private final InetSocketAddress source;
    private final Hosts.Host host;
    private OscFraming.@Nullable Kind kind;
    private @Nullable OscFraming framing;
    private @Nullable OscSession session;
    private @Nullable Admission admission;
    private @Nullable ScheduledFuture<?> looking;

    /** A place among the sessions of the host. */
    private boolean entered;

    private boolean leaving;

    Program(Channel channel) {
      this.channel = channel;
      // A peer that is gone already has no address any more.
      this.source =
          channel.remoteAddress() instanceof InetSocketAddress remote
              ? remote
              : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      this.host = around.hosts().of(source.getAddress(), around.now());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (!accepting || !around.admits(source.getAddress())) {
        around.counts().add(OscCounter.REFUSED_SOURCE);
        channel.close();
        return;
      }
      Optional<Admission> place = server.door().admit(source, this::dismiss);
      if (place.isEmpty()) {
        around.counts().add(OscCounter.REFUSED_FULL);
        channel.close();
        return;
      }
      admission = place.get();
      open.add(channel);
      looking = channel.eventLoop().schedule(this::waitedEnough, WAIT_SECONDS, TimeUnit.SECONDS);
      config.framing().ifPresent(this::speak);
      if (framing != null && config.autoSubscribe()) {
        // It may want to listen only.
        packet(new OscMessage(Reserved.PING));
        readComplete();
      }
    }

    /** Any thread. */
    private void dismiss() {
      try {
        channel.eventLoop().execute(channel::close);
      } catch (RejectedExecutionException e) {
        LOG.debug("the event loop has stopped: {}", e.getMessage());
      }
    }

    private void waitedEnough() {
      if (session == null) {
        channel.close();
      } else {
        looking =
            channel
                .eventLoop()
                .scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
      }
    }

    private void look() {
      OscSession s = session;
      if (s != null) {
        s.look();
      }
    }

    private void speak(OscFraming.Kind used) {
      kind = used;
      framing = used.decoder(config.maxPacket());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!(message instanceof ByteBuf content)) {
        return;
      }
      try {
        if (!content.isReadable() || leaving) {
          return;
        }
        byte[] bytes = new byte[content.readableBytes()];
        content.readBytes(bytes);
        if (framing == null) {
          speak(OscFraming.Kind.of(bytes[0]));
        }
        OscFraming f = framing;
        if (f != null) {
          f.feed(bytes, 0, bytes.length, this);
        }
      } catch (OscException e) {
        undecodable(String.valueOf(e.getMessage()));
        flush();
        channel.close();
      } finally {
        content.release();
      }
    }

    @Override
    public void packet(byte[] buffer, int offset, int length) {
      around.counts().add(OscCounter.RECEIVED);
      try {
        packet(Reception.read(buffer, offset, length));
      } catch (OscException e) {
        undecodable(String.valueOf(e.getMessage()));
      }
    }

    @Override
    public void damaged(String why) {
      undecodable(why);
    }

    private void undecodable(String why) {
      around.counts().add(OscCounter.UNDECODABLE);
      OscSession s = session;
      if (s != null) {
        s.undecodable(why);
      }
    }

    private void packet(OscPacket packet) {
      if (leaving) {
        return;
      }
      int count = Reserved.count(packet);
      around.counts().add(OscCounter.MESSAGES, count);
      OscSession s = session;
      if (!host.admit(count, around.now())) {
        around.counts().add(OscCounter.REFUSED_RATE);
        if (s != null) {
          s.tooFast();
        }
        return;
      }
      if (s == null) {
        s = begin(packet);
      }
      if (s != null) {
        s.packet(packet);
      }
    }

    private @Nullable OscSession begin(OscPacket first) {
      Reception.Verdict verdict = reception.judge(source.getAddress(), host, first, true);
      verdict
          .refusal()
          .ifPresent(refusal -> {
            byte[] packet = OscCodec.encode(refusal);
            if (host.mayBeTold(around.now())) {
              around.counts().add(OscCounter.ERRORS_SENT);
              send(packet, packet.length);
              flush();
            }
          });
      if (verdict.ticket().isEmpty()) {
        return null;
      }
      entered = true;
      OscSession made =
          new OscSession(
              around,
              this,
              source,
              host,
              verdict.ticket().get().token(),
              true,
              config.wide(),
              client -> server.virtualClient(channel.eventLoop(), client),
              this);
      session = made;
      made.open(config.autoSubscribe());
      return made;
    }

    private void readComplete() {
      OscSession s = session;
      if (s != null) {
        s.readComplete();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      OscSession s = session;
      if (s != null) {
        s.writabilityChanged();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      around.counts().add(OscCounter.SOCKET_ERRORS);
      LOG.debug("OSC connection of {}: {}", source, cause.toString());
      channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      leaving = true;
      ScheduledFuture<?> l = looking;
      if (l != null) {
        l.cancel(false);
      }
      OscSession s = session;
      if (s != null) {
        s.close(new CloseReason(CloseReason.GOING_AWAY, "the connection has ended"));
      }
      Admission a = admission;
      if (a != null) {
        a.leave();
      }
    }

    // --- what the session asks -------------------------------------------------------------------

    @Override
    public String transport() {
      return "osc-tcp";
    }

    @Override
    public InetSocketAddress target() {
      return source;
    }

    @Override
    public boolean retarget(int port) {
      return false;
    }

    @Override
    public boolean send(byte[] packet, int length) {
      OscFraming.Kind k = kind;
      if (k == null || leaving) {
        return false;
      }
      channel.write(Unpooled.wrappedBuffer(k.frame(packet, 0, length)), channel.voidPromise());
      return true;
    }

    @Override
    public void flush() {
      channel.flush();
    }

    @Override
    public boolean writable() {
      return channel.isWritable();
    }

    @Override
    public void reading(boolean enabled) {
      channel.config().setAutoRead(enabled);
    }

    @Override
    public void later(Runnable task, long nanos) {
      channel.eventLoop().schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
      leaving = true;
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
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
      if (entered) {
        entered = false;
        host.leave();
      }
    }
  }

  void stopAccepting() {
    accepting = false;
    listener.close();
  }

  /** Ends every connection, in bounded time. */
  void close() {
    stopAccepting();
    for (Channel channel : open) {
      Program program = channel.pipeline().get(Program.class);
      if (program != null) {
        channel
            .eventLoop()
            .execute(() -> {
              OscSession s = program.session;
              if (s != null) {
                s.close(OscAdapter.STOPPING);
              } else {
                channel.close();
              }
            });
      }
    }
    if (!server.loops().onLoop()) {
      open.newCloseFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
      listener.closeFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
    open.close();
  }
}
