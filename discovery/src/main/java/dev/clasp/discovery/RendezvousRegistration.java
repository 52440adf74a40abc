package dev.clasp.discovery;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a device registered with a rendezvous server (discovery.md 5.3). Thread-safe.
 *
 * <p>One step follows the other, and the next is set when one has ended, so that there is one
 * request at a time and, when a machine wakes up, not one for each that was missed (D-16). After an
 * answer that the registration is not known, it registers again at once; after any other failure it
 * keeps its id and tries again, after 1 s and then ever later up to 60 s. All times vary by a
 * tenth, so that clients of a restarted server do not come all at once.
 */
public final class RendezvousRegistration implements AutoCloseable {

  static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(120);

  private static final Logger LOG = LoggerFactory.getLogger(RendezvousRegistration.class);

  private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(60);

  /** Whatever a server says of its time to live. */
  private static final long SHORTEST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(250);

  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final Rendezvous rendezvous;
  private final String url;
  private final Supplier<Registration> registration;
  private final long intervalNanos;
  private final Alarm alarm;
  private final RandomGenerator random;

  // Guarded by this; not held during a request.
  private @Nullable String id;
  private long ttlNanos;
  private int failures;
  private String lastFailure = "";
  private boolean started;
  private boolean closed;
  private long registrations;
  private long refreshes;
  private long failed;

  /**
   * @param registration asked each time that it registers
   * @param interval between two refreshes, if a third of the server's time to live is not less
   */
  public static RendezvousRegistration start(
      RendezvousClient client, Supplier<Registration> registration, Duration interval) {
    RendezvousRegistration kept =
        new RendezvousRegistration(
            client,
            client.url(),
            registration,
            interval,
            Alarm.system("clasp-rendezvous"),
            RandomGenerator.getDefault());
    kept.start();
    return kept;
  }

  RendezvousRegistration(
      Rendezvous rendezvous,
      String url,
      Supplier<Registration> registration,
      Duration interval,
      Alarm alarm,
      RandomGenerator random) {
    this.rendezvous = rendezvous;
    this.url = url;
    this.registration = Objects.requireNonNull(registration);
    this.intervalNanos = interval.toNanos();
    this.alarm = alarm;
    this.random = random;
  }

  /** Once: there is one loop for each registration. */
  synchronized void start() {
    if (started) {
      throw new IllegalStateException("already started");
    }
    started = true;
    alarm.after(0, this::step);
  }

  /** Is it registered, as far as is known? */
  public synchronized boolean registered() {
    return id != null;
  }

  /** Why it did not work out the last time; empty if it did. */
  public synchronized Optional<String> failure() {
    return lastFailure.isEmpty() ? Optional.empty() : Optional.of(lastFailure);
  }

  public synchronized long registrations() {
    return registrations;
  }

  public synchronized long refreshes() {
    return refreshes;
  }

  /** Requests that failed. */
  public synchronized long failures() {
    return failed;
  }

  private void step() {
    long pause;
    try {
      String known = id();
      if (known != null && !refreshed(known)) {
        known = null;
      }
      if (known == null && !closed()) {
        register();
      }
      pause = worked();
    } catch (RendezvousException e) {
      pause = failed(e);
    } catch (RuntimeException e) {
      LOG.error("registering with {} failed", url, e);
      pause = LONGEST_PAUSE;
    }
    synchronized (this) {
      if (!closed) {
        alarm.after(pause, this::step);
      }
    }
  }

  private synchronized @Nullable String id() {
    return id;
  }

  private synchronized boolean closed() {
    return closed;
  }

  private boolean refreshed(String known) {
    try {
      rendezvous.refresh(known);
      synchronized (this) {
        refreshes++;
      }
      return true;
    } catch (RendezvousException e) {
      if (!e.gone()) {
        throw e;
      }
      LOG.info("{} has forgotten this server; registering again", url);
      synchronized (this) {
        id = null;
      }
      return false;
    }
  }

  private void register() {
    Receipt receipt = rendezvous.register(registration.get());
    boolean late;
    synchronized (this) {
      late = closed;
      if (!late) {
        id = receipt.id();
        ttlNanos = receipt.ttl().toNanos();
        registrations++;
      }
    }
    if (late) {
      sayGoodbye(receipt.id());
    } else {
      LOG.info("registered with {} for {} s", url, receipt.ttl().toSeconds());
    }
  }

  private synchronized long worked() {
    failures = 0;
    if (!lastFailure.isEmpty()) {
      LOG.info("{} answers again", url);
      lastFailure = "";
    }
    return varied(Math.max(SHORTEST_INTERVAL, Math.min(intervalNanos, ttlNanos / 3)));
  }

  private synchronized long failed(RendezvousException e) {
    failed++;
    if (!e.getMessage().equals(lastFailure) && !closed) {
      LOG.warn("cannot keep this server registered, trying again: {}", e.getMessage());
      lastFailure = e.getMessage();
    }
    long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures, 10));
    failures++;
    // Not before the server wants to be asked again.
    return Math.max(varied(pause), e.retryAfter().map(Duration::toNanos).orElse(0L));
  }

  /** A tenth more or less. */
  private long varied(long nanos) {
    return (long) (nanos * (0.9 + 0.2 * random.nextDouble()));
  }

  private void sayGoodbye(String known) {
    try {
      rendezvous.unregister(known, GOODBYE);
    } catch (RendezvousException e) {
      LOG.debug("not unregistered from {}: {}", url, e.getMessage());
    }
  }

  /** Unregisters, for 2 s at most, and ends. Idempotent. */
  @Override
  public void close() {
    String known;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      known = id;
      id = null;
    }
    if (known != null) {
      sayGoodbye(known);
    }
    alarm.close();
  }
}
