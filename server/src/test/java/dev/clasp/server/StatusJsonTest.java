package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import dev.clasp.router.Counter;
import dev.clasp.router.RouterConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The answer to {@code GET /api/status} against docs/status-api.md. */
@Timeout(120)
class StatusJsonTest {

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ClaspServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  StatusJsonTest() {
    server = start();
  }

  private static ClaspServer start() {
    return ClaspServer.start(
        ServerConfig.DEFAULT
            .withPort(0)
            .withRouter(RouterConfig.builder().name("Bühne \"1\"").build()));
  }

  @BeforeEach
  void isStarted() {
    assertThat(server.address().getPort()).isPositive();
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  private JsonNode status() throws Exception {
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(URI.create(server.consoleUrl() + "api/status"))
                .timeout(Duration.ofSeconds(TestClient.LIMIT_SECONDS))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(response.headers().firstValue("cache-control")).hasValue("no-store");
    return STRICT.readTree(response.body());
  }

  private static Set<String> fields(JsonNode node) {
    Set<String> names = new TreeSet<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String documentation() throws Exception {
    return Files.readString(Path.of("..", "docs", "status-api.md"));
  }

  private static JsonNode example() throws Exception {
    Matcher json = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL).matcher(documentation());
    assertThat(json.find()).isTrue();
    return STRICT.readTree(json.group(1));
  }

  @Test
  void hasTheDocumentedFieldsWithTheDocumentedTypes() throws Exception {
    JsonNode example = example();
    try (TestClient _ = TestClient.hello(server, "desk")) {
      JsonNode status = status();

      Set<String> names = fields(status);
      assertThat(names.remove("counters")).isTrue();
      assertThat(names.remove("gauges")).isTrue();
      assertThat(names).isEqualTo(fields(example));
      for (String name : names) {
        assertThat(status.get(name).getNodeType())
            .as(name)
            .isEqualTo(example.get(name).getNodeType());
      }
      JsonNode session = status.get("sessions").get(0);
      JsonNode documented = example.get("sessions").get(0);
      assertThat(fields(session)).isEqualTo(fields(documented));
      for (String name : fields(documented)) {
        assertThat(session.get(name).getNodeType())
            .as(name)
            .isEqualTo(documented.get(name).getNodeType());
        if (documented.get(name).isIntegralNumber()) {
          assertThat(session.get(name).isIntegralNumber()).as(name).isTrue();
        }
      }
    }
  }

  @Test
  void everyFieldOfTheExampleIsExplained() throws Exception {
    Set<String> explained = new TreeSet<>();
    for (String line : documentation().split("\n", -1)) {
      if (line.startsWith("| `")) {
        Pattern.compile("`(\\w+)`")
            .matcher(line.substring(0, line.indexOf('|', 1)))
            .results()
            .forEach(m -> explained.add(m.group(1)));
      }
    }
    Set<String> shown = fields(example());
    shown.addAll(fields(example().get("sessions").get(0)));

    assertThat(explained).isEqualTo(shown);
  }

  @Test
  void saysWhatHappened() throws Exception {
    Instant before = Instant.now();
    try (TestClient first = TestClient.hello(server, "first");
        TestClient second = TestClient.hello(server, "zweiter \"\u0001\n🎭")) {
      second.subscribe(1, "/lights/**").subscribe(2, "/x");
      second.send(new Message.Ping()).await(Message.Pong.class);
      first.send(TestClient.set("/lights/1", Value.of(0.5)), Qos.CONFIRM).await(Message.Ack.class);
      second.await(Message.SetValue.class);
      JsonNode status = status();

      assertThat(status.get("name").asText()).isEqualTo("Bühne \"1\"");
      assertThat(status.get("version").asText()).isEqualTo(Version.number());
      assertThat(Instant.parse(status.get("started").asText())).isBeforeOrEqualTo(before);
      assertThat(status.get("started").asText()).hasSize("2026-01-01T20:00:00.000Z".length());
      assertThat(status.get("uptimeSeconds").asDouble()).isBetween(0.0, 120.0);
      assertThat(status.get("parameters").asInt()).isEqualTo(1);
      assertThat(status.get("subscriptions").asInt()).isEqualTo(2);
      // 2 HELLO, 2 SUBSCRIBE, PING, SET; 2 WELCOME, 2 SNAPSHOT, PONG, ACK, SET.
      assertThat(status.get("messagesIn").asInt()).isEqualTo(6);
      assertThat(status.get("messagesOut").asInt()).isEqualTo(7);
      assertThat(status.get("dropped").asInt()).isZero();
      assertThat(fields(status.get("counters"))).hasSize(Counter.values().length);

      JsonNode one = status.get("sessions").get(0);
      JsonNode two = status.get("sessions").get(1);
      assertThat(one.get("name").asText()).as("oldest first").isEqualTo("first");
      assertThat(two.get("name").asText()).isEqualTo("zweiter \"\u0001\n🎭");
      assertThat(one.get("id").asText())
          .matches("[0-9a-f-]{36}")
          .isNotEqualTo(two.get("id").asText());
      assertThat(one.get("peer").asText()).matches("127\\.0\\.0\\.1:\\d+");
      assertThat(one.get("transport").asText()).isEqualTo("websocket");
      assertThat(Instant.parse(one.get("connected").asText()))
          .isBetween(before.minusSeconds(1), Instant.now());
      assertThat(two.get("subscriptions").asInt()).isEqualTo(2);
      assertThat(one.get("messagesIn").asInt()).as("with or without HELLO").isBetween(1, 2);
      assertThat(one.get("messagesOut").asInt()).isEqualTo(3);
      assertThat(two.get("messagesIn").asInt()).isBetween(3, 4);
      assertThat(two.get("messagesOut").asInt()).isEqualTo(4);
      assertThat(one.get("bytesIn").asInt()).isPositive();
      assertThat(one.get("bytesOut").asInt()).isPositive();
      assertThat(one.get("queued").asInt()).isZero();
      assertThat(one.get("dropped").asInt()).isZero();
    }
  }

  @Test
  void anEmptyRouterHasAStatusToo() throws Exception {
    JsonNode status = status();

    assertThat(status.get("sessions").isArray()).isTrue();
    assertThat(status.get("sessions")).isEmpty();
    assertThat(status.get("parameters").asInt()).isZero();
  }

  @Test
  void parametersAndSubscriptionsAreDumped() throws Exception {
    try (TestClient desk = TestClient.hello(server, "desk")) {
      desk.send(
          new Message.Subscribe(
              7,
              "/lights/**",
              0x01,
              new Message.SubscribeOptions(
                  OptionalInt.of(30),
                  OptionalDouble.of(0.5),
                  OptionalInt.empty(),
                  OptionalInt.empty())),
          Qos.FIRE);
      desk.send(
          new Message.SetValue(
              "/lights/1",
              Value.of(Map.of("level", Value.of(Double.NaN))),
              OptionalLong.empty(),
              true,
              false,
              Optional.of(new Ttl.Sliding(60))),
          Qos.CONFIRM);
      desk.await(Message.SetValue.class);
      desk.await(Message.Ack.class);

      JsonNode parameter = dump("api/parameters?pattern=/lights/*").get("parameters").get(0);
      assertThat(parameter.get("address").textValue()).isEqualTo("/lights/1");
      assertThat(parameter.get("value").get("level").textValue()).isEqualTo("NaN");
      assertThat(parameter.get("revision").longValue()).isEqualTo(1);
      assertThat(parameter.get("strategy").textValue()).isEqualTo("lww");
      assertThat(parameter.get("lockHolder")).isEqualTo(parameter.get("writer"));
      assertThat(parameter.get("expiresInSeconds").doubleValue()).isBetween(0.0, 60.0);
      assertThat(dump("api/parameters?pattern=/other").get("parameters")).isEmpty();

      assertThat(dump("api/subscriptions?limit=5").get("subscriptions").get(0))
          .isEqualTo(
              STRICT.readTree(
                  "{\"session\":"
                      + parameter.get("writer")
                      + ",\"id\":7,\"pattern\":\"/lights/**\",\"types\":[\"param\"],"
                      + "\"maxRate\":30,\"epsilon\":0.5}"));
      assertThat(dump("api/subscriptions?limit=0").get("subscriptions")).isEmpty();
    }
  }

  private JsonNode dump(String path) throws Exception {
    return STRICT.readTree(
        http.send(
                HttpRequest.newBuilder(URI.create(server.consoleUrl() + path))
                    .timeout(Duration.ofSeconds(TestClient.LIMIT_SECONDS))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray())
            .body());
  }
}
