package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
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

  boolean stateful;
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
    boolean started;
    boolean closed;
    boolean failsToSend;

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
    public Map<String, Value> details() {
      return Map.of("peers", Value.of(1));
    }

    @Override
    public void close() {
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
