package dev.clasp.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.router.ParameterPage;
import dev.clasp.router.ParameterStatus;
import dev.clasp.router.Router;
import dev.clasp.router.SubscriptionStatus;
import dev.clasp.security.Action;
import dev.clasp.security.Scopes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The answers to {@code GET /api/parameters} and {@code GET /api/subscriptions}
 * (docs/status-api.md).
 */
final class DumpJson {

  /** Entries in one answer, whatever is asked for: it is made on an event loop. */
  static final int MAX_ENTRIES = 1000;

  private static final JsonFactory JSON = new JsonFactory();

  /** Writes one entry. */
  private interface Writer<T> {
    void write(JsonGenerator json, T entry) throws IOException;
  }

  private DumpJson() {}

  /**
   * What somebody with these scopes may read.
   *
   * @param after only parameters behind this place
   */
  static byte[] parameters(
      Router router,
      AddressPattern pattern,
      int limit,
      Optional<String> after,
      Scopes reader,
      PageCursors cursors) {
    ParameterPage page = router.parameters(pattern, limit, after.map(cursors::resolve), reader);
    return list(
        "parameters",
        page.parameters(),
        (json, p) -> parameter(json, p, reader),
        page.next().map(next -> cursors.name(next, reader)));
  }

  static byte[] subscriptions(Router router, int limit) {
    return list(
        "subscriptions",
        router.subscriptionStatus(limit),
        DumpJson::subscription,
        Optional.empty());
  }

  private static <T> byte[] list(
      String name, List<T> entries, Writer<T> writer, Optional<String> next) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart(name);
      for (T entry : entries) {
        json.writeStartObject();
        writer.write(json, entry);
        json.writeEndObject();
      }
      json.writeEndArray();
      if (next.isPresent()) {
        json.writeStringField("next", next.get());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void parameter(JsonGenerator json, ParameterStatus p, Scopes reader)
      throws IOException {
    json.writeStringField("address", p.address());
    json.writeFieldName("value");
    value(json, p.value());
    json.writeNumberField("revision", p.revision());
    json.writeStringField("writer", p.writer());
    json.writeStringField("written", StatusJson.instant(p.writtenMicros()));
    json.writeStringField("strategy", p.strategy().name().toLowerCase(Locale.ROOT));
    if (p.lockHolder().isPresent() && administers(reader, p.address())) {
      json.writeStringField("lockHolder", p.lockHolder().get());
    }
    if (p.expiresInNanos().isPresent()) {
      json.writeNumberField("expiresInSeconds", p.expiresInNanos().getAsLong() / 1e9);
    }
  }

  /** Who holds a lock is for administrators (D6). */
  private static boolean administers(Scopes reader, String address) {
    byte[] b = address.getBytes(StandardCharsets.UTF_8);
    return reader.permit(Action.ADMIN, b, 0, b.length);
  }

  static void subscription(JsonGenerator json, SubscriptionStatus s) throws IOException {
    json.writeStringField("session", s.session());
    json.writeNumberField("id", Integer.toUnsignedLong(s.id()));
    json.writeStringField("pattern", s.pattern());
    json.writeArrayFieldStart("types");
    for (SignalType type : SignalType.values()) {
      if ((s.typeMask() & type.maskBit()) != 0) {
        json.writeString(type.name().toLowerCase(Locale.ROOT));
      }
    }
    json.writeEndArray();
    if (s.options().maxRate().isPresent()) {
      json.writeNumberField("maxRate", Integer.toUnsignedLong(s.options().maxRate().getAsInt()));
    }
    if (s.options().epsilon().isPresent()) {
      number(json, "epsilon", s.options().epsilon().getAsDouble());
    }
    if (s.options().history().isPresent()) {
      json.writeNumberField("history", Integer.toUnsignedLong(s.options().history().getAsInt()));
    }
    if (s.options().windowMillis().isPresent()) {
      json.writeNumberField(
          "windowMillis", Integer.toUnsignedLong(s.options().windowMillis().getAsInt()));
    }
  }

  private static void number(JsonGenerator json, String name, double number) throws IOException {
    json.writeFieldName(name);
    value(json, Value.of(number));
  }

  /** What JSON has no form for becomes text: NaN and the infinities by name, bytes in base64. */
  private static void value(JsonGenerator json, Value value) throws IOException {
    switch (value) {
      case Value.Null() -> json.writeNull();
      case Value.Bool(boolean b) -> json.writeBoolean(b);
      case Value.Int(long n) -> json.writeNumber(n);
      case Value.Float(double d) -> {
        if (Double.isFinite(d)) {
          json.writeNumber(d);
        } else {
          json.writeString(Double.toString(d));
        }
      }
      case Value.Text(String text) -> json.writeString(text);
      case Value.Bytes bytes -> json.writeBinary(bytes.value());
      case Value.Array(List<Value> values) -> {
        json.writeStartArray();
        for (Value each : values) {
          value(json, each);
        }
        json.writeEndArray();
      }
      case Value.Map(Map<String, Value> entries) -> {
        json.writeStartObject();
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
          json.writeFieldName(entry.getKey());
          value(json, entry.getValue());
        }
        json.writeEndObject();
      }
    }
  }
}
