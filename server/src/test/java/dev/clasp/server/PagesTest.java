package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.router.Router;
import dev.clasp.router.RouterConfig;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.security.Authenticator;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.LinkServer;
import dev.clasp.transport.OriginPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {

  private static final InetSocketAddress REMOTE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);

  private boolean healthy = true;
  private boolean ready = true;
  private final Router router = new Router(RouterConfig.DEFAULT, RouterClock.system());

  /** Not started: there are no connections to tell of. */
  private final LinkServer door =
      LinkServer.builder()
          .loops(EventLoops.create("unused", 1))
          .acceptor(_ -> {
            throw new AssertionError("nobody can connect");
          })
          .build();

  private Pages pages(OriginPolicy origins) {
    return pages(origins, Authenticator.OPEN);
  }

  private Pages pages(OriginPolicy origins, Authenticator authenticator) {
    return new Pages(
        router,
        door::lobby,
        List::of,
        Optional.empty(),
        new ConsoleFiles(),
        () -> origins,
        new ApiAccess(authenticator, (path, peer, status) -> {}),
        new PairingPages(
            false,
            Optional.empty(),
            new ApiAccess(authenticator, (path, peer, status) -> {}),
            () -> OriginPolicy.LOCAL),
        new TicketPages(
            new ApiAccess(authenticator, (path, peer, status) -> {}),
            false,
            System::nanoTime,
            new SecureRandom()),
        new HealthPages(new Health()),
        new LoopWatch(List.of(), System::nanoTime),
        List::of);
  }

  private final Pages pages = pages(OriginPolicy.LOCAL);

  private static HttpQuery query(String method, String path, Map<String, String> headers) {
    return new HttpQuery(REMOTE, method, path, "", headers, new byte[0]);
  }

  private final class Health implements HealthPages.Source {
    @Override
    public HealthPages.Phase phase() {
      return ready ? HealthPages.Phase.RUNNING : HealthPages.Phase.DRAINING;
    }

    @Override
    public boolean turning() {
      return healthy;
    }

    @Override
    public Map<String, String> checks() {
      return Map.of();
    }

    @Override
    public long uptimeSeconds() {
      return 7;
    }
  }

  private HttpReply get(String path) {
    return pages.handle(query("GET", path, Map.of()));
  }

  private static String text(HttpReply reply) {
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  @Test
  void healthIsAboutTheProcess() {
    for (String path : List.of("/health", "/healthz", "/livez")) {
      ready = false;
      healthy = true;
      assertThat(get(path).status()).isEqualTo(200);
      assertThat(text(get(path))).isEqualTo("ok\n");
      assertThat(get(path).headers()).containsEntry("Cache-Control", "no-store");
      healthy = false;
      assertThat(get(path).status()).isEqualTo(503);
      assertThat(text(get(path))).isEqualTo("stuck\n");
    }
  }

  @Test
  void readinessIsAboutNewClients() {
    for (String path : List.of("/ready", "/readyz")) {
      ready = true;
      assertThat(get(path).status()).isEqualTo(200);
      assertThat(text(get(path))).isEqualTo("ready\n");
      ready = false;
      assertThat(get(path).status()).isEqualTo(503);
      assertThat(text(get(path))).isEqualTo("stopping\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "BREW"})
  void onlyReadingIsServed(String method) {
    for (String path : List.of("/", "/health", "/ready", "/api/status", "/nothing")) {
      HttpReply reply = pages.handle(query(method, path, Map.of()));

      assertThat(reply.status()).isEqualTo(405);
      assertThat(reply.headers()).containsEntry("Allow", "GET, HEAD");
    }
  }

  @Test
  void headIsLikeGet() {
    for (String path : List.of("/", "/health", "/ready", "/nothing")) {
      HttpReply head = pages.handle(query("HEAD", path, Map.of()));

      assertThat(head.status()).isEqualTo(get(path).status());
      assertThat(head.body()).isEqualTo(get(path).body());
    }
  }

  @Test
  void otherPathsAreTheConsoles() {
    assertThat(get("/").contentType()).startsWith("text/html");
    for (String path :
        List.of("/nothing", "/api", "/api/", "/api/status/", "/health/", "/HEALTH")) {
      assertThat(get(path).status()).as(path).isEqualTo(404);
    }
  }

  /** DNS rebinding: a foreign name that its owner points at this machine. */
  @Test
  void theStatusIsNotShownUnderForeignNames() {
    for (String host :
        List.of(
            "localhost:7330", "127.0.0.1:7330", "[::1]:7330", "192.168.1.5", "foh.lan", "desk")) {
      assertThat(pages.handle(query("GET", "/api/status", Map.of("host", host))).status())
          .as(host)
          .isEqualTo(200);
    }
    for (String host :
        List.of("rebind.evil.example:7330", "evil.example", "", "a b", "x@localhost")) {
      HttpReply reply = pages.handle(query("GET", "/api/status", Map.of("host", host)));
      assertThat(reply.status()).as(host).isEqualTo(403);
      assertThat(text(reply)).contains("not shown under this host name");
    }
    HttpQuery configured = query("GET", "/api/status", Map.of("host", "show.example"));
    assertThat(pages(new OriginPolicy(Set.of("https://show.example"))).handle(configured).status())
        .isEqualTo(200);
    assertThat(pages(new OriginPolicy(Set.of("*"))).handle(configured).status()).isEqualTo(200);
    // Pages and probes are no secret.
    assertThat(pages.handle(query("GET", "/health", Map.of("host", "evil.example"))).status())
        .isEqualTo(200);
  }

  private HttpReply ask(String path, String parameters) {
    return pages.handle(
        new HttpQuery(
            REMOTE, "GET", path, parameters, Map.of("host", "localhost:7330"), new byte[0]));
  }

  @Test
  void dumpsAreEmptyJsonAtFirst() {
    assertThat(text(ask("/api/parameters", ""))).isEqualTo("{\"parameters\":[]}");
    assertThat(text(ask("/api/subscriptions", ""))).isEqualTo("{\"subscriptions\":[]}");
    assertThat(ask("/api/parameters", "pattern=%2Fa%2F**&limit=5").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pattern=x",
        "pattern=",
        "limit=1001",
        "limit=-1",
        "limit=many",
        "limit=",
        "pattern=%zz"
      })
  void wrongQuestionsAreAnsweredWithASentence(String parameters) {
    HttpReply reply = ask("/api/parameters", parameters);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(text(reply)).isNotBlank().endsWith("\n");
  }

  @Test
  void dumpsAreNotShownUnderAForeignHostName() {
    for (String path : List.of("/api/parameters", "/api/subscriptions", "/api/status")) {
      assertThat(pages.handle(query("GET", path, Map.of("host", "evil.example"))).status())
          .isEqualTo(403);
    }
  }
}
