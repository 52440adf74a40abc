package dev.clasp.protocol;

import java.util.Arrays;

/**
 * Finds the frames in a byte stream (wire.md 2.7): partial frames at every boundary, several frames
 * in one read.
 *
 * <p>Holds at most one incomplete frame, 65,547 bytes, and grows only with bytes that arrived. One
 * thread.
 */
public final class FrameAssembler {

  /** Receives complete frames. */
  public interface Sink {
    /** One frame; the bytes are valid during the call only. */
    void frame(byte[] buffer, int offset, int length);
  }

  private byte[] rest = new byte[0];
  private int held;
  private boolean failed;

  /**
   * Takes the next bytes of the stream and hands on every frame that is complete with them.
   *
   * @throws DecodeException bad magic or unsupported frame feature; the stream cannot be used any
   *     more
   * @throws IllegalStateException it has failed before
   */
  public void accept(byte[] b, int offset, int length, Sink sink) {
    if (failed) {
      throw new IllegalStateException("the stream has failed before");
    }
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
          return;
        }
        sink.frame(b, at, frame);
        at += frame;
      }
    } catch (DecodeException e) {
      failed = true;
      throw e;
    }
  }

  /** Bytes of an incomplete frame. */
  public int held() {
    return held;
  }

  /**
   * Adds bytes to the held ones until they are a frame or the input ends; returns the new position
   * in the input.
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
      held = 0;
      sink.frame(rest, 0, frame);
    }
    return at + n;
  }

  private void hold(byte[] b, int at, int n) {
    if (held + n > rest.length) {
      rest =
          Arrays.copyOf(
              rest, Math.max(held + n, Math.min(2 * rest.length, FrameDescriptor.MAX_FRAME)));
    }
    System.arraycopy(b, at, rest, held, n);
    held += n;
  }
}
