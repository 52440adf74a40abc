package dev.clasp.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second whether the file with the settings has changed (operations.md 12.9). Looks at
 * it instead of asking the system to be told: a mounted ConfigMap changes by a link, somewhere
 * above the file, that points elsewhere; and some file systems tell nothing.
 */
final class ConfigWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);

  /** By what a change is seen. */
  record Stamp(Path real, FileTime time, long bytes, String key) {

    /** Of a file as it is now; empty if there is none, as between one file and the next. */
    static Optional<Stamp> of(Path file) {
      try {
        Path real = file.toRealPath();
        BasicFileAttributes now = Files.readAttributes(real, BasicFileAttributes.class);
        return Optional.of(
            new Stamp(real, now.lastModifiedTime(), now.size(), String.valueOf(now.fileKey())));
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }

  private final Path file;
  private final Runnable changed;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("clasp-config").factory());

  private Optional<Stamp> known;
  private boolean pending;

  /**
   * @param read the file as it was before it was read: what has changed since then is told, however
   *     long it took until somebody looks
   * @param changed called on a thread of its own when the file is another one, and has stayed so
   *     from one look to the next: whoever writes it may not be done
   */
  ConfigWatch(Path file, Optional<Stamp> read, Runnable changed) {
    this.file = file;
    this.known = read;
    this.changed = changed;
  }

  static ConfigWatch start(Path file, Optional<Stamp> read, Runnable changed) {
    ConfigWatch watch = new ConfigWatch(file, read, changed);
    var _ = watch.looking.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
    return watch;
  }

  /** Not concurrently. */
  void look() {
    try {
      Optional<Stamp> now = Stamp.of(file);
      if (!now.equals(known)) {
        known = now;
        pending = true;
      } else if (pending && now.isPresent()) {
        pending = false;
        changed.run();
      }
    } catch (RuntimeException e) {
      LOG.error("reading the settings again failed", e);
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
