package dev.clasp.ble;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.Listener;
import dev.clasp.transport.ListenerFactory;
import dev.clasp.transport.Lobby;
import dev.clasp.transport.OpenLinks;
import dev.clasp.transport.StreamLink;
import dev.clasp.transport.TransportException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The router as the central of its nodes, which are peripherals, as microcontrollers usually are:
 * looks for devices that advertise the service and connects to them. Then a node speaks first, as
 * every client does, and says HELLO.
 */
public final class BleNodes implements Listener {

  private static final Logger LOG = LoggerFactory.getLogger(BleNodes.class);

  /** From the beginning of a connection to the subscription. */
  private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Devices that failed and are remembered. */
  private static final int MAX_FAILED = 256;

  private final NodesConfig config;
  private final Lobby lobby;
  private final EventLoops loops;
  private final OpenLinks links = new OpenLinks();
  private final BleCounts counts = new BleCounts();

  // Guarded by this.
  private final Set<String> connected = new HashSet<>();
  private boolean searching;
  private @Nullable Thread thread;

  /** Thread that searches: when devices may be tried again. */
  private final Map<String, Long> failed = new HashMap<>();

  private BleNodes(NodesConfig config, Lobby lobby, EventLoops loops) {
    this.config = config;
    this.lobby = lobby;
    this.loops = loops;
  }

  /** For the configuration of a router. */
  public static ListenerFactory factory(NodesConfig config) {
    return (lobby, loops) -> new BleNodes(config, lobby, loops);
  }

  @Override
  public String transport() {
    return BleMedium.NAME;
  }

  @Override
  public void start() {
    // What is wrong from the beginning should be told at once.
    Bluez first = Bluez.open(config.bus());
    try {
      first.adapter(config.adapter());
    } catch (TransportException e) {
      first.close();
      throw e;
    }
    synchronized (this) {
      searching = true;
      thread = Thread.ofPlatform().daemon().name("clasp-ble-nodes").start(() -> searchFrom(first));
    }
    LOG.info("Bluetooth: looking for up to {} nodes", config.max());
  }

  /** There is nothing to connect to. */
  @Override
  public List<String> urls() {
    return List.of();
  }

  @Override
  public Map<String, Long> counters() {
    return BleCounter.all(this::count);
  }

  /** What became of devices, since the start. */
  public long count(BleCounter counter) {
    return counts.of(counter);
  }

  // --- searching ---------------------------------------------------------------------------------

  private void searchFrom(Bluez first) {
    try {
      String trouble = search(first);
      while (isSearching()) {
        if (!trouble.isEmpty()) {
          LOG.warn("Bluetooth: {}", trouble);
        }
        pause();
        String before = trouble;
        trouble = again();
        trouble = trouble.equals(before) ? "" : trouble;
      }
    } catch (InterruptedException e) {
      // It is closed.
      Thread.currentThread().interrupt();
    }
  }

  private String again() throws InterruptedException {
    try {
      return search(Bluez.open(config.bus()));
    } catch (TransportException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Until it is closed, or BlueZ has ended: says what happened then. */
  private String search(Bluez bluez) throws InterruptedException {
    try (bluez) {
      String adapter = bluez.adapter(config.adapter());
      while (isSearching()) {
        awaitPlace();
        Optional<Device> found = scan(bluez, adapter);
        if (found.isPresent()) {
          connect(found.get());
        } else {
          pause();
        }
      }
      return "";
    } catch (TransportException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private Optional<Device> scan(Bluez bluez, String adapter) throws InterruptedException {
    try (Scan scan = new Scan(bluez, adapter, false)) {
      return scan.find(this::wanted, System.nanoTime() + config.scan().toNanos());
    }
  }

  private boolean wanted(Device device) {
    Long again = failed.get(device.address());
    return device.advertises()
        && (config.allowed().isEmpty() || config.allowed().contains(device.address()))
        && (!config.pairedOnly() || device.paired())
        && !isConnected(device.address())
        && (again == null || again - System.nanoTime() <= 0);
  }

  private void connect(Device device) throws InterruptedException {
    try {
      Attachment attachment =
          new Attachment(
              Bluez.open(config.bus()), device, WriteMode.COMMAND, FrameDescriptor.MAX_FRAME);
      StreamLink link = attachment.connect(loops.next(), System.nanoTime() + CONNECT_NANOS);
      synchronized (this) {
        connected.add(device.address());
      }
      failed.remove(device.address());
      counts.add(BleCounter.SESSIONS);
      LOG.info("Bluetooth: connected to the node {}", device.text());
      links.add(link);
      link.loop().execute(() -> attachment.open(lobby.acceptor(), () -> ended(device, link)));
    } catch (TransportException e) {
      if (!isSearching()) {
        return;
      }
      counts.add(BleCounter.UNREACHABLE);
      LOG.warn("Bluetooth: {}", e.getMessage());
      if (failed.size() >= MAX_FAILED) {
        failed.clear();
      }
      failed.put(device.address(), System.nanoTime() + config.pause().toNanos());
    }
  }

  private void ended(Device device, StreamLink link) {
    counts.add(BleCounter.ENDED);
    LOG.info("Bluetooth: the node {} is gone", device.text());
    synchronized (this) {
      connected.remove(device.address());
      notifyAll();
    }
    links.remove(link);
  }

  private synchronized boolean isSearching() {
    return searching;
  }

  private synchronized boolean isConnected(String address) {
    return connected.contains(address);
  }

  private synchronized void awaitPlace() throws InterruptedException {
    while (searching && connected.size() >= config.max()) {
      wait();
    }
  }

  private synchronized void pause() throws InterruptedException {
    long end = System.nanoTime() + config.pause().toNanos();
    for (long left = end - System.nanoTime(); left > 0 && searching; ) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = end - System.nanoTime();
    }
  }

  // --- the end -----------------------------------------------------------------------------------

  @Override
  public void stopAccepting() {
    @Nullable Thread current;
    synchronized (this) {
      searching = false;
      current = thread;
      notifyAll();
    }
    if (current != null) {
      current.interrupt();
    }
  }

  @Override
  public void close() {
    stopAccepting();
    links.close();
    links.awaitNone();
  }
}
