package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.Cpsk;
import dev.clasp.security.Scopes;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenConfig;
import dev.clasp.security.TokenDigest;
import dev.clasp.security.TokenEntry;
import dev.clasp.security.TokenStoreFile;
import dev.clasp.testkit.Eventually;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AdminApiTest {

  private static final String[] MEANT = {"X-Clasp-Admin", "1"};
  private static final String[] JSON = {"Content-Type", "application/json"};

  private final EventFeed feed = new EventFeed();
  private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
  private final AtomicReference<AdminApi> api = new AtomicReference<>();
  private Optional<ClaspServer> running = Optional.empty();
  private Optional<Http> client = Optional.empty();

  private ClaspServer start(AdminConfig config) {
    return start(config, ServerConfig.DEFAULT);
  }

  private ClaspServer start(AdminConfig config, ServerConfig base) {
    Companion.Factory factory =
        server -> {
          Companion made = AdminApi.factory(config).create(server);
          api.set((AdminApi) made);
          return made;
        };
    ClaspServer server =
        ClaspServer.start(
            base.withPort(0)
                .withCompanions(List.of(factory))
                .withAudit(feed.andThen(audited::add)));
    running = Optional.of(server);
    client = Optional.of(new Http(server));
    return server;
  }

  @AfterEach
  void stop() {
    client.ifPresent(Http::close);
    running.ifPresent(ClaspServer::close);
  }

  private HttpResponse<byte[]> send(String method, String path, String body, String... headers) {
    return client.orElseThrow().send(method, "/admin/v1" + path, body, headers);
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<byte[]> response = send("GET", path, "");
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    return new ObjectMapper().readTree(response.body());
  }

  @Test
  void tellsWhatItIs() throws Exception {
    ClaspServer server = start(AdminConfig.of(feed));
    JsonNode info = get("/info");
    assertThat(info.get("version").asText()).isEqualTo(Version.number());
    assertThat(info.get("phase").asText()).isEqualTo("running");
    assertThat(info.get("tokens").booleanValue()).isFalse();
    assertThat(info.get("urls").get(0).asText()).isEqualTo(server.url());
    assertThat(get("/stats").get("sessionsMax").intValue()).isPositive();
  }

  @Test
  void sessionsComeInPagesAndOneInDetail() throws Exception {
    ClaspServer server = start(AdminConfig.of(feed));
    try (TestClient a = TestClient.hello(server, "a");
        TestClient b = TestClient.hello(server, "b");
        TestClient _ = TestClient.hello(server, "c")) {
      b.subscribe(7, "/lights/**").send(new Message.Ping()).await(Message.Pong.class);
      JsonNode first = get("/sessions?limit=2");
      assertThat(first.get("sessions")).hasSize(2);
      assertThat(first.get("sessions").get(0).get("name").asText()).isEqualTo("a");
      JsonNode second = get("/sessions?limit=2&cursor=" + first.get("next").asText());
      assertThat(second.get("sessions").get(0).get("name").asText()).isEqualTo("c");
      assertThat(second.get("next")).isNull();

      JsonNode detail = get("/sessions/" + first.get("sessions").get(1).get("id").asText());
      assertThat(detail.get("name").asText()).isEqualTo("b");
      assertThat(detail.get("scopes").get(0).asText()).isEqualTo("admin:/**");
      assertThat(detail.get("subscriptionList").get(0).get("pattern").asText())
          .isEqualTo("/lights/**");
      assertThat(send("GET", "/sessions/none", "").statusCode()).isEqualTo(404);

      String id = first.get("sessions").get(0).get("id").asText();
      assertThat(send("DELETE", "/sessions/" + id, "", MEANT).statusCode()).isEqualTo(204);
      assertThat(a.awaitEnd().code()).isEqualTo(CloseReason.POLICY);
      assertThat(send("DELETE", "/sessions/none", "", MEANT).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void valuesAreSetReadAndTakenAway() throws Exception {
    ClaspServer server = start(AdminConfig.of(feed));
    try (TestClient client = TestClient.hello(server, "client")) {
      client.subscribe(1, "/lights/**").send(new Message.Ping()).await(Message.Pong.class);
      String body = "{\"value\":{\"level\":0.5,\"on\":true,\"names\":[\"a\",null,3]}}";
      assertThat(send("PUT", "/state/lights/1%2B+a", body, JSON).statusCode()).isEqualTo(204);
      Message.SetValue set = client.await(Message.SetValue.class);
      assertThat(set.address()).isEqualTo("/lights/1++a");
      JsonNode state = get("/state?pattern=/lights/**");
      assertThat(state.get("parameters").get(0).get("value").get("level").doubleValue())
          .isEqualTo(0.5);

      assertThat(send("DELETE", "/state/lights/1%2B+a", "", MEANT).statusCode()).isEqualTo(204);
      assertThat(client.await(Message.SetValue.class).value()).isEqualTo(Value.NULL);
      assertThat(send("DELETE", "/state/lights/1%2B+a", "", MEANT).statusCode()).isEqualTo(404);
      assertThat(get("/state").get("parameters")).isEmpty();
    }
  }

  @Test
  void mistakesAreAnsweredWithASentence() {
    start(AdminConfig.of(feed));
    for (String body :
        List.of("", "{", "[]", "{}", "{\"value\":1,\"x\":2}", "{\"value\":99999999999999999999}")) {
      HttpResponse<byte[]> reply = send("PUT", "/state/a", body, JSON);
      assertThat(reply.statusCode()).as(body).isEqualTo(400);
      assertThat(Http.text(reply)).endsWith("\n");
    }
    assertThat(send("PUT", "/state/a*b", "{\"value\":1}", JSON).statusCode()).isEqualTo(400);
    assertThat(send("GET", "/state?pattern=x", "").statusCode()).isEqualTo(400);
    assertThat(send("GET", "/state?limit=1001", "").statusCode()).isEqualTo(400);
    assertThat(send("GET", "/sessions?cursor=x", "").statusCode()).isEqualTo(400);
    assertThat(send("GET", "/nothing", "").statusCode()).isEqualTo(404);
    assertThat(send("GET", "", "").statusCode()).isEqualTo(404);
    HttpResponse<byte[]> wrong = send("POST", "/info", "{}", JSON);
    assertThat(wrong.statusCode()).isEqualTo(405);
    assertThat(wrong.headers().firstValue("allow")).hasValue("GET");
  }

  @Test
  void locksAreBroken() throws Exception {
    ClaspServer server = start(AdminConfig.of(feed));
    try (TestClient holder = TestClient.hello(server, "holder");
        TestClient other = TestClient.hello(server, "other")) {
      holder
          .send(
              new Message.SetValue(
                  "/x", Value.of(1), OptionalLong.empty(), true, false, Optional.empty()),
              Qos.CONFIRM)
          .await(Message.Ack.class);
      assertThat(send("DELETE", "/state/x", "", MEANT).statusCode()).isEqualTo(409);
      assertThat(send("PUT", "/state/x", "{\"value\":2}", JSON).statusCode()).isEqualTo(409);
      assertThat(send("DELETE", "/locks/x", "", MEANT).statusCode()).isEqualTo(204);
      assertThat(send("DELETE", "/locks/x", "", MEANT).statusCode()).isEqualTo(404);
      other.send(TestClient.set("/x", Value.of(3)), Qos.CONFIRM).await(Message.Ack.class);
      assertThat(audited)
          .anyMatch(
              e -> e.kind() == AuditEvent.Kind.LOCK_BREAK && e.address().equals(Optional.of("/x")));
    }
  }

  /** A page of another origin can send what needs no permission: that must change nothing. */
  @Test
  void pagesOfOthersChangeNothingOnAnOpenRouter() {
    start(AdminConfig.of(feed));
    assertThat(send("POST", "/drain", "x", "Content-Type", "text/plain").statusCode())
        .isEqualTo(403);
    assertThat(send("DELETE", "/state/x", "").statusCode()).isEqualTo(403);
    assertThat(
            send(
                    "PUT",
                    "/state/x",
                    "{\"value\":1}",
                    "Content-Type",
                    "application/json",
                    "Origin",
                    "https://evil.example")
                .statusCode())
        .isEqualTo(403);
    assertThat(send("GET", "/info", "", "X-Forwarded-For", "192.0.2.1").statusCode())
        .isEqualTo(403);
    assertThat(
            send(
                    "PUT",
                    "/state/x",
                    "{\"value\":1}",
                    "Content-Type",
                    "application/json",
                    "Origin",
                    "http://localhost:7330")
                .statusCode())
        .isEqualTo(204);
  }

  @Test
  void whatIsNotGivenIsAnsweredWith501AndWhatIsGivenIsDone() throws Exception {
    start(AdminConfig.of(feed));
    for (String call :
        List.of(
            "GET /config",
            "GET /tokens",
            "GET /reload",
            "POST /reload",
            "GET /log-level",
            "POST /drain")) {
      String[] parts = call.split(" ", -1);
      HttpResponse<byte[]> reply = send(parts[0], parts[1], "", MEANT);
      assertThat(reply.statusCode()).as(call).isEqualTo(501);
      assertThat(Http.text(reply)).isNotBlank();
    }
    stop();
    AtomicReference<String> level = new AtomicReference<>("");
    CompletableFuture<Void> drained = new CompletableFuture<>();
    CompletableFuture<Void> written = new CompletableFuture<>();
    start(
        AdminConfig.of(feed)
            .withSettings(() -> "{\"port\":1}".getBytes(StandardCharsets.UTF_8))
            .withReload(() -> "nothing has changed")
            .withDrain(() -> drained.complete(null))
            .withSnapshot(() -> written.complete(null))
            .withLogLevel(level::set, level::get)
            .withReloadPreview(() -> "{\"changes\":[]}".getBytes(StandardCharsets.UTF_8)));
    assertThat(get("/config").get("port").intValue()).isEqualTo(1);
    assertThat(Http.text(send("POST", "/reload", "", MEANT)))
        .isEqualTo("{\"outcome\":\"nothing has changed\"}");
    assertThat(send("POST", "/snapshot", "", MEANT).statusCode()).isEqualTo(204);
    assertThat(written).isCompleted();
    assertThat(send("PUT", "/log-level", "{\"level\":\"debug\"}", JSON).statusCode())
        .isEqualTo(204);
    assertThat(level.get()).isEqualTo("debug");
    assertThat(get("/log-level").get("level").asText()).isEqualTo("debug");
    assertThat(get("/reload").get("changes")).isEmpty();
    assertThat(send("PUT", "/log-level", "{\"level\":\"loud\"}", JSON).statusCode()).isEqualTo(400);
    assertThat(send("POST", "/drain", "", MEANT).statusCode()).isEqualTo(202);
    drained.get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void limitsChangeWhileItRuns() throws Exception {
    ClaspServer server = start(AdminConfig.of(feed));
    assertThat(get("/limits").get("max_state_entries").intValue())
        .isEqualTo(ServerConfig.DEFAULT.router().maxParameters());
    HttpResponse<byte[]> answer =
        send("PUT", "/limits", "{\"max_state_entries\": 2, \"max_connections\": 500}", JSON);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(get("/limits").get("max_state_entries").intValue()).isEqualTo(2);
    assertThat(get("/limits").get("max_connections").intValue()).isEqualTo(500);
    assertThat(server.config().network().limits().maxConnections()).isEqualTo(500);
    for (String address : List.of("a", "b", "c")) {
      // The third displaces another one or is refused; there are no more than two in any case.
      assertThat(send("PUT", "/state/" + address, "{\"value\":1}", JSON).statusCode())
          .isIn(204, 400);
    }
    assertThat(get("/stats").get("parameters").intValue()).isEqualTo(2);
    assertThat(audited)
        .anySatisfy(event -> assertThat(event.detail()).contains("PUT /admin/v1/limits"));
  }

  @Test
  void aLimitThatCannotBeChangesNone() throws Exception {
    start(AdminConfig.of(feed));
    JsonNode before = get("/limits");
    for (String wrong :
        List.of(
            "{\"max_connections\": 500, \"max_sessions\": -1}",
            "{\"max_connections\": 500, \"max_unauthenticated\": 0}",
            "{\"max_connections\": 500.5}",
            "{\"max_connections\": 99999999999}",
            "{\"max_connections\": \"many\"}",
            "{\"max_connections\": 500, \"queue\": 1}")) {
      assertThat(send("PUT", "/limits", wrong, JSON).statusCode()).as(wrong).isEqualTo(400);
      assertThat(get("/limits")).as(wrong).isEqualTo(before);
    }
  }

  @Test
  void theStateIsWrittenOnDemandIfItIsKept(@TempDir Path folder) throws Exception {
    start(AdminConfig.of(feed));
    assertThat(send("POST", "/snapshot", "", MEANT).statusCode()).isEqualTo(501);
    stop();
    ClaspServer server =
        start(
            AdminConfig.of(feed),
            ServerConfig.DEFAULT.withPersistence(
                new Persistence(folder.resolve("state"), Duration.ofHours(1))));
    // The file begins on a thread of its own, and might begin with the value already.
    Eventually.is("the file has begun", () -> server.stateStatus().orElseThrow().bytes() > 0);
    assertThat(send("PUT", "/state/a", "{\"value\":1}", JSON).statusCode()).isEqualTo(204);
    long before = get("/stats").get("persistence").get("bytes").longValue();
    assertThat(send("POST", "/snapshot", "", MEANT).statusCode()).isEqualTo(204);
    assertThat(get("/stats").get("persistence").get("bytes").longValue()).isGreaterThan(before);
  }

  @Test
  void tokensAreMadeListedAndRevoked(@TempDir Path folder) throws Exception {
    String admin = Cpsk.generate(new SecureRandom());
    String writer = Cpsk.generate(new SecureRandom());
    TokenStoreFile store = new TokenStoreFile(folder.resolve("tokens.json"));
    store.change(tokens -> {
      tokens.add(
          Optional.empty(), TokenEntry.of(TokenDigest.of(admin), Scopes.parseList("admin:/**")));
      tokens.add(
          Optional.empty(), TokenEntry.of(TokenDigest.of(writer), Scopes.parseList("write:/**")));
      return true;
    });
    try (TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withFiles(List.of(store.path())), InstantSource.system(), _ -> {})) {
      ClaspServer server =
          start(
              AdminConfig.of(feed).withTokens(store, authenticator::refresh),
              ServerConfig.DEFAULT.withAuthenticator(authenticator));
      assertThat(send("GET", "/info", "").statusCode()).isEqualTo(401);
      client.orElseThrow().token(writer);
      assertThat(send("GET", "/info", "").statusCode()).isEqualTo(403);
      client.orElseThrow().token(admin);
      assertThat(get("/tokens").get("tokens")).hasSize(2);

      HttpResponse<byte[]> made =
          send(
              "POST",
              "/tokens",
              "{\"scopes\":\"read:/**\",\"subject\":\"desk\",\"expires_in_seconds\":60}",
              JSON);
      assertThat(made.statusCode()).isEqualTo(201);
      JsonNode token = new ObjectMapper().readTree(made.body());
      assertThat(Instant.parse(token.get("expires").asText())).isAfter(Instant.now());
      String secret = token.get("token").asText();
      assertThat(Files.readString(store.path())).doesNotContain(secret);
      try (TestClient desk = TestClient.hello(server, "desk", Optional.of(secret))) {
        assertThat(send("DELETE", "/tokens/" + token.get("id").asText(), "").statusCode())
            .isEqualTo(204);
        assertThat(desk.awaitEnd()).isEqualTo(new CloseReason(CloseReason.POLICY, "Token revoked"));
      }
      assertThat(send("DELETE", "/tokens/none", "").statusCode()).isEqualTo(404);
      assertThat(send("POST", "/tokens", "{\"scopes\":\"fly:/**\"}", JSON).statusCode())
          .isEqualTo(400);
      assertThat(audited)
          .anyMatch(e ->
              e.kind() == AuditEvent.Kind.TOKEN_CREATED && e.subject().equals(Optional.of("desk")));
      assertThat(audited.toString()).doesNotContain(secret).doesNotContain(admin);
    }
  }

  private JsonNode may(String body) throws Exception {
    HttpResponse<byte[]> reply = send("POST", "/may", body, JSON);
    assertThat(reply.statusCode()).as(body + Http.text(reply)).isEqualTo(200);
    return new ObjectMapper().readTree(reply.body());
  }

  private static String question(String action, String address, String who) {
    return "{\"action\":\"" + action + "\",\"address\":\"" + address + "\"," + who + "}";
  }

  @Test
  void scopesAreAskedWhatTheyAllow() throws Exception {
    start(AdminConfig.of(feed));
    String scopes = "\"scopes\":\"read:/**,write:/lights/**,write:/a/*,write:/b/x\"";
    JsonNode yes = may(question("write", "/lights/1", scopes));
    assertThat(yes.get("allowed").booleanValue()).isTrue();
    assertThat(yes.get("by").get(0).asText()).isEqualTo("write:/lights/**");
    assertThat(yes.get("by")).hasSize(1);

    JsonNode readOnly = may(question("write", "/sound/1", scopes));
    assertThat(readOnly.get("allowed").booleanValue()).isFalse();
    assertThat(readOnly.get("why").asText())
        .isEqualTo("read:/** reaches the address, but allows only to read");
    assertThat(
            may(question("write", "/lights", "\"scopes\":\"write:/lights/**\""))
                .get("why")
                .asText())
        .contains("begins below this address");
    assertThat(may(question("admin", "/x", "\"scopes\":\"\"")).get("why").asText())
        .isEqualTo("without scopes nothing is allowed");
    assertThat(
            may(question("read", "/x", "\"scopes\":\"federate:/**\"")).get("allowed").asBoolean())
        .isFalse();

    JsonNode pattern = may(question("read", "/lights/**", scopes));
    assertThat(pattern.get("pattern").booleanValue()).isTrue();
    assertThat(pattern.get("allowed").booleanValue()).isTrue();
    assertThat(may(question("write", "/{lights,sound}/**", scopes)).get("allowed").booleanValue())
        .isFalse();
    JsonNode together = may(question("read", "/x/**", "\"scopes\":\"read:/x/*,read:/x/*/**\""));
    assertThat(together.get("allowed").booleanValue()).isTrue();
    assertThat(together.get("by")).hasSize(2);
    assertThat(together.get("why").asText()).contains("together");
  }

  @Test
  void questionsThatAreNoneAreMistakes() {
    start(AdminConfig.of(feed));
    for (String body :
        List.of(
            question("fly", "/a", "\"scopes\":\"read:/**\""),
            question("read", "a", "\"scopes\":\"read:/**\""),
            question("read", "a/*", "\"scopes\":\"read:/**\""),
            question("read", "/a", "\"scopes\":\"nothing\""),
            question("read", "/a", "\"scopes\":\"read:/**\",\"token_id\":\"x\""),
            "{\"action\":\"read\",\"address\":\"/a\"}",
            "{\"action\":\"read\",\"scopes\":\"read:/**\"}")) {
      assertThat(send("POST", "/may", body, JSON).statusCode()).as(body).isEqualTo(400);
    }
    HttpResponse<byte[]> open =
        send("POST", "/may", question("read", "/a", "\"token\":\"cpsk_x\""), JSON);
    assertThat(open.statusCode()).isEqualTo(409);
    assertThat(Http.text(open)).contains("lets everybody in");
  }

  @Test
  void tokensAreAskedWhatTheyAllowAndNobodyHearsOfThem(@TempDir Path folder) throws Exception {
    String admin = Cpsk.generate(new SecureRandom());
    String desk = Cpsk.generate(new SecureRandom());
    String old = Cpsk.generate(new SecureRandom());
    TokenStoreFile store = new TokenStoreFile(folder.resolve("tokens.json"));
    TokenEntry expired =
        new TokenEntry(
            TokenDigest.of(old),
            Optional.of("old"),
            Scopes.parseList("admin:/**"),
            OptionalLong.empty(),
            OptionalLong.of(1000),
            OptionalLong.empty(),
            Map.of());
    store.change(tokens -> {
      tokens.add(
          Optional.empty(), TokenEntry.of(TokenDigest.of(admin), Scopes.parseList("admin:/**")));
      tokens.add(Optional.empty(), expired);
      return true;
    });
    Path lines = folder.resolve("lines.txt");
    Files.writeString(lines, desk + " read:/**,write:/lights/** subject=desk\n");
    List<Object> reports = new CopyOnWriteArrayList<>();
    try (TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withFiles(List.of(store.path(), lines)),
            InstantSource.system(),
            reports::add)) {
      ClaspServer server =
          start(
              AdminConfig.of(feed)
                  .withTokens(store, authenticator::refresh)
                  .withAuthenticator(authenticator),
              ServerConfig.DEFAULT.withAuthenticator(authenticator));
      client.orElseThrow().token(admin);
      JsonNode yes = may(question("write", "/lights/1", "\"token\":\"" + desk + "\""));
      assertThat(yes.get("allowed").booleanValue()).isTrue();
      assertThat(yes.get("subject").asText()).isEqualTo("desk");
      String id = TokenDigest.of(desk).id();
      assertThat(yes.get("token_id").asText()).isEqualTo(id);
      assertThat(
              may(question("write", "/sound/1", "\"token_id\":\"" + id + "\""))
                  .get("allowed")
                  .booleanValue())
          .isFalse();
      JsonNode late = may(question("read", "/a", "\"token\":\"" + old + "\""));
      assertThat(late.get("allowed").booleanValue()).isFalse();
      assertThat(late.get("why").asText()).contains("it has expired");
      reports.clear();
      // More than anybody may guess.
      for (int i = 0; i < 15; i++) {
        String wrong = Cpsk.generate(new SecureRandom());
        assertThat(may(question("read", "/a", "\"token\":\"" + wrong + "\"")).get("why").asText())
            .contains("none of the token files");
      }
      assertThat(may(question("read", "/a", "\"token\":\"cap_x\"")).get("allowed").booleanValue())
          .isFalse();
      assertThat(
              send("POST", "/may", question("read", "/a", "\"token_id\":\"none\""), JSON)
                  .statusCode())
          .isEqualTo(404);
      assertThat(reports.toString()).doesNotContain("INVALID").doesNotContain("THROTTLED");
      assertThat(audited.toString()).doesNotContain(desk).doesNotContain(old);

      try (TestClient _ = TestClient.hello(server, "desk", Optional.of(desk))) {
        JsonNode listed = get("/tokens").get("tokens");
        assertThat(listed).hasSize(3);
        JsonNode elsewhere = listed.get(2);
        assertThat(elsewhere.get("id").asText()).isEqualTo(id);
        assertThat(elsewhere.get("stored").booleanValue()).isFalse();
        assertThat(elsewhere.get("sessions").intValue()).isEqualTo(1);
        assertThat(Instant.parse(elsewhere.get("last_used").asText()))
            .isBeforeOrEqualTo(Instant.now());
        assertThat(listed.get(0).get("stored").booleanValue()).isTrue();
        assertThat(listed.toString()).contains("\"" + expired.id() + "\"");
      }
    }
  }

  @Test
  void aDisconnectedSessionIsToldWhyAndItsLocksAndErrorsAreShown() throws Exception {
    ClaspServer server = start(AdminConfig.of(feed));
    try (TestClient desk = TestClient.hello(server, "desk")) {
      desk.send(
              new Message.SetValue(
                  "/x", Value.of(1), OptionalLong.empty(), true, false, Optional.empty()),
              Qos.CONFIRM)
          .await(Message.Ack.class);
      desk.send(new Message.Get("/nothing")).await(Message.Error.class);
      String id = get("/sessions").get("sessions").get(0).get("id").asText();
      JsonNode detail = get("/sessions/" + id);
      assertThat(detail.get("lockList").get(0).asText()).isEqualTo("/x");
      assertThat(detail.get("lastError").get("code").intValue()).isEqualTo(404);
      assertThat(detail.get("lastError").get("address").asText()).isEqualTo("/nothing");
      assertThat(Instant.parse(detail.get("lastError").get("at").asText()))
          .isAfter(Instant.now().minusSeconds(3600));

      String path = "/sessions/" + id + "?reason=";
      assertThat(send("DELETE", path + "x".repeat(81), "", MEANT).statusCode()).isEqualTo(400);
      assertThat(send("DELETE", path + "a%0Ab", "", MEANT).statusCode()).isEqualTo(400);
      assertThat(send("DELETE", path + "line%20check", "", MEANT).statusCode()).isEqualTo(204);
      assertThat(desk.awaitEnd())
          .isEqualTo(
              new CloseReason(CloseReason.POLICY, "disconnected by an administrator: line check"));
    }
  }

  @Test
  void aTextBecomesAPictureAndIsNotInTheUrl() {
    start(AdminConfig.of(feed));
    HttpResponse<byte[]> picture = send("POST", "/qr", "{\"text\":\"cpsk_x\"}", JSON);
    assertThat(picture.statusCode()).isEqualTo(200);
    assertThat(picture.headers().firstValue("content-type")).hasValue("image/svg+xml");
    assertThat(Http.text(picture)).startsWith("<svg");
    assertThat(send("POST", "/qr", "{\"text\":\"" + "x".repeat(513) + "\"}", JSON).statusCode())
        .isEqualTo(400);
    assertThat(send("POST", "/qr", "{}", JSON).statusCode()).isEqualTo(400);
  }

  private Map<String, String> diagnostics() throws Exception {
    HttpResponse<byte[]> reply = send("GET", "/diagnostics", "");
    assertThat(reply.headers().firstValue("content-type")).hasValue("application/zip");
    Map<String, String> files = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(reply.body()))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(
            entry.getName().substring(entry.getName().indexOf('/') + 1),
            new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }

  @Test
  void diagnosticsHoldWhatHelps() throws Exception {
    start(AdminConfig.of(feed).withSettings(() -> "{\"a\":1}".getBytes(StandardCharsets.UTF_8)));
    feed.log(Instant.EPOCH, "info", "Router", "a line of the log");
    Map<String, String> files = diagnostics();
    assertThat(files.keySet())
        .contains("info.json", "status.json", "settings.json", "ready.json", "threads.txt");
    assertThat(files.get("log.jsonl")).contains("a line of the log");
    assertThat(files.get("ready.json")).contains("\"ready\"");
    assertThat(files.get("threads.txt")).contains("clasp-admin");
  }

  /** Those of settings, environment and bridges are in DiagnosticsSecretsTest of the commands. */
  @Test
  void diagnosticsHoldNoSecrets(@TempDir Path folder) throws Exception {
    String admin = Cpsk.generate(new SecureRandom());
    String desk = Cpsk.generate(new SecureRandom());
    String wrong = Cpsk.generate(new SecureRandom());
    String inPath = Cpsk.generate(new SecureRandom());
    String value = "a value that is nobody's business";
    TokenStoreFile store = new TokenStoreFile(folder.resolve("tokens.json"));
    store.change(tokens -> {
      tokens.add(
          Optional.empty(), TokenEntry.of(TokenDigest.of(admin), Scopes.parseList("admin:/**")));
      tokens.add(
          Optional.empty(), TokenEntry.of(TokenDigest.of(desk), Scopes.parseList("write:/**")));
      return true;
    });
    try (TokenAuthenticator authenticator =
        new TokenAuthenticator(
            TokenConfig.NOBODY.withFiles(List.of(store.path())),
            InstantSource.system(),
            report -> new AuditTrail(feed, InstantSource.system()).login(report))) {
      ClaspServer server =
          start(
              AdminConfig.of(feed).withTokens(store, authenticator::refresh),
              ServerConfig.DEFAULT.withAuthenticator(authenticator));
      client.orElseThrow().token(wrong);
      assertThat(send("GET", "/info", "").statusCode()).isEqualTo(401);
      client.orElseThrow().token(admin);
      assertThat(send("GET", "/sessions/" + inPath, "").statusCode()).isEqualTo(404);
      String made =
          new ObjectMapper()
              .readTree(send("POST", "/tokens", "{\"scopes\":\"read:/**\"}", JSON).body())
              .get("token")
              .asText();
      assertThat(send("PUT", "/state/planted", "{\"value\":\"" + value + "\"}", JSON).statusCode())
          .isLessThan(300);
      try (TestClient _ = TestClient.hello(server, "desk", Optional.of(desk))) {
        Map<String, String> files = diagnostics();
        String all = files.toString();
        assertThat(all).as("what was done with the secrets is there").contains("auth.fail");
        assertThat(files.get("audit.jsonl")).contains("/sessions/[secret]: HTTP 404");
        assertThat(files.get("status.json")).contains("\"desk\"");
        for (String secret : List.of(admin, desk, wrong, inPath, made, value)) {
          assertThat(all).doesNotContain(secret).doesNotContain(secret.substring(8));
        }
      }
    }
  }

  @Test
  void muchOfOneKindOfEventsDisplacesNothingOfTheOther() throws Exception {
    start(AdminConfig.of(feed));
    feed.log(Instant.EPOCH, "warn", "Router", "long ago");
    for (int i = 0; i < 600; i++) {
      feed.accept(
          AuditEvent.of(Instant.EPOCH, AuditEvent.Kind.ADMIN, AuditEvent.Result.OK, "number " + i));
    }
    JsonNode logged = get("/events?kind=log&wait=0").get("events");
    assertThat(logged).extracting(e -> e.get("kind").asText()).containsOnly("log");
    assertThat(logged.toString()).contains("long ago");
    JsonNode audit = get("/events?kind=audit&wait=0&limit=256").get("events");
    assertThat(audit).extracting(e -> e.get("kind").asText()).containsOnly("audit");
    assertThat(send("GET", "/events?kind=rumour", "").statusCode()).isEqualTo(400);

    // Whoever waits for lines of the log is not woken by the audit log.
    long last = feed.last();
    CompletableFuture<JsonNode> waiting =
        CompletableFuture.supplyAsync(() -> {
          try {
            return get("/events?kind=log&after=" + last + "&wait=30");
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    feed.accept(AuditEvent.of(Instant.EPOCH, AuditEvent.Kind.ADMIN, AuditEvent.Result.OK, "x"));
    feed.log(Instant.EPOCH, "info", "Router", "now");
    JsonNode answer = waiting.get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(answer.get("events").get(0).get("event").get("msg").asText()).isEqualTo("now");
  }

  @Test
  void everyCallIsAudited() throws Exception {
    start(AdminConfig.of(feed));
    get("/info");
    send("DELETE", "/sessions/none", "", MEANT);
    assertThat(audited)
        .filteredOn(e -> e.kind() == AuditEvent.Kind.ADMIN)
        .extracting(AuditEvent::detail)
        .containsExactly(
            "GET /admin/v1/info: HTTP 200", "DELETE /admin/v1/sessions/none: HTTP 404");
  }

  @Test
  void eventsAreWaitedFor() throws Exception {
    ClaspServer server = start(AdminConfig.of(feed));
    long last = get("/events?wait=0").get("last").longValue();
    // The question itself is one.
    JsonNode own = get("/events?after=" + last + "&wait=30");
    assertThat(own.get("events").get(0).get("event").get("event").asText()).isEqualTo("admin");
    last = own.get("last").longValue();
    long after = last;
    CompletableFuture<JsonNode> waiting =
        CompletableFuture.supplyAsync(() -> {
          try {
            return get("/events?after=" + after + "&wait=30");
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    try (TestClient _ = TestClient.hello(server, "desk")) {
      JsonNode event = waiting.get(TestClient.LIMIT_SECONDS, TimeUnit.SECONDS).get("events").get(0);
      assertThat(event.get("kind").asText()).isEqualTo("audit");
      assertThat(event.get("event").get("event").asText()).isEqualTo("session.open");
    }
    // The end of the desk's session may become an event at any time from here on.
    long before = feed.last();
    feed.log(Instant.EPOCH, "info", "Router", "a line\nwith a break");
    HttpResponse<byte[]> stream =
        send(
            "GET",
            "/events",
            "",
            "Accept",
            "text/event-stream",
            "Last-Event-ID",
            String.valueOf(before));
    assertThat(stream.headers().firstValue("content-type")).hasValue("text/event-stream");
    assertThat(Http.text(stream)).contains("event: log\ndata: {\"ts\":\"1970-01-01T00:00:00Z\"");
  }

  @Test
  void theDescriptionAndTheServerKnowTheSameCalls() throws Exception {
    start(AdminConfig.of(feed));
    HttpResponse<byte[]> served = send("GET", "/openapi.yaml", "");
    assertThat(served.statusCode()).isEqualTo(200);
    String yaml = Files.readString(Path.of("..", "docs", "api", "openapi.yaml"));
    assertThat(Http.text(served)).isEqualTo(yaml);
    Set<String> described = new TreeSet<>();
    String path = "";
    for (String line : yaml.substring(0, yaml.indexOf("\ncomponents:")).split("\n", -1)) {
      Matcher start = Pattern.compile("  (/\\S*):").matcher(line);
      Matcher method = Pattern.compile("    (get|put|post|delete):").matcher(line);
      if (start.matches()) {
        path = start.group(1);
      } else if (method.matches()
          && !path.startsWith("/admin/v1/bridge")
          && !path.startsWith("/admin/v1/transform")) {
        // Those of another module, which looks itself.
        described.add(method.group(1).toUpperCase(Locale.ROOT) + " " + path);
      }
    }
    Set<String> known = new TreeSet<>(api.get().calls());
    HealthPages.paths().forEach(p -> known.add("GET " + p));
    known.add("GET /metrics");
    known.addAll(Pages.calls());
    known.addAll(DevicesCompanion.calls());
    known.addAll(PairingPages.calls());
    known.addAll(TicketPages.calls());
    assertThat(described).isEqualTo(known);
  }
}
