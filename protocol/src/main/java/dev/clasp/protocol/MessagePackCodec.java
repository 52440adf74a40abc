package dev.clasp.protocol;

import dev.clasp.protocol.DecodeException.Kind;
import java.util.Map;

/**
 * The legacy form of messages: one MessagePack map with string keys (wire.md 6). Python sends
 * BUNDLE and QUERY so.
 *
 * <p>Decoding is one linear pass into a value tree with bounded depth, then the fields are picked
 * from the map: they may come in any order, {@code type} too. Unknown fields are ignored, nil is an
 * absent field, of repeated keys the last one counts.
 */
public final class MessagePackCodec {

  private MessagePackCodec() {}

  /**
   * Decodes a payload; bytes behind the map are ignored.
   *
   * @throws DecodeException BAD_MESSAGE_PACK, BAD_UTF8 or LIMIT_EXCEEDED
   */
  public static Message decode(byte[] b, int offset, int length, CodecLimits limits) {
    MessagePackReader reader = new MessagePackReader(b, offset, offset + length);
    if (reader.read(limits.messagePackDepth()) instanceof Value.Map(Map<String, Value> fields)) {
      MessagePackFields f = new MessagePackFields(fields, reader.large(), limits.valueDepth());
      return MessagePackDecoder.read(f, limits.bundleDepth());
    }
    throw bad("a message must be a map");
  }

  /**
   * The payload of a message in this form, for tools and test peers; we never send it. A timeline
   * becomes a timeline object again, every other content a {@code value}; whether it once was a
   * {@code payload} is not kept, and an explicit null cannot be told from no value.
   *
   * @throws EncodeException too large, nested too deeply, a field out of its range, or text with an
   *     unpaired surrogate
   */
  public static byte[] encode(Message message) {
    ByteWriter out = new ByteWriter(0);
    MessagePackEncoder.map(message).writeTo(out);
    return out.toBytes();
  }

  static DecodeException bad(String what) {
    return DecodeException.of(Kind.BAD_MESSAGE_PACK, "bad MessagePack: " + what);
  }
}
