package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd hears, on a socket as it makes one. */
class ServiceNotifierTest {

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private EventLoopGroup loop;
  private Channel socket;
  private Path path;

  @BeforeEach
  void listen(@TempDir Path folder) throws InterruptedException {
    assumeThat(Epoll.isAvailable()).as("sockets of this kind need Linux").isTrue();
    path = folder.resolve("notify");
    loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    socket =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .handler(
                new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                  @Override
                  protected void channelRead0(
                      ChannelHandlerContext context, DomainDatagramPacket packet) {
                    heard.add(packet.content().toString(StandardCharsets.UTF_8));
                  }
                })
            .bind(new DomainSocketAddress(path.toFile()))
            .sync()
            .channel();
  }

  @AfterEach
  void stop() {
    socket.close();
    loop.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
  }

  private String next() throws InterruptedException {
    return heard.poll(20, TimeUnit.SECONDS);
  }

  @Test
  void saysWhenItIsReadyReloadsAndStops() throws InterruptedException {
    try (ServiceNotifier notifier = ServiceNotifier.of(Map.of("NOTIFY_SOCKET", path.toString()))) {
      notifier.ready("on ws://localhost:7330", () -> true);
      assertThat(next()).isEqualTo("READY=1\nSTATUS=on ws://localhost:7330");
      notifier.reloading();
      assertThat(next()).matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
      notifier.reloaded("again");
      assertThat(next()).isEqualTo("READY=1\nSTATUS=again");
      notifier.stopping();
      assertThat(next()).isEqualTo("STOPPING=1\nSTATUS=stopping");
    }
  }

  @Test
  void feedsTheWatchdogWhileItIsHealthy() throws InterruptedException {
    AtomicBoolean healthy = new AtomicBoolean(true);
    Map<String, String> environment =
        Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "20000");
    try (ServiceNotifier notifier = ServiceNotifier.of(environment)) {
      notifier.ready("", healthy::get);
      assertThat(next()).startsWith("READY=1");
      assertThat(next()).isEqualTo("WATCHDOG=1");
      assertThat(next()).isEqualTo("WATCHDOG=1");
    }
  }

  @Test
  void doesNotFeedItWhenItIsNotHealthyOrAnotherProcessIsMeant() throws InterruptedException {
    Map<String, String> ours = Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "1000");
    try (ServiceNotifier notifier = ServiceNotifier.of(ours)) {
      notifier.ready(
          "",
          () -> {
            return false;
          });
      assertThat(next()).startsWith("READY=1");
      notifier.stopping();
      assertThat(next()).startsWith("STOPPING=1");
    }
    Map<String, String> others =
        Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "1000", "WATCHDOG_PID", "1");
    try (ServiceNotifier notifier = ServiceNotifier.of(others)) {
      notifier.ready(
          "",
          () -> {
            throw new AssertionError("nobody wants to know");
          });
      assertThat(next()).startsWith("READY=1");
      notifier.stopping();
      assertThat(next()).startsWith("STOPPING=1");
    }
  }

  @Test
  void withoutSystemdItDoesNothing() {
    try (ServiceNotifier notifier = ServiceNotifier.of(Map.of())) {
      assertThat(notifier.active()).isFalse();
      notifier.ready("", () -> true);
      notifier.stopping();
    }
  }
}
