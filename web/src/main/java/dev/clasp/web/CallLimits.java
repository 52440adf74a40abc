package dev.clasp.web;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** How much one caller may do at a time. Thread-safe. */
final class CallLimits {

  /** Callers that are remembered; the one that was quiet longest is forgotten. */
  private static final int MAX_CALLERS = 10_000;

  private static final class Bucket {
    double tokens;
    long nanos;
  }

  private final HttpApiConfig config;
  private final WebClock clock;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_CALLERS;
        }
      };
  private final Map<String, Integer> streams = new HashMap<>();
  private int allStreams;

  CallLimits(HttpApiConfig config, WebClock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Whether this caller may ask again now. */
  synchronized boolean request(String caller) {
    double rate = config.requestsPerSecond();
    if (rate == 0) {
      return true;
    }
    long now = clock.nanoTime();
    Bucket bucket =
        buckets.computeIfAbsent(
            caller,
            _ -> {
              Bucket full = new Bucket();
              full.tokens = 2 * rate;
              full.nanos = now;
              return full;
            });
    bucket.tokens = Math.min(2 * rate, bucket.tokens + (now - bucket.nanos) * rate / 1e9);
    bucket.nanos = now;
    if (bucket.tokens < 1) {
      return false;
    }
    bucket.tokens--;
    return true;
  }

  /**
   * Takes a place for an answer that takes its time, until {@link #streamEnds}.
   *
   * @throws ProblemException 429 or 503: there is none
   */
  synchronized void streamBegins(String caller) {
    if (allStreams >= config.streams()) {
      throw new ProblemException(
          Problem.overloaded("too many event streams are open here (" + config.streams() + ")"));
    }
    int own = streams.getOrDefault(caller, 0);
    if (own >= config.streamsPerCaller()) {
      throw new ProblemException(
          Problem.tooMany(
              "too many event streams are open with this token or from this host ("
                  + config.streamsPerCaller()
                  + ")"));
    }
    streams.put(caller, own + 1);
    allStreams++;
  }

  synchronized void streamEnds(String caller) {
    allStreams--;
    streams.computeIfPresent(caller, (_, own) -> own == 1 ? null : own - 1);
  }

  synchronized int streams() {
    return allStreams;
  }
}
