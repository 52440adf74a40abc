package dev.clasp.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds servers by UDP broadcast (discovery.md 3.4, 3.5): asks in every network of this machine,
 * and this machine itself, at once, after half a second, after one and a half, and then at
 * intervals. A server that does not answer for three intervals is lost.
 *
 * <p>Thread-safe; has one thread and one socket.
 */
public final class BroadcastSource implements DeviceSource {

  /** Between probes, after the first ones. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);

  private final Supplier<List<InetSocketAddress>> targets;
  private final Duration interval;
  private final AtomicBoolean started = new AtomicBoolean();
  private @Nullable DatagramLoop loop;
  private volatile boolean closed;

  /**
   * @param port where servers listen for probes
   * @param interval between probes, after the first ones; at least 1 s
   */
  public BroadcastSource(int port, Duration interval) {
    this(() -> targets(port, LocalInterface.all()), interval);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be 1 to 65535, not " + port);
    }
    if (interval.toMillis() < 1000) {
      throw new IllegalArgumentException("interval must be at least 1 s, not " + interval);
    }
  }

  /** Tests say where probes go: nowhere but to this machine. */
  BroadcastSource(Supplier<List<InetSocketAddress>> targets, Duration interval) {
    this.targets = targets;
    this.interval = interval;
  }

  /** On the usual port, every 30 s. */
  public BroadcastSource() {
    this(BroadcastResponder.DEFAULT_PORT, DEFAULT_INTERVAL);
  }

  @Override
  public Mechanism mechanism() {
    return Mechanism.BROADCAST;
  }

  @Override
  public void start(Consumer<DiscoveryEvent> events) {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("already started");
    }
    Consumer<DiscoveryEvent> safe = new SafeListener(Mechanism.BROADCAST, events);
    Timetable timetable = new Timetable(System::nanoTime);
    DatagramChannel channel = null;
    try {
      channel = DatagramChannel.open(StandardProtocolFamily.INET);
      channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
      channel.bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0));
      DatagramLoop[] made = new DatagramLoop[1];
      BroadcastProber prober =
          new BroadcastProber(
              timetable,
              interval.toNanos(),
              targets,
              // A network that cannot be reached is none that there are servers in (3.5).
              (probe, to) -> made[0].send(probe, to),
              safe);
      made[0] = new DatagramLoop("clasp-broadcast-prober", channel, timetable, prober::received);
      prober.begin();
      synchronized (this) {
        if (closed) {
          made[0].close();
          return;
        }
        loop = made[0];
        made[0].start();
      }
    } catch (IOException e) {
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException second) {
          e.addSuppressed(second);
        }
      }
      safe.accept(
          new DiscoveryEvent.Failed(
              Mechanism.BROADCAST, "cannot open a socket for broadcast: " + e.getMessage()));
    }
  }

  /** The whole world, which is the network of the default route; every network; this machine. */
  static List<InetSocketAddress> targets(int port, List<LocalInterface> interfaces) {
    Set<InetAddress> addresses = new LinkedHashSet<>();
    try {
      addresses.add(InetAddress.getByName("255.255.255.255"));
      for (LocalInterface local : interfaces) {
        if (!local.loopback()) {
          local.nets().stream()
              .map(LocalInterface.Net::broadcast)
              .flatMap(Optional::stream)
              .filter(address -> !address.isAnyLocalAddress())
              .forEach(addresses::add);
        }
      }
      addresses.add(InetAddress.getByName("127.0.0.1"));
    } catch (UnknownHostException e) {
      throw new AssertionError("an address in digits needs no name server", e);
    }
    return addresses.stream().map(address -> new InetSocketAddress(address, port)).toList();
  }

  @Override
  public void close() {
    DatagramLoop open;
    synchronized (this) {
      closed = true;
      open = loop;
    }
    if (open != null) {
      open.close();
    }
  }
}
