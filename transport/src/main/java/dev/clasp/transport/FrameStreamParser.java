package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;

/**
 * Finds the frames in a stream of bare frames, which say themselves how long they are
 * (transports.md 1.4). In place, without copying or allocating. No sockets; one thread.
 */
final class FrameStreamParser {

  /** Receives the frames. */
  interface Sink {
    /** A frame. The bytes are valid during the call. */
    void frame(byte[] b, int offset, int length);
  }

  /** What to do with bytes that begin no frame. */
  enum Garbage {
    /** Fail: the transport loses nothing, so the peer is not one of ours. */
    REFUSE,
    /** Look for the next frame: the line is noisy. */
    SKIP
  }

  private final int maxFrame;
  private final Garbage garbage;
  private int needed;
  private long resynchronisations;
  private long skipped;
  private boolean failed;

  /**
   * @param maxFrame longest frame in bytes, its header counted
   */
  FrameStreamParser(int maxFrame, Garbage garbage) {
    this.maxFrame = maxFrame;
    this.garbage = garbage;
  }

  /**
   * Hands on every complete frame in the range. Behind a violation, everything is skipped.
   *
   * @return offset of the first byte that was not used: it must be given again, with what follows
   *     it
   * @throws Violation a byte begins no frame, or a frame is too long, and garbage is refused
   */
  int parse(byte[] b, int offset, int end, Sink sink) {
    int at = offset;
    while (!failed && at < end) {
      if (b[at] != FrameDescriptor.MAGIC) {
        if (garbage == Garbage.REFUSE) {
          failed = true;
          throw new Violation(
              CloseReason.PROTOCOL_ERROR,
              "a frame must begin with 0x53, not 0x%02x".formatted(b[at] & 0xff));
        }
        at = skip(b, at, end);
        continue;
      }
      if (end - at < FrameDescriptor.HEADER_LENGTH) {
        needed = FrameDescriptor.HEADER_LENGTH;
        return at;
      }
      int length = announced(b, at);
      if (length > maxFrame) {
        if (garbage == Garbage.REFUSE) {
          failed = true;
          throw new Violation(
              CloseReason.TOO_BIG,
              "frame of " + length + " bytes announced, at most " + maxFrame + " are allowed");
        }
        at = skip(b, at + 1, end);
        continue;
      }
      if (length > end - at) {
        needed = length;
        return at;
      }
      sink.frame(b, at, length);
      at += length;
    }
    return end;
  }

  private static int announced(byte[] b, int at) {
    return FrameDescriptor.payloadStart(FrameDescriptor.flags(b, at))
        + FrameDescriptor.payloadLength(b, at);
  }

  /** To the next byte that may begin a frame. */
  private int skip(byte[] b, int from, int end) {
    int at = from;
    while (at < end && b[at] != FrameDescriptor.MAGIC) {
      at++;
    }
    resynchronisations++;
    skipped += at - from;
    return at;
  }

  /**
   * After {@link #parse} left bytes over: calling it with fewer bytes than this is of no use. At
   * most the longest frame.
   */
  int needed() {
    return needed;
  }

  /** How often the next frame had to be looked for. */
  long resynchronisations() {
    return resynchronisations;
  }

  /** Bytes that belonged to no frame. */
  long skipped() {
    return skipped;
  }
}
