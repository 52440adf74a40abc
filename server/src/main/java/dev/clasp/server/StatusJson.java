package dev.clasp.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.clasp.router.Counter;
import dev.clasp.router.Gauge;
import dev.clasp.router.Router;
import dev.clasp.router.SessionStatus;
import dev.clasp.transport.ConnectionCounter;
import dev.clasp.transport.Listener;
import dev.clasp.transport.Lobby;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The answer to {@code GET /api/status} (docs/status-api.md). */
final class StatusJson {

  private static final JsonFactory JSON = new JsonFactory();

  private StatusJson() {}

  /**
   * @param state how the writing of the state goes, if it is written
   */
  static byte[] of(
      Router router,
      Lobby door,
      List<Listener> listeners,
      LoopWatch watch,
      Optional<StateKeeper.Status> state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      long uptime = router.clock().unixMicros() - router.startedMicros();
      List<SessionStatus> sessions = router.sessionStatus();
      sessions.sort(Comparator.comparingLong(SessionStatus::connectedMicros));
      json.writeStartObject();
      json.writeStringField("name", router.config().name());
      json.writeStringField("version", Version.number());
      json.writeStringField("started", instant(router.startedMicros()));
      json.writeNumberField("uptimeSeconds", uptime / 1_000_000.0);
      json.writeArrayFieldStart("sessions");
      for (SessionStatus session : sessions) {
        write(json, session);
      }
      json.writeEndArray();
      json.writeNumberField("parameters", router.parameterCount());
      json.writeNumberField("subscriptions", router.subscriptionCount());
      json.writeNumberField("messagesIn", router.count(Counter.FRAMES_IN));
      json.writeNumberField("messagesOut", router.count(Counter.FRAMES_OUT));
      json.writeNumberField("dropped", router.count(Counter.DROPPED));
      if (state.isPresent()) {
        json.writeObjectFieldStart("persistence");
        json.writeBooleanField("writing", state.get().failure().isEmpty());
        if (state.get().failure().isPresent()) {
          json.writeStringField("failure", state.get().failure().get());
        }
        json.writeNumberField("bytes", state.get().bytes());
        if (state.get().writtenMicros() > 0) {
          json.writeStringField("written", instant(state.get().writtenMicros()));
        }
        json.writeEndObject();
      }
      json.writeObjectFieldStart("counters");
      for (Counter counter : Counter.values()) {
        json.writeNumberField(counter.key(), router.count(counter));
      }
      json.writeEndObject();
      json.writeObjectFieldStart("gauges");
      for (Gauge gauge : Gauge.values()) {
        json.writeNumberField(gauge.key(), gauge.of(router));
      }
      json.writeEndObject();
      json.writeObjectFieldStart("connections");
      json.writeNumberField("open", door.open());
      json.writeNumberField("unauthenticated", door.unauthenticated());
      for (ConnectionCounter counter : ConnectionCounter.values()) {
        json.writeNumberField(counter.key(), door.count(counter));
      }
      json.writeEndObject();
      json.writeArrayFieldStart("listeners");
      for (Listener listener : listeners) {
        write(json, listener);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("loops");
      for (LoopWatch.Status loop : watch.status()) {
        json.writeStartObject();
        json.writeNumberField("delaySeconds", loop.delayNanos() / 1e9);
        json.writeBooleanField("stuck", loop.stuck());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("parametersMax", router.config().maxParameters());
      json.writeNumberField("sessionsMax", router.config().maxSessions());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator json, Listener listener) throws IOException {
    json.writeStartObject();
    json.writeStringField("transport", listener.transport());
    json.writeArrayFieldStart("urls");
    for (String url : listener.urls()) {
      json.writeString(url);
    }
    json.writeEndArray();
    for (Map.Entry<String, Long> counter : listener.counters().entrySet()) {
      json.writeNumberField(counter.getKey(), counter.getValue());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, SessionStatus s) throws IOException {
    json.writeStartObject();
    session(json, s);
    json.writeEndObject();
  }

  /** The fields of a session. */
  static void session(JsonGenerator json, SessionStatus s) throws IOException {
    json.writeStringField("id", s.id());
    json.writeStringField("name", s.name());
    json.writeStringField("peer", s.peer());
    json.writeStringField("transport", s.transport());
    json.writeStringField("connected", instant(s.connectedMicros()));
    json.writeNumberField("subscriptions", s.subscriptions());
    json.writeNumberField("messagesIn", s.messagesIn());
    json.writeNumberField("messagesOut", s.messagesOut());
    json.writeNumberField("bytesIn", s.bytesIn());
    json.writeNumberField("bytesOut", s.bytesOut());
    json.writeNumberField("queued", s.queued());
    json.writeNumberField("dropped", s.dropped());
    if (s.clockOffsetMicros().isPresent()) {
      json.writeNumberField("clockOffsetMicros", s.clockOffsetMicros().getAsDouble());
      json.writeNumberField("clockJitterMicros", s.clockJitterMicros().orElse(0));
    }
  }

  /** ISO 8601, UTC, milliseconds. */
  static String instant(long unixMicros) {
    return Instant.EPOCH
        .plus(unixMicros, ChronoUnit.MICROS)
        .truncatedTo(ChronoUnit.MILLIS)
        .toString();
  }
}
