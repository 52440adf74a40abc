package dev.clasp.bridgedmx;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.FoundDevice;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.serial.SerialPortInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** DMX512 on the lines of USB interfaces as a bridge. */
public final class DmxProvider implements BridgeProvider {

  @Override
  public String protocol() {
    return "dmx";
  }

  @Override
  public String title() {
    return "DMX512 over USB and serial interfaces";
  }

  @Override
  public String defaultNamespace() {
    return "/dmx";
  }

  @Override
  public List<BridgeSetting> settings() {
    return DmxConfig.SETTINGS;
  }

  @Override
  public String device(BridgeSettings settings) {
    List<InterfaceSpec> all = DmxConfig.of(settings, TypeProfile.COMPATIBLE).interfaces();
    InterfaceSpec first = all.getFirst();
    return first.name()
        + " universe "
        + first.universe()
        + (all.size() > 1 ? " and " + (all.size() - 1) + " more" : "");
  }

  /** One of the two addresses is the port: of the interface that the bridge is about. */
  @Override
  public Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings = new LinkedHashMap<>(config);
    String port = source.isEmpty() ? target : source;
    if (!port.isEmpty()) {
      settings.putIfAbsent("port", Value.of(port));
    }
    if (settings.get("interface_type") instanceof Value.Text(String name)) {
      Optional<InterfaceSpec.Kind> kind = InterfaceSpec.Kind.of(name);
      kind.ifPresent(known -> settings.put("interface_type", Value.of(known.toString())));
    }
    return settings;
  }

  /** Serial ports; nobody is written to. */
  @Override
  public Map<String, List<FoundDevice>> devices() {
    List<FoundDevice> ports = new ArrayList<>();
    try {
      for (SerialPortInfo port : Ports.SYSTEM.list()) {
        ports.add(
            new FoundDevice(
                port.port(),
                port.description().isEmpty()
                    ? port.port()
                    : port.port() + ": " + port.description()));
      }
    } catch (RuntimeException e) {
      // A sentence of the serial lines' own, such as that this machine has none.
      throw BridgeException.passing(String.valueOf(e.getMessage()));
    }
    return Map.of("port", ports);
  }

  @Override
  public void check(BridgeSettings settings) {
    DmxConfig.of(settings, TypeProfile.COMPATIBLE);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    return new DmxEndpoint(
        DmxConfig.of(settings, context.profile()), context, Ports.SYSTEM, Ticker.SYSTEM);
  }
}
