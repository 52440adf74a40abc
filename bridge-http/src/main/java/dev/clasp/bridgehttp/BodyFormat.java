package dev.clasp.bridgehttp;

import dev.clasp.bridge.CborValues;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.MqttPayload;
import dev.clasp.protocol.MessagePackValues;
import dev.clasp.protocol.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the body of a message is. */
enum BodyFormat {
  JSON("application/json"),
  /** Numbers, words; JSON if it is some. */
  TEXT("text/plain; charset=utf-8"),
  /** Fields of a web page. */
  FORM("application/x-www-form-urlencoded"),
  MSGPACK("application/msgpack"),
  CBOR("application/cbor"),
  BYTES("application/octet-stream");

  private final String contentType;

  BodyFormat(String contentType) {
    this.contentType = contentType;
  }

  String contentType() {
    return contentType;
  }

  static BodyFormat of(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT));
  }

  static List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (BodyFormat format : values()) {
      keys.add(format.name().toLowerCase(Locale.ROOT));
    }
    return keys;
  }

  /** What a content type means; empty for one that nothing here can read. */
  static Optional<BodyFormat> ofContentType(String text) {
    int parameters = text.indexOf(';');
    String type =
        (parameters < 0 ? text : text.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    return switch (type) {
      case "application/json", "text/json" -> Optional.of(JSON);
      case "application/x-www-form-urlencoded" -> Optional.of(FORM);
      case "application/msgpack", "application/x-msgpack", "application/vnd.msgpack" ->
          Optional.of(MSGPACK);
      case "application/cbor" -> Optional.of(CBOR);
      case "application/octet-stream" -> Optional.of(BYTES);
      default ->
          type.endsWith("+json")
              ? Optional.of(JSON)
              : type.startsWith("text/") ? Optional.of(TEXT) : Optional.empty();
    };
  }

  /** The value of a body; empty if it is not of this kind. */
  Optional<Value> value(byte[] body) {
    return switch (this) {
      case JSON -> utf8(body).flatMap(JsonValues::parse);
      case TEXT -> utf8(body).map(Value::of);
      case FORM ->
          utf8(body)
              .flatMap(PercentText::form)
              .map(fields -> {
                Map<String, Value> values = new LinkedHashMap<>();
                fields.forEach((name, text) -> values.put(name, plain(text)));
                return Value.of(values);
              });
      case MSGPACK -> MessagePackValues.read(body);
      case CBOR -> CborValues.read(body);
      case BYTES -> Optional.of(Value.of(body));
    };
  }

  byte[] bytes(Value value) {
    return switch (this) {
      case JSON -> JsonValues.text(value).getBytes(StandardCharsets.UTF_8);
      case TEXT, BYTES -> MqttPayload.bytes(value);
      case FORM -> fields(value).getBytes(StandardCharsets.UTF_8);
      case MSGPACK -> MessagePackValues.write(value);
      case CBOR -> CborValues.write(value);
    };
  }

  private static String fields(Value value) {
    if (!(value instanceof Value.Map(Map<String, Value> entries))) {
      return "value=" + PercentText.encode(text(value), false);
    }
    List<String> fields = new ArrayList<>();
    entries.forEach((name, each) ->
        fields.add(PercentText.encode(name, false) + "=" + PercentText.encode(text(each), false)));
    return String.join("&", fields);
  }

  /** For URLs, forms and templates: numbers without exponent, arrays and maps as JSON. */
  static String text(Value value) {
    return new String(MqttPayload.bytes(value), StandardCharsets.UTF_8);
  }

  /** A number, JSON or a text, by its looks. */
  static Value plain(String text) {
    return MqttPayload.value(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<String> utf8(byte[] body) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
