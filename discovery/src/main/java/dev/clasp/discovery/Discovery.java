package dev.clasp.discovery;

import dev.clasp.discovery.DiscoveryEvent.Failed;
import dev.clasp.discovery.DiscoveryEvent.Found;
import dev.clasp.discovery.DiscoveryEvent.Lost;
import dev.clasp.discovery.DiscoveryEvent.Updated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds CLASP servers by all mechanisms at once (discovery.md 6). Thread-safe.
 *
 * {@snippet :
 * try (Discovery discovery = Discovery.builder().build()) {
 *   for (Device device : discovery.discoverAll()) {
 *     System.out.println(device.name() + " at " + device.url().orElse("?"));
 *   }
 * }
 * }
 *
 * <p>Nothing that is found has been vouched for by anybody: whoever is in the same network, or
 * registers with the same rendezvous server, can be found under any name (D-05). Do not send a
 * secret to a device only because it was found.
 *
 * <p>Mechanisms start, answer and stop on threads of their own. One that fails or hangs concerns
 * neither the others nor the time limit (D-13).
 */
public final class Discovery implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  /** A rendezvous server is given up after so long, also if the others have more time. */
  private static final Duration WAN_TIMEOUT = RendezvousClient.TIMEOUT;

  private static final long AGING_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** For mechanisms to free what they hold; they go on by themselves after it. */
  private static final long CLOSING_MILLIS = 500;

  private final DiscoveryConfig config;
  private final List<Supplier<DeviceSource>> lan;
  private final Optional<Rendezvous> rendezvous;
  private final Supplier<DeviceSource> watcher;
  private final Runnable closeRendezvous;
  private final Map<Mechanism, Duration> maxAge;
  private final Consumer<Failed> failures;
  private final Alarm alarm;

  private final Object lock = new Object();

  // Guarded by the lock.
  private final DeviceTable table = new DeviceTable();
  private final EventFeed feed = new EventFeed(lock, this::present);
  private final List<DeviceSource> watching = new ArrayList<>();
  private boolean started;
  private boolean closed;

  private Discovery(Builder builder) {
    this.config = builder.config;
    this.lan = List.copyOf(builder.lan.apply(builder.config));
    if (builder.rendezvous.isEmpty() && config.rendezvousUrl().isPresent()) {
      RendezvousClient client =
          new RendezvousClient(config.rendezvousUrl().get(), config.rendezvousToken());
      this.rendezvous = Optional.of(client);
      this.watcher =
          () ->
              new RendezvousSource(
                  client,
                  () -> {},
                  config.rendezvousTag(),
                  WAN_TIMEOUT,
                  Alarm.system("clasp-rendezvous-source"));
      this.closeRendezvous = client::close;
    } else {
      this.rendezvous = builder.rendezvous;
      this.watcher = builder.watcher;
      this.closeRendezvous = () -> {};
    }
    this.maxAge = new EnumMap<>(builder.maxAge);
    this.failures = builder.failures;
    this.alarm = builder.alarm == null ? Alarm.system("clasp-discovery") : builder.alarm;
  }

  public static Builder builder() {
    return new Builder();
  }

  // --- watching ----------------------------------------------------------------------------------

  /**
   * Begins to look, until this is closed; returns at once. Called again, it returns the same.
   *
   * @return tells each subscriber what there is, and then what changes. A subscriber that does not
   *     follow is ended with an error
   */
  public Flow.Publisher<DiscoveryEvent> start() {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      if (started) {
        return feed;
      }
      started = true;
      lan.forEach(this::watch);
      rendezvous.ifPresent(_ -> watch(watcher));
      if (!maxAge.isEmpty()) {
        alarm.after(AGING_NANOS, this::age);
      }
      return feed;
    }
  }

  private void watch(Supplier<DeviceSource> supplier) {
    onOwnThread(
        "start",
        () -> {
          DeviceSource source = supplier.get();
          synchronized (lock) {
            if (closed) {
              onOwnThread("close", source::close);
              return;
            }
            watching.add(source);
          }
          start(source, event -> watched(source.mechanism(), event));
        });
  }

  private void watched(Mechanism mechanism, DiscoveryEvent event) {
    synchronized (lock) {
      if (!closed) {
        take(table, mechanism, event).forEach(feed::publish);
      }
    }
    if (event instanceof Failed failed) {
      told(failed);
    }
  }

  private void age() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      maxAge.forEach((mechanism, limit) ->
          table.age(mechanism, alarm.nanos(), limit.toNanos()).forEach(feed::publish));
    }
    alarm.after(AGING_NANOS, this::age);
  }

  private List<DiscoveryEvent> present() {
    return table.devices().stream().<DiscoveryEvent>map(Found::new).toList();
  }

  private static List<DiscoveryEvent> take(
      DeviceTable table, Mechanism mechanism, DiscoveryEvent event) {
    return switch (event) {
      case Found(Device device) -> table.seen(mechanism, device);
      case Updated(Device device) -> table.seen(mechanism, device);
      case Lost(String id) -> table.lost(mechanism, id);
      case Failed failed -> List.of(failed);
    };
  }

  // --- looking once ------------------------------------------------------------------------------

  /**
   * Looks by all mechanisms at once, for as long as the configuration says; waits for it. Never
   * fails: what did not work is told to {@link Builder#onFailure}.
   */
  public List<Device> discoverAll() {
    return await(look(_ -> false));
  }

  /** The first device that fits; waits until there is one, or the time is over. */
  public Optional<Device> discoverFirst(Predicate<Device> fits) {
    return await(look(fits)).stream().filter(fits).findFirst();
  }

  private List<Device> await(CompletableFuture<List<Device>> found) {
    try {
      // The alarm ends it; this is for one that does not come.
      return found.get(config.timeout().plusMinutes(1).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("looking does not end", e);
    }
  }

  /**
   * Looks without waiting.
   *
   * @param fits ends the search when there is such a device; called on any thread
   * @return all devices that were found until then; never fails
   */
  public CompletableFuture<List<Device>> look(Predicate<Device> fits) {
    Look look = new Look(fits);
    look.start();
    return look.found;
  }

  /** Looking once. */
  private final class Look {
    private final CompletableFuture<List<Device>> found = new CompletableFuture<>();
    private final Predicate<Device> fits;

    // Guarded by this.
    private final DeviceTable mine = new DeviceTable();
    private final List<DeviceSource> sources = new ArrayList<>();
    private int busy;
    private boolean over;

    Look(Predicate<Device> fits) {
      this.fits = fits;
    }

    void start() {
      synchronized (this) {
        busy = lan.size() + (rendezvous.isPresent() ? 1 : 0);
      }
      if (busy == 0) {
        finish();
        return;
      }
      alarm.after(config.timeout().toNanos(), this::finish);
      lan.forEach(supplier -> onOwnThread("start", () -> begin(supplier)));
      rendezvous.ifPresent(_ -> onOwnThread("ask", this::ask));
    }

    private void begin(Supplier<DeviceSource> supplier) {
      boolean begun = false;
      try {
        DeviceSource source = supplier.get();
        synchronized (this) {
          if (over) {
            onOwnThread("close", source::close);
            return;
          }
          sources.add(source);
        }
        begun = Discovery.this.start(source, event -> saw(source.mechanism(), event));
      } finally {
        // One that looks has never finished.
        if (!begun) {
          ended();
        }
      }
    }

    private void ask() {
      try {
        for (Device device : wan()) {
          saw(Mechanism.RENDEZVOUS, new Found(device));
        }
      } catch (RendezvousException e) {
        saw(Mechanism.RENDEZVOUS, new Failed(Mechanism.RENDEZVOUS, e.getMessage()));
      } finally {
        ended();
      }
    }

    private void saw(Mechanism mechanism, DiscoveryEvent event) {
      boolean enough;
      synchronized (this) {
        if (over) {
          return;
        }
        take(mine, mechanism, event);
        enough = !(event instanceof Failed) && mine.devices().stream().anyMatch(fits);
      }
      if (event instanceof Failed failed) {
        told(failed);
      } else {
        synchronized (lock) {
          if (!closed) {
            take(table, mechanism, event).forEach(feed::publish);
          }
        }
      }
      if (enough) {
        finish();
      }
    }

    private void ended() {
      boolean last;
      synchronized (this) {
        last = --busy == 0;
      }
      if (last) {
        finish();
      }
    }

    private void finish() {
      List<Device> devices;
      List<DeviceSource> closing;
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
        devices = mine.devices();
        closing = List.copyOf(sources);
      }
      closeAll(closing, () -> found.complete(devices));
    }
  }

  // --- the rendezvous server ---------------------------------------------------------------------

  /**
   * Asks the rendezvous server, and waits for its answer.
   *
   * @throws RendezvousException there is none, or it does not answer
   */
  public List<Device> discoverWan() {
    if (rendezvous.isEmpty()) {
      throw new RendezvousException(
          RendezvousException.Kind.INVALID, "no rendezvous URL is configured");
    }
    List<Device> devices = wan();
    synchronized (lock) {
      for (Device device : devices) {
        if (!closed) {
          table.seen(Mechanism.RENDEZVOUS, device).forEach(feed::publish);
        }
      }
    }
    return devices;
  }

  private List<Device> wan() {
    Duration limit = config.timeout().compareTo(WAN_TIMEOUT) < 0 ? config.timeout() : WAN_TIMEOUT;
    return RegisteredDevice.devices(
        rendezvous.orElseThrow().discover(config.rendezvousTag(), Optional.empty(), limit),
        alarm.nanos());
  }

  // --- the table ---------------------------------------------------------------------------------

  /**
   * Every device that was found and not lost, and those that were added. What {@link #discoverAll}
   * found stays until it is removed: {@link Device#lastSeenNanos} says how old it is.
   */
  public List<Device> devices() {
    synchronized (lock) {
      return table.devices();
    }
  }

  public Optional<Device> device(String id) {
    synchronized (lock) {
      return table.device(id);
    }
  }

  /** Enters a device by hand; one of the same id that was entered before is replaced. */
  public void add(Device device) {
    synchronized (lock) {
      table.seen(Mechanism.MANUAL, device).forEach(feed::publish);
    }
  }

  /** Takes a device out. False if there is none. */
  public boolean remove(String id) {
    synchronized (lock) {
      List<DiscoveryEvent> events = table.remove(id);
      events.forEach(feed::publish);
      return !events.isEmpty();
    }
  }

  // --- threads -----------------------------------------------------------------------------------

  private boolean start(DeviceSource source, Consumer<DiscoveryEvent> events) {
    try {
      source.start(events);
      return true;
    } catch (RuntimeException e) {
      events.accept(new Failed(source.mechanism(), String.valueOf(e.getMessage())));
      return false;
    }
  }

  private void told(Failed failed) {
    LOG.debug("{}: {}", failed.mechanism(), failed.message());
    failures.accept(failed);
  }

  private static void onOwnThread(String what, Runnable task) {
    Thread.ofPlatform()
        .daemon()
        .name("clasp-discovery-" + what)
        .start(() -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.error("a way to discover devices failed", e);
          }
        });
  }

  /** Closes each on a thread of its own, and goes on when all are closed or it takes too long. */
  private static void closeAll(List<DeviceSource> sources, Runnable then) {
    if (sources.isEmpty()) {
      then.run();
      return;
    }
    CountDownLatch left = new CountDownLatch(sources.size());
    for (DeviceSource source : sources) {
      onOwnThread(
          "close",
          () -> {
            try {
              source.close();
            } finally {
              left.countDown();
            }
          });
    }
    onOwnThread(
        "closing",
        () -> {
          try {
            if (!left.await(CLOSING_MILLIS, TimeUnit.MILLISECONDS)) {
              LOG.debug("a way to discover devices is slow to stop");
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          then.run();
        });
  }

  /** Stops looking; subscribers are told the end. In bounded time. Idempotent. */
  @Override
  public void close() {
    List<DeviceSource> closing;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      closing = List.copyOf(watching);
    }
    feed.end();
    alarm.close();
    CountDownLatch done = new CountDownLatch(1);
    closeAll(closing, done::countDown);
    try {
      done.await(2 * CLOSING_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeRendezvous.run();
  }

  /** Settings of a {@link Discovery}. Not thread-safe. */
  public static final class Builder {
    private DiscoveryConfig config = DiscoveryConfig.DEFAULT;

    private Function<DiscoveryConfig, List<Supplier<DeviceSource>>> lan = LanSources::all;

    private final Map<Mechanism, Duration> maxAge = new EnumMap<>(Mechanism.class);
    private Consumer<Failed> failures = _ -> {};
    private Optional<Rendezvous> rendezvous = Optional.empty();
    private Supplier<DeviceSource> watcher =
        () -> {
          throw new IllegalStateException("no rendezvous server");
        };
    private @Nullable Alarm alarm;

    private Builder() {}

    public Builder config(DiscoveryConfig value) {
      config = value;
      return this;
    }

    /** For everything together. */
    public Builder timeout(Duration value) {
      config = config.withTimeout(value);
      return this;
    }

    /**
     * @param url of a rendezvous server: {@code http://host:7340}
     */
    public Builder rendezvous(String url) {
      config = config.withRendezvous(url, config.rendezvousTag(), config.rendezvousToken());
      return this;
    }

    /**
     * The mechanisms of the local network.
     *
     * @param value makes sources that are used once each
     */
    public Builder lan(Function<DiscoveryConfig, List<Supplier<DeviceSource>>> value) {
      lan = value;
      return this;
    }

    /** Devices that a mechanism has not seen for so long are lost, for one that does not say so. */
    public Builder maxAge(Mechanism mechanism, Duration value) {
      maxAge.put(mechanism, value);
      return this;
    }

    /** Is told what does not work, on any thread. */
    public Builder onFailure(Consumer<Failed> value) {
      failures = value;
      return this;
    }

    /** For tests. */
    Builder rendezvous(Rendezvous value, Supplier<DeviceSource> watching) {
      rendezvous = Optional.of(value);
      watcher = watching;
      return this;
    }

    /** For tests. */
    Builder alarm(Alarm value) {
      alarm = value;
      return this;
    }

    /**
     * @throws RendezvousException the URL is none
     */
    public Discovery build() {
      return new Discovery(this);
    }
  }
}
