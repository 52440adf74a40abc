package dev.clasp.adaptermqtt;

/**
 * Finds the packets in what a connection brings. Holds nothing; what is left over is up to the
 * caller.
 */
final class PacketStream {

  /** Takes packets, in place. */
  interface Sink {

    /**
     * One packet, the fixed header taken off.
     *
     * @return false if nothing more is wanted for now
     */
    boolean packet(int first, byte[] b, int offset, int length);
  }

  private final int maxPacket;
  private int needed = 2;

  /**
   * @param maxPacket longest packet in bytes, its fixed header included
   */
  PacketStream(int maxPacket) {
    this.maxPacket = maxPacket;
  }

  /**
   * Hands on every complete packet of the range.
   *
   * @return offset of the first byte that was not used
   * @throws PacketException too long, or the length is malformed
   */
  int parse(byte[] b, int from, int end, Sink sink) {
    int at = from;
    while (end - at >= 2) {
      int length = 0;
      int lengthBytes = 0;
      boolean more = true;
      while (more) {
        if (lengthBytes == 4) {
          throw PacketException.malformed("the remaining length has more than four bytes");
        }
        if (at + 1 + lengthBytes >= end) {
          needed = end - at + 1;
          return at;
        }
        int next = b[at + 1 + lengthBytes];
        length |= (next & 0x7F) << 7 * lengthBytes;
        lengthBytes++;
        more = (next & 0x80) != 0;
      }
      int total = 1 + lengthBytes + length;
      if (total > maxPacket) {
        throw new PacketException(
            Reason.PACKET_TOO_LARGE,
            "a packet of " + total + " bytes; at most " + maxPacket + " are allowed");
      }
      if (end - at < total) {
        needed = total;
        return at;
      }
      boolean wanted = sink.packet(b[at] & 0xFF, b, at + 1 + lengthBytes, length);
      at += total;
      if (!wanted) {
        break;
      }
    }
    needed = 2;
    return at;
  }

  /** After {@link #parse} left bytes over: the least number of bytes to parse again with. */
  int needed() {
    return needed;
  }
}
