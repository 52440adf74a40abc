package dev.clasp.protocol;

import java.util.OptionalLong;

/** Frames to messages and back (wire.md 2, 7.2). */
public final class FrameCodec {

  private FrameCodec() {}

  /**
   * A decoded frame.
   *
   * @param timestampMicros of the header; unrelated to times inside messages
   * @param length bytes consumed
   */
  public record Frame(Qos qos, OptionalLong timestampMicros, Message message, int length) {}

  /**
   * Decodes the frame that starts at {@code offset}; what follows it is left alone.
   *
   * @throws DecodeException whatever is wrong with the bytes
   */
  public static Frame decode(byte[] b, int offset, int length) {
    int frameLength = FrameDescriptor.frameLength(b, offset, length);
    int flags = FrameDescriptor.flags(b, offset);
    int start = FrameDescriptor.payloadStart(flags);
    OptionalLong timestamp =
        (flags & FrameDescriptor.FLAG_TIMESTAMP) != 0
            ? OptionalLong.of(Bytes.i64(b, offset + FrameDescriptor.HEADER_LENGTH))
            : OptionalLong.empty();
    Message message = MessageCodec.decode(b, offset + start, frameLength - start);
    return new Frame(Qos.ofFlags(flags), timestamp, message, frameLength);
  }

  /** A frame with the default QoS of its message and without timestamp. */
  public static byte[] encode(Message message) {
    return encode(message, defaultQos(message));
  }

  /**
   * A frame without timestamp.
   *
   * @throws EncodeException the message has no valid encoding
   */
  public static byte[] encode(Message message, Qos qos) {
    ByteWriter out = new ByteWriter(FrameDescriptor.HEADER_LENGTH);
    MessageWriter.write(out, message);
    FrameDescriptor.writeHeader(out.array(), 0, qos, out.length());
    return out.toBytes();
  }

  /**
   * A frame with a timestamp in its header. Not for embedded and Arduino peers: they take it for
   * the payload (wire.md 2.4).
   *
   * @param timestampMicros unsigned; unrelated to times inside the message
   * @throws EncodeException the message has no valid encoding
   */
  public static byte[] encode(Message message, Qos qos, long timestampMicros) {
    int start = FrameDescriptor.HEADER_LENGTH + FrameDescriptor.TIMESTAMP_LENGTH;
    ByteWriter out = new ByteWriter(start);
    MessageWriter.write(out, message);
    FrameDescriptor.writeHeader(out.array(), 0, qos, timestampMicros, out.length());
    return out.toBytes();
  }

  /** What encoders write unless told otherwise (wire.md 7.2). */
  public static Qos defaultQos(Message message) {
    return switch (message) {
      case Message.SetValue _,
          Message.Subscribe _,
          Message.Unsubscribe _,
          Message.Replay _,
          Message.FederationSync _ ->
          Qos.CONFIRM;
      case Message.Bundle _ -> Qos.COMMIT;
      case Message.Publish publish ->
          switch (publish.signal()) {
            case PARAM, EVENT -> Qos.CONFIRM;
            case STREAM, GESTURE -> Qos.FIRE;
            case TIMELINE -> Qos.COMMIT;
          };
      case Message.Hello _,
          Message.Welcome _,
          Message.Announce _,
          Message.Get _,
          Message.Snapshot _,
          Message.Sync _,
          Message.Ping _,
          Message.Pong _,
          Message.Ack _,
          Message.Error _,
          Message.Query _,
          Message.Result _ ->
          Qos.FIRE;
    };
  }
}
