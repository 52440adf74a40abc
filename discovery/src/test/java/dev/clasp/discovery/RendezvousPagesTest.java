package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clasp.discovery.RendezvousConfig.Listing;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.OriginPolicy;
import dev.clasp.transport.TrustedProxies;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of answers of discovery.md 4.1, and what 4.6 adds. */
class RendezvousPagesTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String JSON_TYPE = "application/json";

  private static final String FULL =
      """
      {"name":"Desk ☃","publicKey":"k","features":["param"],"endpoints":{"ws":"ws://h:7330/clasp",
      "tcp":"tcp://h:7330"},"tags":["studio"],"metadata":{"a":"b"},"unknown":[1]}\
      """;

  private long now = 1;
  private RendezvousConfig config = RendezvousConfig.DEFAULT;
  private RendezvousPages pages = pages(config);

  private RendezvousPages pages(RendezvousConfig value) {
    return new RendezvousPages(
        new Registry(
            value.registry(),
            () -> now,
            () -> 1_700_000_000_000_000L,
            new SecureRandom(),
            new byte[32]),
        value,
        () -> now);
  }

  private void use(RendezvousConfig value) {
    config = value;
    pages = pages(value);
  }

  private HttpReply send(
      String from, String method, String target, Map<String, String> headers, String body) {
    try {
      int question = target.indexOf('?');
      return pages.handle(
          new HttpQuery(
              new InetSocketAddress(InetAddress.getByName(from), 1),
              method,
              question < 0 ? target : target.substring(0, question),
              question < 0 ? "" : target.substring(question + 1),
              headers,
              body.getBytes(StandardCharsets.UTF_8)));
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private HttpReply send(String method, String target) {
    return send("127.0.0.1", method, target, Map.of(), "");
  }

  private HttpReply register(String body) {
    return send("127.0.0.1", "POST", "/api/v1/register", Map.of("content-type", JSON_TYPE), body);
  }

  private static String text(HttpReply reply) {
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  private static JsonNode json(HttpReply reply) {
    assertThat(reply.contentType()).isEqualTo(JSON_TYPE);
    try {
      return JSON.readTree(reply.body());
    } catch (java.io.IOException e) {
      throw new AssertionError(text(reply), e);
    }
  }

  private JsonNode listed(String query) {
    HttpReply reply = send("GET", "/api/v1/discover" + query);
    assertThat(reply.status()).as(text(reply)).isEqualTo(200);
    return json(reply);
  }

  // --- the table ---------------------------------------------------------------------------------

  @Test
  void aRegistrationIsAnsweredWithAnIdMicrosecondsAndSeconds() {
    HttpReply reply = register(FULL);
    assertThat(reply.status()).isEqualTo(201);
    JsonNode receipt = json(reply);
    assertThat(receipt.fieldNames()).toIterable().containsExactly("id", "timestamp", "ttl");
    assertThat(receipt.get("id").asText()).hasSize(36);
    assertThat(receipt.get("timestamp").asLong()).isEqualTo(1_700_000_000_000_000L);
    assertThat(receipt.get("ttl").asLong()).isEqualTo(300);
  }

  @Test
  void aDeviceIsListedWithAllItsMembers() {
    register(FULL);
    register("{\"name\":\"\",\"endpoints\":{}}");

    JsonNode list = listed("");
    JsonNode bare = list.get(0);
    JsonNode full = list.get(1);
    assertThat(full.fieldNames())
        .toIterable()
        .containsExactly(
            "id",
            "name",
            "publicKey",
            "features",
            "endpoints",
            "tags",
            "metadata",
            "registeredAt",
            "lastSeen");
    assertThat(full.get("name").asText()).isEqualTo("Desk ☃");
    assertThat(full.get("endpoints").get("tcp").asText()).isEqualTo("tcp://h:7330");
    assertThat(full.get("metadata").get("a").asText()).isEqualTo("b");
    assertThat(full.get("registeredAt").asLong()).isEqualTo(1_700_000_000_000_000L);
    assertThat(bare.has("publicKey")).isFalse();
    for (String member : List.of("features", "endpoints", "tags", "metadata")) {
      assertThat(bare.get(member)).as(member).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | {",
        "400 | ''",
        "400 | {\"name\":\"a\",\"name\":\"b\",\"endpoints\":{}}",
        "400 | {\"name\":\"a\",\"endpoints\":{}} trailing",
        "400 | [[[[[[[[[[]]]]]]]]]]",
        "422 | []",
        "422 | {}",
        "422 | {\"name\":1,\"endpoints\":{}}",
        "422 | {\"name\":\"a\"}",
        "422 | {\"name\":\"a\",\"endpoints\":[]}",
        "422 | {\"name\":\"a\",\"endpoints\":{\"ws\":1}}",
        "422 | {\"name\":\"a\",\"endpoints\":{},\"features\":null}",
        "422 | {\"name\":\"a\",\"endpoints\":{},\"tags\":[1]}",
        "422 | {\"name\":\"a\",\"endpoints\":{},\"metadata\":{\"a\":{}}}",
        "422 | {\"name\":\"a\",\"endpoints\":{},\"publicKey\":7}",
        "201 | {\"name\":\"a\",\"endpoints\":{},\"publicKey\":null}",
        "201 | {\"name\":\"\",\"endpoints\":{}}",
      })
  void malformedIs400AndWrongIs422(int status, String body) {
    HttpReply reply = register(body);
    assertThat(reply.status()).as(text(reply)).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "none, 415",
        "text/plain, 415",
        "application/jsonx, 415",
        "application/+json, 415",
        "text/x+json, 415",
        "application/json, 201",
        "Application/JSON; charset=utf-8, 201",
        "application/ld+json, 201",
      })
  void theContentTypeMustBeJson(@org.jspecify.annotations.Nullable String type, int status) {
    HttpReply reply =
        send(
            "127.0.0.1",
            "POST",
            "/api/v1/register",
            type == null ? Map.of() : Map.of("content-type", type),
            FULL);
    assertThat(reply.status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 3",
    "?limit=2, 2",
    "?limit=0, 0",
    "?limit=1001, 3",
    "?limit=999999999999, 3",
    "?tag=studio, 2",
    "?tag=Studio, 0",
    "?tag=, 1",
    "?feature=event, 1",
    "?tag=studio&feature=event, 0",
    "?tag=stu%64io, 2",
    "?other=1, 3",
  })
  void filtersAndLimits(String query, int count) {
    register("{\"name\":\"a\",\"endpoints\":{},\"tags\":[\"studio\"]}");
    register("{\"name\":\"b\",\"endpoints\":{},\"tags\":[\"studio\",\"\"]}");
    register("{\"name\":\"c\",\"endpoints\":{},\"features\":[\"event\"]}");
    assertThat(listed(query)).hasSize(count);
  }

  @Test
  void aHundredAreListedIfNobodySaysAndAThousandAtMost() {
    for (int i = 0; i < 1100; i++) {
      register("{\"name\":\"a\",\"endpoints\":{}}");
    }
    assertThat(listed("")).hasSize(100);
    assertThat(listed("?limit=5000")).hasSize(1000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=",
        "limit",
        "limit=-1",
        "limit=x",
        "limit=1.5",
        "limit=99999999999999999999",
        "limit=1&limit=1",
        "tag=a&tag=b",
        "feature=a&feature=a",
        "tag=%zz",
      })
  void aWrongQueryIs400(String query) {
    assertThat(send("GET", "/api/v1/discover?" + query).status()).isEqualTo(400);
    assertThat(send("GET", "/discover?" + query).status()).isEqualTo(400);
  }

  @Test
  void refreshAnd404() {
    String id = json(register(FULL)).get("id").asText();
    HttpReply good = send("POST", "/api/v1/refresh/" + id);
    assertThat(good.status()).isEqualTo(200);
    assertThat(good.body()).isEmpty();
    HttpReply bad = send("POST", "/api/v1/refresh/other");
    assertThat(bad.status()).isEqualTo(404);
    assertThat(bad.body()).isEmpty();
  }

  @Test
  void unregisterAnd404() {
    String id = json(register(FULL)).get("id").asText();
    HttpReply good = send("DELETE", "/api/v1/unregister/" + id);
    assertThat(good.status()).isEqualTo(204);
    assertThat(good.body()).isEmpty();
    HttpReply again = send("DELETE", "/api/v1/unregister/" + id);
    assertThat(again.status()).isEqualTo(404);
    assertThat(again.body()).isEmpty();
    assertThat(listed("")).isEmpty();
  }

  @Test
  void health() {
    HttpReply reply = send("GET", "/api/v1/health");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(text(reply)).isEqualTo("OK");
    assertThat(reply.contentType()).startsWith("text/plain");
    assertThat(send("HEAD", "/api/v1/health").status()).isEqualTo(200);
    assertThat(send("HEAD", "/api/v1/discover").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/devices",
        "/api/v1/refresh/",
        "/api/v1/refresh",
        "/api/v1/refresh/a/b",
        "/api/v1/register/",
        "/discover/",
      })
  void otherPathsAre404(String path) {
    assertThat(send("GET", path).status()).isEqualTo(404);
    assertThat(send("POST", path).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET | /api/v1/register | POST",
        "POST | /api/v1/discover | GET, HEAD",
        "PUT | /discover | GET, HEAD",
        "GET | /api/v1/refresh/a | POST",
        "POST | /api/v1/unregister/a | DELETE",
        "DELETE | /api/v1/health | GET, HEAD",
      })
  void otherMethodsAre405WithAllow(String method, String path, String allow) {
    HttpReply reply = send(method, path);
    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.headers()).containsEntry("Allow", allow);
  }

  @Test
  void aLongBodyIs413() {
    HttpReply reply =
        register("{\"name\":\"a\",\"endpoints\":{},\"x\":\"" + "x".repeat(16 << 10) + "\"}");
    assertThat(reply.status()).isEqualTo(413);
  }

  // --- CORS (D-17) -------------------------------------------------------------------------------

  @Test
  void everyOptionsRequestIsAPreflight() {
    for (String path : List.of("/api/v1/discover", "/discover", "/api/v1/health", "/nowhere")) {
      HttpReply reply = send("OPTIONS", path);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.headers())
          .containsEntry("Access-Control-Allow-Origin", "*")
          .containsEntry("Access-Control-Allow-Methods", "*")
          .containsEntry("Access-Control-Allow-Headers", "*");
    }
    assertThat(send("GET", "/api/v1/discover").headers())
        .containsEntry("Access-Control-Allow-Origin", "*");
    assertThat(send("GET", "/api/v1/discover?limit=x").headers())
        .containsEntry("Access-Control-Allow-Origin", "*");
  }

  /** D-17. */
  @Test
  void d17PagesOfStrangersMayListButNotChange() {
    String id = json(register(FULL)).get("id").asText();
    Map<String, String> stranger =
        Map.of(
            "origin", "https://evil.example", "host", "10.0.0.1:7340", "content-type", JSON_TYPE);
    for (String[] call :
        List.of(
            new String[] {"POST", "/api/v1/register"},
            new String[] {"POST", "/api/v1/refresh/" + id},
            new String[] {"DELETE", "/api/v1/unregister/" + id})) {
      HttpReply reply = send("127.0.0.1", call[0], call[1], stranger, FULL);
      assertThat(reply.status()).as(call[1]).isEqualTo(403);
      assertThat(reply.headers()).doesNotContainKey("Access-Control-Allow-Origin");
      HttpReply preflight = send("127.0.0.1", "OPTIONS", call[1], stranger, "");
      assertThat(preflight.status()).isEqualTo(200);
      assertThat(preflight.headers()).doesNotContainKey("Access-Control-Allow-Origin");
    }
    assertThat(listed("")).hasSize(1);
    assertThat(send("127.0.0.1", "GET", "/discover", stranger, "").status()).isEqualTo(200);

    use(config.withOrigins(new OriginPolicy(Set.of("https://evil.example"))));
    HttpReply allowed = send("127.0.0.1", "POST", "/api/v1/register", stranger, FULL);
    assertThat(allowed.status()).isEqualTo(201);
    assertThat(allowed.headers()).containsEntry("Access-Control-Allow-Origin", "*");
  }

  // --- validation (D-18) -------------------------------------------------------------------------

  /** D-18. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "javascript:alert(1)",
        "http://evil.example/",
        "file:///etc/passwd",
        "ws://user@host:1/",
        "ws://",
        "ws:host",
        "data:text/html,x",
        "ws://h:99999/",
        "ws://h/#f",
        "ws://h/\\\"><script>",
        "ws://h:1\\u0000/",
        "ws://h/ x",
      })
  void d18EndpointsLeadNowhereElse(String url) {
    HttpReply reply = register("{\"name\":\"a\",\"endpoints\":{\"ws\":\"" + url + "\"}}");
    assertThat(reply.status()).as(text(reply)).isEqualTo(422);
  }

  @ParameterizedTest
  @CsvSource({
    "ws, ws://localhost:7330", "wss, WSS://stage_1.local/clasp", "quic, quic://[2001:db8::1]:7331",
    "tcp, tcp://192.0.2.1:7330", "tls, tls://host:7330", "udp, 192.0.2.1:7331",
    "udp, udp://host:7331", "x, ws://h",
  })
  void endpointsOfEveryTransportAreTaken(String kind, String url) {
    assertThat(
            register("{\"name\":\"a\",\"endpoints\":{\"" + kind + "\":\"" + url + "\"}}").status())
        .isEqualTo(201);
  }

  /** D-18. */
  @ParameterizedTest
  @ValueSource(strings = {"a\\nb", "a\\u001b[31m", "a\\u202eb", "a\\u2028", "\\ud800", "a\\u0000"})
  void d18ControlCharactersAreRefused(String text) {
    for (String body :
        List.of(
            "{\"name\":\"%s\",\"endpoints\":{}}",
            "{\"name\":\"\",\"endpoints\":{},\"tags\":[\"%s\"]}",
            "{\"name\":\"\",\"endpoints\":{},\"features\":[\"%s\"]}",
            "{\"name\":\"\",\"endpoints\":{},\"metadata\":{\"%s\":\"\"}}",
            "{\"name\":\"\",\"endpoints\":{},\"metadata\":{\"k\":\"%s\"}}",
            "{\"name\":\"\",\"endpoints\":{\"%s\":\"ws://h\"}}")) {
      HttpReply reply = register(body.formatted(text));
      assertThat(reply.status()).as(body).isIn(400, 422);
      assertThat(text(reply)).doesNotContain("\u001b").hasLineCount(1);
    }
  }

  @Test
  void whatIsTooLongOrTooMuchIsRefused() {
    String tags = "\"t\",".repeat(16) + "\"t\"";
    for (String members :
        List.of(
            "\"name\":\"" + "n".repeat(129) + "\",\"endpoints\":{}",
            "\"name\":\"\",\"endpoints\":{},\"tags\":[" + tags + "]",
            "\"name\":\"\",\"endpoints\":{},\"tags\":[\"" + "t".repeat(65) + "\"]",
            "\"name\":\"\",\"endpoints\":{},\"metadata\":{\"k\":\"" + "v".repeat(257) + "\"}",
            "\"name\":\"\",\"endpoints\":{},\"metadata\":{\"" + "k".repeat(65) + "\":\"\"}",
            "\"name\":\"\",\"endpoints\":{\"ws\":\"ws://" + "h".repeat(512) + "\"}")) {
      assertThat(register("{" + members + "}").status()).isEqualTo(422);
    }
  }

  // --- limits, tokens, proxies -------------------------------------------------------------------

  @Test
  void aSourceThatAsksTooOftenIsToldWhenToComeBack() {
    Map<String, String> type = Map.of("content-type", JSON_TYPE);
    for (int i = 0; i < 10; i++) {
      assertThat(send("192.0.2.1", "POST", "/api/v1/register", type, FULL).status()).isEqualTo(201);
    }
    HttpReply eleventh = send("192.0.2.1", "POST", "/api/v1/register", type, FULL);
    assertThat(eleventh.status()).isEqualTo(429);
    assertThat(eleventh.headers()).containsKey("Retry-After");
    for (int i = 0; i < 60; i++) {
      assertThat(send("192.0.2.1", "GET", "/discover", Map.of(), "").status()).isEqualTo(200);
    }
    assertThat(send("192.0.2.1", "GET", "/discover", Map.of(), "").status()).isEqualTo(429);
    assertThat(send("192.0.2.2", "GET", "/discover", Map.of(), "").status()).isEqualTo(200);
    assertThat(pages.counters()).containsEntry("rateLimited", 2L);
  }

  /** D-14: the source is whom a trusted proxy speaks for, and nobody else's word counts. */
  @Test
  void d14LimitsCountForwardedAddresses() {
    use(config.withProxies(TrustedProxies.of(List.of("127.0.0.1"))));
    for (int i = 0; i < 30; i++) {
      Map<String, String> headers = new HashMap<>();
      headers.put("content-type", JSON_TYPE);
      headers.put("x-forwarded-for", "198.51.100." + i % 3);
      assertThat(send("127.0.0.1", "POST", "/api/v1/register", headers, FULL).status())
          .isEqualTo(201);
    }
    Map<String, String> first =
        Map.of("content-type", JSON_TYPE, "x-forwarded-for", "198.51.100.0");
    assertThat(send("127.0.0.1", "POST", "/api/v1/register", first, FULL).status()).isEqualTo(429);
    for (int i = 0; i < 11; i++) {
      Map<String, String> lie =
          Map.of("content-type", JSON_TYPE, "x-forwarded-for", "203.0.113." + i);
      int status = send("192.0.2.9", "POST", "/api/v1/register", lie, FULL).status();
      assertThat(status).isEqualTo(i < 10 ? 201 : 429);
    }
  }

  /** D-26. */
  @Test
  void d26RegisteringAndListingMayWantATokenEach() {
    RendezvousGate gate =
        (query, to) ->
            to.accept(
                query.header("authorization").equals(Optional.of("Bearer good"))
                    ? Optional.empty()
                    : Optional.of(HttpReply.text(401, "token\n")));
    Map<String, String> with = Map.of("content-type", JSON_TYPE, "authorization", "Bearer good");
    use(config.withGates(gate, RendezvousGate.OPEN));

    assertThat(register(FULL).status()).isEqualTo(401);
    HttpReply receipt = send("127.0.0.1", "POST", "/api/v1/register", with, FULL);
    assertThat(receipt.status()).isEqualTo(201);
    String id = json(receipt).get("id").asText();
    assertThat(send("POST", "/api/v1/refresh/" + id).status()).isEqualTo(401);
    assertThat(send("DELETE", "/api/v1/unregister/" + id).status()).isEqualTo(401);
    assertThat(send("GET", "/discover").status()).isEqualTo(200);
    assertThat(send("GET", "/api/v1/health").status()).isEqualTo(200);

    use(config.withGates(gate, gate));
    assertThat(send("GET", "/discover").status()).isEqualTo(401);
    assertThat(send("GET", "/api/v1/discover").status()).isEqualTo(401);
  }

  /** D-19. */
  @Test
  void d19WithoutATagNothingIsListedIfSoConfigured() {
    use(config.withListing(Listing.TAGGED));
    register(FULL);
    assertThat(listed("")).isEmpty();
    assertThat(listed("?tag=studio")).hasSize(1);
  }

  // --- the alias (D-25) --------------------------------------------------------------------------

  /** D-25. */
  @Test
  void d25TheAliasListsWithAUrl() {
    register(FULL);
    register("{\"name\":\"s\",\"endpoints\":{\"wss\":\"wss://h/\"}}");
    register("{\"name\":\"n\",\"endpoints\":{}}");
    JsonNode list = json(send("GET", "/discover"));
    assertThat(list.get(2).get("url").asText()).isEqualTo("ws://h:7330/clasp");
    assertThat(list.get(1).get("url").asText()).isEqualTo("wss://h/");
    assertThat(list.get(0).has("url")).isFalse();
    assertThat(listed("").get(2).has("url")).isFalse();
  }
}
