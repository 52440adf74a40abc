package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.security.Authenticator;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** A router with two lanes and a clock that stands still until told. */
final class TestRouter {

  final ManualTime time = new ManualTime();
  final Router router;
  final Lane lane;
  final Lane otherLane;

  TestRouter() {
    this(c -> c);
  }

  TestRouter(UnaryOperator<RouterConfig.Builder> settings) {
    this(settings, Authenticator.OPEN);
  }

  TestRouter(UnaryOperator<RouterConfig.Builder> settings, Authenticator authenticator) {
    router = new Router(settings.apply(RouterConfig.builder()).build(), time, authenticator);
    lane = router.addLane(time.loop());
    otherLane = router.addLane(time.loop());
  }

  TestPeer client(String name) {
    return new TestPeer(time, router, lane).hello(name);
  }

  /** A client with a token. */
  TestPeer client(String name, String token) {
    return new TestPeer(time, router, lane).hello(name, token);
  }

  TestPeer farClient(String name, String token) {
    return new TestPeer(time, router, otherLane).hello(name, token);
  }

  /** A connection that has said nothing yet. */
  TestPeer connection() {
    return new TestPeer(time, router, lane);
  }

  /** A client on the other event loop. */
  TestPeer farClient(String name) {
    return new TestPeer(time, router, otherLane).hello(name);
  }

  void passMillis(long millis) {
    time.pass(java.time.Duration.ofMillis(millis));
  }

  long count(Counter counter) {
    return router.count(counter);
  }

  // --- messages ----------------------------------------------------------------------------------

  static Message gesture(String address, GesturePhase phase, int id, double value) {
    return new Message.Publish(
        address,
        SignalType.GESTURE,
        phase,
        Message.Content.of(Value.of(value)),
        OptionalLong.empty(),
        OptionalInt.of(id),
        OptionalInt.empty());
  }

  static Message bundle(Message... members) {
    return new Message.Bundle(List.of(members), OptionalLong.empty());
  }

  static Message bundleAt(long micros, Message... members) {
    return new Message.Bundle(List.of(members), OptionalLong.of(micros));
  }

  /** A frame with a timestamp in its header. */
  static byte[] stamped(Message message, Qos qos, long stamp) {
    byte[] payload = MessageCodec.encode(message);
    int start = FrameDescriptor.HEADER_LENGTH + FrameDescriptor.TIMESTAMP_LENGTH;
    byte[] frame = new byte[start + payload.length];
    FrameDescriptor.writeHeader(frame, 0, qos, payload.length);
    frame[1] |= FrameDescriptor.FLAG_TIMESTAMP;
    Bytes.putI64(frame, FrameDescriptor.HEADER_LENGTH, stamp);
    System.arraycopy(payload, 0, frame, start, payload.length);
    return frame;
  }

  /** The codes of the ERRORs among the messages. */
  static List<Integer> errorCodes(List<Message> messages) {
    return messages.stream()
        .filter(m -> m instanceof Message.Error)
        .map(m -> ((Message.Error) m).code())
        .toList();
  }

  static Message.Error onlyError(List<Message> messages) {
    if (messages.size() == 1 && messages.getFirst() instanceof Message.Error error) {
      return error;
    }
    throw new AssertionError("expected one ERROR, got " + messages);
  }
}
