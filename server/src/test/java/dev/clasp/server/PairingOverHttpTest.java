package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.router.RouterConfig;
import dev.clasp.security.PairingCall;
import dev.clasp.security.PairingClient;
import dev.clasp.security.PairingCode;
import dev.clasp.security.PairingEvent;
import dev.clasp.security.PairingException;
import dev.clasp.security.Scopes;
import dev.clasp.security.TokenIssuer;
import dev.clasp.testkit.FakeAuthenticator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairing over real HTTP. */
@Timeout(120)
class PairingOverHttpTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final FakeAuthenticator tokens =
      new FakeAuthenticator()
          .admit("admin", "admin:/**")
          .admit("lights", "admin:/lights/**")
          .admit("writer", "write:/**");
  private final List<PairingEvent> events = new CopyOnWriteArrayList<>();
  private final SecureRandom random = new SecureRandom();
  private final HttpClient http = HttpClient.newHttpClient();
  private final ServerConfig config =
      ServerConfig.DEFAULT
          .withPort(0)
          .withRouter(RouterConfig.builder().name("Main stage").build())
          .withAuthenticator(tokens)
          .withPairing(new PairingConfig(this::issue, events::add));
  private ClaspServer server = ClaspServer.start(config);
  private int issued;

  private TokenIssuer.Issued issue(Scopes scopes, String subject) {
    String token = "cpsk_paired" + ++issued;
    tokens.admit(token, scopes.list().stream().map(Object::toString).toArray(String[]::new));
    return new TokenIssuer.Issued(token, "id" + issued);
  }

  private void restart(ServerConfig other) {
    server.close();
    server = ClaspServer.start(other);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private PairingCall call() {
    return new PairingCall(URI.create(server.url()), LIMIT);
  }

  private PairingClient client(PairingCode code) {
    return new PairingClient("FOH laptop", code, random);
  }

  private static PairingCode anotherThan(PairingCode code) {
    int number = (Integer.parseInt(code.digits()) + 1) % 1_000_000;
    return PairingCode.parse(String.format("%06d", number)).orElseThrow();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.consoleUrl()).resolve(path))
            .method(method, BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> ask(String method, String token, String body) throws Exception {
    return send(method, "/api/pair", body, "Authorization", "Bearer " + token);
  }

  private PairingCode newCode() {
    try (PairingCall call = call()) {
      return call.newCode(Optional.of("admin"), Optional.empty()).code();
    }
  }

  private static void assertKind(PairingException.Kind kind, Runnable step) {
    assertThatThrownBy(step::run)
        .isInstanceOfSatisfying(
            PairingException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }

  @Test
  void whoKnowsTheCodeGetsATokenAndIsHeldToItsScopes() throws Exception {
    PairingClient.Paired paired;
    try (PairingCall call = call()) {
      PairingCall.NewCode code =
          call.newCode(Optional.of("admin"), Optional.of("read:/**,write:/lights/**"));
      assertThat(code.left()).isBetween(Duration.ofSeconds(200), Duration.ofSeconds(300));
      assertThat(code.scopes()).containsExactly("read:/**", "write:/lights/**");
      call.check();
      paired = call.pair(client(code.code()));
    }

    assertThat(paired.server()).isEqualTo("Main stage");
    assertThat(paired.scopes()).containsExactly("read:/**", "write:/lights/**");
    try (TestClient desk = TestClient.hello(server, "desk", Optional.of(paired.token()))) {
      desk.send(TestClient.set("/lights/1", Value.of(1)), Qos.CONFIRM);
      desk.await(Message.Ack.class);
      desk.send(TestClient.set("/audio/1", Value.of(1)), Qos.CONFIRM);
      assertThat(desk.await(Message.Error.class).code()).isEqualTo(ErrorCode.FORBIDDEN);
    }
    assertThat(events).hasSize(3).last().isInstanceOf(PairingEvent.Done.class);
    assertThat(events.getFirst().toString()).contains("an administrator at 127.0.0.1:");
  }

  @Test
  void aServerCanShowACodeByItself() {
    PairingCode code =
        server.pairing().orElseThrow().show(Scopes.parseList("read:/**"), "the terminal").code();

    try (PairingCall call = call()) {
      assertThat(call.pair(client(code)).scopes()).containsExactly("read:/**");
    }
  }

  @Test
  void afterFiveWrongCodesTheSixthIsNotEvenLookedAt() throws Exception {
    PairingCode code = newCode();
    try (PairingCall call = call()) {
      for (int i = 0; i < 5; i++) {
        assertKind(PairingException.Kind.REFUSED, () -> call.pair(client(anotherThan(code))));
      }
      assertKind(PairingException.Kind.CLOSED, () -> call.pair(client(code)));
    }

    assertThat(issued).isZero();
    assertThat(ask("GET", "admin", "").body()).doesNotContain("\"code\"");
    assertThat(events).last().isInstanceOf(PairingEvent.Exhausted.class);
  }

  @Test
  void anAdministratorSeesTheCodeAndTakesItBack() throws Exception {
    PairingCode code = newCode();

    JsonNode shown = JSON.readTree(ask("GET", "admin", "").body());
    assertThat(shown.get("code").textValue()).isEqualTo(code.digits());
    assertThat(shown.get("attemptsLeft").intValue()).isEqualTo(5);
    assertThat(shown.get("secondsLeft").doubleValue()).isBetween(200.0, 300.0);
    assertThat(shown.get("scopes").toString()).isEqualTo("[\"read:/**\",\"write:/**\"]");

    HttpResponse<String> gone = ask("DELETE", "admin", "");
    assertThat(gone.statusCode()).isEqualTo(200);
    assertThat(gone.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(JSON.readTree(gone.body()).has("code")).isFalse();
    try (PairingCall call = call()) {
      assertKind(PairingException.Kind.CLOSED, () -> call.pair(client(code)));
    }
  }

  @ParameterizedTest
  @CsvSource({"GET,writer,403", "POST,writer,403", "DELETE,lights,403", "POST,nobody,401"})
  void othersNeitherSeeNorMakeACode(String method, String token, int status) throws Exception {
    newCode();

    HttpResponse<String> answer = ask(method, token, "");

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).doesNotContain("code");
    assertThat(server.pairing().orElseThrow().shown()).isPresent();
  }

  @Test
  void withoutATokenOneLearnsOnlyThatThereIsPairing() throws Exception {
    newCode();

    HttpResponse<String> answer = send("GET", "/api/pair", "");

    assertThat(answer.body()).isEqualTo("{\"needed\":true,\"possible\":true}");
    assertThat(send("POST", "/api/pair", "").statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "{\"scopes\":7}",
        "{\"scopes\":\"\"}",
        "{\"scopes\":\"fly:/**\"}",
        "{\"scopes\":\"read:/**\",\"more\":1}",
        "{\"scopes\":\"read:/**\",\"scopes\":\"admin:/**\"}",
        "not json"
      })
  void scopesMustBeScopes(String body) throws Exception {
    assertThat(ask("POST", "admin", body).statusCode()).isEqualTo(400);
    assertThat(server.pairing().orElseThrow().shown()).isEmpty();
  }

  @Test
  void nobodyGivesARightThatHeDoesNotHave() throws Exception {
    HttpResponse<String> answer = ask("POST", "admin", "{\"scopes\":\"federate:/**\"}");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(server.pairing().orElseThrow().shown()).isEmpty();
  }

  @Test
  void anOpenRouterSaysThatPairingIsNotNeeded() throws Exception {
    restart(ServerConfig.DEFAULT.withPort(0));

    try (PairingCall call = call()) {
      assertKind(PairingException.Kind.NOT_NEEDED, call::check);
    }
    HttpResponse<String> answer =
        send("POST", "/api/pair/1", "{}", "Content-Type", "application/json");
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.body()).contains("not needed");
    assertThat(send("POST", "/api/pair", "").body()).contains("not needed");
  }

  @Test
  void aServerWithoutAStoreSaysSo() throws Exception {
    restart(ServerConfig.DEFAULT.withPort(0).withAuthenticator(tokens));

    try (PairingCall call = call()) {
      assertKind(PairingException.Kind.CLOSED, call::check);
    }
    assertThat(ask("POST", "admin", "").statusCode()).isEqualTo(409);
    assertThat(ask("POST", "admin", "").body()).contains("--token-file");
  }

  @Test
  void pagesOfStrangersCannotTryCodes() throws Exception {
    newCode();

    assertThat(send("POST", "/api/pair/1", "{}", "Content-Type", "text/plain").statusCode())
        .isEqualTo(415);
    assertThat(
            send(
                    "POST",
                    "/api/pair/1",
                    "{}",
                    "Content-Type",
                    "application/json",
                    "Origin",
                    "https://evil.example")
                .statusCode())
        .isEqualTo(403);
    assertThat(send("OPTIONS", "/api/pair/1", "").statusCode()).isEqualTo(405);
    assertThat(server.pairing().orElseThrow().shown().orElseThrow().attemptsLeft()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "POST,/api/pair/4,404",
    "GET,/api/pair/,404",
    "GET,/api/pair/1,405",
    "PUT,/api/pair,405",
    "POST,/api/pair/1,400",
    "POST,/api/pair/2,400",
    "POST,/api/pair/3,400"
  })
  void nonsenseIsAnsweredAndCostsNoAttempt(String method, String path, int status)
      throws Exception {
    newCode();

    assertThat(send(method, path, "{}", "Content-Type", "application/json").statusCode())
        .isEqualTo(status);
    assertThat(server.pairing().orElseThrow().shown().orElseThrow().attemptsLeft()).isEqualTo(5);
  }

  @Test
  void aMessageIsOfBoundedLength() throws Exception {
    newCode();

    assertThat(
            send(
                    "POST",
                    "/api/pair/1",
                    " ".repeat((16 << 10) + 1),
                    "Content-Type",
                    "application/json")
                .statusCode())
        .isEqualTo(413);
  }

  @Test
  void whatIsNoRouterIsNotPairedWith() throws Exception {
    URI dead = URI.create(server.url());
    server.close();

    try (PairingCall call = new PairingCall(dead, LIMIT)) {
      assertKind(PairingException.Kind.UNREACHABLE, call::check);
    }
    assertThatThrownBy(() -> new PairingCall(URI.create("serial:/dev/tty"), LIMIT))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
