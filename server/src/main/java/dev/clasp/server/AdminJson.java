package dev.clasp.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.router.SessionDetail;
import dev.clasp.router.SessionError;
import dev.clasp.router.SessionStatus;
import dev.clasp.router.SubscriptionStatus;
import dev.clasp.security.Scope;
import dev.clasp.security.TokenEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What the admin API reads and writes (docs/admin-api.md). */
final class AdminJson {

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxStringLength(64 << 10)
                          .maxNameLength(1 << 10)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Writes an object. */
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private AdminJson() {}

  static byte[] object(Body body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * The body of a request.
   *
   * @param known names that it may have
   */
  static ObjectNode read(byte[] body, Set<String> known) {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (IOException e) {
      throw new AdminCall.Mistake(
          400, "the body is not valid JSON, is too deep or too long, or has a name twice");
    }
    if (!(root instanceof ObjectNode object)) {
      throw new AdminCall.Mistake(400, "the body must be a JSON object");
    }
    for (var field : object.properties()) {
      if (!known.contains(field.getKey())) {
        throw new AdminCall.Mistake(
            400, "the body has a field that is not known; there are " + String.join(", ", known));
      }
    }
    return object;
  }

  /** A text of the body, if it is there. */
  static Optional<String> text(ObjectNode body, String name) {
    JsonNode value = body.get(name);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw new AdminCall.Mistake(400, name + " must be a text");
    }
    return Optional.of(value.textValue());
  }

  static void session(JsonGenerator json, SessionStatus s) throws IOException {
    StatusJson.session(json, s);
  }

  static byte[] detail(SessionDetail detail, double seconds) {
    SessionStatus s = detail.status();
    return object(json -> {
      session(json, s);
      json.writeArrayFieldStart("features");
      for (var feature : s.features()) {
        json.writeString(feature.name().toLowerCase(Locale.ROOT));
      }
      json.writeEndArray();
      if (!detail.identity().tokenId().isEmpty()) {
        json.writeStringField("token_id", detail.identity().tokenId());
      }
      if (detail.identity().subject().isPresent()) {
        json.writeStringField("subject", detail.identity().subject().get());
      }
      time(json, "expires", detail.identity().expiresAt());
      json.writeArrayFieldStart("scopes");
      if (detail.identity().scopes().all()) {
        json.writeString("admin:/**");
      }
      for (Scope scope : detail.identity().scopes().list()) {
        json.writeString(scope.text());
      }
      json.writeEndArray();
      json.writeArrayFieldStart("subscriptionList");
      for (SubscriptionStatus subscription : detail.subscriptions()) {
        json.writeStartObject();
        DumpJson.subscription(json, subscription);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("locks", detail.locks());
      json.writeArrayFieldStart("lockList");
      for (String address : detail.locked()) {
        json.writeString(address);
      }
      json.writeEndArray();
      json.writeNumberField("gestures", detail.gestures());
      json.writeNumberField("scheduledBundles", detail.scheduledBundles());
      if (detail.lastError().isPresent()) {
        SessionError error = detail.lastError().get();
        json.writeObjectFieldStart("lastError");
        json.writeNumberField("code", error.code());
        json.writeStringField("text", error.text());
        if (error.address().isPresent()) {
          json.writeStringField("address", error.address().get());
        }
        json.writeStringField("at", StatusJson.instant(error.atMicros()));
        json.writeEndObject();
      }
      json.writeNumberField("messagesInPerSecond", rate(s.messagesIn(), seconds));
      json.writeNumberField("messagesOutPerSecond", rate(s.messagesOut(), seconds));
    });
  }

  private static double rate(long count, double seconds) {
    return seconds > 0 ? Math.round(count / seconds * 1000) / 1000.0 : 0;
  }

  static void token(JsonGenerator json, TokenEntry entry) throws IOException {
    json.writeStringField("id", entry.id());
    if (entry.subject().isPresent()) {
      json.writeStringField("subject", entry.subject().get());
    }
    json.writeArrayFieldStart("scopes");
    for (Scope scope : entry.scopes().list()) {
      json.writeString(scope.text());
    }
    json.writeEndArray();
    time(json, "not_before", entry.notBefore());
    time(json, "expires", entry.expiresAt());
    time(json, "created", entry.createdAt());
  }

  private static void time(JsonGenerator json, String name, OptionalLong unixSeconds)
      throws IOException {
    if (unixSeconds.isPresent()) {
      json.writeStringField(name, Instant.ofEpochSecond(unixSeconds.getAsLong()).toString());
    }
  }

  static byte[] events(List<EventFeed.Event> events, long last) {
    return object(json -> {
      json.writeArrayFieldStart("events");
      for (EventFeed.Event event : events) {
        json.writeStartObject();
        json.writeNumberField("number", event.number());
        json.writeStringField("kind", event.kind());
        json.writeFieldName("event");
        json.writeRawValue(event.json());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("last", last);
    });
  }
}
