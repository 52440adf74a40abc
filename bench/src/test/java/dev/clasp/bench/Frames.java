package dev.clasp.bench;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Hands messages to receivers as a session does. */
final class Frames {

  private Frames() {}

  static void give(LoadSession.Receiver receiver, Message message) {
    give(receiver, FrameCodec.encode(message));
  }

  /** A frame of the template with this number. */
  static void give(LoadSession.Receiver receiver, FrameTemplate template, long number) {
    byte[] frame = new byte[template.length()];
    template.write(frame, 0, number);
    give(receiver, frame);
  }

  private static void give(LoadSession.Receiver receiver, byte[] frame) {
    int payload = FrameDescriptor.HEADER_LENGTH;
    receiver.message(frame[payload] & 0xFF, frame, payload, frame.length);
  }

  static Message ack(long revision) {
    return new Message.Ack(
        Optional.of("/a"),
        OptionalLong.of(revision),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }
}
