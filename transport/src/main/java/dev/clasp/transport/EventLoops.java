package dev.clasp.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import jdk.net.ExtendedSocketOptions;

/**
 * A group of event loops with the channel types that fit: native epoll where the machine has it,
 * else NIO. Shared by servers and clients. Thread-safe.
 */
public final class EventLoops implements AutoCloseable {

  private final EventLoopGroup group;
  private final boolean epoll;
  private final boolean view;

  private EventLoops(EventLoopGroup group, boolean epoll, boolean view) {
    this.group = group;
    this.epoll = epoll;
    this.view = view;
  }

  /**
   * Starts nothing yet: a loop's thread starts with its first task. Daemon threads named {@code
   * name-1}, ...
   */
  public static EventLoops create(String name, int threads) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io),
        epoll,
        false);
  }

  /** One of the loops, in turn. */
  public EventLoop next() {
    return group.next();
  }

  /** All of them. */
  public List<EventLoop> all() {
    List<EventLoop> all = new ArrayList<>();
    group.forEach(executor -> all.add((EventLoop) executor));
    return List.copyOf(all);
  }

  /**
   * A view of one of the loops, in turn: what is connected with it always runs on that loop.
   * Closing a view does nothing.
   */
  public EventLoops pinned() {
    return new EventLoops(group.next(), epoll, true);
  }

  /** All loops, as Netty wants them for a listener. */
  public EventLoopGroup group() {
    return group;
  }

  /** What listens for connections. */
  public Class<? extends ServerChannel> serverChannel() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /**
   * For connections of a client: loop, kind of channel, names that are resolved in the background,
   * and the system looking after silent peers. Each call takes the next loop.
   */
  public Bootstrap bootstrap() {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group.next())
            .channel(channel())
            .resolver(BackgroundResolver.INSTANCE)
            .option(ChannelOption.TCP_NODELAY, true);
    keepAlive(bootstrap);
    return bootstrap;
  }

  Class<? extends SocketChannel> channel() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /** What receives and sends datagrams on these loops. */
  public Class<? extends DatagramChannel> datagramChannel() {
    return epoll ? EpollDatagramChannel.class : NioDatagramChannel.class;
  }

  /** A socket for datagrams of IPv4, or of IPv6 and, where the system has both in one, IPv4. */
  public DatagramChannel datagramChannel(boolean v6) {
    SocketProtocolFamily family = v6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
    return epoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family);
  }

  /**
   * For a process that ends at once: each loop does nothing more and waits in Java. For a thread
   * that waits in native code, as loops do, the JVM itself would wait for 0.3 s when it ends.
   * Returns when they all rest, or after a second in any case.
   */
  public void rest() {
    List<EventLoop> loops = all();
    CountDownLatch resting = new CountDownLatch(loops.size());
    try {
      for (EventLoop loop : loops) {
        loop.execute(() -> {
          resting.countDown();
          while (true) {
            LockSupport.park();
          }
        });
      }
      resting.await(1, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      // They have ended already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Is it epoll, with what only that has? */
  boolean epoll() {
    return epoll;
  }

  /**
   * When the system looks whether a silent peer is still there, in seconds: first after 30
   * (transports.md 3.2), then every 10, and after three without an answer the connection ends.
   */
  private static final int KEEP_IDLE = 30;

  private static final int KEEP_INTERVAL = 10;
  private static final int KEEP_COUNT = 3;

  /** Lets the system look after the connections that a server accepts. */
  public void childKeepAlive(ServerBootstrap bootstrap) {
    bootstrap.childOption(ChannelOption.SO_KEEPALIVE, true);
    keepAlive(bootstrap::childOption);
  }

  /** Lets the system look after the connection of a client. */
  void keepAlive(Bootstrap bootstrap) {
    bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
    keepAlive(bootstrap::option);
  }

  private void keepAlive(BiConsumer<ChannelOption<Integer>, Integer> set) {
    if (epoll) {
      set.accept(EpollChannelOption.TCP_KEEPIDLE, KEEP_IDLE);
      set.accept(EpollChannelOption.TCP_KEEPINTVL, KEEP_INTERVAL);
      set.accept(EpollChannelOption.TCP_KEEPCNT, KEEP_COUNT);
    } else {
      set.accept(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEP_IDLE);
      set.accept(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEP_INTERVAL);
      set.accept(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEP_COUNT);
    }
  }

  /** {@code epoll} or {@code nio}. */
  public String kind() {
    return epoll ? "epoll" : "nio";
  }

  /** Stops the loops; waits up to 5 s unless called from one of them. */
  @Override
  public void close() {
    if (view) {
      return;
    }
    var done = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    if (!Thread.currentThread().isInterrupted() && !onLoop()) {
      done.awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
  }

  /** Is the caller one of the loops? It must not wait then. */
  public boolean onLoop() {
    for (var executor : group) {
      if (executor.inEventLoop()) {
        return true;
      }
    }
    return false;
  }
}
