package dev.clasp.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how a service is (sd_notify(3)): datagrams to the socket that {@code NOTIFY_SOCKET}
 * names. Without systemd, or where there is no epoll, it does nothing. Thread-safe.
 */
public final class ServiceNotifier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceNotifier.class);

  private final Optional<Connected> connected;
  private final Optional<Duration> watchdog;

  private record Connected(EventLoopGroup loop, Channel channel) {}

  private ServiceNotifier(Optional<Connected> connected, Optional<Duration> watchdog) {
    this.connected = connected;
    this.watchdog = watchdog;
  }

  /**
   * @param environment with {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID},
   *     if systemd has started this process
   */
  public static ServiceNotifier of(Map<String, String> environment) {
    String path = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (path.isEmpty() || !Epoll.isAvailable()) {
      return new ServiceNotifier(Optional.empty(), Optional.empty());
    }
    // An abstract socket is written with @ and begins with a zero byte.
    String name = path.startsWith("@") ? "\0" + path.substring(1) : path;
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1,
            Thread.ofPlatform().daemon().name("clasp-notify").factory(),
            EpollIoHandler.newFactory());
    try {
      Channel channel =
          new Bootstrap()
              .group(loop)
              .channel(EpollDomainDatagramChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(new DomainSocketAddress(name))
              .syncUninterruptibly()
              .channel();
      return new ServiceNotifier(Optional.of(new Connected(loop, channel)), interval(environment));
    } catch (Exception e) {
      // Netty throws what the system said, undeclared.
      LOG.warn("NOTIFY_SOCKET={}: systemd cannot be told how we are: {}", path, e.toString());
      loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      return new ServiceNotifier(Optional.empty(), Optional.empty());
    }
  }

  /** How often systemd wants to hear of us at the latest, if this process is meant. */
  private static Optional<Duration> interval(Map<String, String> environment) {
    String pid = environment.getOrDefault("WATCHDOG_PID", "");
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    boolean ours = pid.isEmpty() || pid.equals(Long.toString(ProcessHandle.current().pid()));
    return ours && micros.matches("[1-9][0-9]{0,14}")
        ? Optional.of(Duration.ofNanos(Long.parseLong(micros) * 1000))
        : Optional.empty();
  }

  /** Somebody listens. */
  public boolean active() {
    return connected.isPresent();
  }

  /**
   * Ready for clients.
   *
   * @param status a line for {@code systemctl status}
   * @param healthy asked in half the time that systemd wants to hear from us in; while it says no,
   *     the watchdog is not fed, and systemd restarts the service
   */
  public void ready(String status, BooleanSupplier healthy) {
    send("READY=1\nSTATUS=" + status);
    watchdog.ifPresent(interval -> {
      long half = interval.toNanos() / 2;
      connected
          .orElseThrow()
          .loop()
          .scheduleAtFixedRate(
              () -> {
                if (healthy.getAsBoolean()) {
                  send("WATCHDOG=1");
                }
              },
              0,
              half,
              TimeUnit.NANOSECONDS);
    });
  }

  /** Settings are read again; {@link #ready} follows. */
  public void reloading() {
    send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
  }

  /** Settings have been read. */
  public void reloaded(String status) {
    send("READY=1\nSTATUS=" + status);
  }

  /** On the way to the end. */
  public void stopping() {
    send("STOPPING=1\nSTATUS=stopping");
  }

  private void send(String text) {
    connected.ifPresent(c ->
        c.channel()
            .writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8))
            .addListener(sent -> {
              if (!sent.isSuccess()) {
                LOG.debug("systemd cannot be told: {}", String.valueOf(sent.cause()));
              }
            }));
  }

  @Override
  public void close() {
    connected.ifPresent(c -> {
      c.channel().close();
      c.loop().shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
    });
  }
}
