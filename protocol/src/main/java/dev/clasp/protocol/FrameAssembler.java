package dev.clasp.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the frames in a byte stream (wire.md 2.7): partial frames at every boundary, several frames
 * in one read.
 *
 * <p>A frame that lies wholly in the bytes of one call is handed on in place; only what is
 * incomplete at the end of a call is copied. Holds at most one incomplete frame, 65,547 bytes, in a
 * buffer that grows with bytes that arrived and never with a length that a header claims. One
 * thread.
 *
 * <p>There is no way back from a failure: behind it, nobody knows where a frame begins.
 */
public final class FrameAssembler {

  /** Receives complete frames. */
  public interface Sink {
    /** One frame; the bytes are valid during the call only. */
    void frame(byte[] buffer, int offset, int length);
  }

  private static final byte[] NOTHING = {};

  /** A buffer that grew beyond this for a large frame is given back after it. */
  private static final int KEEP = 4096;

  private byte[] rest = NOTHING;
  private int held;
  private boolean failed;
  private @Nullable DecodeException cause;

  /**
   * Takes the next bytes of the stream and hands on every frame that is complete with them.
   *
   * @throws DecodeException bad magic or unsupported frame feature, now or in an earlier call
   * @throws IllegalStateException the sink threw something else in an earlier call, and the frames
   *     behind that are lost
   */
  public void accept(byte[] b, int offset, int length, Sink sink) {
    if (failed) {
      throw cause != null ? cause : new IllegalStateException("the stream has failed before");
    }
    // Whatever leaves this method early leaves it with bytes lost.
    failed = true;
    try {
      int at = offset;
      int end = offset + length;
      while (held > 0 && at < end) {
        at = complete(b, at, end, sink);
      }
      while (at < end) {
        int frame = FrameDescriptor.completeFrameLength(b, at, end - at);
        if (frame < 0) {
          hold(b, at, end - at);
          break;
        }
        sink.frame(b, at, frame);
        at += frame;
      }
      failed = false;
    } catch (DecodeException e) {
      cause = e;
      throw e;
    }
  }

  /** Bytes of an incomplete frame, 0 to 65,546. */
  public int held() {
    return held;
  }

  /**
   * Adds bytes to the held ones until they are a header, then a frame, or the input ends; returns
   * the new position in the input.
   */
  private int complete(byte[] b, int at, int end, Sink sink) {
    int wanted =
        held < FrameDescriptor.HEADER_LENGTH
            ? FrameDescriptor.HEADER_LENGTH
            : FrameDescriptor.payloadStart(rest[1]) + FrameDescriptor.payloadLength(rest, 0);
    int n = Math.min(wanted - held, end - at);
    hold(b, at, n);
    int frame = FrameDescriptor.completeFrameLength(rest, 0, held);
    if (frame >= 0) {
      byte[] complete = rest;
      held = 0;
      if (rest.length > KEEP) {
        rest = NOTHING;
      }
      sink.frame(complete, 0, frame);
    }
    return at + n;
  }

  private void hold(byte[] b, int at, int n) {
    if (held + n > rest.length) {
      int doubled = Math.min(2 * rest.length, FrameDescriptor.MAX_FRAME);
      rest = Arrays.copyOf(rest, Math.max(held + n, doubled));
    }
    System.arraycopy(b, at, rest, held, n);
    held += n;
  }
}
