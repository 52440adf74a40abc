package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Utf8;
import java.util.Arrays;

/**
 * Parses WebSocket frames (RFC 6455 section 5) in place: unmasks in the given array and hands
 * messages on without copying or allocating, unless they are fragmented. No sockets; one thread.
 *
 * <p>Netty's codec makes two objects per message; at a million messages a second that is most of
 * its cost.
 */
final class WebSocketParser {

  /** Receives what is in the stream. The bytes are valid during the call. */
  interface Sink {
    /** A binary message. */
    void binary(byte[] b, int offset, int length);

    /** A text message; CLASP has none. */
    void text(int length);

    void ping(byte[] b, int offset, int length);

    void pong();

    /** The peer says that it ends, perhaps why (1005 if it does not). Nothing follows. */
    void closing(CloseReason reason);
  }

  /** A peer that breaks the protocol; the connection must be closed with this reason. */
  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient CloseReason reason;

    Violation(int code, String text) {
      super(text, null, false, false);
      this.reason = new CloseReason(code, text);
    }

    CloseReason reason() {
      return reason;
    }
  }

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int MAX_CONTROL = 125;
  private static final byte[] NOTHING = {};

  private final boolean masked;
  private final int maxMessage;

  /** The message being put together from fragments; opcode 0 if there is none. */
  private byte[] fragments = NOTHING;

  private int fragmentsLength;
  private int fragmentsOpcode;
  private boolean closed;

  /**
   * @param masked the peer is a client and must mask (section 5.1)
   * @param maxMessage longest message in bytes; a longer one is refused when its header is seen
   */
  WebSocketParser(boolean masked, int maxMessage) {
    this.masked = masked;
    this.maxMessage = maxMessage;
  }

  /**
   * Handles every complete frame in the range, which is changed by unmasking.
   *
   * @return offset of the first byte that was not used: it must be given again, with what follows
   *     it
   * @throws Violation the peer breaks the protocol
   */
  int parse(byte[] b, int offset, int end, Sink sink) {
    int at = offset;
    while (!closed && end - at >= 2) {
      int first = b[at];
      int second = b[at + 1];
      int head = 2;
      long length = second & 0x7F;
      if (length == 126) {
        head = 4;
      } else if (length == 127) {
        head = 10;
      }
      checkHead(first, second, length);
      if (end - at < head) {
        return at;
      }
      if (length == 126) {
        length = Bytes.u16(b, at + 2);
      } else if (length == 127) {
        length = Bytes.i64(b, at + 2);
      }
      // Negative: the top bit must be 0 (section 5.2); refused as too large.
      if (length < 0 || length + fragmentsLength > maxMessage) {
        throw new Violation(
            CloseReason.TOO_BIG, "message above " + maxMessage + " bytes: send smaller frames");
      }
      int body = at + head + (masked ? 4 : 0);
      if (length > end - body) {
        return at;
      }
      if (masked) {
        unmask(b, body, (int) length, Bytes.i32(b, body - 4));
      }
      frame(first, b, body, (int) length, sink);
      at = body + (int) length;
    }
    return closed ? end : at;
  }

  private void checkHead(int first, int second, long length) {
    if ((first & 0x70) != 0) {
      throw new Violation(CloseReason.PROTOCOL_ERROR, "reserved bits set: no extension was agreed");
    }
    int opcode = first & 0x0F;
    boolean isFinal = first < 0;
    if (masked != (second < 0)) {
      throw new Violation(
          CloseReason.PROTOCOL_ERROR,
          masked ? "frames of a client must be masked" : "frames of a server must not be masked");
    }
    switch (opcode) {
      case CONTINUATION -> {
        if (fragmentsOpcode == 0) {
          throw new Violation(CloseReason.PROTOCOL_ERROR, "continuation of nothing");
        }
      }
      case TEXT, BINARY -> {
        if (fragmentsOpcode != 0) {
          throw new Violation(
              CloseReason.PROTOCOL_ERROR, "new message inside a fragmented message");
        }
      }
      case CLOSE, PING, PONG -> {
        if (!isFinal || length > MAX_CONTROL) {
          throw new Violation(
              CloseReason.PROTOCOL_ERROR, "control frames are whole and have at most 125 bytes");
        }
      }
      default -> throw new Violation(CloseReason.PROTOCOL_ERROR, "unknown opcode " + opcode);
    }
  }

  private void frame(int first, byte[] b, int offset, int length, Sink sink) {
    boolean isFinal = first < 0;
    switch (first & 0x0F) {
      case BINARY -> {
        if (isFinal) {
          sink.binary(b, offset, length);
        } else {
          fragmentsOpcode = BINARY;
          addFragment(b, offset, length);
        }
      }
      case TEXT -> {
        if (isFinal) {
          sink.text(length);
        } else {
          fragmentsOpcode = TEXT;
          addFragment(b, offset, length);
        }
      }
      case CONTINUATION -> {
        addFragment(b, offset, length);
        if (isFinal) {
          byte[] message = fragments;
          int messageLength = fragmentsLength;
          int opcode = fragmentsOpcode;
          fragments = NOTHING;
          fragmentsLength = 0;
          fragmentsOpcode = 0;
          if (opcode == BINARY) {
            sink.binary(message, 0, messageLength);
          } else {
            sink.text(messageLength);
          }
        }
      }
      case PING -> sink.ping(b, offset, length);
      case PONG -> sink.pong();
      default -> {
        closed = true;
        sink.closing(closeReason(b, offset, length));
      }
    }
  }

  private void addFragment(byte[] b, int offset, int length) {
    if (fragmentsLength + length > fragments.length) {
      fragments =
          Arrays.copyOf(
              fragments,
              Math.max(fragmentsLength + length, Math.min(2 * fragments.length, maxMessage)));
    }
    System.arraycopy(b, offset, fragments, fragmentsLength, length);
    fragmentsLength += length;
  }

  private static CloseReason closeReason(byte[] b, int offset, int length) {
    if (length == 0) {
      return new CloseReason(CloseReason.NO_CODE, "");
    }
    if (length == 1) {
      throw new Violation(CloseReason.PROTOCOL_ERROR, "close frame with half a code");
    }
    int code = Bytes.u16(b, offset);
    if (!validCode(code)) {
      throw new Violation(CloseReason.PROTOCOL_ERROR, "close code " + code + " must not be sent");
    }
    try {
      return new CloseReason(code, Utf8.read(b, offset + 2, length - 2));
    } catch (DecodeException e) {
      throw new Violation(1007, "close reason is not UTF-8");
    }
  }

  /** Codes that may stand in a close frame (section 7.4 and the IANA registry). */
  private static boolean validCode(int code) {
    return code >= 1000 && code <= 1003
        || code >= 1007 && code <= 1014
        || code >= 3000 && code <= 4999;
  }

  /** XORs the range with the key, eight bytes at a time (section 5.3). */
  static void unmask(byte[] b, int offset, int length, int key) {
    if (key == 0) {
      return;
    }
    long key8 = (long) key << 32 | key & 0xFFFF_FFFFL;
    int i = offset;
    int end = offset + length;
    for (; end - i >= 8; i += 8) {
      Bytes.putI64(b, i, Bytes.i64(b, i) ^ key8);
    }
    for (int shift = 24; i < end; i++, shift = shift == 0 ? 24 : shift - 8) {
      b[i] ^= (byte) (key >>> shift);
    }
  }
}
