package dev.clasp.bridgesacn;

import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Streaming ACN as a bridge: universes of others become addresses, and addresses universes. */
public final class SacnProvider implements BridgeProvider {

  @Override
  public String protocol() {
    return "sacn";
  }

  @Override
  public String title() {
    return "sACN (E1.31): lighting consoles and nodes in the network";
  }

  @Override
  public String defaultNamespace() {
    return "/sacn";
  }

  @Override
  public List<BridgeSetting> settings() {
    return SacnConfig.SETTINGS;
  }

  @Override
  public void check(BridgeSettings settings) {
    SacnConfig.of(settings, TypeProfile.STANDARD);
  }

  @Override
  public String device(BridgeSettings settings) {
    return "universes " + String.join(", ", settings.list("universes"));
  }

  @Override
  public List<String> ends() {
    return List.of("bind", "unicast_destinations");
  }

  @Override
  public Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings = new LinkedHashMap<>(config);
    Value universe = settings.remove("universe");
    if (universe != null) {
      // As the desktop application of 4.5 writes it.
      settings.putIfAbsent("universes", universe);
    }
    return BridgeProvider.super.fromService(source, target, settings);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    return new SacnEndpoint(SacnConfig.of(settings, context.profile()), context);
  }
}
