package dev.clasp.osc;

/** Packets as bytes (bridges.md 3.6). Thread-safe. */
public final class OscCodec {

  /** The largest UDP payload over IPv4. */
  public static final int MAX_DATAGRAM = 65_507;

  /** The largest packet of a stream. */
  public static final int MAX_PACKET = 16 << 20;

  /** Bundles in bundles, or arrays in arrays. */
  public static final int MAX_DEPTH = 16;

  /** Messages, bundles and arguments of one packet together. */
  public static final int MAX_ELEMENTS = 65_535;

  private OscCodec() {}

  /**
   * Reads one packet, with patience for what real senders do: no type tags at all (then there are
   * no arguments), no padding behind the last string or blob, zeros behind the end, text that is
   * Latin-1 and not UTF-8, an address without its slash (before type tags only).
   *
   * <p>Copies what it keeps. Work and memory are bounded by the length.
   *
   * @throws OscException it is none; says what is wrong and at which byte
   */
  public static OscPacket decode(byte[] buffer, int offset, int length) throws OscException {
    return OscDecoder.decode(buffer, offset, length);
  }

  public static OscPacket decode(byte[] packet) throws OscException {
    return OscDecoder.decode(packet, 0, packet.length);
  }

  /**
   * Writes a packet into an array of its own. For many packets, see {@link OscEncoder}.
   *
   * @throws IllegalArgumentException it cannot be written: an address without a slash, text with a
   *     NUL, too deep
   */
  public static byte[] encode(OscPacket packet) {
    OscEncoder encoder = new OscEncoder(MAX_PACKET);
    encoder.encode(packet);
    return encoder.toArray();
  }
}
