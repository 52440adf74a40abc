package dev.clasp.ble;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.Listener;
import dev.clasp.transport.ListenerFactory;
import dev.clasp.transport.Lobby;
import dev.clasp.transport.OpenLinks;
import dev.clasp.transport.StreamLink;
import dev.clasp.transport.TransportException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.bluez.Device1;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The router as a peripheral, for one central at a time.
 *
 * <p>One, because a notification goes to every central that has subscribed: BlueZ tells us who
 * writes, but lets us choose who is notified only through sockets, which we cannot have (see the
 * package). So while a central is served the router does not advertise, and whoever writes
 * nevertheless is refused and disconnected. For more devices the router is the central: {@link
 * BleNodes}.
 *
 * <p>A session begins with the first write of a central and ends when it disconnects, when it ends
 * its subscription, or when the router ends it; then the central is disconnected.
 */
public final class BleListener implements Listener {

  private static final Logger LOG = LoggerFactory.getLogger(BleListener.class);

  /** From its first write a central has so long to subscribe; as long as to say HELLO. */
  private static final Duration SUBSCRIBE = Duration.ofSeconds(10);

  /** Between attempts to find BlueZ again. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  /** The central that is served. Guarded by the listener. */
  private final class Served {
    private final Bluez bluez;
    private final String device;
    private final Intake intake = new Intake();
    private final NotifyPipe pipe;
    private final StreamLink link;

    Served(Bluez bluez, String device, Application application) {
      this.bluez = bluez;
      this.device = device;
      this.pipe =
          new NotifyPipe(
              application::notify,
              new Pace(config.bytesPerSecond()),
              subscribe.toNanos(),
              () -> over(this));
      this.link =
          new StreamLink(
              loops.next(),
              BleMedium.MEDIUM,
              new BleAddress(address(device)),
              BleMedium.coding(FrameDescriptor.MAX_FRAME),
              pipe);
    }
  }

  private final PeripheralConfig config;
  private final Duration subscribe;
  private final Duration retry;
  private final Lobby lobby;
  private final EventLoops loops;
  private final OpenLinks links = new OpenLinks();
  private final BleCounts counts = new BleCounts();

