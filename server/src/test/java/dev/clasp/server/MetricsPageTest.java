package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.security.Cpsk;
import dev.clasp.security.OwnCertificate;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenConfig;
import dev.clasp.testkit.Eventually;
import dev.clasp.transport.ServerTls;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MetricsPageTest {

  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)$");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private static ServerConfig config() {
    return ServerConfig.DEFAULT
        .withPort(0)
        .withCompanions(List.of(MetricsPage.factory(new ConfigReloads())));
  }

  private static String scrape(ClaspServer server) {
    try (Http http = new Http(server)) {
      HttpResponse<byte[]> response = http.get("/metrics");
      assertThat(response.statusCode()).isEqualTo(200);
      return Http.text(response);
    }
  }

  private static double value(String page, String sample) {
    return page.lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + sample + " in\n" + page));
  }

  @Test
  void showsWhatHappened() throws Exception {
    try (ClaspServer server = ClaspServer.start(config());
        TestClient reader = TestClient.hello(server, "reader");
        TestClient writer = TestClient.hello(server, "writer")) {
      reader.subscribe(1, "/lights/**").send(new Message.Ping()).await(Message.Pong.class);
      writer.send(TestClient.set("/lights/1", Value.of(1)), Qos.CONFIRM).await(Message.Ack.class);
      reader.await(Message.SetValue.class);
      String page = scrape(server);

      assertThat(value(page, "clasp_sessions_active{transport=\"websocket\"}")).isEqualTo(2);
      assertThat(value(page, "clasp_state_params_active")).isEqualTo(1);
      assertThat(value(page, "clasp_ready")).isEqualTo(1);
      assertThat(
              value(
                  page,
                  "clasp_messages_total{direction=\"in\",transport=\"websocket\",type=\"set\"}"))
          .isEqualTo(1);
      assertThat(
              value(
                  page,
                  "clasp_messages_total{direction=\"out\",transport=\"websocket\",type=\"set\"}"))
          .isEqualTo(1);
      assertThat(value(page, "clasp_message_latency_seconds_count{type=\"set\"}")).isEqualTo(1);
      assertThat(value(page, "clasp_broadcast_fanout_sum{signal=\"param\"}")).isEqualTo(1);
      assertThat(value(page, "clasp_handshake_seconds_count{transport=\"websocket\"}"))
          .isEqualTo(2);
      assertThat(value(page, "clasp_loops")).isEqualTo(server.loops().all().size());
      assertThat(page).contains("clasp_build_info{").contains("jvm_memory_used_bytes");
    }
  }

  /** Numbered, not named: what is in a certificate is nothing to label series with. */
  @Test
  void showsTheEndOfEveryCertificate(@TempDir Path folder) throws Exception {
    List<Path> certificates = new ArrayList<>();
    List<Path> keys = new ArrayList<>();
    for (int days : List.of(10, 20)) {
      OwnCertificate made =
          OwnCertificate.make(
              new OwnCertificate.Request(
                  OwnCertificate.Use.SERVER,
                  "router",
                  List.of("in-" + days + "-days.test"),
                  Duration.ofDays(days)),
              Instant.EPOCH,
              new SecureRandom());
      certificates.add(Files.writeString(folder.resolve(days + ".pem"), made.certificatePem()));
      keys.add(Files.writeString(folder.resolve(days + ".key"), made.keyPem()));
    }
    ServerTls tls =
        ServerTls.of(
            new ServerTls.Source(
                certificates, keys, List.of(), Optional.empty(), ServerTls.Clients.NOT_ASKED));
    ServerConfig config = config().withNetwork(config().network().withTls(tls, false));
    try (ClaspServer server = ClaspServer.start(config);
        HttpClient http = HttpClient.newHttpClient()) {
      String page =
          http.send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + server.address().getPort() + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();

      String name = "clasp_tls_certificate_expiry_timestamp_seconds";
      for (int i = 0; i < 2; i++) {
        assertThat(value(page, name + "{certificate=\"" + i + "\",listener=\"main\"}"))
            .isEqualTo(tls.identities().get(i).chain().getFirst().getNotAfter().getTime() / 1000.0);
      }
      assertThat(page).doesNotContain("days.test");
    }
  }

  @Test
  void speaksBothFormatsAndGzip() throws Exception {
    try (ClaspServer server = ClaspServer.start(config());
        Http http = new Http(server)) {
      HttpResponse<byte[]> text = http.get("/metrics");
      assertThat(text.headers().firstValue("content-type"))
          .hasValue("text/plain; version=0.0.4; charset=utf-8");
      assertThat(Http.text(text)).contains("# TYPE clasp_ready gauge").doesNotContain("# EOF");

      HttpResponse<byte[]> open =
          http.get(
              "/metrics", "Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
      assertThat(open.headers().firstValue("content-type"))
          .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
      assertThat(Http.text(open))
          .contains("# TYPE clasp_messages_dropped counter")
          .endsWith("# EOF\n");

      HttpResponse<byte[]> packed = http.get("/metrics", "Accept-Encoding", "gzip");
      assertThat(packed.headers().firstValue("content-encoding")).hasValue("gzip");
      String unpacked =
          new String(
              new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes(),
              StandardCharsets.UTF_8);
      assertThat(unpacked).contains("clasp_ready 1.0");
      assertThat(packed.body().length).isLessThan(unpacked.length() / 3);
    }
  }

  @Test
  void isOnlyForReading() {
    try (ClaspServer server = ClaspServer.start(config());
        Http http = new Http(server)) {
      assertThat(http.send("POST", "/metrics", "x").statusCode()).isEqualTo(405);
      assertThat(http.send("HEAD", "/metrics", "").statusCode()).isEqualTo(200);
      assertThat(http.get("/metrics/").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void wantsATokenWhereTokensAreWanted(@TempDir Path folder) throws Exception {
    String scraper = Cpsk.generate(new SecureRandom());
    String admin = Cpsk.generate(new SecureRandom());
    String other = Cpsk.generate(new SecureRandom());
    Path file = folder.resolve("tokens");
    Files.writeString(
        file,
        scraper + " read:/clasp/metrics\n" + admin + " admin:/**\n" + other + " read:/lights/**\n");
    TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withFiles(List.of(file)), InstantSource.system(), _ -> {});
    try (authenticator;
        ClaspServer server = ClaspServer.start(config().withAuthenticator(authenticator));
        Http nobody = new Http(server);
        Http stranger = new Http(server).token(Cpsk.generate(new SecureRandom()));
        Http first = new Http(server).token(scraper);
        Http second = new Http(server).token(admin);
        Http third = new Http(server).token(other)) {
      assertThat(nobody.get("/metrics").statusCode()).isEqualTo(401);
      assertThat(stranger.get("/metrics").statusCode()).isEqualTo(401);
      assertThat(third.get("/metrics").statusCode()).isEqualTo(403);
      assertThat(second.get("/metrics").statusCode()).isEqualTo(200);
      String page = Http.text(first.get("/metrics"));
      assertThat(value(page, "clasp_auth_attempts_total{method=\"cpsk\",result=\"ok\"}"))
          .isEqualTo(3);
      assertThat(value(page, "clasp_auth_attempts_total{method=\"cpsk\",result=\"invalid\"}"))
          .isEqualTo(1);
      assertThat(page).doesNotContain(scraper).doesNotContain(admin);
    }
  }

  @Test
  void persistenceIsMeasured(@TempDir Path folder) throws Exception {
    Persistence persistence = new Persistence(folder.resolve("state"), Duration.ofMillis(50));
    try (ClaspServer server = ClaspServer.start(config().withPersistence(persistence))) {
      Eventually.is(
          "it is written",
          () -> value(scrape(server), "clasp_persist_seconds_count{kind=\"state\"}") > 0);
      String page = scrape(server);
      assertThat(value(page, "clasp_persist_failures_total{kind=\"state\"}")).isZero();
      assertThat(value(page, "clasp_persist_interval_seconds{kind=\"state\"}")).isEqualTo(0.05);
    }
  }

  /** A hundred clients with names and addresses of all kinds add no series and no label. */
  @Test
  void nothingThatAClientChoosesIsALabel() throws Exception {
    Random random = new Random(12);
    try (ClaspServer server = ClaspServer.start(config())) {
      try (TestClient client = TestClient.hello(server, "first")) {
        everything(client, "/a");
      }
      Set<String> before = series(scrape(server));
      StringBuilder chosen = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        String name = "name" + Long.toHexString(random.nextLong()) + "\"},\n\\{evil=\"1";
        String address = "/addr" + Long.toHexString(random.nextLong()) + "/x";
        chosen.append(name, 0, 12).append(' ').append(address, 1, 12).append(' ');
        try (TestClient client = TestClient.hello(server, name)) {
          everything(client, address);
        }
      }
      String page = scrape(server);
      Set<String> after = series(page);
      after.removeAll(before);
      assertThat(after.stream().filter(s -> !s.startsWith("jvm_") && !s.startsWith("process_")))
          .isEmpty();
      for (String text : chosen.toString().split(" ", -1)) {
        if (!text.isEmpty()) {
          assertThat(page).doesNotContain(text);
        }
      }
      assertThat(page).doesNotContain("127.0.0.1");
    }
  }

  private static void everything(TestClient client, String address) throws Exception {
    client.subscribe(1, address + "/**");
    client.send(TestClient.set(address, Value.of(1)), Qos.CONFIRM);
    client.await(Message.SetValue.class);
    client.await(Message.Ack.class);
    client.send(new Message.Get(address + "/none")).await(Message.Error.class);
    client.send(new Message.Ping()).await(Message.Pong.class);
  }

  private static Set<String> series(String page) {
    return SAMPLE
        .matcher(page)
        .results()
        .map(m -> m.group(1) + "{" + Optional.ofNullable(m.group(2)).orElse("") + "}")
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static final Set<String> LABELS =
      Set.of(
          "version",
          "commit",
          "runtime",
          "transport",
          "result",
          "close_reason",
          "method",
          "type",
          "direction",
          "reason",
          "outcome",
          "code",
          "signal",
          "scope",
          "kind",
          "event",
          "listener",
          "le",
          "area",
          "companion");

  @Test
  void labelsAreThoseOfTheList() {
    try (ClaspServer server = ClaspServer.start(config())) {
      SAMPLE
          .matcher(scrape(server))
          .results()
          .filter(m -> m.group(1).startsWith("clasp_") && m.group(2) != null)
          .forEach(m ->
              LABEL
                  .matcher(m.group(2))
                  .results()
                  .map((MatchResult label) -> label.group(1))
                  .forEach(name -> assertThat(LABELS).as(m.group()).contains(name)));
    }
  }

  /** Every series of the specification is there, or docs/metrics.md says why not. */
  @Test
  void theDocumentationAndThePageAgree(@TempDir Path folder) throws Exception {
    String documentation = Files.readString(Path.of("..", "docs", "metrics.md"));
    Path file = folder.resolve("tokens");
    String token = Cpsk.generate(new SecureRandom());
    Files.writeString(file, token + " admin:/**\n");
    TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withFiles(List.of(file)), InstantSource.system(), _ -> {});
    Set<String> shown;
    try (authenticator;
        ClaspServer server =
            ClaspServer.start(
                config()
                    .withAuthenticator(authenticator)
                    .withPersistence(
                        new Persistence(folder.resolve("state"), Duration.ofMillis(50))));
        TestClient client = TestClient.hello(server, "client", Optional.of(token));
        Http http = new Http(server).token(token)) {
      everything(client, "/a");
      shown =
          Pattern.compile("(?m)^# TYPE (clasp_\\S+) ")
              .matcher(Http.text(http.get("/metrics")))
              .results()
              .map(m -> m.group(1))
              .collect(Collectors.toCollection(TreeSet::new));
    }
    Set<String> documented = names(documentation.substring(0, documentation.indexOf("## Absent")));
    Set<String> absent = names(documentation.substring(documentation.indexOf("## Absent")));
    assertThat(documented).as("in the tables of docs/metrics.md").containsAll(shown);
    Set<String> missing = new TreeSet<>(documented);
    missing.removeAll(shown);
    // Only with bridges, a certificate, other listeners and with what counts for itself.
    missing.removeIf(name -> name.startsWith("clasp_bridge_"));
    missing.removeAll(
        Set.of(
            "clasp_tls_certificate_expiry_timestamp_seconds",
            "clasp_listener_events_total",
            "clasp_companion_events_total"));
    assertThat(missing).as("documented and not there").isEmpty();
    for (String series : SPECIFIED) {
      assertThat(documented.contains(series) || absent.contains(series)).as(series).isTrue();
    }
  }

  private static Set<String> names(String text) {
    return Pattern.compile("`(clasp_[a-z_]+)`")
        .matcher(text)
        .results()
        .map(m -> m.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Of operations.md 12.1. */
  private static final List<String> SPECIFIED =
      List.of(
          "clasp_build_info",
          "clasp_start_time_seconds",
          "clasp_ready",
          "clasp_connections_active",
          "clasp_connections_total",
          "clasp_sessions_active",
          "clasp_sessions_total",
          "clasp_subscriptions_active",
          "clasp_handshake_seconds",
          "clasp_auth_attempts_total",
          "clasp_authz_denied_total",
          "clasp_messages_total",
          "clasp_bytes_total",
          "clasp_messages_dropped_total",
          "clasp_errors_total",
          "clasp_message_latency_seconds",
          "clasp_broadcast_fanout",
          "clasp_send_queue_frames",
          "clasp_state_params_active",
          "clasp_state_bytes",
          "clasp_state_evictions_total",
          "clasp_signals_active",
          "clasp_locks_active",
          "clasp_gestures_active",
          "clasp_scheduled_bundles",
          "clasp_gesture_moves_total",
          "clasp_rate_limited_total",
          "clasp_persist_seconds",
          "clasp_persist_failures_total",
          "clasp_persist_last_success_timestamp_seconds",
          "clasp_journal_lag",
          "clasp_bridge_up",
          "clasp_bridge_messages_total",
          "clasp_bridge_errors_total",
          "clasp_bridge_reconnects_total",
          "clasp_federation_peers",
          "clasp_rendezvous_devices",
          "clasp_config_reloads_total",
          "clasp_tls_certificate_expiry_timestamp_seconds");
}
