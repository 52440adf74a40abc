package dev.clasp.ble;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Qos;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * Cuts frames into what fits into one write or notification (transports.md 7.2): a frame that fits
 * is one piece, as the reference sends it, and two frames never share one.
 */
final class Pieces {

  /** ATT needs so much of its MTU for an opcode and a handle. */
  static final int ATT_HEADER = 3;

  /** The least that every device has (Bluetooth Core, volume 3, part F, 3.2.8). */
  static final int LEAST_MTU = 23;

  /** No attribute is longer (Bluetooth Core, volume 3, part F, 3.2.9). */
  static final int MAX_VALUE = 512;

  /** Takes the pieces. */
  @FunctionalInterface
  interface Sink {
    /**
     * A piece.
     *
     * @param qos of its frame
     */
    void piece(byte[] value, Qos qos) throws IOException;
  }

  private Pieces() {}

  /** How long a piece may be. */
  static int length(int mtu) {
    return Math.min(MAX_VALUE, Math.max(LEAST_MTU, mtu) - ATT_HEADER);
  }

  /**
   * Cuts whole frames, one behind the other.
   *
   * @param mtu of ATT; it may change on the way
   */
  static void cut(byte[] frames, IntSupplier mtu, Sink sink) throws IOException {
    for (int at = 0; at < frames.length; ) {
      int end = Math.min(frames.length, at + frameLength(frames, at));
      Qos qos = Qos.ofFlags(frames[Math.min(at + 1, end - 1)]);
      while (at < end) {
        int next = Math.min(end, at + length(mtu.getAsInt()));
        sink.piece(Arrays.copyOfRange(frames, at, next), qos);
        at = next;
      }
    }
  }

  private static int frameLength(byte[] b, int at) {
    return b.length - at < FrameDescriptor.HEADER_LENGTH
        ? b.length - at
        : FrameDescriptor.payloadStart(b[at + 1]) + Bytes.u16(b, at + 2);
  }
}
