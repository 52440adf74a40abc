package dev.clasp.bridgemqtt;

import dev.clasp.bridge.CborValues;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.MqttPayload;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.MessagePackValues;
import dev.clasp.protocol.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a payload is, both ways (bridges.md 8.3 and 8.7). */
enum PayloadFormat {
  /** Looks: JSON, a number, text or bytes; the type of a number or text may change on the way. */
  AUTO("") {
    @Override
    Optional<Value> value(byte[] payload) {
      return Optional.of(MqttPayload.value(payload));
    }

    @Override
    byte[] bytes(Value value) {
      return MqttPayload.bytes(value);
    }
  },
  /** JSON, strictly: strings have quotes. */
  JSON("application/json") {
    @Override
    Optional<Value> value(byte[] payload) {
      return utf8(payload).flatMap(JsonValues::parse);
    }

    @Override
    byte[] bytes(Value value) {
      return JsonValues.text(value).getBytes(StandardCharsets.UTF_8);
    }
  },
  /** Text as it is, whatever it looks like. */
  TEXT("text/plain") {
    @Override
    Optional<Value> value(byte[] payload) {
      return utf8(payload).map(Value::of);
    }

    @Override
    byte[] bytes(Value value) {
      return MqttPayload.bytes(value);
    }
  },
  /** A number with any unit behind it left away; words for on and off count as 1 and 0. */
  NUMBER("text/plain") {
    @Override
    Optional<Value> value(byte[] payload) {
      return utf8(payload).flatMap(PayloadFormat::number);
    }

    @Override
    byte[] bytes(Value value) {
      return MqttPayload.bytes(
          switch (value) {
            case Value.Bool(boolean on) -> Value.of(on ? 1 : 0);
            case Value.Int _, Value.Float _ -> value;
            case Value.Text(String text) -> number(text).orElseThrow(() -> noNumber(value));
            case Value.Null _, Value.Bytes _, Value.Array _, Value.Map _ -> throw noNumber(value);
          });
    }
  },
  /** Bytes as they are. */
  BYTES("application/octet-stream") {
    @Override
    Optional<Value> value(byte[] payload) {
      return Optional.of(Value.of(payload));
    }

    @Override
    byte[] bytes(Value value) {
      return MqttPayload.bytes(value);
    }
  },
  /** CBOR (RFC 8949). */
  CBOR("application/cbor") {
    @Override
    Optional<Value> value(byte[] payload) {
      return CborValues.read(payload);
    }

    @Override
    byte[] bytes(Value value) {
      return CborValues.write(value);
    }
  },
  /** MessagePack: every kind of value comes back as it was. */
  MSGPACK("application/msgpack") {
    @Override
    Optional<Value> value(byte[] payload) {
      return MessagePackValues.read(payload);
    }

    @Override
    byte[] bytes(Value value) {
      return MessagePackValues.write(value);
    }
  },
  /** JSON in which every kind of value comes back as it was; see {@link TypedJson}. */
  TYPED("application/json") {
    @Override
    Optional<Value> value(byte[] payload) {
      return utf8(payload).flatMap(JsonValues::parse).flatMap(TypedJson::plain);
    }

    @Override
    byte[] bytes(Value value) {
      return JsonValues.text(TypedJson.tagged(value)).getBytes(StandardCharsets.UTF_8);
    }
  };

  /** Of MQTT 5; empty if there is none to tell. */
  final String contentType;

  PayloadFormat(String contentType) {
    this.contentType = contentType;
  }

  /**
   * The value of a payload.
   *
   * @return empty if it is not in this format
   */
  abstract Optional<Value> value(byte[] payload);

  /**
   * The payload of a value.
   *
   * @throws EncodeException this format has none for it
   */
  abstract byte[] bytes(Value value);

  /** Whether payloads are UTF-8 whatever the value. */
  boolean text() {
    return this == JSON || this == TYPED || this == NUMBER;
  }

  /** By what users call it: {@code raw} is {@code bytes}. */
  static Optional<PayloadFormat> of(String name) {
    return name.equals("raw")
        ? Optional.of(BYTES)
        : Arrays.stream(values()).filter(format -> format.key().equals(name)).findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values()).map(PayloadFormat::key).toList();
  }

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the sender says of a payload, for {@link #AUTO}. */
  PayloadFormat said(Optional<String> content) {
    if (this != AUTO || content.isEmpty()) {
      return this;
    }
    String type = content.get().toLowerCase(Locale.ROOT);
    int parameters = type.indexOf(';');
    return switch (parameters < 0 ? type : type.substring(0, parameters).strip()) {
      case "application/cbor" -> CBOR;
      case "application/msgpack", "application/x-msgpack", "application/vnd.msgpack" -> MSGPACK;
      case "application/octet-stream" -> BYTES;
      default -> AUTO;
    };
  }

  private static Optional<String> utf8(byte[] payload) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static EncodeException noNumber(Value value) {
    return new EncodeException("not a number: " + value);
  }

  private static Optional<Value> number(String said) {
    String text = said.strip();
    switch (text.toLowerCase(Locale.ROOT)) {
      case "on", "true", "yes", "open" -> {
        return Optional.of(Value.of(1));
      }
      case "off", "false", "no", "closed" -> {
        return Optional.of(Value.of(0));
      }
      default -> {}
    }
    // With a unit: "21.5 °C". Only the front is looked at.
    int end = 0;
    while (end < text.length() && end < 400 && "+-.0123456789eE".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    while (end > 0 && "eE+-".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    Value value = MqttPayload.value(text.substring(0, end).getBytes(StandardCharsets.UTF_8));
    return end > 0 && (value instanceof Value.Int || value instanceof Value.Float)
        ? Optional.of(value)
        : Optional.empty();
  }
}
