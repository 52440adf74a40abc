package dev.clasp.adapterhttp;

import dev.clasp.bridge.RouterDoors;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.Measures;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.web.ApiCounter;
import dev.clasp.web.HttpApi;
import dev.clasp.web.HttpApiConfig;
import dev.clasp.web.RouterSessions;
import dev.clasp.web.SessionLimits;
import dev.clasp.web.WebClock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The HTTP API on the port of the server. */
public final class HttpAdapter implements Companion {

  /** What the server itself answers below {@code /api}, whatever the base path is. */
  private static final Set<String> OF_THE_SERVER =
      Set.of("/api/status", "/api/subscriptions", "/api/parameters");

  private final RouterSessions sessions;
  private final HttpApi api;

  private HttpAdapter(ClaspServer server, HttpApiConfig config) {
    this.sessions =
        new RouterSessions(
            RouterDoors.inProcess(server::doorFor, server.loops()),
            "http",
            SessionLimits.DEFAULT,
            WebClock.system());
    this.api =
        new HttpApi(sessions, config, () -> server.config().effectiveOrigins(), WebClock.system());
  }

  /** For the settings of a server; only if it is {@link HttpApiConfig#enabled}. */
  public static Companion.Factory factory(HttpApiConfig config) {
    return server -> new HttpAdapter(server, config);
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public boolean has(String path) {
    return api.has(path) && !OF_THE_SERVER.contains(path);
  }

  @Override
  public HttpReply handle(HttpQuery query) {
    return api.handle(query);
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    api.handle(query, answer);
  }

  @Override
  public HttpReply refused(String path, HttpReply refusal) {
    return api.refused(path, refusal);
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (ApiCounter counter : ApiCounter.values()) {
      all.put(counter.key(), api.count(counter));
    }
    all.put("streams_now", (long) api.streams());
    all.put("locks_now", (long) api.locks());
    all.put("sessions_now", (long) sessions.count());
    return all;
  }

  @Override
  public void measure(Measures to) {
    to.gauge("clasp_http_streams", "", "Event streams over HTTP that are open now", api.streams());
  }

  @Override
  public void drain() {
    api.drain();
  }

  @Override
  public void close() {
    api.close();
    sessions.close();
  }
}
