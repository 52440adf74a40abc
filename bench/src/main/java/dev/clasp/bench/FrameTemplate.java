package dev.clasp.bench;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A frame that is encoded once; sending it is a copy and the writing of one number into its value.
 *
 * <p>The value is an integer of eight bytes, or a byte string that begins with those.
 */
final class FrameTemplate {

  private static final int NUMBER_LENGTH = 8;

  private final byte[] frame;
  private final int numberOffset;

  private FrameTemplate(byte[] frame, int payload) {
    this.frame = frame;
    this.numberOffset = frame.length - payload;
  }

  /** An event. With an address of 13 characters and 8 bytes of payload it takes 31 bytes. */
  static FrameTemplate publish(String address, int payload) {
    return publish(address, payload, SignalType.EVENT, GesturePhase.START, OptionalInt.empty());
  }

  /** A gesture of one contact; eight bytes of payload. */
  static FrameTemplate gesture(String address, GesturePhase phase, int contact) {
    FrameTemplate plain =
        publish(address, NUMBER_LENGTH, SignalType.GESTURE, phase, OptionalInt.of(contact));
    // The contact stands behind the value.
    return new FrameTemplate(plain.frame, NUMBER_LENGTH + Integer.BYTES);
  }

  private static FrameTemplate publish(
      String address, int payload, SignalType signal, GesturePhase phase, OptionalInt id) {
    Message message =
        new Message.Publish(
            address,
            signal,
            phase,
            Content.of(value(payload)),
            OptionalLong.empty(),
            id,
            OptionalInt.empty());
    return new FrameTemplate(FrameCodec.encode(message), payload);
  }

  /** A SET. With an address of 15 characters and 8 bytes of payload it takes 31 bytes. */
  static FrameTemplate set(String address, int payload, Qos qos) {
    Message message =
        new Message.SetValue(
            address, value(payload), OptionalLong.empty(), false, false, Optional.empty());
    return new FrameTemplate(FrameCodec.encode(message, qos), payload);
  }

  private static Value value(int payload) {
    return payload == NUMBER_LENGTH ? Value.of(0L) : Value.of(new byte[payload]);
  }

  int length() {
    return frame.length;
  }

  /** Puts the frame with this number at an offset. */
  void write(byte[] out, int offset, long number) {
    System.arraycopy(frame, 0, out, offset, frame.length);
    Bytes.putI64(out, offset + numberOffset, number);
  }

  /** Length of the payload of the CLASP frame, without its header. */
  int payloadLength() {
    return frame.length - FrameDescriptor.HEADER_LENGTH;
  }
}
