package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** OSC as a bridge: what arrives on a port becomes signals, and signals go to targets. */
public final class OscProvider implements BridgeProvider {

  @Override
  public String protocol() {
    return "osc";
  }

  @Override
  public String title() {
    return "OSC over UDP and TCP";
  }

  @Override
  public String defaultNamespace() {
    return "/osc";
  }

  @Override
  public List<BridgeSetting> settings() {
    return OscConfig.SETTINGS;
  }

  @Override
  public String device(BridgeSettings settings) {
    OscConfig config = OscConfig.of(settings);
    return config.transport() == OscConfig.Transport.NONE
        ? config.targets().getFirst().toString()
        : settings.text("transport").orElse("udp") + " port " + config.bind().port();
  }

  @Override
  public List<String> ends() {
    return List.of("bind", "targets");
  }

  @Override
  public void check(BridgeSettings settings) {
    OscConfig.of(settings);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    return new OscEndpoint(OscConfig.of(settings), context, OscProvider::wallMicros);
  }

  private static long wallMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }
}
