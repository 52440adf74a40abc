package dev.clasp.router;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Subscribe;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.router.spi.Connection;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client on a connection without a socket: sends frames, keeps what it receives. */
final class TestPeer implements Connection {

  private final ManualTime time;
  private final RouterConnection connection;
  private final List<FrameCodec.Frame> received = new ArrayList<>();
  private final List<Integer> writes = new ArrayList<>();
  private int maxFrame = FrameDescriptor.MAX_FRAME;
  private int maxSnapshotFrame = FrameDescriptor.MAX_FRAME;
  private int established;
  private boolean writable = true;
  private boolean reading = true;
  private @Nullable CloseReason closed;
  private @Nullable String session;

  TestPeer(ManualTime time, Router router, Lane lane) {
    this.time = time;
    this.connection = router.open(lane, this);
  }

  // --- the router's side -------------------------------------------------------------------------

  @Override
  public Framing framing() {
    return Framing.BARE;
  }

  @Override
  public String peer() {
    return "test";
  }

  @Override
  public String transport() {
    return "memory";
  }

  @Override
  public int maxFrame(Set<Feature> features) {
    return features.contains(Feature.GESTURE) ? FrameDescriptor.MAX_FRAME : maxFrame;
  }

  @Override
  public int maxSnapshotFrame() {
    return maxSnapshotFrame;
  }

  @Override
  public void established() {
    established++;
  }

  @Override
  public void write(byte[] framed, int offset, int length) {
    if (closed != null) {
      // Lost, as in a transport.
      return;
    }
    writes.add(length);
    int at = offset;
    while (at < offset + length) {
      FrameCodec.Frame frame = FrameCodec.decode(framed, at, offset + length - at);
      received.add(frame);
      at += frame.length();
      if (frame.message() instanceof Message.Welcome welcome) {
        session = welcome.session();
      }
    }
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public void reading(boolean enabled) {
    reading = enabled;
  }

  @Override
  public void close(CloseReason reason) {
    if (closed == null) {
      closed = reason;
      connection.closed(reason);
    }
  }

  // --- the client's side -------------------------------------------------------------------------

  /** Takes only frames of this length, unless HELLO announces gestures. */
  TestPeer takes(int longest, int longestSnapshot) {
    maxFrame = longest;
    maxSnapshotFrame = longestSnapshot;
    return this;
  }

  /** How often the router has said that it is let in. */
  int established() {
    return established;
  }

  /** HELLO, and forgets WELCOME and SNAPSHOT. */
  TestPeer hello(String name) {
    send(new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty()));
    received.clear();
    return this;
  }

  /** The same with a token. */
  TestPeer hello(String name, String token) {
    send(helloOf(name, token));
    received.clear();
    return this;
  }

  static Message.Hello helloOf(String name, String token) {
    return new Message.Hello(1, Set.of(), name, Optional.of(token), Optional.empty());
  }

  TestPeer subscribe(int id, String pattern) {
    return subscribe(id, pattern, SignalType.ALL_MASK);
  }

  TestPeer subscribe(int id, String pattern, int mask) {
    return subscribe(id, pattern, mask, SubscribeOptions.NONE);
  }

  TestPeer subscribe(int id, String pattern, int mask, SubscribeOptions options) {
    return send(new Subscribe(id, pattern, mask, options));
  }

  TestPeer set(String address, double value) {
    return send(setOf(address, Value.of(value)));
  }

  TestPeer send(Message message) {
    return sendRaw(FrameCodec.encode(message));
  }

  TestPeer send(Message message, Qos qos) {
    return sendRaw(FrameCodec.encode(message, qos));
  }

  TestPeer sendHex(String hex) {
    return sendRaw(HexFormat.of().parseHex(hex));
  }

  TestPeer sendRaw(byte[] bytes) {
    // A copy with something around it, so that nobody relies on offset 0 or on the bytes staying.
    byte[] buffer = new byte[bytes.length + 7];
    System.arraycopy(bytes, 0, buffer, 3, bytes.length);
    connection.frame(buffer, 3, bytes.length);
    connection.readComplete();
    java.util.Arrays.fill(buffer, (byte) 0xEE);
    time.runAll();
    return this;
  }

  /** Delivers without running the loops: as in the middle of a turn. */
  void sendWithinTurn(Message message) {
    sendWithinTurn(FrameCodec.encode(message));
  }

  void sendHexWithinTurn(String hex) {
    sendWithinTurn(HexFormat.of().parseHex(hex));
  }

  private void sendWithinTurn(byte[] bytes) {
    connection.frame(bytes, 0, bytes.length);
    connection.readComplete();
  }

  void stall() {
    writable = false;
  }

  void resume() {
    writable = true;
    connection.writabilityChanged();
    time.runAll();
  }

  void disconnect() {
    close(new CloseReason(CloseReason.ABNORMAL, "gone"));
    time.runAll();
  }

  String session() {
    return Objects.requireNonNull(session);
  }

  boolean reading() {
    return reading;
  }

  Optional<CloseReason> closed() {
    return Optional.ofNullable(closed);
  }

  /** Everything received since the last call. */
  List<Message> received() {
    time.runAll();
    List<Message> messages = received.stream().map(FrameCodec.Frame::message).toList();
    received.clear();
    return messages;
  }

  /** The same with flags. */
  List<FrameCodec.Frame> receivedFrames() {
    List<FrameCodec.Frame> frames = List.copyOf(received);
    received.clear();
    return frames;
  }

  /** Lengths of the writes since the last call. */
  List<Integer> writes() {
    List<Integer> lengths = List.copyOf(writes);
    writes.clear();
    return lengths;
  }

  static SetValue setOf(String address, Value value) {
    return new SetValue(address, value, OptionalLong.empty(), false, false, Optional.empty());
  }

  static Message event(String address, Value value) {
    return publish(SignalType.EVENT, address, value);
  }

  static Message publish(SignalType type, String address, Value value) {
    return new Message.Publish(
        address,
        type,
        dev.clasp.protocol.GesturePhase.START,
        Message.Content.of(value),
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalInt.empty());
  }
}
