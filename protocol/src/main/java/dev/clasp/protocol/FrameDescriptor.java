package dev.clasp.protocol;

/**
 * Layout of a CLASP frame (wire.md 2.1): magic, flags, payload length, optional timestamp, payload.
 *
 * <p>Static accessors over a byte range; nothing is allocated.
 */
public final class FrameDescriptor {

  public static final int MAGIC = 0x53;

  /** Bytes in front of the timestamp or payload. */
  public static final int HEADER_LENGTH = 4;

  public static final int TIMESTAMP_LENGTH = 8;

  /** Largest payload, header and timestamp not counted. */
  public static final int MAX_PAYLOAD = 65_535;

  /** Largest frame, with timestamp. */
  public static final int MAX_FRAME = HEADER_LENGTH + TIMESTAMP_LENGTH + MAX_PAYLOAD;

  public static final int FLAG_TIMESTAMP = 0x20;
  public static final int FLAG_ENCRYPTED = 0x10;
  public static final int FLAG_COMPRESSED = 0x08;

  /** Encoding number written by every encoder; decoders ignore it (wire.md 2.2). */
  public static final int ENCODING_BINARY = 1;

  private FrameDescriptor() {}

  /**
   * Length of the frame that starts at {@code offset}, or -1 if more bytes are needed to know or to
   * complete it.
   *
   * @param available bytes from {@code offset} on
   * @throws DecodeException bad magic, or encrypted or compressed bit set
   */
  public static int completeFrameLength(byte[] b, int offset, int available) {
    if (available > 0 && b[offset] != MAGIC) {
      throw badMagic(b[offset]);
    }
    if (available < HEADER_LENGTH) {
      return -1;
    }
    int flags = b[offset + 1];
    if ((flags & (FLAG_ENCRYPTED | FLAG_COMPRESSED)) != 0) {
      throw unsupported(flags);
    }
    int length = payloadStart(flags) + Bytes.u16(b, offset + 2);
    return length <= available ? length : -1;
  }

  /**
   * Length of the frame that starts at {@code offset}.
   *
   * @throws DecodeException truncated, bad magic, or encrypted or compressed bit set
   */
  public static int frameLength(byte[] b, int offset, int available) {
    if (available < HEADER_LENGTH) {
      throw DecodeException.truncated(HEADER_LENGTH, available);
    }
    int length = completeFrameLength(b, offset, available);
    if (length < 0) {
      throw DecodeException.truncated(
          payloadStart(b[offset + 1]) + Bytes.u16(b, offset + 2), available);
    }
    return length;
  }

  /** Offset of the payload from the start of the frame: 4, or 12 with timestamp. */
  public static int payloadStart(int flags) {
    return (flags & FLAG_TIMESTAMP) == 0 ? HEADER_LENGTH : HEADER_LENGTH + TIMESTAMP_LENGTH;
  }

  public static int flags(byte[] b, int offset) {
    return b[offset + 1] & 0xFF;
  }

  public static int payloadLength(byte[] b, int offset) {
    return Bytes.u16(b, offset + 2);
  }

  /** Writes the four header bytes of a frame without timestamp. */
  public static void writeHeader(byte[] b, int offset, Qos qos, int payloadLength) {
    b[offset] = MAGIC;
    b[offset + 1] = (byte) (qos.flagBits() | ENCODING_BINARY);
    Bytes.putU16(b, offset + 2, payloadLength);
  }

  /** Writes the twelve header bytes of a frame with timestamp, and the flag that says so. */
  public static void writeHeader(
      byte[] b, int offset, Qos qos, long timestampMicros, int payloadLength) {
    writeHeader(b, offset, qos, payloadLength);
    b[offset + 1] |= FLAG_TIMESTAMP;
    Bytes.putI64(b, offset + HEADER_LENGTH, timestampMicros);
  }

  private static DecodeException badMagic(byte found) {
    return DecodeException.of(
        DecodeException.Kind.BAD_MAGIC,
        "bad magic: expected 0x53, got 0x" + DecodeException.hex(found));
  }

  private static DecodeException unsupported(int flags) {
    String what = (flags & FLAG_ENCRYPTED) != 0 ? "encrypted" : "compressed";
    return DecodeException.of(
        DecodeException.Kind.UNSUPPORTED_FRAME_FEATURE, what + " frames are not supported");
  }
}
