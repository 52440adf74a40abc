package dev.clasp.bridgehttp;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgehttp.Caller.Call;
import dev.clasp.bridgehttp.Caller.Reply;
import dev.clasp.bridgehttp.HttpConfig.PollSpec;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for one document again and again, and passes on what has changed. Each pause is up to a
 * tenth shorter or longer, so that many do not ask together; while the other side is away, pauses
 * grow up to five minutes. One request at a time.
 */
final class Poller implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Poller.class);

  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int MAX_REMEMBERED = 20_000;

  private final PollSpec spec;
  private final Caller caller;
  private final EndpointContext context;
  private final Sources sources;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Backoff backoff;
  private final String name;

  /** Set from elsewhere; what was remembered is void with the next request. */
  private volatile boolean forgotten;

  // Touched by one request at a time.
  private final Map<String, Value> last = new HashMap<>();
  private Optional<String> etag = Optional.empty();
  private Optional<String> modified = Optional.empty();
  private int failures;

  private final Object lock = new Object();
  private boolean closed;
  private Runnable cancel = () -> {};
  private Optional<Thread> thread = Optional.empty();

  Poller(
      PollSpec spec,
      Caller caller,
      EndpointContext context,
      Sources sources,
      RandomGenerator random,
      InstantSource clock) {
    this.spec = spec;
    this.caller = caller;
    this.context = context;
    this.sources = sources;
    this.random = random;
    this.clock = clock;
    this.name = spec.method() + " " + Caller.shown(spec.uri());
    Duration cap = spec.every().compareTo(LONGEST) > 0 ? spec.every() : LONGEST;
    this.backoff = new Backoff(spec.every(), 2, cap, false, 0);
    sources.add();
  }

  void start() {
    go();
  }

  private void go() {
    synchronized (lock) {
      if (!closed) {
        Thread next = Thread.ofVirtual().name("http-poll-" + context.name()).unstarted(this::turn);
        thread = Optional.of(next);
        next.start();
      }
    }
  }

  /** The router has perhaps lost what it had from here: the next answer is passed on whole. */
  void forget() {
    forgotten = true;
  }

  private void turn() {
    OptionalLong asked = OptionalLong.empty();
    if (forgotten) {
      forgotten = false;
      last.clear();
      etag = Optional.empty();
      modified = Optional.empty();
    }
    try {
      Reply reply = caller.call(new Call(spec.method(), spec.uri(), headers(), spec.body()));
      context.bytes(reply.body().length, spec.body().map(body -> body.length).orElse(0));
      asked = RetryPlan.retryAfter(reply.header("Retry-After"), clock.instant());
      if (RetryPlan.good(reply.status())) {
        failures = 0;
        taken(reply);
      } else if (reply.status() == 304 && (etag.isPresent() || modified.isPresent())) {
        failures = 0;
        sources.working(name);
      } else {
        failures++;
        sources.failing(name, "answers " + reply.status());
      }
    } catch (IOException e) {
      failures++;
      sources.failing(name, Words.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException e) {
      // Else nobody would ask again.
      LOG.error("unexpected failure of {}", name, e);
      failures++;
      sources.failing(name, "failed unexpectedly: " + e);
    }
    long pause =
        failures == 0
            ? spec.every().toNanos()
            : Math.max(backoff.delayNanos(failures - 1, random).orElseThrow(), asked.orElse(0));
    long spread = pause / 10;
    long jittered = pause - spread + random.nextLong(2 * spread + 1);
    synchronized (lock) {
      if (!closed) {
        cancel = context.schedule(this::go, jittered);
      }
    }
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "application/json, text/plain;q=0.5, */*;q=0.1");
    headers.putAll(spec.headers());
    if (spec.method().equals("GET")) {
      etag.ifPresent(tag -> headers.put("If-None-Match", tag));
      if (etag.isEmpty()) {
        modified.ifPresent(date -> headers.put("If-Modified-Since", date));
      }
    }
    return headers;
  }

  private void taken(Reply reply) {
    BodyFormat format =
        spec.format()
            .or(() -> reply.header("Content-Type").flatMap(BodyFormat::ofContentType))
            .orElse(BodyFormat.JSON);
    Optional<Value> document = format.value(reply.body());
    if (document.isEmpty()) {
      sources.failing(
          name,
          "answers no "
              + format.name().toLowerCase(java.util.Locale.ROOT)
              + ", but "
              + start(reply.body()));
      return;
    }
    List<MappedSignal> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    if (spec.values().isEmpty()) {
      if (!SignalShapes.from(document.get(), spec.type(), found::add)) {
        missing.add("answers nothing that CLASP's own API would: say in values what goes where");
      }
    } else {
      spec.values().forEach(each -> each.from(document.get(), Map.of(), found::add, missing::add));
    }
    etag = reply.header("ETag").filter(tag -> tag.length() <= 1000);
    modified = reply.header("Last-Modified").filter(date -> date.length() <= 100);
    List<MappedSignal> fresh = new ArrayList<>();
    for (MappedSignal signal : found) {
      Value before = last.get(signal.address());
      if (spec.always() || !signal.value().equals(before)) {
        if (before == null && last.size() >= MAX_REMEMBERED) {
          missing.add("has more than " + MAX_REMEMBERED + " addresses: the rest is left out");
          continue;
        }
        last.put(signal.address(), signal.value());
        fresh.add(signal);
      }
    }
    for (MappedSignal signal : fresh) {
      context.receive(
          new Parcel(
              List.of(signal),
              false,
              OptionalLong.empty(),
              Optional.of(spec.uri().getAuthority())));
    }
    if (missing.isEmpty()) {
      sources.working(name);
    } else {
      sources.failing(name, missing.getFirst());
    }
  }

  /** The first characters, for people. */
  static String start(byte[] body) {
    String text =
        new String(body, 0, Math.min(body.length, 60), java.nio.charset.StandardCharsets.UTF_8);
    return body.length == 0
        ? "nothing at all"
        : "\"" + text.replaceAll("[^\\x20-\\x7E]", "?") + (body.length > 60 ? "...\"" : "\"");
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      cancel.run();
      thread.ifPresent(Thread::interrupt);
    }
  }
}
