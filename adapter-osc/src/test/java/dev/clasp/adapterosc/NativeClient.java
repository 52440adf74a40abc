package dev.clasp.adapterosc;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.router.Lane;
import dev.clasp.router.Router;
import dev.clasp.router.RouterConnection;
import dev.clasp.router.spi.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A client that speaks CLASP, on the same lane. */
final class NativeClient implements Connection {

  private final RouterConnection connection;
  private final List<Message> received = new ArrayList<>();

  NativeClient(Router router, Lane lane, Optional<String> token) {
    this.connection = router.open(lane, this);
    send(new Message.Hello(1, Set.of(), "desk", token, Optional.empty()));
  }

  void send(Message message) {
    byte[] frame = FrameCodec.encode(message, Qos.FIRE);
    connection.frame(frame, 0, frame.length);
    connection.readComplete();
  }

  void set(String address, Value value) {
    send(set(address, value, false));
  }

  void lock(String address, Value value) {
    send(set(address, value, true));
  }

  private static Message set(String address, Value value, boolean lock) {
    return new Message.SetValue(
        address, value, OptionalLong.empty(), lock, false, Optional.empty());
  }

  void subscribe(String pattern) {
    send(new Message.Subscribe(1, pattern, SignalType.ALL_MASK, Message.SubscribeOptions.NONE));
  }

  /**
   * What has come since the last time, as {@code address=value} and {@code address!} for events.
   */
  List<String> values() {
    List<String> values = new ArrayList<>();
    for (Message message : received) {
      switch (message) {
        case Message.SetValue set -> values.add(set.address() + "=" + text(set.value()));
        case Message.Publish publish -> values.add(publish.address() + "!");
        case Message.Snapshot(var parameters) ->
            parameters.forEach(p -> values.add(p.address() + "=" + text(p.value())));
        default -> {}
      }
    }
    received.clear();
    return values;
  }

  static String text(Value value) {
    return switch (value) {
      case Value.Null _ -> "null";
      case Value.Bool(boolean b) -> String.valueOf(b);
      case Value.Int(long i) -> String.valueOf(i);
      case Value.Float(double d) -> String.valueOf(d);
      case Value.Text(String t) -> t;
      case Value.Array(var values) -> values.stream().map(NativeClient::text).toList().toString();
      case Value.Bytes _, Value.Map _ -> value.toString();
    };
  }

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
  public void write(byte[] framed, int offset, int length) {
    for (int at = offset; at < offset + length; ) {
      FrameCodec.Frame frame = FrameCodec.decode(framed, at, offset + length - at);
      received.add(frame.message());
      at += frame.length();
    }
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public void reading(boolean enabled) {}

  @Override
  public void close(CloseReason reason) {
    connection.closed(reason);
  }
}
