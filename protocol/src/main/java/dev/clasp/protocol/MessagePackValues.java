package dev.clasp.protocol;

import java.util.Optional;

/**
 * Single values as MessagePack (msgpack spec, 2013), for other protocols that carry it. Nothing is
 * lost: every kind of value has a form of its own.
 */
public final class MessagePackValues {

  private MessagePackValues() {}

  /**
   * The value of all the bytes.
   *
   * @return empty if they are anything else than one value
   */
  public static Optional<Value> read(byte[] bytes) {
    try {
      MessagePackReader reader = new MessagePackReader(bytes, 0, bytes.length);
      Value value = reader.read(CodecLimits.DEFAULT.valueDepth());
      return reader.atEnd() ? Optional.of(value) : Optional.empty();
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }

  /**
   * The bytes of a value.
   *
   * @throws EncodeException too large, too deep, or text with an unpaired surrogate
   */
  public static byte[] write(Value value) {
    ByteWriter out = new ByteWriter(0);
    MessagePackWriter.write(out, value, CodecLimits.DEFAULT.valueDepth());
    return out.toBytes();
  }
}
