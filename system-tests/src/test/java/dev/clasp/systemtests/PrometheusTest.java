package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.client.ClaspClient;
import dev.clasp.security.Cpsk;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenConfig;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ConfigReloads;
import dev.clasp.server.MetricsPage;
import dev.clasp.server.Persistence;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The metrics, the alerts and the dashboard against the real Prometheus. */
@Timeout(300)
class PrometheusTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = Cpsk.generate(new SecureRandom());
  private static final Path DEPLOY = Installation.root().resolve("deploy");
  private static final Pattern NAME =
      Pattern.compile("\\b(?:clasp|jvm|process)_[a-z0-9_]+(?=[\\s{\\[)]|$)");

  @TempDir private static Path folder;

  private static Optional<TokenAuthenticator> tokens = Optional.empty();
  private static Optional<ClaspServer> server = Optional.empty();
  private static Optional<ClaspClient> client = Optional.empty();

  @BeforeAll
  static void startRouter() throws IOException {
    Path file = folder.resolve("tokens");
    Files.writeString(file, TOKEN + " admin:/**\n");
    TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withFiles(List.of(file)), InstantSource.system(), _ -> {});
    tokens = Optional.of(authenticator);
    ClaspServer started =
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withAuthenticator(authenticator)
                .withPersistence(new Persistence(folder.resolve("state"), Duration.ofMillis(100)))
                .withCompanions(List.of(MetricsPage.factory(new ConfigReloads()))));
    server = Optional.of(started);
    ClaspClient connected =
        ClaspClient.builder(started.url())
            .token(TOKEN)
            .connectTimeout(Patience.START)
            .requestTimeout(Patience.LIMIT)
            .connectBlocking();
    client = Optional.of(connected);
  }

  @AfterAll
  static void stop() {
    client.ifPresent(ClaspClient::close);
    server.ifPresent(ClaspServer::close);
    tokens.ifPresent(TokenAuthenticator::close);
  }

  private static String get(URI uri, String... headers) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(Patience.LIMIT.toSeconds()));
      if (headers.length > 0) {
        request.headers(headers);
      }
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      return response.body();
    }
  }

  private static String scrape() throws IOException, InterruptedException {
    return get(
        URI.create(server.orElseThrow().consoleUrl() + "metrics"),
        "Authorization",
        "Bearer " + TOKEN);
  }

  /** Runs promtool; what it printed. */
  private static String promtool(Path input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Installation.prometheus("promtool")));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(DEPLOY.resolve("prometheus").toFile())
            .redirectErrorStream(true)
            .redirectInput(input.toFile())
            .start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(Patience.END.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(printed).isZero();
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void promtoolFindsNothingWrongWithThePage() throws Exception {
    client.orElseThrow().set("/lights/1", 0.5).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    Path page = folder.resolve("page");
    Files.writeString(page, scrape());
    // Its lint knows no series of the Java library that it would complain about.
    assertThat(promtool(page, "check", "metrics")).isEmpty();
  }

  @Test
  void theAlertsSayWhatTheyShould() throws Exception {
    Path nothing = Files.writeString(folder.resolve("nothing"), "");
    assertThat(promtool(nothing, "check", "rules", "alerts.yml")).contains("SUCCESS");
    assertThat(promtool(nothing, "test", "rules", "alerts.test.yml")).contains("SUCCESS");
  }

  @Test
  void theAlertsAndTheDashboardAskForSeriesThatThereAre() throws Exception {
    ClaspClient writer = client.orElseThrow();
    writer.set("/lights/1", 0.5).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    Set<String> shown =
        Pattern.compile("(?m)^# TYPE (\\S+) ")
            .matcher(scrape())
            .results()
            .map(m -> m.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    // With a certificate only.
    shown.add("clasp_tls_certificate_expiry_timestamp_seconds");
    String alerts = Files.readString(DEPLOY.resolve("prometheus/alerts.yml"));
    List<String> asked = new ArrayList<>(expressions());
    asked.add(alerts.replaceAll("(?m)^ *(summary|description):.*$", ""));
    for (String expression : asked) {
      for (String name : NAME.matcher(expression).results().map(m -> m.group()).toList()) {
        String family = name.replaceFirst("_(bucket|count|sum)$", "");
        assertThat(shown.contains(name) || shown.contains(family)).as(name).isTrue();
      }
    }
    assertThat(asked).hasSizeGreaterThan(30);
  }

  /** Those of the dashboard. */
  private static List<String> expressions() throws IOException {
    JsonNode dashboard = JSON.readTree(DEPLOY.resolve("grafana/clasp.json").toFile());
    List<String> expressions = new ArrayList<>();
    for (JsonNode panel : dashboard.get("panels")) {
      panel.path("targets").forEach(target -> expressions.add(target.get("expr").asText()));
    }
    return expressions;
  }

  @Test
  void prometheusScrapesAndAnswers() throws Exception {
    Path configuration = folder.resolve("prometheus.yml");
    Files.writeString(
        configuration,
        """
        global: { scrape_interval: 500ms, evaluation_interval: 500ms }
        rule_files: ["%s"]
        scrape_configs:
          - job_name: clasp
            authorization: { credentials: "%s" }
            static_configs: [{ targets: ["127.0.0.1:%d"] }]
        """
            .formatted(
                DEPLOY.resolve("prometheus/alerts.yml"),
                TOKEN,
                server.orElseThrow().address().getPort()));
    int port = FreePort.find();
    Program prometheus =
        Program.start(
            "prometheus",
            List.of(
                Installation.prometheus("prometheus"),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("tsdb"),
                "--web.listen-address=127.0.0.1:" + port),
            _ -> {},
            () -> {});
    try {
      client.orElseThrow().set("/lights/1", 0.25).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
      URI base = URI.create("http://127.0.0.1:" + port + "/");
      JsonNode sessions =
          await(prometheus, base, "sum by (job) (clasp_sessions_active{transport=\"websocket\"})");
      assertThat(sessions.get("metric").get("job").asText()).isEqualTo("clasp");
      assertThat(sessions.get("value").get(1).asText()).isEqualTo("1");
      await(prometheus, base, "rate(clasp_bytes_total{direction=\"in\"}[5s]) >= 0");
      await(prometheus, base, "histogram_quantile(0.99, clasp_message_latency_seconds_bucket)");
      for (String expression : expressions()) {
        query(base, expression.replace("$instance", ".*").replace("$__rate_interval", "5s"));
      }
      JsonNode rules = JSON.readTree(get(base.resolve("api/v1/rules")));
      for (JsonNode rule : rules.get("data").get("groups").get(0).get("rules")) {
        assertThat(rule.get("health").asText()).as(rule.toString()).isNotEqualTo("err");
      }
    } finally {
      prometheus.stop();
    }
  }

  /** The first result of a query, as soon as there is one. */
  private static JsonNode await(Program prometheus, URI base, String expression)
      throws InterruptedException {
    long deadline = System.nanoTime() + Patience.START.toNanos();
    String said = "";
    while (prometheus.running() && System.nanoTime() < deadline) {
      try {
        JsonNode result = query(base, expression);
        if (!result.isEmpty()) {
          return result.get(0);
        }
      } catch (IOException | AssertionError e) {
        // It is starting.
        said = String.valueOf(e.getMessage());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    throw new AssertionError(
        "no result of " + expression + " " + said + "\n" + prometheus.transcript());
  }

  private static JsonNode query(URI base, String expression)
      throws IOException, InterruptedException {
    JsonNode answer =
        JSON.readTree(
            get(
                base.resolve(
                    "api/v1/query?query="
                        + URLEncoder.encode(expression, StandardCharsets.UTF_8))));
    assertThat(answer.get("status").asText()).as(expression).isEqualTo("success");
    return answer.get("data").get("result");
  }
}
