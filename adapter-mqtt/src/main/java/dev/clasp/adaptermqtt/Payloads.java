package dev.clasp.adaptermqtt;

import dev.clasp.bridge.MqttPayload;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Utf8;
import dev.clasp.protocol.Value;
import dev.clasp.protocol.ValueLayout;
import java.nio.charset.StandardCharsets;

/** {@link MqttPayload}, with short ways for what comes most. */
final class Payloads {

  private Payloads() {}

  static Value value(byte[] payload) {
    if (payload.length == 0) {
      return Value.of("");
    }
    int first = payload[0];
    if (isPlainText(first)) {
      return text(payload);
    }
    return MqttPayload.value(payload);
  }

  /** Begins neither JSON nor any other number, nor the names of numbers. */
  private static boolean isPlainText(int c) {
    return (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
        && c != 't'
        && c != 'f'
        && c != 'n'
        && c != 'N'
        && c != 'i'
        && c != 'I';
  }

  /** Without looking for anything in it. */
  static Value text(byte[] payload) {
    try {
      return Value.of(Utf8.read(payload, 0, payload.length));
    } catch (DecodeException e) {
      return Value.of(payload);
    }
  }

  /** Value data as a payload. */
  static byte[] bytes(byte[] b, int type, int offset, int length) {
    return switch (type) {
      case ValueLayout.I8, ValueLayout.I16, ValueLayout.I32, ValueLayout.I64 ->
          Long.toString(integer(b, type, offset)).getBytes(StandardCharsets.ISO_8859_1);
      default -> MqttPayload.bytes(ValueLayout.read(b, type, offset, offset + length));
    };
  }

  private static long integer(byte[] b, int type, int offset) {
    return switch (type) {
      case ValueLayout.I8 -> b[offset];
      case ValueLayout.I16 -> (short) Bytes.u16(b, offset);
      case ValueLayout.I32 -> Bytes.i32(b, offset);
      default -> Bytes.i64(b, offset);
    };
  }

  /** Whether the payload is the data itself, behind a length of two bytes. */
  static boolean isVerbatim(int type) {
    return type == ValueLayout.TEXT || type == ValueLayout.BYTES;
  }
}
