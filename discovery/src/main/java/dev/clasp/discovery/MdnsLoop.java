package dev.clasp.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets and the thread of one {@link MdnsRole}: one socket for each interface and protocol,
 * opened and closed as interfaces come and go. The JDK tells nobody when they do, so it looks again
 * and again.
 */
final class MdnsLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MdnsLoop.class);

  /** The longest packet (RFC 6762 section 17). */
  private static final int LONGEST_PACKET = 9000;

  /** Packets of one socket before the others have their turn. */
  private static final int TURN = 64;

  private record Place(String name, boolean ipv6) {}

  private final String threadName;
  private final MdnsNetwork network;
  private final Supplier<List<LocalInterface>> interfaces;
  private final Timetable timetable = new Timetable(System::nanoTime);
  private final MdnsRole role;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final Map<Place, MulticastLink> links = new ConcurrentHashMap<>();
  private final Set<Place> troubled = new HashSet<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(LONGEST_PACKET);
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Selector selector;
  private volatile @Nullable Thread thread;
  private volatile boolean closing;

  MdnsLoop(
      String threadName,
      MdnsNetwork network,
      Supplier<List<LocalInterface>> interfaces,
      Function<Timetable, MdnsRole> role) {
    this.threadName = threadName;
    this.network = network;
    this.interfaces = interfaces;
    this.role = role.apply(timetable);
  }

  /**
   * Opens what there is to open, and goes on by itself. No interface at all is no failure: there
   * may be one later.
   *
   * @throws DiscoveryException the port is not to be had
   */
  void start() {
    if (thread != null) {
      throw new IllegalStateException("already started");
    }
    Selector made;
    try {
      made = Selector.open();
    } catch (IOException e) {
      throw new DiscoveryException("cannot speak mDNS: " + e.getMessage(), e);
    }
    selector = made;
    try {
      look(made, true);
    } catch (DiscoveryException e) {
      closeAll(made);
      throw e;
    }
    thread = Thread.ofPlatform().daemon().name(threadName).start(() -> turn(made));
  }

  /** Whether there is an interface to speak on; right after the start. */
  boolean hasLinks() {
    return !links.isEmpty();
  }

  /** On the thread of this loop, soon; not at all once it is closed. */
  void execute(Runnable command) {
    commands.add(command);
    Selector s = selector;
    if (s != null) {
      s.wakeup();
    }
  }

  /** Ends the thread and frees the sockets; waits for that unless it is called on the thread. */
  @Override
  public void close() {
    closing = true;
    Selector s = selector;
    Thread t = thread;
    if (s == null || t == null) {
      return;
    }
    s.wakeup();
    if (t != Thread.currentThread()) {
      try {
        if (!ended.await(2, TimeUnit.SECONDS)) {
          LOG.warn("{} does not end", threadName);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void turn(Selector s) {
    try {
      while (!closing) {
        long next = Math.min(timetable.next(), network.look().toNanos());
        if (next > 0) {
          // Rounded up, or the last millisecond would be spent in circles.
          s.select(this::ready, next / 1_000_000 + 1);
        } else {
          s.selectNow(this::ready);
        }
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
          safely(command);
        }
        safely(timetable::run);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.error("{} has ended: {}", threadName, e.toString());
    } finally {
      closeAll(s);
      ended.countDown();
    }
  }

  /** A mistake of ours in one packet does not end the rest. */
  private static void safely(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.error("mDNS", e);
    }
  }

  private void closeAll(Selector s) {
    links.values().forEach(MulticastLink::close);
    links.clear();
    try {
      s.close();
    } catch (IOException e) {
      LOG.debug("cannot close the selector", e);
    }
  }

  // --- packets -----------------------------------------------------------------------------------

  private void ready(SelectionKey key) {
    if (key.attachment() instanceof MulticastLink link) {
      for (int i = 0; i < TURN && key.isValid(); i++) {
        if (!safelyReceived(link)) {
          return;
        }
      }
    }
  }

  private boolean safelyReceived(MulticastLink link) {
    buffer.clear();
    InetSocketAddress from;
    try {
      from = (InetSocketAddress) link.channel().receive(buffer);
    } catch (IOException e) {
      LOG.debug("cannot receive on {}: {}", link.name(), e.toString());
      return false;
    }
    if (from == null) {
      return false;
    }
    try {
      // A packet to us alone comes in by any of the sockets.
      MulticastLink origin = link.near(from.getAddress()) ? link : linkTo(from.getAddress());
      if (origin != null) {
        role.received(origin, from, DnsReader.read(buffer.array(), buffer.position()));
      }
    } catch (DnsFormatException e) {
      LOG.trace("from {}: {}", from, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("mDNS: a packet from {}", from, e);
    }
    return true;
  }

  private @Nullable MulticastLink linkTo(InetAddress address) {
    for (MulticastLink link : links.values()) {
      if (link.near(address)) {
        return link;
      }
    }
    return null;
  }

  // --- interfaces --------------------------------------------------------------------------------

  private void look(Selector s, boolean first) {
    Map<Place, LocalInterface> wanted = new HashMap<>();
    Map<Place, List<InetAddress>> announced = new HashMap<>();
    for (LocalInterface local : interfaces.get()) {
      List<InetAddress> addresses = network.addresses(local);
      for (boolean ipv6 : new boolean[] {false, true}) {
        if (addresses.stream().anyMatch(address -> address instanceof Inet4Address != ipv6)) {
          Place place = new Place(local.name(), ipv6);
          wanted.put(place, local);
          announced.put(place, addresses);
        }
      }
    }
    for (Place place : List.copyOf(links.keySet())) {
      if (!wanted.containsKey(place)) {
        MulticastLink gone = links.remove(place);
        if (gone != null) {
          LOG.debug("mDNS no longer on {}", place.name());
          safely(() -> role.down(gone));
          gone.close();
        }
      }
    }
    wanted.forEach((place, local) -> {
      List<InetAddress> addresses = announced.getOrDefault(place, List.of());
      MulticastLink link = links.get(place);
      if (link == null) {
        open(s, place, local, addresses, first);
      } else if (link.update(local, addresses)) {
        LOG.debug("mDNS on {} with other addresses: {}", place.name(), addresses);
        safely(() -> role.changed(link));
      }
    });
    timetable.in(network.look().toNanos(), () -> look(s, false));
  }

  private void open(
      Selector s, Place place, LocalInterface local, List<InetAddress> addresses, boolean first) {
    MulticastLink link = null;
    try {
      link = MulticastLink.open(local, place.ipv6(), addresses);
      link.channel().register(s, SelectionKey.OP_READ, link);
    } catch (BindException e) {
      if (first) {
        throw new DiscoveryException(
            "UDP port "
                + MdnsRole.PORT
                + " is taken by a program that does not share it. Stop that program, or do without"
                + " mDNS",
            e);
      }
      complain(place, e);
      return;
    } catch (IOException e) {
      if (link != null) {
        link.close();
      }
      complain(place, e);
      return;
    }
    troubled.remove(place);
    links.put(place, link);
    LOG.debug("mDNS on {} for {}", place.name(), addresses);
    MulticastLink opened = link;
    safely(() -> role.up(opened));
  }

  /** Once, until it works again. */
  private void complain(Place place, IOException e) {
    if (troubled.size() < 256 && troubled.add(place)) {
      LOG.warn("no mDNS on {}: {}. Trying again", place.name(), e.toString());
    }
  }
}
