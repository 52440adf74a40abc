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
  private record Stamp(Path real, FileTime time, long bytes, String key) {}

  private final Path file;
  private final Runnable changed;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("clasp-config").factory());

  private Optional<Stamp> known;
  private boolean pending;

  /**
   * @param changed called on a thread of its own when the file is another one, and has stayed so
   *     from one look to the next: whoever writes it may not be done
   */
  ConfigWatch(Path file, Runnable changed) {
    this.file = file;
    this.changed = changed;
    this.known = stamp();
  }

  static ConfigWatch start(Path file, Runnable changed) {
    ConfigWatch watch = new ConfigWatch(file, changed);
    var _ = watch.looking.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
    return watch;
  }

  /** Not concurrently. */
  void look() {
    try {
      Optional<Stamp> now = stamp();
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

  private Optional<Stamp> stamp() {
    try {
      Path real = file.toRealPath();
      BasicFileAttributes now = Files.readAttributes(real, BasicFileAttributes.class);
      return Optional.of(
          new Stamp(real, now.lastModifiedTime(), now.size(), String.valueOf(now.fileKey())));
    } catch (IOException e) {
      // Between one file and the next there may be none.
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
