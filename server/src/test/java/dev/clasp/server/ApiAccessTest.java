package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.security.Login;
import dev.clasp.security.Scopes;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FakeAuthenticator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API of a server that wants tokens. */
@Timeout(60)
class ApiAccessTest {

  private final FakeAuthenticator tokens =
      new FakeAuthenticator()
          .admit("admin", "admin:/**")
          .admit("lights", "admin:/lights/**")
          .admit("reader", "read:/lights/*")
          .admit("writer", "write:/**")
          .expired("old");
  private final HttpClient http = HttpClient.newHttpClient();
  private ClaspServer server =
      ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withAuthenticator(tokens));

  @BeforeEach
  void someState() throws Exception {
    try (TestClient writer = TestClient.hello(server, "writer", Optional.of("writer"))) {
      writer.send(
          new Message.SetValue(
              "/lights/1", Value.of(0.5), OptionalLong.empty(), true, false, Optional.empty()),
          Qos.CONFIRM);
      writer.await(Message.Ack.class);
      writer.send(TestClient.set("/audio/1", Value.of(1)), Qos.CONFIRM);
      writer.await(Message.Ack.class);
    }
    // Until then it holds its lock, from which another one would be refused.
    Eventually.is("the writer has left", () -> server.router().sessionStatus().isEmpty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.consoleUrl()).resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> getAs(String token, String path)
      throws IOException, InterruptedException {
    return get(path, "Authorization", "Bearer " + token);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/status", "/api/subscriptions", "/api/parameters"})
  void withoutATokenTheApiIsClosed(String path) throws Exception {
    HttpResponse<String> reply = get(path);
    assertThat(reply.statusCode()).isEqualTo(401);
    assertThat(reply.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
    assertThat(reply.body()).contains("Authorization: Bearer").doesNotContain("lights");
    assertThat(get(path, "Authorization", "Basic YTpi").statusCode()).isEqualTo(401);
    assertThat(getAs("wrong", path).statusCode()).isEqualTo(401);
    assertThat(getAs("wrong", path).body()).isEqualTo("Invalid token\n");
    assertThat(getAs("old", path).body()).isEqualTo("Token has expired\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/healthz", "/livez", "/ready", "/readyz"})
  void probesStayOpenAndSayLittle(String path) throws Exception {
    HttpResponse<String> reply = get(path);
    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.body()).hasSizeLessThan(10);
  }

  @Test
  void thePageIsNoSecret() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/status", "/api/subscriptions"})
  void sessionsAreForAdministratorsOfEverything(String path) throws Exception {
    assertThat(getAs("admin", path).statusCode()).isEqualTo(200);
    for (String token : List.of("lights", "reader", "writer")) {
      HttpResponse<String> reply = getAs(token, path);
      assertThat(reply.statusCode()).as(token).isEqualTo(403);
      assertThat(reply.body()).contains("admin:/**");
    }
  }

  @Test
  void parametersAreThoseThatTheTokenMayRead() throws Exception {
    assertThat(getAs("admin", "/api/parameters").body()).contains("/lights/1", "/audio/1");
    assertThat(getAs("reader", "/api/parameters").body())
        .contains("/lights/1")
        .doesNotContain("/audio");
    assertThat(getAs("reader", "/api/parameters?pattern=/audio/**").body())
        .isEqualTo("{\"parameters\":[]}");
  }

  @Test
  void wherePagesBeginTellsNoAddressThatTheTokenMayNotRead() throws Exception {
    PageCursors cursors = new PageCursors();
    Scopes reader = FakeAuthenticator.identity("r", "read:/lights/*").scopes();
    assertThat(cursors.name("/lights/1", reader)).isEqualTo("/lights/1");
    String name = cursors.name("/audio/1", reader);
    assertThat(name).doesNotContain("audio");
    assertThat(cursors.resolve(name)).isEqualTo("/audio/1");
    for (int i = 0; i < 1024; i++) {
      cursors.name("/audio/" + i, reader);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cursors.resolve(name))
        .withMessageContaining("begin again");
    assertThat(getAs("reader", "/api/parameters?after=nonsense").statusCode()).isEqualTo(400);
  }

  @Test
  void whoHoldsALockIsForAdministrators() throws Exception {
    try (TestClient holder = TestClient.hello(server, "holder", Optional.of("writer"))) {
      holder.send(
          new Message.SetValue(
              "/lights/1", Value.of(0.7), OptionalLong.empty(), true, false, Optional.empty()),
          Qos.CONFIRM);
      holder.await(Message.Ack.class);
      assertThat(getAs("lights", "/api/parameters").body()).contains("lockHolder");
      assertThat(getAs("writer", "/api/parameters").body()).doesNotContain("lockHolder");
    }
  }

  @Test
  void theConnectionWaitsForAnAnswerThatComesLate() throws Exception {
    tokens.answerLater();
    CompletableFuture<HttpResponse<String>> reply =
        http.sendAsync(
            HttpRequest.newBuilder(URI.create(server.consoleUrl()).resolve("/api/status"))
                .header("Authorization", "bearer admin")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    // Others are served meanwhile.
    assertThat(get("/health").statusCode()).isEqualTo(200);
    assertThat(reply).isNotDone();
    tokens.answer();
    assertThat(reply.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void tooManyAttemptsAreToldSo() throws Exception {
    server.close();
    server =
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withAuthenticator((token, peer, answer) ->
                    answer.accept(new Login.Refused(429, "Too many failed logins"))));
    assertThat(getAs("x", "/api/status").statusCode()).isEqualTo(429);
  }

  @Test
  void aHostThatOthersReachNeedsNoInsistingWhenTokensAreWanted() {
    server.close();
    server =
        ClaspServer.start(
            ServerConfig.DEFAULT.withPort(0).withHost("0.0.0.0").withAuthenticator(tokens));
    assertThat(server.address().getAddress().isAnyLocalAddress()).isTrue();
  }

  @Test
  void revokedTokensCloseTheirSessions() throws Exception {
    try (TestClient client = TestClient.hello(server, "guest", Optional.of("reader"))) {
      server
          .router()
          .expel(identity -> identity.tokenId().equals("id-of-reader"), 300, "Token revoked");
      assertThat(client.await(Message.Error.class).message()).isEqualTo("Token revoked");
      assertThat(client.awaitEnd()).isEqualTo(new CloseReason(1008, "Token revoked"));
    }
  }
}
