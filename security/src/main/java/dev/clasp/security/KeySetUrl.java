package dev.clasp.security;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys from a URL, kept for ten minutes and then fetched again in the background. A token that
 * names an unknown key has them fetched at once, but not more than once a minute: anybody can make
 * such tokens. When fetching fails, the old keys stay. Thread-safe.
 */
final class KeySetUrl implements JwtVerifier.KeySource {

  private static final Logger LOG = LoggerFactory.getLogger(KeySetUrl.class);

  private static final Duration LIFETIME = Duration.ofMinutes(10);
  private static final Duration SHORTEST_INTERVAL = Duration.ofMinutes(1);

  private final String name;
  private final KeyFetcher fetcher;
  private final InstantSource clock;
  private final Executor background;
  private final Runnable changed;

  private volatile List<JwtKey> keys = List.of();
  private Instant lastAttempt = Instant.MIN;
  private Instant lastSuccess = Instant.MIN;
  private boolean fetching;

  /**
   * Fetches nothing yet.
   *
   * @param name for the log, such as the URL
   * @param background for fetching
   * @param changed is called when there are other keys than before
   */
  KeySetUrl(
      String name, KeyFetcher fetcher, InstantSource clock, Executor background, Runnable changed) {
    this.name = name;
    this.fetcher = fetcher;
    this.clock = clock;
    this.background = background;
    this.changed = changed;
  }

  @Override
  public List<JwtKey> keys() {
    return keys;
  }

  /** Waits for a fetch that runs, or fetches if the last time is a minute ago. */
  @Override
  public List<JwtKey> freshKeys() {
    if (begin()) {
      fetch();
    } else {
      awaitFetch();
    }
    return keys;
  }

  /** To be called often: fetches in the background when it is time. */
  void tick() {
    synchronized (this) {
      if (!lastSuccess.equals(Instant.MIN)
          && Duration.between(lastSuccess, clock.instant()).compareTo(LIFETIME) < 0) {
        return;
      }
    }
    if (begin()) {
      try {
        background.execute(this::fetch);
      } catch (RejectedExecutionException e) {
        // The router is stopping.
        ended();
      }
    }
  }

  private synchronized boolean begin() {
    Instant now = clock.instant();
    if (fetching
        || !lastAttempt.equals(Instant.MIN)
            && Duration.between(lastAttempt, now).compareTo(SHORTEST_INTERVAL) < 0) {
      return false;
    }
    lastAttempt = now;
    fetching = true;
    return true;
  }

  private synchronized void awaitFetch() {
    try {
      // Ends, because fetching does.
      while (fetching) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fetch() {
    boolean different = false;
    try {
      List<JwtKey> fetched = JwtKeys.set(SecretFiles.text(fetcher.fetch()));
      different = !fetched.equals(keys);
      keys = fetched;
      synchronized (this) {
        lastSuccess = clock.instant();
      }
      if (different) {
        LOG.info("key set {}: {} keys", name, fetched.size());
      }
    } catch (IOException | TokenFormatException e) {
      LOG.error("key set {}: {}. The keys of before stay in force", name, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended();
    }
    if (different) {
      changed.run();
    }
  }

  private synchronized void ended() {
    fetching = false;
    notifyAll();
  }
}
