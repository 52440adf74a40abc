package dev.clasp.bridgesocketio;

import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Socket.IO for the bridge host: a server for pages and programs, or a client of a server. */
public final class SocketIoProvider implements BridgeProvider {

  @Override
  public String protocol() {
    return "socketio";
  }

  @Override
  public String title() {
    return "Socket.IO, as a server or as a client of one";
  }

  @Override
  public String defaultNamespace() {
    return "/socketio";
  }

  @Override
  public List<BridgeSetting> settings() {
    return SocketIoSettings.ALL;
  }

  @Override
  public Set<String> secretFields() {
    return Set.of("auth");
  }

  @Override
  public String device(BridgeSettings settings) {
    return settings.text("mode").orElse("").equals("server")
        ? settings.text("listen").orElse("")
        : settings.text("url").orElse("");
  }

  /** A URL, or where to listen with the mode {@code server} (bridges.md 2.11). */
  @Override
  public Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings = new HashMap<>(config);
    if (!source.isEmpty()) {
      boolean server = Value.of("server").equals(config.get("mode"));
      settings.putIfAbsent(
          server ? "listen" : "url",
          Value.of(server || source.contains("://") ? source : "http://" + source));
    }
    return settings;
  }

  @Override
  public void check(BridgeSettings settings) {
    if (SocketIoSettings.isServer(settings)) {
      ServerConfig.of(settings);
    } else {
      ClientConfig.of(settings);
    }
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    if (SocketIoSettings.isServer(settings)) {
      return new ServerEndpoint(ServerConfig.of(settings), context);
    }
    ClientConfig config = ClientConfig.of(settings);
    return config.older()
        ? new OlderClientEndpoint(config, context)
        : new ClientEndpoint(config, context);
  }
}
