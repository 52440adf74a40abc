package dev.clasp.bridgeserver;

import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.FoundDevice;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A protocol of nobody: its devices ring when a test says so. */
public final class BellProvider implements BridgeProvider {

  /** By the setting {@code door}. */
  private static final Map<String, EndpointContext> OPEN = new ConcurrentHashMap<>();

  /** Where a bell is held: it is let go when the door is closed. */
  static final String HELD = "/held";

  /** Says which devices there are once it is complete. */
  static volatile CompletableFuture<Void> driver = CompletableFuture.completedFuture(null);

  static boolean open(String door) {
    return OPEN.containsKey(door);
  }

  static void ring(String door, String path, double value) {
    Objects.requireNonNull(OPEN.get(door))
        .receive(Parcel.of(new MappedSignal(path, SignalType.PARAM, Value.of(value))));
  }

  @Override
  public String protocol() {
    return "bell";
  }

  @Override
  public String title() {
    return "Bells at doors";
  }

  @Override
  public String defaultNamespace() {
    return "/bell";
  }

  @Override
  public List<BridgeSetting> settings() {
    return List.of(
        new BridgeSetting("door", BridgeSetting.Kind.TEXT, Value.of("front"), "Which door."),
        new BridgeSetting("code", BridgeSetting.Kind.SECRET, Value.NULL, "Opens it."));
  }

  @Override
  public Map<String, List<FoundDevice>> devices() {
    driver.join();
    return Map.of("door", List.of(new FoundDevice("front", "The front door")));
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    String door = settings.text("door").orElseThrow();
    return new Endpoint() {
      @Override
      public void start() {
        OPEN.put(door, context);
        context.up("at the " + door + " door");
      }

      @Override
      public Optional<Value> universe(int number) {
        return number == 7
            ? Optional.of(Value.of(Map.of("in", Value.of(Map.of("merge", Value.of("htp"))))))
            : Optional.empty();
      }

      @Override
      public void send(Parcel parcel) {}

      @Override
      public void close() {
        if (OPEN.remove(door) != null) {
          context.receive(Parcel.of(new MappedSignal(HELD, SignalType.PARAM, Value.of(0.0))));
        }
      }
    };
  }
}
