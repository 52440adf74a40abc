package dev.clasp.bridgehttp;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgehttp.Caller.Call;
import dev.clasp.bridgehttp.HttpConfig.StreamSpec;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.Backoff;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a stream of events (WHATWG HTML section 9.2) or of lines of JSON, and connects again when
 * it ends: with the id of the last event, after the pause that the server asks for, or one that
 * grows.
 */
final class EventStream implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** A server cannot ask for less, or for more. */
  private static final long MIN_RETRY_MILLIS = 100;

  private static final long MAX_RETRY_MILLIS = 600_000;
  private static final int PIECE = 16 << 10;

  private final StreamSpec spec;
  private final Caller caller;
  private final EndpointContext context;
  private final Sources sources;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final int maxEvent;
  private final String name;

  // Touched by one connection at a time.
  private String lastId = "";
  private OptionalLong retryMillis = OptionalLong.empty();
  private int failures;

  private final Object lock = new Object();
  // Guarded by the lock.
  private boolean closed;
  private Runnable cancel = () -> {};
  private Runnable watchdog = () -> {};
  private Optional<Thread> thread = Optional.empty();
  private Optional<InputStream> open = Optional.empty();

  private volatile long heardNanos;

  EventStream(
      StreamSpec spec,
      Caller caller,
      EndpointContext context,
      Sources sources,
      RandomGenerator random,
      InstantSource clock,
      int maxEvent) {
    this.spec = spec;
    this.caller = caller;
    this.context = context;
    this.sources = sources;
    this.random = random;
    this.clock = clock;
    this.maxEvent = maxEvent;
    this.name = "the stream " + Caller.shown(spec.uri());
    sources.add();
  }

  void start() {
    go();
  }

  private void go() {
    synchronized (lock) {
      if (!closed) {
        Thread next =
            Thread.ofVirtual().name("http-stream-" + context.name()).unstarted(this::connect);
        thread = Optional.of(next);
        next.start();
      }
    }
  }

  private void connect() {
    String why;
    OptionalLong asked = OptionalLong.empty();
    try {
      HttpResponse<InputStream> response =
          caller.open(new Call("GET", spec.uri(), headers(), Optional.empty()));
      try (InputStream body = response.body()) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (response.statusCode() == 204) {
          // The server says: do not come back (WHATWG HTML section 9.2.3).
          sources.failing(name, "has nothing more to say (204)");
          return;
        }
        if (response.statusCode() != 200) {
          failures++;
          asked =
              RetryPlan.retryAfter(response.headers().firstValue("Retry-After"), clock.instant());
          why = "answers " + response.statusCode();
        } else if (!spec.lines()
            && !type.toLowerCase(java.util.Locale.ROOT).contains("event-stream")) {
          failures++;
          why = "is no stream of events, but " + (type.isEmpty() ? "something without type" : type);
        } else {
          // The next pause grows only if nothing comes now either.
          failures++;
          sources.working(name);
          why = read(body);
        }
      } finally {
        synchronized (lock) {
          open = Optional.empty();
          watchdog.run();
        }
      }
    } catch (IOException e) {
      failures++;
      why = Words.of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException e) {
      // Else nobody would connect again.
      LOG.error("unexpected failure of {}", name, e);
      failures++;
      why = "failed unexpectedly: " + e;
    }
    again(why, asked);
  }

  private void again(String why, OptionalLong asked) {
    synchronized (lock) {
      if (closed) {
        return;
      }
    }
    sources.failing(name, why);
    long pause;
    if (retryMillis.isPresent() && failures <= 1) {
      pause = retryMillis.getAsLong() * 1_000_000;
    } else {
      Duration first =
          retryMillis.isPresent() ? Duration.ofMillis(retryMillis.getAsLong()) : FIRST_PAUSE;
      Duration cap = first.compareTo(LONGEST) > 0 ? first : LONGEST;
      long most =
          new Backoff(first, 2, cap, false, 0)
              .delayNanos(Math.max(0, failures - 1), random)
              .orElseThrow();
      pause = most / 2 + random.nextLong(most / 2 + 1);
    }
    synchronized (lock) {
      if (!closed) {
        cancel = context.schedule(this::go, Math.max(pause, asked.orElse(0)));
      }
    }
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(
        "Accept", spec.lines() ? "application/x-ndjson, application/json" : "text/event-stream");
    headers.put("Cache-Control", "no-cache");
    headers.putAll(spec.headers());
    if (!lastId.isEmpty() && lastId.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
      headers.put("Last-Event-ID", lastId);
    }
    return headers;
  }

  /** Reads until the end, and says why it ended. */
  private String read(InputStream body) throws IOException {
    synchronized (lock) {
      if (closed) {
        return "";
      }
      open = Optional.of(body);
    }
    heardNanos = context.nanoTime();
    watch(body);
    SseParser events =
        new SseParser(
            maxEvent,
            lastId,
            this::event,
            millis ->
                retryMillis =
                    OptionalLong.of(Math.clamp(millis, MIN_RETRY_MILLIS, MAX_RETRY_MILLIS)));
    LineSplitter lines = new LineSplitter(maxEvent, this::line);
    byte[] piece = new byte[PIECE];
    try {
      while (true) {
        int count = body.read(piece);
        if (count < 0) {
          lines.finish();
          return "has ended";
        }
        heardNanos = context.nanoTime();
        context.bytes(count, 0);
        if (spec.lines()) {
          lines.feed(piece, 0, count);
        } else {
          events.feed(piece, 0, count);
        }
      }
    } finally {
      lastId = events.lastId();
    }
  }

  /** A connection that is silently dead looks like one where nothing happens. */
  private void watch(InputStream body) {
    long idle = spec.idle().toNanos();
    if (idle == 0) {
      return;
    }
    synchronized (lock) {
      long left = heardNanos + idle - context.nanoTime();
      if (closed || !open.equals(Optional.of(body))) {
        return;
      }
      if (left > 0) {
        watchdog = context.schedule(() -> watch(body), left);
        return;
      }
    }
    Thread.ofVirtual()
        .start(() -> {
          try {
            body.close();
          } catch (IOException e) {
            // It is given up anyway.
          }
        });
  }

  private void event(SseParser.Event event) {
    failures = 0;
    if (!spec.events().isEmpty() && !spec.events().contains(event.type())) {
      return;
    }
    take(BodyFormat.plain(event.data()), event.data(), Map.of("event", event.type()));
  }

  private void line(String line) {
    if (line.isBlank()) {
      return;
    }
    failures = 0;
    Optional<Value> value = JsonValues.parse(line);
    if (value.isEmpty()) {
      context.dropped(
          name
              + " sends no JSON, but "
              + Poller.start(line.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      return;
    }
    take(value.get(), line, Map.of());
  }

  private void take(Value document, String text, Map<String, String> names) {
    List<MappedSignal> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    if (spec.values().isEmpty()) {
      if (!SignalShapes.from(document, spec.type(), found::add)) {
        missing.add("what comes is none of CLASP's own: say in address or values what goes where");
      }
    } else {
      for (Extraction each : spec.values()) {
        each.from(document, names, found::add, missing::add);
      }
    }
    if (found.isEmpty() && !missing.isEmpty()) {
      context.dropped(
          name
              + ": "
              + missing.getFirst()
              + "; it was "
              + Poller.start(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    for (MappedSignal signal : found) {
      context.receive(
          new Parcel(
              List.of(signal),
              false,
              OptionalLong.empty(),
              Optional.of(spec.uri().getAuthority())));
    }
  }

  @Override
  public void close() {
    Optional<InputStream> body;
    synchronized (lock) {
      closed = true;
      cancel.run();
      watchdog.run();
      body = open;
      thread.ifPresent(Thread::interrupt);
    }
    body.ifPresent(stream -> {
      try {
        stream.close();
      } catch (IOException e) {
        // It is given up anyway.
      }
    });
  }
}
