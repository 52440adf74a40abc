package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import java.util.Arrays;

/** What a datagram can be, besides a numbered frame and a receipt. */
final class UdpFrames {

  /** The other end leaves. One byte. */
  static final int GOODBYE = 0x00;

  /** There is no session with your address. One byte, so never longer than the question. */
  static final int UNKNOWN = '?';

  /** Behind HELLO: the peer knows numbers and receipts. */
  static final int KNOWS_RECEIPTS = 'R';

  private static final int STAMPED =
      FrameDescriptor.HEADER_LENGTH + FrameDescriptor.TIMESTAMP_LENGTH;

  /** What opening a session adds to HELLO: the cookie, and that receipts are known. */
  static final int STAMP_AND_MORE = FrameDescriptor.TIMESTAMP_LENGTH + 1;

  /** Length of a challenge: a PING with the cookie as its timestamp. */
  static final int CHALLENGE_LENGTH = STAMPED + 1;

  private UdpFrames() {}

  /** Length of the frame at the start of a datagram; 0 if there is no whole one. */
  static int frameLength(byte[] b, int offset, int length) {
    if (length <= FrameDescriptor.HEADER_LENGTH || b[offset] != FrameDescriptor.MAGIC) {
      return 0;
    }
    int frame = announced(b, offset);
    return frame <= length ? frame : 0;
  }

  /** What the header says; there is one. */
  static int announced(byte[] b, int offset) {
    return FrameDescriptor.payloadStart(FrameDescriptor.flags(b, offset))
        + FrameDescriptor.payloadLength(b, offset);
  }

  /** Type of the message in a whole frame; -1 if it is empty. */
  static int type(byte[] b, int offset) {
    return FrameDescriptor.payloadLength(b, offset) == 0
        ? -1
        : b[offset + FrameDescriptor.payloadStart(FrameDescriptor.flags(b, offset))] & 0xFF;
  }

  static boolean isStamped(byte[] b, int offset) {
    return (FrameDescriptor.flags(b, offset) & FrameDescriptor.FLAG_TIMESTAMP) != 0;
  }

  /** Timestamp of a stamped frame. */
  static long stamp(byte[] b, int offset) {
    return Bytes.i64(b, offset + FrameDescriptor.HEADER_LENGTH);
  }

  /**
   * Is a frame lost only with consequences? Values and signals that were sent without asking for a
   * confirmation are not, and what measures time must not come twice.
   */
  static boolean mustArrive(byte[] b, int offset) {
    return switch (type(b, offset)) {
      case MessageType.PING, MessageType.PONG, MessageType.SYNC -> false;
      case MessageType.SET, MessageType.PUBLISH ->
          Qos.ofFlags(FrameDescriptor.flags(b, offset)) != Qos.FIRE;
      default -> true;
    };
  }

  static byte[] challenge(long cookie) {
    byte[] b = new byte[CHALLENGE_LENGTH];
    FrameDescriptor.writeHeader(b, 0, Qos.FIRE, cookie, 1);
    b[STAMPED] = MessageType.PING;
    return b;
  }

  /** The datagram that opens a session. */
  static byte[] opening(byte[] hello) {
    // At least as long as the challenge, or it would not be answered.
    byte[] b = Arrays.copyOf(hello, Math.max(hello.length + 1, CHALLENGE_LENGTH));
    b[hello.length] = KNOWS_RECEIPTS;
    return b;
  }

  /** A frame with this timestamp instead of its own, or of none. */
  static byte[] stamped(byte[] frame, long stamp) {
    int from = FrameDescriptor.payloadStart(FrameDescriptor.flags(frame, 0));
    byte[] b = new byte[STAMPED + frame.length - from];
    System.arraycopy(frame, 0, b, 0, FrameDescriptor.HEADER_LENGTH);
    b[1] |= FrameDescriptor.FLAG_TIMESTAMP;
    Bytes.putI64(b, FrameDescriptor.HEADER_LENGTH, stamp);
    System.arraycopy(frame, from, b, STAMPED, frame.length - from);
    return b;
  }
}
