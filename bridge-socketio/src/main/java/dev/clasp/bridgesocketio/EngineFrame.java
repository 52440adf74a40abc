package dev.clasp.bridgesocketio;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A packet of Engine.IO 3 or 4 (bridges.md 11.3), and several of them as the body of a request of
 * the polling transport.
 */
sealed interface EngineFrame {

  /** The digit of the type and what follows it. */
  record Text(String text) implements EngineFrame {}

  /** Bytes of a message; that they are one is said by the transport. */
  record Binary(byte[] bytes) implements EngineFrame {}

  char OPEN = '0';
  char CLOSE = '1';
  char PING = '2';
  char PONG = '3';
  char MESSAGE = '4';
  char UPGRADE = '5';
  char NOOP = '6';

  /** In one request. */
  int MAX_FRAMES = 1000;

  /** What separates frames in Engine.IO 4. */
  char SEPARATOR = 0x1E;

  default int size() {
    return switch (this) {
      case Text(String text) -> text.length();
      case Binary(byte[] bytes) -> bytes.length;
    };
  }

  /** The body of an answer to a poll. Bytes are in Base64: every client reads that. */
  static String payload(boolean four, List<EngineFrame> frames) {
    StringBuilder body = new StringBuilder();
    for (EngineFrame frame : frames) {
      String text =
          switch (frame) {
            case Text(String plain) -> plain;
            case Binary(byte[] bytes) ->
                (four ? "b" : "b4") + Base64.getEncoder().encodeToString(bytes);
          };
      if (four) {
        if (!body.isEmpty()) {
          body.append(SEPARATOR);
        }
      } else {
        // In units of UTF-16, as JavaScript counts.
        body.append(text.length()).append(':');
      }
      body.append(text);
    }
    return body.toString();
  }

  /**
   * Reads the body of a request.
   *
   * @param binary it is said to be bytes, as clients of Engine.IO 3 send them
   * @return empty if it is malformed, or too many
   */
  static Optional<List<EngineFrame>> parse(boolean four, boolean binary, byte[] body) {
    try {
      if (!four && binary) {
        return Optional.of(binary(body));
      }
      String text = utf8(body, 0, body.length);
      return Optional.of(four ? separated(text) : counted(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static List<EngineFrame> separated(String text) {
    List<EngineFrame> frames = new ArrayList<>();
    int at = 0;
    while (at <= text.length()) {
      int end = text.indexOf(SEPARATOR, at);
      end = end < 0 ? text.length() : end;
      if (text.startsWith("b", at)) {
        add(frames, new Binary(Base64.getDecoder().decode(text.substring(at + 1, end))));
      } else {
        add(frames, text(text.substring(at, end)));
      }
      at = end + 1;
    }
    return frames;
  }

  private static List<EngineFrame> counted(String text) {
    List<EngineFrame> frames = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int colon = text.indexOf(':', at);
      if (colon < 0 || colon == at || colon - at > 8) {
        throw new IllegalArgumentException("no length");
      }
      // Throws what it must for anything but digits.
      int length = Integer.parseInt(text, at, colon, 10);
      int end = colon + 1 + length;
      if (length < 0 || end > text.length()) {
        throw new IllegalArgumentException("length " + length);
      }
      String packet = text.substring(colon + 1, end);
      if (packet.startsWith("b4")) {
        add(frames, new Binary(Base64.getDecoder().decode(packet.substring(2))));
      } else {
        add(frames, text(packet));
      }
      at = end;
    }
    return frames;
  }

  /** A kind, digits of a length, 255, and so many bytes. */
  private static List<EngineFrame> binary(byte[] body) {
    List<EngineFrame> frames = new ArrayList<>();
    int at = 0;
    while (at < body.length) {
      int kind = body[at++];
      int length = 0;
      int digits = 0;
      while (at < body.length && body[at] != (byte) 0xFF) {
        int digit = body[at++];
        if (digit < 0 || digit > 9 || ++digits > 8) {
          throw new IllegalArgumentException("length");
        }
        length = length * 10 + digit;
      }
      at++;
      if (kind < 0 || kind > 1 || digits == 0 || length == 0 || length > body.length - at) {
        throw new IllegalArgumentException("length " + length);
      }
      if (kind == 0) {
        add(frames, text(utf8(body, at, length)));
      } else if (body[at] == MESSAGE - '0') {
        byte[] bytes = new byte[length - 1];
        System.arraycopy(body, at + 1, bytes, 0, bytes.length);
        add(frames, new Binary(bytes));
      } else {
        throw new IllegalArgumentException("bytes that are no message");
      }
      at += length;
    }
    return frames;
  }

  private static Text text(String packet) {
    if (packet.isEmpty() || packet.charAt(0) < OPEN || packet.charAt(0) > NOOP) {
      throw new IllegalArgumentException("no packet");
    }
    return new Text(packet);
  }

  private static void add(List<EngineFrame> frames, EngineFrame frame) {
    if (frames.size() == MAX_FRAMES) {
      throw new IllegalArgumentException("too many packets");
    }
    frames.add(frame);
  }

  private static String utf8(byte[] body, int offset, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(body, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("no UTF-8", e);
    }
  }
}
