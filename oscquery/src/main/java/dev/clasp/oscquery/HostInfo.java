package dev.clasp.oscquery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What HOST_INFO says (OSCQuery proposal). Immutable.
 *
 * @param name empty if there is none
 * @param oscIp empty: the same as HTTP; so with the others
 * @param oscPort where it takes OSC
 * @param oscTransport {@code UDP} or {@code TCP}
 * @param wsIp of the WebSocket
 * @param wsPort of the WebSocket
 * @param extensions what it supports
 */
record HostInfo(
    Optional<String> name,
    Optional<String> oscIp,
    OptionalInt oscPort,
    Optional<String> oscTransport,
    Optional<String> wsIp,
    OptionalInt wsPort,
    Map<String, Boolean> extensions) {

  private static final JsonFactory FACTORY = new JsonFactory();

  /** Nothing is known: everything as the proposal assumes it. */
  static final HostInfo UNSAID =
      new HostInfo(
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Map.of());

  HostInfo {
    extensions = java.util.Collections.unmodifiableMap(new TreeMap<>(extensions));
  }

  boolean supports(String extension) {
    return extensions.getOrDefault(extension, false);
  }

  /** As JSON. */
  String json() {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      text(json, "NAME", name);
      text(json, "OSC_IP", oscIp);
      number(json, "OSC_PORT", oscPort);
      text(json, "OSC_TRANSPORT", oscTransport);
      text(json, "WS_IP", wsIp);
      number(json, "WS_PORT", wsPort);
      json.writeObjectFieldStart("EXTENSIONS");
      for (Map.Entry<String, Boolean> each : extensions.entrySet()) {
        json.writeBooleanField(each.getKey(), each.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return out.toString();
  }

  private static void text(JsonGenerator json, String key, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      json.writeStringField(key, value.get());
    }
  }

  private static void number(JsonGenerator json, String key, OptionalInt value) throws IOException {
    if (value.isPresent()) {
      json.writeNumberField(key, value.getAsInt());
    }
  }
}
