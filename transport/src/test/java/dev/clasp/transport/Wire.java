package dev.clasp.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * WebSocket frames as bytes, right and wrong ones. Written from RFC 6455 section 5.2 and without
 * our own code, so that both cannot share a mistake.
 */
final class Wire {

  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  static final int FIN = 0x80;

  /** An arbitrary key without symmetry. */
  static final int KEY = 0x37FA213D;

  private Wire() {}

  /** A frame of a client, with the shortest form of its length. */
  static byte[] masked(int first, byte... payload) {
    return frame(first, true, KEY, payload);
  }

  /** A frame of a server, with the shortest form of its length. */
  static byte[] plain(int first, byte... payload) {
    return frame(first, false, 0, payload);
  }

  static byte[] frame(int first, boolean mask, int key, byte... payload) {
    int form = payload.length < 126 ? 7 : payload.length < 65_536 ? 16 : 64;
    return concat(header(first, mask, key, form, payload.length), applied(mask ? key : 0, payload));
  }

  /**
   * The header alone.
   *
   * @param form bits of the length: 7, 16 or 64
   */
  static byte[] header(int first, boolean mask, int key, int form, long length) {
    ByteBuffer b = ByteBuffer.allocate(14);
    b.put((byte) first);
    int maskBit = mask ? 0x80 : 0;
    switch (form) {
      case 7 -> b.put((byte) (maskBit | (int) length));
      case 16 -> b.put((byte) (maskBit | 126)).putShort((short) length);
      case 64 -> b.put((byte) (maskBit | 127)).putLong(length);
      default -> throw new IllegalArgumentException("no form of " + form + " bits");
    }
    if (mask) {
      b.putInt(key);
    }
    byte[] header = new byte[b.position()];
    b.flip().get(header);
    return header;
  }

  /** Section 5.3, letter by letter. */
  static byte[] applied(int key, byte... payload) {
    byte[] keyBytes = ByteBuffer.allocate(4).putInt(key).array();
    byte[] result = new byte[payload.length];
    for (int i = 0; i < payload.length; i++) {
      result[i] = (byte) (payload[i] ^ keyBytes[i % 4]);
    }
    return result;
  }

  /** The body of a close frame. */
  static byte[] reason(int code, String text) {
    return concat(new byte[] {(byte) (code >> 8), (byte) code}, utf8(text));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** As many bytes, none like its neighbours. */
  static byte[] bytes(int length) {
    byte[] b = new byte[length];
    for (int i = 0; i < length; i++) {
      b[i] = (byte) (i * 31 + 7);
    }
    return b;
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
