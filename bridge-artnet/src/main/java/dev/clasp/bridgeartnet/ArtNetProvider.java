package dev.clasp.bridgeartnet;

import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.TypeProfile;
import java.security.SecureRandom;
import java.util.List;

/** Art-Net as a bridge: universes that consoles send become signals, and signals go to nodes. */
public final class ArtNetProvider implements BridgeProvider {

  @Override
  public String protocol() {
    return "artnet";
  }

  @Override
  public String title() {
    return "Art-Net 4 (DMX512 over IP)";
  }

  @Override
  public String defaultNamespace() {
    return "/artnet";
  }

  @Override
  public List<BridgeSetting> settings() {
    return ArtNetConfig.SETTINGS;
  }

  @Override
  public String device(BridgeSettings settings) {
    ArtNetConfig config = ArtNetConfig.of(settings, TypeProfile.COMPATIBLE);
    return "udp port "
        + config.bind().port()
        + (config.targets().isEmpty() ? "" : " to " + config.targets().getFirst().host());
  }

  @Override
  public List<String> ends() {
    return List.of("bind", "targets");
  }

  @Override
  public void check(BridgeSettings settings) {
    ArtNetConfig.of(settings, TypeProfile.COMPATIBLE);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    return new ArtNetEndpoint(
        ArtNetConfig.of(settings, context.profile()), context, new SecureRandom());
  }
}
