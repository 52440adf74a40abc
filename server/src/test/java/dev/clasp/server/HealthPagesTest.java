package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HealthPagesTest {

  private static final InetSocketAddress REMOTE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);

  private HealthPages.Phase phase = HealthPages.Phase.RUNNING;
  private boolean turning = true;
  private final Map<String, String> checks = new TreeMap<>(Map.of("listener.tcp", "ok"));

  private final HealthPages pages =
      new HealthPages(
          new HealthPages.Source() {
            @Override
            public HealthPages.Phase phase() {
              return phase;
            }

            @Override
            public boolean turning() {
              return turning;
            }

            @Override
            public Map<String, String> checks() {
              return checks;
            }

            @Override
            public long uptimeSeconds() {
              return 42;
            }
          });

  private HttpReply ask(String method, String path, String query, Map<String, String> headers) {
    return pages.handle(new HttpQuery(REMOTE, method, path, query, headers, new byte[0]));
  }

  private String ask(String path) {
    HttpReply reply = ask("GET", path, "", Map.of());
    return reply.status() + " " + new String(reply.body(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void eachProbeHasItsQuestion() {
    assertThat(List.of(ask("/livez"), ask("/readyz"), ask("/startup")))
        .containsExactly("200 ok", "200 ready", "200 started");
    phase = HealthPages.Phase.STARTING;
    assertThat(List.of(ask("/livez"), ask("/readyz"), ask("/startup")))
        .containsExactly("200 ok", "503 starting", "503 starting");
    phase = HealthPages.Phase.DRAINING;
    assertThat(List.of(ask("/livez"), ask("/readyz"), ask("/startup")))
        .containsExactly("200 ok", "503 stopping", "200 started");
    phase = HealthPages.Phase.RUNNING;
    checks.put("state", "cannot be written");
    assertThat(List.of(ask("/health"), ask("/ready"))).containsExactly("200 ok", "503 not ready");
    turning = false;
    assertThat(ask("/healthz")).isEqualTo("503 stuck");
  }

  @Test
  void whoeverAsksForDetailsGetsJson() throws Exception {
    for (HttpReply reply :
        List.of(
            ask("GET", "/ready", "verbose", Map.of()),
            ask("GET", "/ready", "x&verbose=1", Map.of()),
            ask("GET", "/ready", "", Map.of("accept", "application/json")))) {
      JsonNode json = new ObjectMapper().readTree(reply.body());
      assertThat(reply.contentType()).isEqualTo("application/json");
      assertThat(json.get("status").asText()).isEqualTo("ready");
      assertThat(json.get("version").asText()).isEqualTo(Version.number());
      assertThat(json.get("uptime_s").asLong()).isEqualTo(42);
      assertThat(json.get("checks").get("listener.tcp").asText()).isEqualTo("ok");
    }
  }

  @Test
  void onlyReadingIsServed() {
    for (String path : HealthPages.paths()) {
      assertThat(ask("HEAD", path, "", Map.of()).status()).isEqualTo(200);
      for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
        assertThat(ask(method, path, "", Map.of()).status()).isEqualTo(405);
      }
    }
    assertThat(ask("GET", "/healthy", "", Map.of()).status()).isEqualTo(404);
  }

  @Test
  void aRealServerTellsOfItsListenersOnAPortOfItsOwnToo() throws Exception {
    AtomicReference<SidePort> side = new AtomicReference<>();
    Companion.Factory health =
        server -> {
          Companion made =
              SidePort.health(new SidePort.Place("health", "127.0.0.1", 0, Optional.empty()))
                  .create(server);
          side.set((SidePort) made);
          return made;
        };
    ServerConfig config = ServerConfig.DEFAULT.withPort(0).withCompanions(List.of(health));
    try (ClaspServer server = ClaspServer.start(config);
        HttpClient http = HttpClient.newHttpClient()) {
      for (int port : List.of(server.address().getPort(), side.get().address().getPort())) {
        HttpResponse<byte[]> reply =
            http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz?verbose"))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        JsonNode json = new ObjectMapper().readTree(reply.body());
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(json.get("checks").get("listener.websocket").asText()).isEqualTo("ok");
        assertThat(json.get("checks").get("loops").asText()).isEqualTo("ok");
        assertThat(new String(reply.body(), StandardCharsets.UTF_8)).doesNotContain("127.0.0.1");
      }
      HttpResponse<String> other =
          http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:" + side.get().address().getPort() + "/api/status"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(other.statusCode()).isEqualTo(404);
    }
  }
}
