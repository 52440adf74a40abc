package dev.clasp.osc;

/**
 * Packets in a stream of bytes: takes what has come, in pieces of any size. For one thread and one
 * direction of one connection.
 */
public sealed interface OscFraming permits SlipFraming, LengthFraming {

  /** How packets are told apart on a stream. */
  enum Kind {
    /** Four bytes of length in front (OSC 1.0). */
    LENGTH,

    /** Between bytes C0 (OSC 1.1; RFC 1055). */
    SLIP;

    /**
     * What a sender seems to use: a length below 16 MiB begins with a zero, and neither a packet
     * nor SLIP does.
     */
    public static Kind of(byte first) {
      return first == 0 ? LENGTH : SLIP;
    }

    /** For what has come; a packet may have so many bytes. */
    public OscFraming decoder(int maxBytes) {
      return switch (this) {
        case LENGTH -> new LengthFraming(maxBytes);
        case SLIP -> new SlipFraming(maxBytes);
      };
    }

    /** A packet as it goes into the stream. */
    public byte[] frame(byte[] packet, int offset, int length) {
      return switch (this) {
        case LENGTH -> LengthFraming.frame(packet, offset, length);
        case SLIP -> SlipFraming.frame(packet, offset, length);
      };
    }
  }

  /**
   * Takes bytes.
   *
   * @throws OscException nobody can know where the next packet begins; close the connection
   */
  void feed(byte[] bytes, int offset, int length, OscFrames out) throws OscException;
}
