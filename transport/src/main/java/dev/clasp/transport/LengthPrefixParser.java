package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.CloseReason;

/**
 * Finds the messages in a stream of a four-byte big-endian length and as many bytes, and so on
 * (transports.md 3.1). In place, without copying or allocating. No sockets; one thread.
 *
 * <p>A length above the limit is refused when its four bytes are there, before anything is kept of
 * what follows (T-03).
 */
final class LengthPrefixParser {

  /** Receives what is in the stream. */
  interface Sink {
    /** A message. The bytes are valid during the call. */
    void message(byte[] b, int offset, int length);

    /** A length of zero: no frame, but the peer is there. */
    void empty();
  }

  /** Bytes of a length. */
  static final int PREFIX = 4;

  private final int maxMessage;
  private int needed;
  private boolean failed;

  /**
   * @param maxMessage longest message in bytes, the prefix not counted
   */
  LengthPrefixParser(int maxMessage) {
    this.maxMessage = maxMessage;
  }

  /**
   * Hands on every complete message in the range. Behind a violation, everything is skipped.
   *
   * @return offset of the first byte that was not used: it must be given again, with what follows
   *     it
   * @throws Violation a length is above the limit
   */
  int parse(byte[] b, int offset, int end, Sink sink) {
    int at = offset;
    while (!failed && at < end) {
      if (end - at < PREFIX) {
        needed = PREFIX;
        return at;
      }
      int length = Bytes.i32(b, at);
      // As unsigned: a length with the top bit is a large one.
      if (Integer.compareUnsigned(length, maxMessage) > 0) {
        failed = true;
        throw new Violation(
            CloseReason.TOO_BIG,
            "message of "
                + Integer.toUnsignedString(length)
                + " bytes announced, at most "
                + maxMessage
                + " are allowed");
      }
      if (length > end - at - PREFIX) {
        needed = PREFIX + length;
        return at;
      }
      at += PREFIX;
      if (length == 0) {
        sink.empty();
      } else {
        sink.message(b, at, length);
      }
      at += length;
    }
    return end;
  }

  /**
   * After {@link #parse} left bytes over: calling it with fewer bytes than this is of no use. At
   * most the longest message and its prefix.
   */
  int needed() {
    return needed;
  }
}
