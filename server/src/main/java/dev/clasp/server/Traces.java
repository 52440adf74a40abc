package dev.clasp.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.AuditEvent.Kind;
import dev.clasp.security.AuditEvent.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens in a server as traces of OpenTelemetry: a span for each session with what happened
 * in it, and one without length for what belongs to none. Made of the events of the audit log,
 * never of messages, so that the paths of these know nothing of it. See docs/tracing.md.
 *
 * <p>Written by hand, not with the SDK: what is needed of OTLP is one request in JSON
 * (opentelemetry-proto 1.x, JSON Protobuf encoding), and the SDK brings a dozen jars that every
 * start would have to find.
 *
 * <p>Thread-safe. Takes events at once: what the collector does not take in time is dropped and
 * counted.
 */
public final class Traces implements Consumer<AuditEvent>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Traces.class);
  private static final JsonFactory JSON = new JsonFactory();

  private static final int MAX_WAITING = 2048;
  private static final int MAX_BATCH = 512;
  private static final int MAX_EVENTS = 64;
  private static final int MAX_OPEN = 100_000;

  /** Of a request of the collector, {@code SPAN_KIND_SERVER}; the rest is {@code INTERNAL}. */
  private static final int SERVER = 2;

  private static final int INTERNAL = 1;
  private static final int STATUS_ERROR = 2;

  /** Takes what is to be sent. */
  interface Collector {

    /**
     * Sends a request, and waits for the answer.
     *
     * @throws IOException it was not taken, in a few words
     */
    void send(byte[] json) throws IOException, InterruptedException;
  }

  /** Something that happened in a span. */
  private record Happened(Instant at, String name, Map<String, String> attributes) {}

  /** A session that goes on. Guarded by itself. */
  private static final class Open {
    private final AuditEvent begin;
    private final List<Happened> events = new ArrayList<>();
    private boolean failed;

    Open(AuditEvent begin) {
      this.begin = begin;
    }
  }

  private record Span(
      String trace,
      String id,
      String name,
      int kind,
      Instant begin,
      Instant end,
      Map<String, String> attributes,
      List<Happened> events,
      Optional<String> failure) {}

  private final Collector collector;
  private final String service;
  private final RandomGenerator random;
  private final Map<String, Open> open = new ConcurrentHashMap<>();
  private final BlockingQueue<Span> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread sending;
  private volatile boolean closing;
  private boolean failing;

  /**
   * @param service the name under which it is found
   * @param random for ids; used by one thread at a time
   */
  Traces(Collector collector, String service, RandomGenerator random) {
    this.collector = collector;
    this.service = service;
    this.random = random;
    this.sending = Thread.ofPlatform().daemon().name("clasp-traces").unstarted(this::sendAll);
  }

  /**
   * Sends to a collector over HTTP.
   *
   * @param endpoint such as {@code http://localhost:4318}; {@code /v1/traces} is added to it
   * @param headers to send along, such as {@code Authorization}
   * @throws IllegalArgumentException it is none, in a sentence
   */
  public static Traces to(
      String endpoint, Map<String, String> headers, String service, RandomGenerator random) {
    Traces traces = new Traces(HttpCollector.of(endpoint, headers), service, random);
    traces.start();
    return traces;
  }

  void start() {
    sending.start();
  }

  /** Spans that were lost because the collector was away or slow. */
  public long dropped() {
    return dropped.get();
  }

  @Override
  public void accept(AuditEvent event) {
    switch (event.kind()) {
      case SESSION_OPEN -> {
        if (open.size() < MAX_OPEN) {
          event.session().ifPresent(id -> open.put(id, new Open(event)));
        }
      }
      case SESSION_CLOSE -> event.session().ifPresent(id -> end(id, event));
      default -> {
        Open session = event.session().map(open::get).orElse(null);
        if (session == null) {
          offer(alone(event));
        } else {
          happened(session, event);
        }
      }
    }
  }

  private static void happened(Open session, AuditEvent event) {
    synchronized (session) {
      session.failed |= event.result() != Result.OK;
      if (session.events.size() < MAX_EVENTS) {
        session.events.add(new Happened(event.at(), event.kind().id(), attributes(event)));
      }
    }
  }

  private void end(String id, AuditEvent event) {
    Open session = open.remove(id);
    if (session == null) {
      return;
    }
    synchronized (session) {
      Map<String, String> attributes = attributes(session.begin);
      attributes.put("clasp.close_reason", event.detail());
      offer(
          new Span(
              hex(16),
              hex(8),
              "session",
              SERVER,
              session.begin.at(),
              event.at(),
              attributes,
              List.copyOf(session.events),
              session.failed ? Optional.of("something was refused") : Optional.empty()));
    }
  }

  private Span alone(AuditEvent event) {
    return new Span(
        hex(16),
        hex(8),
        event.kind().id(),
        INTERNAL,
        event.at(),
        event.at(),
        attributes(event),
        List.of(),
        event.result() == Result.OK ? Optional.empty() : Optional.of(event.detail()));
  }

  private void offer(Span span) {
    if (!waiting.offer(span)) {
      dropped.incrementAndGet();
    }
  }

  private static Map<String, String> attributes(AuditEvent event) {
    Map<String, String> all = new LinkedHashMap<>();
    event.session().ifPresent(value -> all.put("session.id", value));
    event.peer().ifPresent(value -> all.put("network.peer.address", value));
    event.subject().ifPresent(value -> all.put("enduser.id", value));
    event.tokenId().ifPresent(value -> all.put("clasp.token_id", value));
    event.address().ifPresent(value -> all.put("clasp.address", value));
    if (event.code().isPresent()) {
      all.put("clasp.code", Integer.toString(event.code().getAsInt()));
    }
    if (event.kind() != Kind.SESSION_CLOSE && !event.detail().isEmpty()) {
      all.put("clasp.detail", event.detail());
    }
    return all;
  }

  private synchronized String hex(int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    // All zeros would be none.
    id[0] |= 1;
    return HexFormat.of().formatHex(id);
  }

  // --- to the collector --------------------------------------------------------------------------

  private void sendAll() {
    List<Span> batch = new ArrayList<>();
    try {
      while (true) {
        Span first = waiting.poll(1, TimeUnit.SECONDS);
        if (first == null) {
          if (closing) {
            return;
          }
          continue;
        }
        batch.clear();
        batch.add(first);
        waiting.drainTo(batch, MAX_BATCH - 1);
        send(batch);
      }
    } catch (InterruptedException e) {
      // The end.
    }
  }

  private void send(List<Span> batch) throws InterruptedException {
    try {
      collector.send(request(batch));
      if (failing) {
        failing = false;
        LOG.info("traces are taken again; {} were lost", dropped.get());
      }
    } catch (IOException | RuntimeException e) {
      // One span that cannot be written must not end all traces.
      dropped.addAndGet(batch.size());
      if (!failing) {
        failing = true;
        LOG.warn("traces are lost: {}", e.getMessage());
      }
    }
  }

  private byte[] request(List<Span> batch) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512 * batch.size());
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("resourceSpans");
      json.writeStartObject();
      json.writeObjectFieldStart("resource");
      attributes(json, Map.of("service.name", service, "service.version", Version.number()));
      json.writeEndObject();
      json.writeArrayFieldStart("scopeSpans");
      json.writeStartObject();
      json.writeObjectFieldStart("scope");
      json.writeStringField("name", "dev.clasp.server");
      json.writeEndObject();
      json.writeArrayFieldStart("spans");
      for (Span span : batch) {
        span(json, span);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void span(JsonGenerator json, Span span) throws IOException {
    json.writeStartObject();
    json.writeStringField("traceId", span.trace());
    json.writeStringField("spanId", span.id());
    json.writeStringField("name", span.name());
    json.writeNumberField("kind", span.kind());
    json.writeStringField("startTimeUnixNano", nanos(span.begin()));
    json.writeStringField("endTimeUnixNano", nanos(span.end()));
    attributes(json, span.attributes());
    json.writeArrayFieldStart("events");
    for (Happened event : span.events()) {
      json.writeStartObject();
      json.writeStringField("timeUnixNano", nanos(event.at()));
      json.writeStringField("name", event.name());
      attributes(json, event.attributes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("status");
    if (span.failure().isPresent()) {
      json.writeNumberField("code", STATUS_ERROR);
      json.writeStringField("message", span.failure().get());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void attributes(JsonGenerator json, Map<String, String> attributes)
      throws IOException {
    json.writeArrayFieldStart("attributes");
    for (Map.Entry<String, String> each : attributes.entrySet()) {
      json.writeStartObject();
      json.writeStringField("key", each.getKey());
      json.writeObjectFieldStart("value");
      json.writeStringField("stringValue", each.getValue());
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** As text: JSON has no whole numbers of 64 bits. */
  private static String nanos(Instant at) {
    return Long.toString(at.getEpochSecond() * 1_000_000_000L + at.getNano());
  }

  /** Sends what waits, for some seconds at most. */
  @Override
  public void close() {
    closing = true;
    try {
      sending.join(TimeUnit.SECONDS.toMillis(3));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sending.interrupt();
  }
}
