package dev.clasp.server;

import dev.clasp.security.AuditEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps an audit file from being filled by pages that ask every second: what an administrator only
 * looked at is passed on once a minute for each token, address and call, with how often it was left
 * out since. What was refused, what failed and what changed something is always passed on.
 * Thread-safe; never blocks as long as the log does not.
 */
public final class AuditLooks implements Consumer<AuditEvent> {

  static final Duration PERIOD = Duration.ofMinutes(1);

  /** Remembered; beyond, the one that was silent for longest is forgotten. */
  private static final int MAX_SOURCES = 1000;

  private record Source(
      Optional<String> tokenId, Optional<String> subject, String host, String call) {}

  private static final class Window {
    Instant since;
    long leftOut;

    Window(Instant since) {
      this.since = since;
    }
  }

  private final Consumer<AuditEvent> log;
  private final Map<Source, Window> windows = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param log where the events go
   */
  public AuditLooks(Consumer<AuditEvent> log) {
    this.log = log;
  }

  @Override
  public void accept(AuditEvent event) {
    if (EventFeed.onlyLooked(event)) {
      looked(event).ifPresent(log);
    } else {
      log.accept(event);
    }
  }

  private synchronized Optional<AuditEvent> looked(AuditEvent event) {
    Source source =
        new Source(event.tokenId(), event.subject(), host(event.peer().orElse("")), event.detail());
    Window window = windows.get(source);
    if (window == null) {
      windows.put(source, new Window(event.at()));
      if (windows.size() > MAX_SOURCES) {
        windows.remove(windows.keySet().iterator().next());
      }
      return Optional.of(event);
    }
    Duration age = Duration.between(window.since, event.at());
    if (!age.isNegative() && age.compareTo(PERIOD) < 0) {
      window.leftOut++;
      return Optional.empty();
    }
    long leftOut = window.leftOut;
    window.since = event.at();
    window.leftOut = 0;
    return Optional.of(
        leftOut == 0
            ? event
            : event.withDetail(
                event.detail() + " (" + leftOut + " times more since the line before)"));
  }

  /** Without the port: every connection comes from another one. */
  private static String host(String peer) {
    int colon = peer.lastIndexOf(':');
    return colon < 0 ? peer : peer.substring(0, colon);
  }
}
