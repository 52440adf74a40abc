package dev.clasp.security;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets through at most ten events of a kind from a peer in a second and says later how many were
 * left out (operations.md 12.7): whoever is refused a thousand times a second must not fill the
 * disk. One thread.
 */
final class AuditSampler {

  static final int PER_SECOND = 10;

  /** Peers and kinds remembered; beyond, the one that was silent for longest is forgotten. */
  private static final int MAX_SOURCES = 10_000;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private record Source(AuditEvent.Kind kind, AuditEvent.Result result, String peer) {}

  private static final class Window {
    Instant since;
    int passed;
    long leftOut;

    Window(Instant since) {
      this.since = since;
    }
  }

  private final Map<Source, Window> windows = new LinkedHashMap<>(16, 0.75f, true);

  /** What an event may do. */
  sealed interface Verdict {
    /**
     * It is written.
     *
     * @param before how many like it were left out since the last one
     */
    record Write(long before) implements Verdict {}

    record LeaveOut() implements Verdict {}
  }

  private static final Verdict LEAVE_OUT = new Verdict.LeaveOut();

  Verdict judge(AuditEvent event) {
    Source source = new Source(event.kind(), event.result(), host(event.peer().orElse("")));
    Window window = windows.computeIfAbsent(source, _ -> new Window(event.at()));
    if (windows.size() > MAX_SOURCES) {
      windows.remove(windows.keySet().iterator().next());
    }
    Duration age = Duration.between(window.since, event.at());
    if (age.isNegative() || age.compareTo(SECOND) >= 0) {
      window.since = event.at();
      window.passed = 0;
    }
    if (window.passed >= PER_SECOND) {
      window.leftOut++;
      return LEAVE_OUT;
    }
    window.passed++;
    long before = window.leftOut;
    window.leftOut = 0;
    return new Verdict.Write(before);
  }

  /** Without the port: every attempt comes from another one. */
  private static String host(String peer) {
    int colon = peer.lastIndexOf(':');
    return colon < 0 ? peer : peer.substring(0, colon);
  }
}
