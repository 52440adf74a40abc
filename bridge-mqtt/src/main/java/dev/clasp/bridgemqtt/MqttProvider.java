package dev.clasp.bridgemqtt;

import dev.clasp.bridge.Namespace;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridgemqtt.MqttBridgeConfig.Login;
import dev.clasp.protocol.Value;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    return List.of(
        new BridgeSetting(
            "broker",
            Kind.TEXT,
            Value.of("mqtt://localhost:1883"),
            "URL of the broker: mqtt://, mqtts:// (TLS), ws:// or wss://"),
        new BridgeSetting(
            "version", Kind.CHOICE, Value.of("5"), "5, or 3 for MQTT 3.1.1", List.of("5", "3")),
        new BridgeSetting(
            "client_id", Kind.TEXT, Value.NULL, "what the broker knows the bridge by"),
        new BridgeSetting("user", Kind.TEXT, Value.NULL, "user of the broker"),
        new BridgeSetting("password", Kind.SECRET, Value.NULL, "password of the user"),
        new BridgeSetting(
            "topics",
            Kind.LIST,
            Value.of(List.of(Value.of("#"))),
            "topic filters to subscribe, with + and #; an empty list for none"),
        new BridgeSetting(
            "publish", Kind.SWITCH, Value.TRUE, "whether anything is published at all"),
        new BridgeSetting("qos", Kind.INTEGER, Value.of(0), "0, 1 or 2, both ways"),
        new BridgeSetting(
            "retain", Kind.SWITCH, Value.FALSE, "let the broker keep the values of parameters"),
        new BridgeSetting(
            "status_topic",
            Kind.TEXT,
            Value.NULL,
            "where online is published, and offline as the last will"),
        new BridgeSetting(
            "keep_alive",
            Kind.DURATION,
            Value.of("60s"),
            "silence after which the broker is asked whether it is there; 0 = never"));
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
    config(settings);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    MqttBridgeConfig config = config(settings);
    return new MqttEndpoint(
        config,
        config.version() == 5
            ? new Mqtt5Broker(config, new Reconnecting())
            : new Mqtt3Broker(config, new Reconnecting()),
        context);
  }

  /** The paths of the host begin at the root; it adds the namespace. */
  static MqttBridgeConfig config(BridgeSettings settings) {
    try {
      return new MqttBridgeConfig(
          URI.create(settings.text("broker").orElseThrow()),
          settings.text("version").orElseThrow().equals("5") ? 5 : 3,
          settings
              .text("client_id")
              .orElseGet(() -> String.format("clasp-%08x", ThreadLocalRandom.current().nextInt())),
          settings.text("user").map(user -> new Login(user, settings.text("password").orElse(""))),
          settings.list("topics"),
          (int) settings.integer("qos").orElse(0),
          settings.duration("keep_alive").orElse(Duration.ofSeconds(60)),
          new Namespace(""),
          settings.on("publish"),
          settings.on("retain"),
          Optional.of(settings.text("status_topic").orElse("")).filter(text -> !text.isEmpty()));
    } catch (IllegalArgumentException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }
}
