package dev.clasp.protocol;

import java.util.Objects;

/**
 * Payloads to messages and back (wire.md 5). Decodes the compact binary form and, recognised by the
 * first byte, the legacy MessagePack form; encodes binary.
 *
 * <p>Static and stateless: any thread.
 */
public final class MessageCodec {

  private MessageCodec() {}

  /** True if a payload that starts with this byte is one MessagePack map (wire.md 6.1). */
  public static boolean isMessagePack(byte first) {
    int b = first & 0xFF;
    return (b & 0xF0) == 0x80 || b == 0xDE || b == 0xDF;
  }

  /**
   * Decodes a payload with the default limits. Bytes behind a complete body are ignored, except
   * that PUBLISH reads a rate from them (wire.md 5.1, 5.8).
   *
   * @throws DecodeException whatever is wrong with the bytes
   */
  public static Message decode(byte[] b, int offset, int length) {
    return decode(b, offset, length, CodecLimits.DEFAULT);
  }

  /**
   * Decodes a payload. Nothing is allocated by a count that the remaining bytes cannot hold
   * (wire.md 8.3).
   *
   * @throws DecodeException whatever is wrong with the bytes
   */
  public static Message decode(byte[] b, int offset, int length, CodecLimits limits) {
    Objects.checkFromIndexSize(offset, length, b.length);
    if (length > 0 && isMessagePack(b[offset])) {
      return MessagePackCodec.decode(b, offset, length, limits);
    }
    return MessageReader.read(
        new ByteReader(b, offset, offset + length), limits, limits.bundleDepth());
  }

  /**
   * The payload of a message, at most 65,535 bytes. Integers are written as i64, floats as f64
   * (wire.md 4.3).
   *
   * @throws EncodeException too large, nested too deeply, a field out of its range, or text with an
   *     unpaired surrogate
   */
  public static byte[] encode(Message message) {
    ByteWriter out = new ByteWriter(0);
    MessageWriter.write(out, message);
    return out.toBytes();
  }
}
