package dev.clasp.bridgehttp;

import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;

/** HTTP for the bridge host: requests to other services, webhooks from them, and the API. */
public final class HttpProvider implements BridgeProvider {

  @Override
  public String protocol() {
    return "http";
  }

  @Override
  public String title() {
    return "HTTP: APIs, webhooks and streams of events";
  }

  @Override
  public String defaultNamespace() {
    return "/http";
  }

  @Override
  public List<BridgeSetting> settings() {
    return HttpConfig.SETTINGS;
  }

  /** Of entries, and all headers: which of them are keys nobody can tell. */
  @Override
  public Set<String> secretFields() {
    return Set.of("token", "secret", "headers");
  }

  @Override
  public String device(BridgeSettings settings) {
    return settings.text("url").or(() -> settings.text("bind")).orElse("");
  }

  /**
   * As the bridge service of the reference has it (bridges.md 2.11): the address to listen at, or a
   * URL; and the names of its options (bridges.md 9.1).
   */
  @Override
  public Map<String, Value> fromService(String source, String target, Map<String, Value> config) {
    Map<String, Value> settings = new LinkedHashMap<>(config);
    move(settings, "cors_enabled", "cors");
    if (settings.remove("cors") instanceof Value.Bool(boolean on) && on) {
      settings.putIfAbsent("cors_origins", Value.of(List.of(Value.of("*"))));
    }
    move(settings, "timeout_secs", "timeout");
    if (settings.remove("poll_interval_ms") instanceof Value.Int(long millis) && millis > 0) {
      settings.putIfAbsent("poll_every", Value.of(millis + "ms"));
    }
    String where = source.isEmpty() ? target : source;
    if (where.contains("://")) {
      settings.putIfAbsent("mode", Value.of("client"));
      settings.putIfAbsent("url", Value.of(where));
    } else if (!where.isEmpty()) {
      settings.putIfAbsent("bind", Value.of(where));
    }
    return settings;
  }

  private static void move(Map<String, Value> settings, String from, String to) {
    Value value = settings.remove(from);
    if (value != null) {
      settings.putIfAbsent(to, value);
    }
  }

  @Override
  public void check(BridgeSettings settings) {
    HttpConfig.of(settings);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    return new HttpEndpoint(
        HttpConfig.of(settings),
        context,
        InstantSource.system(),
        new SplittableRandom(ThreadLocalRandom.current().nextLong()));
  }
}
