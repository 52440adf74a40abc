package dev.clasp.transport;

import java.util.Arrays;

/**
 * Bare frames, one behind the other, as the reference sends them over serial lines and BLE
 * (transports.md 1.4): the only coding that it understands. Bytes that begin no frame are skipped.
 */
public final class BareCoding implements StreamCoding {

  private static final byte[] NOTHING = {};

  private final FrameStreamParser parser;

  /** The beginning of a frame. */
  private byte[] rest = NOTHING;

  private int restLength;
  private long stalls;

  /**
   * @param maxFrame longest frame in bytes; what announces a longer one is taken for garbage
   */
  public BareCoding(int maxFrame) {
    this.parser = new FrameStreamParser(maxFrame, FrameStreamParser.Garbage.SKIP);
  }

  @Override
  public void decode(byte[] b, int offset, int length, Sink sink) {
    if (restLength == 0) {
      keep(b, parser.parse(b, offset, offset + length, sink::frame), offset + length);
      return;
    }
    append(b, offset, length);
    if (restLength >= parser.needed()) {
      keep(rest, parser.parse(rest, 0, restLength, sink::frame), restLength);
    }
  }

  private void append(byte[] b, int offset, int length) {
    int all = restLength + length;
    if (all > rest.length) {
      // Grows with what has arrived, not with what was announced.
      rest = Arrays.copyOf(rest, Math.max(all, Math.min(2 * rest.length, parser.needed())));
    }
    System.arraycopy(b, offset, rest, restLength, length);
    restLength = all;
  }

  private void keep(byte[] b, int from, int end) {
    restLength = end - from;
    if (restLength == 0) {
      rest = NOTHING;
    } else {
      rest = Arrays.copyOfRange(b, from, end);
    }
  }

  @Override
  public boolean waiting() {
    return restLength > 0;
  }

  @Override
  public int announced() {
    return restLength > 0 ? parser.needed() : 0;
  }

  /** A damaged length would otherwise swallow up to 64 KiB of good frames. */
  @Override
  public void stalled(Sink sink) {
    if (restLength > 0) {
      stalls++;
      keep(rest, parser.parse(rest, 1, restLength, sink::frame), restLength);
    }
  }

  @Override
  public byte[] encode(byte[] frames, int offset, int length) {
    return Arrays.copyOfRange(frames, offset, offset + length);
  }

  @Override
  public long resynchronisations() {
    return parser.resynchronisations() + stalls;
  }
}
