package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.GestureStep;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A protocol without sockets: tests play the other side. */
final class FakeProvider implements BridgeProvider {

  final List<FakeEndpoint> endpoints = new ArrayList<>();

  /** What the next starts do; none: they succeed. */
  final Deque<Consumer<FakeEndpoint>> starts = new ArrayDeque<>();

  /** What the next endpoints do while they are closed. */
  final Deque<Consumer<FakeEndpoint>> closes = new ArrayDeque<>();

  boolean stateful;
  boolean gestures;
  boolean bus;

  @Override
  public String protocol() {
    return "fake";
  }

  @Override
  public String title() {
    return "A protocol of tests";
  }

  @Override
  public String defaultNamespace() {
    return "/fake";
  }

  @Override
  public List<BridgeSetting> settings() {
    return List.of(
        new BridgeSetting("password", Kind.SECRET, Value.NULL, "what nobody sees"),
        new BridgeSetting("bind", Kind.ENDPOINT, Value.of(":9000"), "where it listens"),
        new BridgeSetting("target", Kind.ENDPOINT, Value.NULL, "where it sends to"));
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    FakeEndpoint endpoint = new FakeEndpoint(settings, context);
    endpoints.add(endpoint);
    return endpoint;
  }

  FakeEndpoint last() {
    return endpoints.getLast();
  }

  final class FakeEndpoint implements Endpoint {
    final BridgeSettings settings;
    final EndpointContext context;
    final List<Parcel> sent = new ArrayList<>();
    final List<Boolean> routerConnected = new ArrayList<>();
    boolean started;
    boolean closed;
    boolean failsToSend;

    /** Paths that are told as 0 when it lets go. */
    final List<String> held = new ArrayList<>();

    FakeEndpoint(BridgeSettings settings, EndpointContext context) {
      this.settings = settings;
      this.context = context;
    }

    @Override
    public void start() {
      if (!starts.isEmpty()) {
        starts.removeFirst().accept(this);
      }
      started = true;
    }

    @Override
    public boolean stateful() {
      return stateful;
    }

    @Override
    public boolean gestures() {
      return gestures;
    }

    @Override
    public boolean repeats(String path) {
      return !path.startsWith("/order/");
    }

    @Override
    public void send(Parcel parcel) {
      if (failsToSend) {
        throw BridgeException.passing("no paper");
      }
      sent.add(parcel);
      if (bus) {
        for (FakeEndpoint other : endpoints) {
          if (other != this && other.started && !other.closed) {
            other.context.receive(parcel);
          }
        }
      }
    }

    @Override
    public void letGo() {
      held.forEach(path -> says(path, Value.of(0)));
      held.clear();
    }

    @Override
    public void routerConnected(boolean connected) {
      routerConnected.add(connected);
    }

    @Override
    public Map<String, Value> details() {
      return Map.of("peers", Value.of(1));
    }

    @Override
    public void close() {
      if (!closed && started && !closes.isEmpty()) {
        closes.removeFirst().accept(this);
      }
      closed = true;
    }

    // --- what tests do -------------------------------------------------------------------------

    void says(String path, Value value) {
      says(path, SignalType.PARAM, value);
    }

    void says(String path, SignalType type, Value value) {
      context.receive(
          new Parcel(
              List.of(new MappedSignal(path, type, value)),
              false,
              OptionalLong.empty(),
              Optional.of("peer:1")));
    }

    void touches(int id, GesturePhase phase, Value value) {
      context.receive(
          Parcel.of(MappedSignal.gesture("/finger", new GestureStep(id, phase), value)));
    }

    /** Path and value of all that was sent so far; forgets it. */
    List<String> heard() {
      List<String> heard =
          sent.stream()
              .flatMap(parcel -> parcel.signals().stream())
              .map(signal -> signal.address() + " " + JsonValues.text(signal.value()))
              .toList();
      sent.clear();
      return heard;
    }
  }
}
