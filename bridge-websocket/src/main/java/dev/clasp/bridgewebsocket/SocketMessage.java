package dev.clasp.bridgewebsocket;

import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;

/**
 * A whole message (RFC 6455 section 5.6), of one frame or several. The bytes are not copied: nobody
 * changes them.
 *
 * @param text text, in UTF-8; else binary
 */
record SocketMessage(boolean text, byte[] bytes) {

  static SocketMessage text(String text) {
    return new SocketMessage(true, text.getBytes(StandardCharsets.UTF_8));
  }

  static SocketMessage binary(byte[] bytes) {
    return new SocketMessage(false, bytes);
  }

  String string() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SocketMessage other
        && text == other.text
        && java.util.Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return text ? string() : Value.of(bytes).toString();
  }
}
