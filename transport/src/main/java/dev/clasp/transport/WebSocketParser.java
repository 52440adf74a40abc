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

  /** The binary message being put together from fragments. Of a text message only the length. */
  private byte[] fragments = NOTHING;

  private int fragmentsLength;

  /** Of the message being put together; 0 if there is none. */
  private int fragmentsOpcode;

  private int needed;
  private boolean ended;

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
   * <p>Behind a close frame, and behind a violation, everything is skipped.
   *
   * @return offset of the first byte that was not used: it must be given again, with what follows
   *     it
   * @throws Violation the peer breaks the protocol
   */
  int parse(byte[] b, int offset, int end, Sink sink) {
    try {
      int at = offset;
      while (!ended && at < end) {
        int length = frameLength(b, at, end);
        if (length > end - at) {
          needed = length;
          return at;
        }
        int body = at + headLength(b[at + 1]);
        int next = at + length;
        if (masked) {
          unmask(b, body, next - body, Bytes.i32(b, body - 4));
        }
        frame(b[at], b, body, next - body, sink);
        at = next;
      }
      return end;
    } catch (Violation e) {
      end();
      throw e;
    }
  }

  /**
   * After {@link #parse} left bytes over: calling it with fewer bytes than this is of no use. At
   * most the longest message and its header.
   */
  int needed() {
    return needed;
  }

  /**
   * Length of the frame at an offset, header included; of its known part if even the header is
   * incomplete. Everything that the header can say wrong is found here.
   */
  private int frameLength(byte[] b, int at, int end) {
    if (end - at < 2) {
      return 2;
    }
    int short7 = b[at + 1] & 0x7F;
    checkHead(b[at], b[at + 1], short7);
    int head = headLength(b[at + 1]);
    if (short7 < 126) {
      return checkedLength(b[at], short7, 0) + head;
    }
    if (end - at < head) {
      return head;
    }
    return short7 == 126
        ? checkedLength(b[at], Bytes.u16(b, at + 2), 126) + head
        : checkedLength(b[at], Bytes.i64(b, at + 2), 0x1_0000) + head;
  }

  /** Length of the header that a second byte announces, masking key included (section 5.2). */
  private int headLength(int second) {
    int short7 = second & 0x7F;
    return (short7 < 126 ? 2 : short7 == 126 ? 4 : 10) + (masked ? 4 : 0);
  }

  /**
   * @param length as read; negative when the top bit is set, which section 5.2 forbids
   * @param least what needs this form of length
   */
  private int checkedLength(int first, long length, int least) {
    if (length < least) {
      throw new Violation(
          CloseReason.PROTOCOL_ERROR, "a length must be written in the fewest bytes");
    }
    // A control frame has its own limit and does not count towards the message around it.
    if ((first & 0x08) == 0 && length > maxMessage - fragmentsLength) {
      throw new Violation(
          CloseReason.TOO_BIG, "message above " + maxMessage + " bytes: send smaller frames");
    }
    return (int) length;
  }

  private void end() {
    ended = true;
    fragments = NOTHING;
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
          fragmentsLength = length;
        }
      }
      case CONTINUATION -> {
        if (fragmentsOpcode == BINARY) {
          addFragment(b, offset, length);
        } else {
          fragmentsLength += length;
        }
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
        end();
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
      throw new Violation(CloseReason.BAD_TEXT, "close reason is not UTF-8");
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
