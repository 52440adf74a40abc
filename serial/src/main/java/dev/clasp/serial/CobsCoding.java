package dev.clasp.serial;

import dev.clasp.transport.StreamCoding;
import java.io.ByteArrayOutputStream;

/**
 * Frames without zeros, and a zero behind each: consistent overhead byte stuffing (Cheshire and
 * Baker, IEEE/ACM Transactions on Networking 7(2), 1999). One byte more for every 254, whatever is
 * in the frame. A zero stands in front of each batch too, so that noise before it is a packet of
 * its own; empty packets mean nothing.
 */
final class CobsCoding implements StreamCoding {

  /** The code of a block of 254 bytes with no zero behind it. */
  private static final int FULL = 0xFF;

  private final Packet packet;

  /** Bytes of the block that are still to come. */
  private int left;

  /** A zero stands behind the block, if another block does. */
  private boolean zero;

  CobsCoding(Packet packet) {
    this.packet = packet;
  }

  @Override
  public void decode(byte[] b, int offset, int length, Sink sink) {
    for (int at = offset; at < offset + length; at++) {
      int next = b[at] & 0xFF;
      if (next == 0) {
        if (left > 0) {
          packet.damage();
        }
        left = 0;
        zero = false;
        packet.end(sink);
      } else if (left > 0) {
        packet.add((byte) next);
        left--;
      } else {
        if (zero) {
          packet.add((byte) 0);
        }
        left = next - 1;
        zero = next != FULL;
      }
    }
  }

  /** Never: the next delimiter helps, however long it takes. */
  @Override
  public boolean waiting() {
    return false;
  }

  @Override
  public void stalled(Sink sink) {}

  @Override
  public byte[] encode(byte[] frames, int offset, int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + length / 16 + 16);
    out.write(0);
    packet.each(
        frames,
        offset,
        length,
        (b, from, count) -> {
          stuff(out, b, from, from + count);
          out.write(0);
        });
    return out.toByteArray();
  }

  private static void stuff(ByteArrayOutputStream out, byte[] b, int from, int end) {
    int at = from;
    boolean more = true;
    while (more) {
      int block = at;
      while (block < end && block - at < FULL - 1 && b[block] != 0) {
        block++;
      }
      out.write(block - at + 1);
      out.write(b, at, block - at);
      if (block - at == FULL - 1) {
        // No zero behind it: the next block is there only if bytes are.
        at = block;
        more = block < end;
      } else {
        at = block + 1;
        more = block < end;
      }
    }
  }

  @Override
  public long resynchronisations() {
    return packet.dropped();
  }
}
