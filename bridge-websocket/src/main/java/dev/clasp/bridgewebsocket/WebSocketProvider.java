package dev.clasp.bridgewebsocket;

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
import java.util.Set;

/** WebSockets for the bridge host: as a server for programs and pages, and as a client. */
public final class WebSocketProvider implements BridgeProvider {

  /** Names of the published bridges (bridges.md 10.1), and ours. */
  private static final Map<String, String> PUBLISHED =
      Map.of(
          "ping_interval_secs", "ping_interval",
          "reconnect_delay_secs", "reconnect_delay",
          "auto_reconnect", "reconnect");

  @Override
  public String protocol() {
    return "websocket";
  }

  @Override
  public String title() {
    return "WebSockets with JSON, MessagePack, CBOR or CLASP frames, as server and client";
  }

  @Override
  public String defaultNamespace() {
    return "/ws";
  }

  @Override
  public List<BridgeSetting> settings() {
    return WebSocketConfig.SETTINGS;
  }

  @Override
  public Set<String> secretFields() {
    return Set.of("headers");
  }

  @Override
  public String device(BridgeSettings settings) {
    return settings
        .text(settings.text("mode").orElse("").equals("server") ? "bind" : "url")
        // What is behind the question mark may be a token.
        .map(where -> where.replaceFirst("[?#].*", ""))
        .orElse("");
  }

  @Override
  public boolean verbatim(BridgeSettings settings, TypeProfile profile) {
    return WebSocketConfig.verbatim(settings, profile);
  }

  /** A server unless told otherwise, at the source's address; a client at its URL (2.11). */
  @Override
  public Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings = new LinkedHashMap<>();
    config.forEach((name, value) -> settings.put(PUBLISHED.getOrDefault(name, name), value));
    settings.putIfAbsent("mode", Value.of("server"));
    if (!source.isEmpty()) {
      settings.putIfAbsent(
          settings.get("mode").equals(Value.of("server")) ? "bind" : "url", Value.of(source));
    }
    return settings;
  }

  @Override
  public void check(BridgeSettings settings) {
    WebSocketConfig.of(settings);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    WebSocketConfig config = WebSocketConfig.of(settings);
    boolean standard = context.profile() == TypeProfile.STANDARD;
    boolean verbatim = WebSocketConfig.verbatim(settings, context.profile());
    Translation translation =
        new Translation(config.format(), standard, () -> verbatim ? context.namespace() : "");
    return switch (config.role()) {
      case WebSocketConfig.Server server ->
          new ServerEndpoint(
              config,
              server,
              translation,
              config.relay().orElse(standard),
              // Each peer has the rights of its own token, so its addresses are those of the router
              // unless somebody wants it otherwise.
              () -> WebSocketConfig.prefixed(settings) ? context.namespace() : "",
              context);
      case WebSocketConfig.Client client ->
          new ClientEndpoint(config, client, translation, context);
    };
  }
}
