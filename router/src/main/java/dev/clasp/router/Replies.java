package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers to a session's own requests. Lane thread only, no stripe lock held.
 *
 * <p>A reply follows the echo of what it answers: echoes that wait in the lane's inbox are
 * delivered first.
 */
final class Replies {

  /** Characters; three bytes each at most. */
  private static final int MAX_TEXT = 1000;

  /** Characters of an address or pattern that is repeated; a longer one is not. */
  private static final int MAX_ADDRESS = 16_384;

  private Replies() {}

  /** ACK with address and new revision, without allocating. */
  static void ack(Session session, byte[] b, int addressOffset, int addressLength, long revision) {
    Lane lane = session.lane();
    Outgoing reply = begin(lane);
    byte[] out = reply.buffer;
    int p = reply.payloadOffset();
    out[p] = MessageType.ACK;
    out[p + 1] = 0x03;
    Bytes.putU16(out, p + 2, addressLength);
    System.arraycopy(b, addressOffset, out, p + 4, addressLength);
    Bytes.putI64(out, p + 4 + addressLength, revision);
    int length = 12 + addressLength;
    Request request = session.request();
    if (request != null && request.correlationId().isPresent()) {
      out[p + 1] |= 0x10;
      Bytes.putI32(out, p + length, request.correlationId().getAsInt());
      length += 4;
    }
    reply.end(Qos.FIRE, length);
    answer(session, reply);
  }

  /** ACK of what is not a SET. */
  static void acknowledge(Session session, Optional<String> address, OptionalLong revision) {
    message(
        session,
        new Message.Ack(
            address, revision, Optional.empty(), Optional.empty(), correlationId(session)));
  }

  static void pong(Session session) {
    Outgoing reply = begin(session.lane());
    reply.buffer[reply.payloadOffset()] = MessageType.PONG;
    reply.end(Qos.FIRE, 1);
    session.outbound().send(reply);
  }

  /** SYNC answer: t1 as sent, t2 taken at the socket read, t3 now; Unix microseconds. */
  static void sync(Session session, long t1, long t2, long t3) {
    Outgoing reply = begin(session.lane());
    byte[] out = reply.buffer;
    int p = reply.payloadOffset();
    out[p] = MessageType.SYNC;
    out[p + 1] = 0x03;
    Bytes.putI64(out, p + 2, t1);
    Bytes.putI64(out, p + 10, t2);
    Bytes.putI64(out, p + 18, t3);
    reply.end(Qos.FIRE, 26);
    session.outbound().send(reply);
  }

  static void error(Session session, Refusal refusal, @Nullable String address) {
    session.lane().countError(refusal.code());
    session.refused(refusal, address);
    String text = cut(refusal.text());
    Optional<String> about = Optional.ofNullable(address).filter(a -> a.length() <= MAX_ADDRESS);
    session.erred(new SessionError(refusal.code(), text, about, session.nowMicros()));
    message(session, new Message.Error(refusal.code(), text, about, correlationId(session)));
  }

  /** ERROR to a request that was taken on earlier. From a task of its own. */
  static void lateError(
      Session session, @Nullable Request request, Refusal refusal, @Nullable String address) {
    session.answering(request);
    error(session, refusal, address);
    session.answering(null);
  }

  /** The answers of the first message again. */
  static void repeat(Session session, Request request) {
    for (byte[] frame : request.answers()) {
      Outgoing reply = begin(session.lane());
      reply.load(frame, DeliveryClass.REPLY);
      session.outbound().send(reply);
    }
  }

  private static OptionalInt correlationId(Session session) {
    Request request = session.request();
    return request == null ? OptionalInt.empty() : request.correlationId();
  }

  /** Texts that quote a request must not make an answer that is larger than a frame. */
  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
  }

  /** Any message; for the rare ones. */
  static void message(Session session, Message message) {
    byte[] frame;
    try {
      frame = FrameCodec.encode(message);
    } catch (EncodeException e) {
      throw new IllegalStateException("reply cannot be encoded: " + message, e);
    }
    Outgoing reply = begin(session.lane());
    reply.load(frame, DeliveryClass.REPLY);
    answer(session, reply);
  }

  private static void answer(Session session, Outgoing reply) {
    Request request = session.request();
    if (request != null) {
      request.answered(reply);
    }
    session.outbound().send(reply);
  }

  private static Outgoing begin(Lane lane) {
    if (!lane.inboxEmpty()) {
      lane.drainInbox();
    }
    lane.reply.begin(DeliveryClass.REPLY, null);
    return lane.reply;
  }
}
