package dev.clasp.serial;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.StreamCoding;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * What stands between two delimiters: one frame, maybe with its checksum. Whatever is not exactly
 * that was damaged on the line, and is dropped and counted. Never longer than the longest frame.
 * One thread.
 */
final class Packet {

  static final int CRC_LENGTH = 4;

  private static final byte[] NOTHING = {};

  /** An array that grew beyond this for a long frame is given back after it. */
  private static final int KEEP = 4096;

  private final int max;
  private final boolean crc;
  private byte[] b = NOTHING;
  private int length;
  private boolean damaged;
  private long dropped;

  /**
   * @param maxFrame longest frame
   */
  Packet(int maxFrame, boolean crc) {
    this.max = maxFrame + (crc ? CRC_LENGTH : 0);
    this.crc = crc;
  }

  void add(byte next) {
    if (length == max) {
      damaged = true;
    }
    if (damaged) {
      return;
    }
    if (length == b.length) {
      b = Arrays.copyOf(b, Math.min(max, Math.max(64, 2 * b.length)));
    }
    b[length++] = next;
  }

  /** The bytes cannot be what was sent. */
  void damage() {
    damaged = true;
  }

  /** A delimiter: hands on the frame, if it is one. */
  void end(StreamCoding.Sink sink) {
    int frame = damaged ? 0 : frameLength();
    int had = length;
    length = 0;
    if (frame > 0) {
      sink.frame(b, 0, frame);
    } else if (damaged || had > 0) {
      dropped++;
    }
    damaged = false;
    if (b.length > KEEP) {
      b = NOTHING;
    }
  }

  /** 0 if it is no frame. */
  private int frameLength() {
    int frame = length - (crc ? CRC_LENGTH : 0);
    if (frame < FrameDescriptor.HEADER_LENGTH || announced(b, 0) != frame) {
      return 0;
    }
    return crc && Bytes.i32(b, frame) != checksum(b, 0, frame) ? 0 : frame;
  }

  private static int announced(byte[] b, int at) {
    return b[at] == FrameDescriptor.MAGIC
        ? FrameDescriptor.payloadStart(FrameDescriptor.flags(b, at))
            + FrameDescriptor.payloadLength(b, at)
        : -1;
  }

  private static int checksum(byte[] b, int offset, int length) {
    CRC32 sum = new CRC32();
    sum.update(b, offset, length);
    return (int) sum.getValue();
  }

  /** Packets that were no frame. */
  long dropped() {
    return dropped;
  }

  /** Receives what is to be put between delimiters. */
  interface Content {
    void packet(byte[] b, int offset, int length);
  }

  /** Takes whole frames, one behind the other, apart, and adds the checksum. */
  void each(byte[] frames, int offset, int length, Content content) {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int frame = end - at;
      if (frame >= FrameDescriptor.HEADER_LENGTH && announced(frames, at) > 0) {
        frame = Math.min(frame, announced(frames, at));
      }
      if (crc) {
        byte[] summed = Arrays.copyOfRange(frames, at, at + frame + CRC_LENGTH);
        Bytes.putI32(summed, frame, checksum(frames, at, frame));
        content.packet(summed, 0, summed.length);
      } else {
        content.packet(frames, at, frame);
      }
      at += frame;
    }
  }
}
