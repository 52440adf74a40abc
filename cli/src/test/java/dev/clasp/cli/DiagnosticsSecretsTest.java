package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A router that was given secrets in every way that there is tells none of them to who helps. */
@Timeout(120)
class DiagnosticsSecretsTest {

  private static final String ADMIN = "cpsk_PlantedAdministrator00000001";
  private static final String IN_FILE = "cpsk_PlantedInTheTokenFile0000002";
  private static final String OF_OSC = "cpsk_PlantedForOscPrograms000003";
  private static final String WRONG = "cpsk_PlantedButNotKnown00000004";
  private static final String LOGGED = "cpsk_PlantedInALineOfTheLog0005";
  private static final String REGISTRATION = "planted-registration-token-6";
  private static final String COLLECTOR = "planted-collector-key-7";
  private static final String BROKER = "planted-broker-password-8";
  private static final String JWT_KEY = "planted-jwt-key-0123456789abcdef-9";
  private static final String VALUE = "planted-value-10";

  private static final List<String> SECRETS =
      List.of(
          ADMIN, IN_FILE, OF_OSC, WRONG, LOGGED, REGISTRATION, COLLECTOR, BROKER, JWT_KEY, VALUE);

  @TempDir private Path folder;

  @Test
  void noneIsInTheDiagnostics() throws Exception {
    Path tokens = Files.writeString(folder.resolve("tokens"), IN_FILE + " read:/**\n");
    Path jwt = Files.writeString(folder.resolve("jwt"), JWT_KEY);
    Path file =
        Files.writeString(
            folder.resolve("clasp.yaml"),
            """
            server:
              port: 0
              auth:
                tokens: ["ADMIN admin:/**", "OF_OSC write:/**"]
                token_file: TOKENS
                jwt: {key: JWT}
              discovery:
                registration: {url: "http://127.0.0.1:1"}
              osc: {port: 0, allow: ["127.0.0.1=OF_OSC"]}
              tracing: {endpoint: "http://127.0.0.1:1"}
            bridges:
              - name: house
                protocol: mqtt
                settings: {broker: "mqtt://127.0.0.1:1", user: foh, password: BROKER}
            """
                .replace("ADMIN", ADMIN)
                .replace("OF_OSC", OF_OSC)
                .replace("TOKENS", tokens.toString())
                .replace("JWT", jwt.toString())
                .replace("BROKER", BROKER));
    TestTerminal router =
        new TestTerminal(
            Map.of(
                "CLASP_DISCOVERY_REGISTRATION_TOKEN",
                REGISTRATION,
                "OTEL_EXPORTER_OTLP_HEADERS",
                "authorization=Bearer " + COLLECTOR),
            false);
    CompletableFuture<Integer> serving = router.start("server", "--config", file.toString());
    String ready = router.awaitOut(text -> text.endsWith(System.lineSeparator()));
    String url = ready.replaceAll("(?s).*(ws://localhost:\\d+).*", "$1");
    String base = url.replaceFirst("^ws", "http");
    try (HttpClient http = HttpClient.newHttpClient()) {
      TestTerminal client =
          new TestTerminal(Map.of("CLASP_TOKEN", ADMIN, "CLASP_SERVER", url), false);
      assertThat(client.run("set", "/planted", VALUE)).as(client.err()).isZero();
      LoggerFactory.getLogger("planted").info("a library says {}", LOGGED);
      assertThat(get(http, base + "/admin/v1/info", WRONG).statusCode()).isEqualTo(401);
      assertThat(get(http, base + "/admin/v1/sessions/" + IN_FILE, ADMIN).statusCode())
          .isEqualTo(404);

      HttpResponse<byte[]> reply = get(http, base + "/admin/v1/diagnostics", ADMIN);

      assertThat(reply.statusCode()).isEqualTo(200);
      Map<String, String> files = unpacked(reply.body());
      assertThat(files.get("settings.json"))
          .as("what was planted is there, masked")
          .contains("server.auth.tokens", "server.discovery.registration.token", "\"***\"");
      assertThat(files.get("audit.jsonl")).contains("auth.fail", "/sessions/[secret]");
      assertThat(files.get("log.jsonl")).contains("a library says cpsk_***");
      files.forEach((name, text) -> {
        for (String secret : SECRETS) {
          assertThat(text).as(name).doesNotContain(secret.substring("cpsk_".length()));
        }
      });
    }
    router.interrupt();
    assertThat(serving.get(TestTerminal.LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    assertThat(router.out() + router.err()).doesNotContain(SECRETS);
  }

  private static HttpResponse<byte[]> get(HttpClient http, String url, String token)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(TestTerminal.LIMIT_SECONDS))
            .header("Authorization", "Bearer " + token)
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static Map<String, String> unpacked(byte[] archive) throws Exception {
    Map<String, String> files = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(
            entry.getName().substring(entry.getName().indexOf('/') + 1),
            new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }
}
