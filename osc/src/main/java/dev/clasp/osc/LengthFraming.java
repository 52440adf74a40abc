package dev.clasp.osc;

import java.util.Arrays;

/**
 * Four bytes of length in front of each packet (OSC 1.0). After a length that cannot be, nobody
 * knows where the next packet begins.
 */
public final class LengthFraming implements OscFraming {

  private static final int FIRST_SIZE = 512;

  private final int maxBytes;
  private byte[] frame = new byte[FIRST_SIZE];

  /** Bytes in {@link #frame}, the length included. */
  private int have;

  public LengthFraming(int maxBytes) {
    this.maxBytes = Math.min(maxBytes, OscCodec.MAX_PACKET);
  }

  @Override
  public void feed(byte[] bytes, int offset, int length, OscFrames out) throws OscException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (have == 0 && end - at >= Integer.BYTES) {
        // Packets that have come whole are not copied.
        int size = size(BigEndian.int32(bytes, at));
        if (size <= end - at - Integer.BYTES) {
          if (size > 0) {
            out.packet(bytes, at + Integer.BYTES, size);
          }
          at += Integer.BYTES + size;
          continue;
        }
      }
      if (have < Integer.BYTES) {
        frame[have++] = bytes[at++];
        if (have == Integer.BYTES && size(BigEndian.int32(frame, 0)) == 0) {
          have = 0;
        }
        continue;
      }
      int whole = Integer.BYTES + BigEndian.int32(frame, 0);
      int taken = Math.min(whole - have, end - at);
      room(have + taken, whole);
      System.arraycopy(bytes, at, frame, have, taken);
      have += taken;
      at += taken;
      if (have == whole) {
        have = 0;
        out.packet(frame, Integer.BYTES, whole - Integer.BYTES);
      }
    }
  }

  private int size(int size) throws OscException {
    if (size < 0 || size > maxBytes) {
      throw new OscException(
          "a packet of "
              + Integer.toUnsignedString(size)
              + " bytes is announced, and at most "
              + maxBytes
              + " are allowed; does the other side use SLIP?");
    }
    return size;
  }

  /** Grows with what has come, not with what is announced. */
  private void room(int needed, int whole) {
    if (needed > frame.length) {
      frame = Arrays.copyOf(frame, Math.max(needed, Math.min(whole, 2 * frame.length)));
    }
  }

  /** A packet with its length in front. */
  public static byte[] frame(byte[] packet, int offset, int length) {
    byte[] framed = new byte[Integer.BYTES + length];
    BigEndian.put(framed, 0, length);
    System.arraycopy(packet, offset, framed, Integer.BYTES, length);
    return framed;
  }
}