  /** Whatever waits for BlueZ. */
  private final ExecutorService control =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("clasp-ble-control").factory());

  // Guarded by this.
  private @Nullable Bluez bluez;
  private @Nullable Application application;
  private @Nullable Served served;
  private boolean subscribed;
  private boolean accepting;
  private boolean closed;

  private BleListener(
      PeripheralConfig config, Duration subscribe, Duration retry, Lobby lobby, EventLoops loops) {
    this.config = config;
    this.subscribe = subscribe;
    this.retry = retry;
    this.lobby = lobby;
    this.loops = loops;
  }

  /** For the configuration of a router. */
  public static ListenerFactory factory(PeripheralConfig config) {
    return factory(config, SUBSCRIBE, RETRY);
  }

  static ListenerFactory factory(PeripheralConfig config, Duration subscribe, Duration retry) {
    return (lobby, loops) -> new BleListener(config, subscribe, retry, lobby, loops);
  }

  @Override
  public String transport() {
    return BleMedium.NAME;
  }

  @Override
  public void start() {
    synchronized (this) {
      accepting = true;
    }
    register();
    LOG.info("Bluetooth: '{}' can be connected by one central at a time", config.name());
  }

  @Override
  public List<String> urls() {
    return List.of(
        "ble:" + URLEncoder.encode(config.name(), StandardCharsets.UTF_8).replace("+", "%20"));
  }

  @Override
  public Map<String, Long> counters() {
    return BleCounter.all(this::count);
  }

  /** What became of centrals, since the start. */
  public long count(BleCounter counter) {
    return counts.of(counter);
  }

  // --- with BlueZ --------------------------------------------------------------------------------

  private void register() {
    Bluez found = Bluez.open(config.bus());
    try {
      String adapter = found.adapter(config.adapter());
      Application made = new Application(found, adapter, config, new Central());
      synchronized (this) {
        bluez = found;
        application = made;
        subscribed = false;
      }
      made.register();
      watch(found);
    } catch (TransportException e) {
      found.close();
      throw e;
    }
  }

  /** When BlueZ is started anew, it knows nothing of us. */
  private void watch(Bluez found) {
    Thread.ofPlatform()
        .daemon()
        .name("clasp-ble-watch")
        .start(() -> {
          try {
            found.await(Long.MAX_VALUE + System.nanoTime(), Optional::empty);
          } catch (TransportException e) {
            if (!isClosed()) {
              LOG.warn("Bluetooth: {}", e.getMessage());
              control(this::registerAgain);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void registerAgain() {
    @Nullable Bluez old;
    synchronized (this) {
      old = bluez;
    }
    if (old != null) {
      old.close();
    }
    while (!isClosed()) {
      try {
        register();
        LOG.info("Bluetooth: '{}' can be connected again", config.name());
        return;
      } catch (TransportException e) {
        LOG.debug("Bluetooth: {}", e.getMessage());
      }
      if (pause()) {
        return;
      }
    }
  }

  private synchronized boolean pause() {
    try {
      long end = System.nanoTime() + retry.toNanos();
      for (long left = end - System.nanoTime(); left > 0 && !closed; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
      return closed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void control(Runnable task) {
    try {
      control.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("Bluetooth: closed already");
    }
  }

  private void advertiseIfFree() {
    @Nullable Application current;
    boolean wanted;
    synchronized (this) {
      current = application;
      wanted = accepting && served == null;
    }
    if (current != null) {
      current.advertise(wanted);
    }
  }

  /**
   * @param from the BlueZ that it is connected with: a later one may have it again, for a new
   *     session
   */
  private static void disconnect(Bluez from, String device) {
    if (from.gone() || device.isEmpty()) {
      return;
    }
    try {
      from.object(device, Device1.class).Disconnect();
    } catch (DBusException | DBusExecutionException e) {
      // It may have left by itself.
      LOG.debug("Bluetooth: cannot disconnect {}: {}", address(device), Bluez.text(e));
    }
  }

  /** {@code AA:BB:...} of {@code .../dev_AA_BB_...}. */
  private static String address(String device) {
    String last = Bluez.lastPart(device);
    return last.startsWith("dev_") ? last.substring(4).replace('_', ':') : "unknown";
  }

  // --- the central -------------------------------------------------------------------------------

  private final class Central implements Application.Events {
    @Override
    public void written(byte[] value, String device, int mtu) {
      Served current = servedFor(device);
      current.pipe.mtu(mtu);
      if (!current.intake.offer(value)) {
        counts.add(BleCounter.OVERFLOWED);
        current.link.ended(
            new CloseReason(
                CloseReason.POLICY,
                "more than "
                    + (Intake.MAX_BYTES >> 10)
                    + " KiB came before they could be handled"));
        throw new Application.Refusal("too much at once");
      }
    }

    @Override
    public void refused() {
      counts.add(BleCounter.REFUSED);
    }

    @Override
    public void subscribed(boolean now) {
      @Nullable Served current;
      synchronized (BleListener.this) {
        subscribed = now;
        current = served;
        if (current != null && now) {
          current.pipe.subscribed(true);
        }
      }
      if (current != null && !now) {
        current.link.ended(
            new CloseReason(CloseReason.NORMAL, "the device has ended its subscription"));
      }
    }
  }

  /** Begins a session if nobody is served. */
  private Served servedFor(String device) {
    Served begun;
    Bluez current;
    synchronized (this) {
      if (served != null && served.bluez.gone()) {
        // BlueZ has been started anew, and the loop has not come to the end of that session yet.
        served = null;
        counts.add(BleCounter.ENDED);
      }
      if (served != null) {
        if (served.device.equals(device)) {
          return served;
        }
        counts.add(BleCounter.BUSY);
        LOG.warn(
            "Bluetooth: refused {}: {} is being served, and only one can be",
            address(device),
            address(served.device));
        Bluez its = served.bluez;
        control(() -> disconnect(its, device));
        throw new Application.Refusal("another device is being served");
      }
      if (!accepting || application == null || bluez == null) {
        throw new Application.Refusal("the router is stopping");
      }
      begun = new Served(bluez, device, application);
      begun.pipe.subscribed(subscribed);
      served = begun;
      current = bluez;
    }
    counts.add(BleCounter.SESSIONS);
    links.add(begun.link);
    begun.link.whenEnded(() -> {
      begun.intake.close();
      links.remove(begun.link);
    });
    FrameLink link = begun.link;
    link.loop()
        .execute(() -> {
          begun.link.open(lobby.acceptor());
          begun.intake.drainTo(begun.link);
        });
    control(() -> {
      if (!device.isEmpty()) {
        current.onDepartureOfCaller(
            device, why -> begun.link.ended(new CloseReason(CloseReason.ABNORMAL, why)));
      }
      advertiseIfFree();
    });
    return begun;
  }

  /** Any thread; more than once. */
  private void over(Served ended) {
    synchronized (this) {
      if (served != ended) {
        return;
      }
      served = null;
    }
    counts.add(BleCounter.ENDED);
    control(() -> {
      disconnect(ended.bluez, ended.device);
      advertiseIfFree();
    });
  }

  // --- the end -----------------------------------------------------------------------------------

  @Override
  public void stopAccepting() {
    synchronized (this) {
      accepting = false;
    }
    control(this::advertiseIfFree);
  }

  @Override
  public void close() {
    stopAccepting();
    links.close();
    links.awaitNone();
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    control.shutdown();
    try {
      if (!control.awaitTermination(3, TimeUnit.SECONDS)) {
        LOG.warn("Bluetooth: BlueZ does not answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    @Nullable Bluez current;
    synchronized (this) {
      // Not before: a BlueZ that was started anew may just have been found.
      current = bluez;
    }
    // With it BlueZ forgets the service and the advertisement.
    if (current != null) {
      current.close();
    }
  }
}
