package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.FoundDevice;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** MIDI as a bridge: devices, programs, raw bytes and network sessions. */
public final class MidiProvider implements BridgeProvider {

  private final Supplier<MidiPorts> ports;

  public MidiProvider() {
    this(MidiPorts::ofThisMachine);
  }

  MidiProvider(Supplier<MidiPorts> ports) {
    this.ports = ports;
  }

  @Override
  public String protocol() {
    return "midi";
  }

  @Override
  public String title() {
    return "MIDI devices, programs and networks";
  }

  @Override
  public String defaultNamespace() {
    return "/midi";
  }

  @Override
  public List<BridgeSetting> settings() {
    return MidiConfig.SETTINGS;
  }

  @Override
  public String device(BridgeSettings settings) {
    return String.join(", ", config(settings).devices().stream().map(DeviceSpec::where).toList());
  }

  private static MidiConfig config(BridgeSettings settings) {
    return MidiConfig.of(settings, MidiPorts.schemesOfOurs());
  }

  /** What two of Network MIDI 2.0 know. */
  @Override
  public Set<String> secretFields() {
    return Set.of("secret");
  }

  @Override
  public List<String> ends() {
    return List.of("in", "out");
  }

  @Override
  public Map<String, List<FoundDevice>> devices() {
    try (MidiPorts open = ports.get()) {
      List<FoundDevice> in = new ArrayList<>();
      List<FoundDevice> out = new ArrayList<>();
      Map<String, FoundDevice> both = new LinkedHashMap<>();
      for (FoundPort port : open.list()) {
        String title = port.detail().isEmpty() ? port.name() : port.name() + ": " + port.detail();
        FoundDevice device = new FoundDevice(port.name(), title + " (" + port.system() + ")");
        if (port.input()) {
          in.add(device);
        }
        if (port.output()) {
          out.add(device);
        }
        if (!port.software()) {
          both.putIfAbsent(port.name(), device);
        }
      }
      return Map.of("in", in, "out", out, "port", List.copyOf(both.values()));
    }
  }

  /** Published bridges call the first port default (bridges.md 2.11). */
  @Override
  public Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings =
        new LinkedHashMap<>(
            BridgeProvider.super.fromService(
                source.equals("default") ? "" : source,
                target.equals("default") ? "" : target,
                config));
    if (MidiPorts.scheme(MidiPorts.schemesOfOurs(), source).isPresent()) {
      settings.remove("in");
      settings.putIfAbsent("port", Value.of(source));
    }
    return settings;
  }

  @Override
  public void check(BridgeSettings settings) {
    config(settings);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    return new MidiEndpoint(config(settings), context, ports.get());
  }
}
