package dev.clasp.discovery;

import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rendezvous server (discovery.md 4): devices tell it where they are, and others ask. It listens
 * nowhere by itself; give it to a {@link dev.clasp.transport.PageServer}. Thread-safe.
 */
public final class RendezvousServer implements HttpHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RendezvousServer.class);

  /** How often it is looked whether there is something to write. */
  private static final int WRITE_SECONDS = 5;

  /** What only refreshes have changed is written more rarely. */
  private static final long REFRESH_WRITE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Registry registry;
  private final RendezvousPages pages;
  private final LongSupplier nanos;
  private final Optional<RegistryFile> file;
  private final Optional<ScheduledExecutorService> writer;

  // Guarded by the monitor of this.
  private long writtenVersion;
  private long writtenTouched;
  private long writtenNanos;
  private boolean failing;

  /**
   * Reads what was kept, if anything is.
   *
   * @throws RendezvousException the file cannot be used
   */
  public static RendezvousServer create(RendezvousConfig config) {
    return new RendezvousServer(
        config, System::nanoTime, RendezvousServer::unixMicros, new SecureRandom());
  }

  RendezvousServer(
      RendezvousConfig config, LongSupplier nanos, LongSupplier unixMicros, SecureRandom random) {
    this.nanos = nanos;
    this.file = config.file().map(RegistryFile::new);
    Optional<RegistryFile.Content> kept = file.flatMap(RegistryFile::read);
    byte[] fresh = new byte[Registry.KEY_LENGTH];
    random.nextBytes(fresh);
    this.registry =
        new Registry(
            config.registry(),
            nanos,
            unixMicros,
            random,
            kept.map(RegistryFile.Content::key).orElse(fresh));
    kept.ifPresent(content -> registry.restore(content.devices()));
    this.pages = new RendezvousPages(registry, config, nanos);
    this.writtenVersion = registry.version();
    this.writtenTouched = registry.touched();
    this.writtenNanos = nanos.getAsLong();
    this.writer =
        file.map(_ ->
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("clasp-rendezvous-file").factory()));
    writer.ifPresent(
        w -> w.scheduleWithFixedDelay(this::flush, WRITE_SECONDS, WRITE_SECONDS, TimeUnit.SECONDS));
  }

  private static long unixMicros() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toMicros(now.getEpochSecond())
        + TimeUnit.NANOSECONDS.toMicros(now.getNano());
  }

  /** Is this path one of those that it answers? */
  public static boolean has(String path) {
    return RendezvousPages.has(path);
  }

  @Override
  public HttpReply handle(HttpQuery query) {
    return pages.handle(query);
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    pages.handle(query, answer);
  }

  /** Devices that are registered now. */
  public List<RegisteredDevice> devices() {
    return registry.discover(Optional.empty(), Optional.empty(), Integer.MAX_VALUE);
  }

  /** What it has counted since the start, by name. */
  public Map<String, Long> counters() {
    Map<String, Long> all = new LinkedHashMap<>(registry.counters());
    all.putAll(pages.counters());
    return all;
  }

  /** Writes what has changed, if it is time. */
  synchronized void flush() {
    long now = nanos.getAsLong();
    if (registry.version() != writtenVersion
        || registry.touched() != writtenTouched && now - writtenNanos >= REFRESH_WRITE_NANOS) {
      write(now);
    }
  }

  private void write(long now) {
    if (file.isEmpty()) {
      return;
    }
    // Before the devices: what changes in between is written next time.
    long version = registry.version();
    long touched = registry.touched();
    try {
      file.get().write(registry.key(), registry.kept());
      writtenVersion = version;
      writtenTouched = touched;
      writtenNanos = now;
      if (failing) {
        LOG.info("the devices of the rendezvous server are written again");
      }
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.error(
            "cannot write the devices of the rendezvous server, trying again: {}", e.toString());
      }
      failing = true;
    }
  }

  /** Writes what has changed, in bounded time unless the disk hangs. Idempotent. */
  @Override
  public void close() {
    writer.ifPresent(ScheduledExecutorService::shutdown);
    synchronized (this) {
      if (registry.touched() != writtenTouched || registry.version() != writtenVersion) {
        write(nanos.getAsLong());
      }
    }
  }
}
