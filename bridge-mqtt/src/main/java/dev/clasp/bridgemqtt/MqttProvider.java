package dev.clasp.bridgemqtt;

import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import dev.clasp.transport.Backoff;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** MQTT for the bridge host: a client of a broker. */
public final class MqttProvider implements BridgeProvider {

  @Override
  public String protocol() {
    return "mqtt";
  }

  @Override
  public String title() {
    return "MQTT 5 and 3.1.1, as a client of a broker";
  }

  @Override
  public String defaultNamespace() {
    return "/mqtt";
  }

  @Override
  public List<BridgeSetting> settings() {
    return MqttConfig.SETTINGS;
  }

  @Override
  public String device(BridgeSettings settings) {
    return settings.text("broker").orElse("");
  }

  /** {@code host:port} of the broker; the reference's service has it so (bridges.md 2.11). */
  @Override
  public Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings = new HashMap<>(config);
    if (!source.isEmpty()) {
      settings.putIfAbsent(
          "broker", Value.of(source.contains("://") ? source : "mqtt://" + source));
    }
    return settings;
  }

  @Override
  public void check(BridgeSettings settings) {
    MqttConfig.of(settings);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    MqttConfig config = MqttConfig.of(settings);
    // Not kept here: a random generator of the thread that asks.
    Connecting connecting =
        new Connecting(
            config,
            Backoff.DEFAULT,
            new java.util.SplittableRandom(ThreadLocalRandom.current().nextLong()));
    return new MqttEndpoint(
        config,
        config.version() == 5 ? new Mqtt5Broker(connecting) : new Mqtt3Broker(connecting),
        context);
  }
}
