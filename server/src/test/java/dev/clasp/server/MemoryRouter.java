package dev.clasp.server;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import dev.clasp.router.Lane;
import dev.clasp.router.ParameterStatus;
import dev.clasp.router.Router;
import dev.clasp.router.RouterConfig;
import dev.clasp.router.RouterConnection;
import dev.clasp.router.RouterState;
import dev.clasp.router.spi.Connection;
import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.router.spi.StateChange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** A router with one client, without sockets, and with time that passes when told. */
final class MemoryRouter implements RouterClock, LaneExecutor, Connection {

  /** Time for all routers of one test: it goes on while there is none. */
  static final class Time {
    long nanos = 1_000_000_000_000L;

    void pass(Duration duration) {
      nanos += duration.toNanos();
    }
  }

  private final Time time;
  final Router router;
  private final Lane lane;
  private final RouterConnection connection;

  MemoryRouter(Time time) {
    this(time, RouterConfig.DEFAULT);
  }

  @SuppressWarnings("this-escape")
  MemoryRouter(Time time, RouterConfig config) {
    this.time = time;
    this.router = new Router(config, this);
    this.lane = router.addLane(this);
    this.connection = router.open(lane, this);
    send(new Message.Hello(1, Set.of(), "client", Optional.empty(), Optional.empty()));
  }

  RouterState.Restored restore(RouterState state, List<StateChange> piece) {
    return state.restore(lane, piece);
  }

  void set(String address, Object value) {
    send(
        new Message.SetValue(
            address,
            Value.of(String.valueOf(value)),
            OptionalLong.empty(),
            false,
            false,
            Optional.empty()));
  }

  void set(String address, Object value, Ttl ttl) {
    send(
        new Message.SetValue(
            address,
            Value.of(String.valueOf(value)),
            OptionalLong.empty(),
            false,
            false,
            Optional.of(ttl)));
  }

  private void send(Message message) {
    byte[] frame = FrameCodec.encode(message, Qos.FIRE);
    connection.frame(frame, 0, frame.length);
    connection.readComplete();
  }

  List<ParameterStatus> parameters() {
    return router.parameters(AddressPattern.parse("/**"), Integer.MAX_VALUE);
  }

  /** Every value with its revision: {@code 0.5@3}. */
  Map<String, String> values() {
    Map<String, String> values = new TreeMap<>();
    for (ParameterStatus p : parameters()) {
      values.put(p.address(), ((Value.Text) p.value()).value() + "@" + p.revision());
    }
    return values;
  }

  @Override
  public long nanos() {
    return time.nanos;
  }

  @Override
  public long unixMicros() {
    return 1_700_000_000_000_000L + time.nanos / 1000;
  }

  @Override
  public void execute(Runnable task) {}

  @Override
  public Cancellable schedule(Runnable task, long delayNanos) {
    return () -> {};
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
  public void write(byte[] framed, int offset, int length) {}

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public void reading(boolean enabled) {}

  @Override
  public void close(CloseReason reason) {}
}
