package dev.clasp.discovery;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds servers by mDNS (discovery.md 2.5 items 7 to 9). What it finds nobody has vouched for.
 *
 * <p>Thread-safe; has one thread, and a socket for each interface.
 */
public final class MdnsSource implements DeviceSource {

  private final MdnsNetwork network;
  private final AtomicBoolean started = new AtomicBoolean();
  private @Nullable MdnsLoop loop;
  private volatile boolean closed;

  public MdnsSource(MdnsNetwork network) {
    this.network = network;
  }

  /** On all interfaces. */
  public MdnsSource() {
    this(MdnsNetwork.ALL);
  }

  @Override
  public Mechanism mechanism() {
    return Mechanism.MDNS;
  }

  @Override
  public void start(Consumer<DiscoveryEvent> events) {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("already started");
    }
    Consumer<DiscoveryEvent> safe = new SafeListener(Mechanism.MDNS, events);
    MdnsLoop made =
        new MdnsLoop(
            "clasp-mdns-browser",
            network,
            LocalInterface::all,
            timetable -> new MdnsBrowser(timetable, RandomGenerator.getDefault(), safe));
    synchronized (this) {
      if (closed) {
        return;
      }
      loop = made;
    }
    try {
      made.start();
    } catch (DiscoveryException e) {
      safe.accept(new DiscoveryEvent.Failed(Mechanism.MDNS, String.valueOf(e.getMessage())));
    }
  }

  @Override
  public void close() {
    MdnsLoop open;
    synchronized (this) {
      closed = true;
      open = loop;
    }
    if (open != null) {
      open.close();
    }
  }
}
