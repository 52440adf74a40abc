package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.adapterhttp.Site.Answer;
import dev.clasp.bridge.CborValues;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.web.HttpApiConfig;
import dev.clasp.web.MessagePack;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every operation, with the HTTP client of the JDK, on a real router. */
final class HttpApiTest {

  private Site site = Site.open();

  @AfterEach
  void close() {
    site.close();
  }

  private void reopen(ServerConfig serving, HttpApiConfig config) {
    site.close();
    site = Site.open(serving, config);
  }

  private ConcurrentLinkedQueue<Signal> heard(ClaspClient client, String pattern) {
    ConcurrentLinkedQueue<Signal> heard = new ConcurrentLinkedQueue<>();
    client.subscribe(pattern, heard::add).active().join();
    return heard;
  }

  // --- state ------------------------------------------------------------------------------------

  @Test
  void writesAndReadsAParameter() {
    Answer written = site.send("PUT", "/v1/state/lights/1/level", "0.8");
    assertThat(written.status()).isEqualTo(200);
    assertThat(written.header("ETag")).isEqualTo("\"1\"");
    Answer read = site.get("/v1/state/lights/1/level");
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.at("value")).isEqualTo(Value.of(0.8));
    assertThat(read.at("address")).isEqualTo(Value.of("/lights/1/level"));
    assertThat(read.at("revision")).isEqualTo(Value.of(1L));
    assertThat(read.header("ETag")).isEqualTo("\"1\"");
    assertThat(site.ask("HEAD", "/v1/state/lights/1/level").header("ETag")).isEqualTo("\"1\"");
    Answer missing = site.get("/v1/state/nothing");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(missing.at("type")).isEqualTo(Value.of("urn:clasp:problem:not-found"));
    assertThat(missing.at("address")).isEqualTo(Value.of("/nothing"));
  }

  @Test
  void aDeletedParameterIsGone() {
    site.send("PUT", "/v1/state/a", "{\"value\": 5}");
    assertThat(site.ask("DELETE", "/v1/state/a").status()).isEqualTo(204);
    Eventually.is("gone", () -> site.get("/v1/state/a").status() == 404);
    assertThat(site.ask("DELETE", "/v1/state/a").status()).isEqualTo(404);
  }

  @Test
  void aLifetimeEnds() {
    assertThat(site.send("PUT", "/v1/state/long?ttl=600", "1").status()).isEqualTo(200);
    assertThat(site.send("PUT", "/v1/state/t?ttl=1", "1").status()).isEqualTo(200);
    Eventually.is("gone", () -> site.get("/v1/state/t").status() == 404);
    assertThat(site.get("/v1/state/long").status()).isEqualTo(200);
    assertThat(site.send("PUT", "/v1/state/t?ttl=x", "1").status()).isEqualTo(400);
  }

  @Test
  void conditionsOfReading() {
    site.send("PUT", "/v1/state/a", "1");
    assertThat(site.get("/v1/state/a", "If-None-Match", "\"1\"").status()).isEqualTo(304);
    assertThat(site.get("/v1/state/a", "If-None-Match", "W/\"1\"").status()).isEqualTo(304);
    assertThat(site.get("/v1/state/a", "If-None-Match", "\"7\", \"1\"").status()).isEqualTo(304);
    assertThat(site.get("/v1/state/a", "If-None-Match", "\"7\"").status()).isEqualTo(200);
    assertThat(site.get("/v1/state/a", "If-Match", "\"7\"").status()).isEqualTo(412);
    assertThat(site.get("/v1/state/a", "If-Match", "*").status()).isEqualTo(200);
    assertThat(site.get("/v1/state/a", "If-Match", "7").status()).isEqualTo(400);
  }

  @Test
  void conditionsOfWriting() {
    assertThat(site.send("PUT", "/v1/state/a", "1", "If-Match", "*").status()).isEqualTo(412);
    assertThat(site.send("PUT", "/v1/state/a", "1", "If-None-Match", "*").status()).isEqualTo(200);
    assertThat(site.send("PUT", "/v1/state/a", "2", "If-None-Match", "*").status()).isEqualTo(412);
    assertThat(site.send("PUT", "/v1/state/a", "2", "If-Match", "\"9\"").status()).isEqualTo(412);
    assertThat(site.send("PUT", "/v1/state/a", "2", "If-Match", "W/\"1\"").status()).isEqualTo(412);
    assertThat(site.send("PUT", "/v1/state/a", "2", "If-Match", "\"1\"").status()).isEqualTo(200);
    assertThat(site.ask("DELETE", "/v1/state/a", "If-Match", "\"1\"").status()).isEqualTo(412);
    assertThat(site.ask("DELETE", "/v1/state/a", "If-Match", "\"2\"").status()).isEqualTo(204);
  }

  @Test
  void ofWritersWithTheSameTagExactlyOneWins() {
    site.send("PUT", "/v1/state/race", "0");
    for (int round = 1; round <= 20; round++) {
      String tag = site.get("/v1/state/race").header("ETag");
      List<CompletableFuture<Answer>> writers =
          IntStream.range(0, 6)
              .mapToObj(i ->
                  site.http
                      .sendAsync(
                          site.request(
                                  "PUT",
                                  "/v1/state/race",
                                  java.net.http.HttpRequest.BodyPublishers.ofString("" + i),
                                  "If-Match",
                                  tag,
                                  "Content-Type",
                                  "application/json")
                              .build(),
                          java.net.http.HttpResponse.BodyHandlers.ofByteArray())
                      .thenApply(Answer::new))
              .toList();
      List<Answer> answers = writers.stream().map(CompletableFuture::join).toList();
      assertThat(answers.stream().map(Answer::status).sorted().toList())
          .as("round " + round)
          .containsExactly(200, 412, 412, 412, 412, 412);
      Answer winner = answers.stream().filter(a -> a.status() == 200).findFirst().orElseThrow();
      Answer now = site.get("/v1/state/race");
      assertThat(now.at("value")).isEqualTo(winner.at("value"));
      assertThat(now.header("ETag")).isEqualTo(winner.header("ETag"));
    }
  }

  @Test
  void changesMergeAlsoWhenSeveralAreMadeAtOnce() {
    site.send("PUT", "/v1/state/m", "{\"value\": {\"a\": 1, \"b\": {\"c\": 2, \"d\": 3}}}");
    Answer changed = site.send("PATCH", "/v1/state/m", "{\"b\": {\"c\": null, \"e\": 4}}");
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.text()).contains("{\"a\":1,\"b\":{\"d\":3,\"e\":4}}");
    List<CompletableFuture<Answer>> all =
        IntStream.range(0, 5)
            .mapToObj(i ->
                CompletableFuture.supplyAsync(
                    () -> site.send("PATCH", "/v1/state/m", "{\"n" + i + "\": " + i + "}")))
            .toList();
    all.forEach(each -> assertThat(each.join().status()).isEqualTo(200));
    for (int i = 0; i < 5; i++) {
      assertThat(site.get("/v1/state/m").at("value", "n" + i)).isEqualTo(Value.of((long) i));
    }
    assertThat(site.send("PATCH", "/v1/state/none", "{}").status()).isEqualTo(404);
  }

  @Test
  void waitsForAChange() {
    site.send("PUT", "/v1/state/w", "1");
    CompletableFuture<Answer> waiting =
        CompletableFuture.supplyAsync(
            () -> site.get("/v1/state/w?wait=30s", "If-None-Match", "\"1\""));
    Eventually.is("it waits", () -> site.now("streams_now") == 1);
    site.send("PUT", "/v1/state/w", "2");
    assertThat(waiting.join().status()).isEqualTo(200);
    assertThat(waiting.join().at("value")).isEqualTo(Value.of(2L));
    assertThat(site.get("/v1/state/w?wait=1s", "If-None-Match", "\"2\"").status()).isEqualTo(304);
    CompletableFuture<Answer> first =
        CompletableFuture.supplyAsync(() -> site.get("/v1/state/new?wait=30"));
    Eventually.is("it waits", () -> site.now("streams_now") == 1);
    site.send("PUT", "/v1/state/new", "\"here\"");
    assertThat(first.join().at("value")).isEqualTo(Value.of("here"));
    assertThat(site.get("/v1/state/w?wait=1h").status()).isEqualTo(400);
  }

  @Test
  void bodiesOfEveryKindBothWays() {
    Value value =
        Value.of(
            Map.of("bytes", Value.of(new byte[] {1, -1}), "n", Value.of(1.5), "t", Value.of("ä")));
    for (String type : List.of("application/cbor", "application/msgpack")) {
      byte[] body = type.endsWith("cbor") ? CborValues.write(value) : MessagePack.write(value);
      assertThat(site.send("PUT", "/v1/state/k", type, body).status()).isEqualTo(200);
      Answer read = site.get("/v1/state/k", "Accept", type);
      assertThat(read.header("Content-Type")).isEqualTo(type);
      Optional<Value> document =
          type.endsWith("cbor") ? CborValues.read(read.bytes()) : MessagePack.read(read.bytes());
      assertThat(((Value.Map) document.orElseThrow()).entries().get("value")).isEqualTo(value);
    }
    assertThat(site.get("/v1/state/k").text()).contains("\"bytes\":[1,255]");
    assertThat(site.get("/v1/state/k?bytes=base64").text()).contains("{\"$bytes\":\"Af8=\"}");
    site.send("PUT", "/v1/state/p", "text/plain", "0.25".getBytes(StandardCharsets.UTF_8));
    assertThat(site.get("/v1/state/p").at("value")).isEqualTo(Value.of(0.25));
    assertThat(site.get("/v1/state/p", "Accept", "text/plain").text()).isEqualTo("0.25");
    site.send("PUT", "/v1/state/o", "application/octet-stream", new byte[] {0, 9});
    assertThat(site.get("/v1/state/o", "Accept", "application/octet-stream").bytes())
        .containsExactly(0, 9);
    assertThat(site.send("PUT", "/v1/state/k", "text/html", new byte[] {1}).status())
        .isEqualTo(415);
    assertThat(site.send("PUT", "/v1/state/k", "{").status()).isEqualTo(400);
    assertThat(site.get("/v1/state/k", "Accept", "image/png").status()).isEqualTo(406);
    assertThat(
            site.get("/v1/state/k", "Accept", "application/cbor;q=0.5, application/json")
                .header("Content-Type"))
        .isEqualTo("application/json");
  }

  @Test
  void addressesArePercentDecodedOnce() {
    assertThat(site.send("PUT", "/v1/state/a%20b/%C3%A4%2525", "1").status()).isEqualTo(200);
    assertThat(site.get("/v1/state/a%20b/%c3%a4%2525").at("address"))
        .isEqualTo(Value.of("/a b/ä%25"));
    for (String bad : List.of("/v1/state/%", "/v1/state/%zz", "/v1/state/%ff", "/v1/state/a*b")) {
      assertThat(raw("GET " + bad + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 400");
    }
  }

  private String raw(String request) {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", site.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  // --- moments and groups -----------------------------------------------------------------------

  @Test
  void emitsAndStreams() {
    try (ClaspClient other = site.clasp()) {
      ConcurrentLinkedQueue<Signal> heard = heard(other, "/e/**");
      assertThat(site.send("POST", "/v1/emit/e/go", "{\"value\": 3}").status()).isEqualTo(200);
      assertThat(site.ask("POST", "/v1/emit/e/bare").status()).isEqualTo(200);
      assertThat(site.send("POST", "/v1/stream/e/s", "0.5").status()).isEqualTo(202);
      assertThat(
              site.send("POST", "/v1/stream/e/s", "{\"samples\": [1, 2.5], \"rate\": 100}")
                  .status())
          .isEqualTo(202);
      Eventually.is("four signals", () -> heard.size() == 4);
      List<Signal> all = new ArrayList<>(heard);
      assertThat(((Signal.Event) all.get(0)).value()).isEqualTo(Value.of(3L));
      assertThat(((Signal.Stream) all.get(3)).values())
          .containsExactly(Value.of(1.0), Value.of(2.5));
    }
  }

  @Test
  void aBundleHappensAsAWholeOrNotAtAll() {
    assertThat(
            site.send(
                    "POST",
                    "/v1/bundle",
                    """
                    {"signals": [{"address": "/b/1", "value": 1},
                                 {"type": "event", "address": "/b/e", "value": 2},
                                 {"address": "/b/2", "value": 2, "ttl": 100}]}
                    """)
                .status())
        .isEqualTo(200);
    assertThat(
            site.send(
                    "POST",
                    "/v1/bundle",
                    """
                    {"signals": [{"address": "/b/1", "value": 9},
                                 {"address": "/b/2", "value": 9, "revision": 77}]}
                    """)
                .status())
        .isEqualTo(412);
    assertThat(site.get("/v1/state/b/1").at("value")).isEqualTo(Value.of(1L));
    Answer later =
        site.send(
            "POST",
            "/v1/bundle",
            "{\"in\": 300, \"signals\": [{\"address\": \"/b/later\", \"value\": true}]}");
    assertThat(later.status()).isEqualTo(202);
    Eventually.is("it happens", () -> site.get("/v1/state/b/later").status() == 200);
    assertThat(site.send("POST", "/v1/bundle", "[]").status()).isEqualTo(400);
    assertThat(site.send("POST", "/v1/bundle", "{\"signals\": [{}]}").status()).isEqualTo(400);
  }

  @Test
  void aBatchHasAResultForEach() {
    Answer answer =
        site.send(
            "POST",
            "/v1/batch",
            """
            {"requests": [
              {"op": "set", "address": "/x/1", "value": 1},
              {"op": "get", "address": "/x/1"},
              {"op": "get", "address": "/x/none"},
              {"op": "set", "address": "/x/1", "value": 2, "revision": 99},
              {"op": "emit", "address": "/x/e"},
              {"op": "delete", "address": "/x/none"},
              {"op": "fly", "address": "/x/1"}]}
            """);
    assertThat(answer.status()).isEqualTo(200);
    List<Value> results = ((Value.Array) answer.at("results")).values();
    assertThat(
            results.stream().map(r -> ((Value.Map) r).entries().getOrDefault("status", Value.NULL)))
        .containsExactly(
            Value.of(200L),
            Value.of(200L),
            Value.of(404L),
            Value.of(412L),
            Value.of(200L),
            Value.of(404L),
            Value.of(400L));
  }

  @Test
  void listsByPatternInPages() {
    for (int i = 0; i < 25; i++) {
      site.send("PUT", "/v1/state/l/" + (char) ('a' + i) + "/x", "" + i);
    }
    List<String> found = new ArrayList<>();
    String after = "";
    do {
      Answer page = site.get("/v1/list?pattern=/l/*/x&limit=10&after=" + after);
      assertThat(page.status()).isEqualTo(200);
      assertThat(page.at("total")).isEqualTo(Value.of(25L));
      ((Value.Array) page.at("signals"))
          .values()
          .forEach(s -> found.add("" + ((Value.Map) s).entries().get("address")));
      after = page.at("next") instanceof Value.Text(String next) ? next : "";
    } while (!after.isEmpty());
    assertThat(found).hasSize(25).doesNotHaveDuplicates();
    assertThat(site.get("/v1/list?pattern=lights").status()).isEqualTo(400);
  }

  @Test
  void tellsDefinitions() {
    try (ClaspClient other = site.clasp()) {
      other
          .announce(
              "/d",
              List.of(
                  new SignalDefinition(
                      "/d/level",
                      SignalType.PARAM,
                      Optional.of("float"),
                      Optional.empty(),
                      Optional.empty())))
          .join();
      other.ping().join();
      Eventually.is(
          "the definition",
          () -> site.get("/v1/definitions?pattern=/d/**").text().contains("/d/level"));
    }
  }

  @Test
  void aSnapshotIsLinesOfJson() {
    for (int i = 0; i < 300; i++) {
      site.send("PUT", "/v1/state/s/" + i, "" + i);
    }
    site.send("PUT", "/v1/state/other", "1");
    Answer some = site.get("/v1/snapshot/s");
    assertThat(some.status()).isEqualTo(200);
    assertThat(some.header("Content-Type")).startsWith("application/x-ndjson");
    assertThat(some.text().lines())
        .hasSize(300)
        .allMatch(line -> line.startsWith("{\"type\":\"param\""));
    assertThat(site.get("/v1/snapshot").text().lines()).hasSize(301);
    Eventually.is("no stream is left", () -> site.now("streams_now") == 0);
  }

  @Test
  void aLockKeepsOthersOut() {
    Answer lock =
        site.send("POST", "/v1/locks", "{\"address\": \"/k\", \"value\": 1, \"ttl\": 60}");
    assertThat(lock.status()).isEqualTo(201);
    String id = ((Value.Text) lock.at("lock")).value();
    assertThat(lock.header("Location")).isEqualTo("/v1/locks/" + id);
    assertThat(site.send("PUT", "/v1/state/k", "2").status()).isEqualTo(423);
    assertThat(site.send("POST", "/v1/locks", "{\"address\": \"/k\"}").status()).isEqualTo(423);
    assertThat(site.send("PUT", "/v1/state/k", "3", "Clasp-Lock", id).status()).isEqualTo(200);
    assertThat(site.send("PUT", "/v1/state/k", "3", "Clasp-Lock", "no").status()).isEqualTo(404);
    assertThat(site.ask("PUT", "/v1/locks/" + id + "?ttl=90").status()).isEqualTo(200);
    assertThat(site.ask("DELETE", "/v1/locks/" + id).status()).isEqualTo(204);
    Eventually.is("it is free", () -> site.send("PUT", "/v1/state/k", "4").status() == 200);
    assertThat(site.get("/v1/locks/" + id).status()).isEqualTo(404);
    Answer brief = site.send("POST", "/v1/locks", "{\"address\": \"/k\", \"ttl\": 1}");
    assertThat(brief.status()).isEqualTo(201);
    assertThat(brief.at("value")).isEqualTo(Value.of(4L));
    Eventually.is("it expires", () -> site.send("PUT", "/v1/state/k", "5").status() == 200);
  }

  // --- the plain paths --------------------------------------------------------------------------

  @Test
  void thePlainPathsAreThoseOfTheReference() {
    assertThat(site.get("/api/health").text())
        .isEqualTo("{\"status\":\"ok\",\"protocol\":\"CLASP\",\"version\":\"0.1.0\"}");
    assertThat(site.send("PUT", "/api/lights/1", "{\"value\": 0.5}").text())
        .isEqualTo("{\"address\":\"/lights/1\",\"value\":0.5,\"status\":\"set\"}");
    assertThat(site.get("/api/lights/1").text())
        .isEqualTo("{\"address\":\"/lights/1\",\"value\":0.5}");
    assertThat(site.get("/api/signals").text())
        .isEqualTo("{\"signals\":[{\"address\":\"/lights/1\",\"value\":0.5}],\"count\":1}");
    assertThat(site.send("POST", "/api/cue", "{\"n\": 1}").text())
        .isEqualTo("{\"address\":\"/cue\",\"value\":{\"n\":1},\"status\":\"published\"}");
    assertThat(site.ask("DELETE", "/api/lights/1").text())
        .isEqualTo("{\"address\":\"/lights/1\",\"status\":\"deleted\"}");
    Answer gone = site.get("/api/lights/1");
    assertThat(gone.status()).isEqualTo(404);
    assertThat(gone.text()).isEqualTo("{\"error\":\"Signal not found\",\"address\":\"/lights/1\"}");
    Answer wrong = site.send("PUT", "/api/signals", "1");
    assertThat(wrong.status()).isEqualTo(405);
    assertThat(wrong.header("Allow")).isEqualTo("GET, HEAD");
    assertThat(site.send("PUT", "/api/a", "text/html", new byte[] {1}).status()).isEqualTo(415);
    assertThat(site.send("PUT", "/api/a", "{").status()).isEqualTo(400);
  }

  @Test
  void theMountPointIsTheSameForReadingAndWriting() {
    reopen(
        ServerConfig.DEFAULT, HttpApiConfig.DEFAULT.withBasePath("/rest/").withNamespace("http"));
    assertThat(site.send("PUT", "/rest/a", "1").text()).contains("\"address\":\"/http/a\"");
    assertThat(site.get("/rest/a").text()).isEqualTo("{\"address\":\"/http/a\",\"value\":1}");
    assertThat(site.get("/v1/state/http/a").status()).isEqualTo(200);
  }

  @Test
  void whatTheServerSaysOfItselfGoesFirst() {
    assertThat(site.get("/api/status").text()).contains("\"version\"");
    assertThat(site.get("/").status()).isEqualTo(200);
  }

  // --- who --------------------------------------------------------------------------------------

  @Test
  void theTokenDecides() {
    FakeAuthenticator tokens =
        new FakeAuthenticator()
            .admit("reader", "read:/a/**")
            .admit("writer", "write:/a/**")
            .expired("old");
    reopen(ServerConfig.DEFAULT.withAuthenticator(tokens), HttpApiConfig.DEFAULT);
    String[] reader = {"Authorization", "Bearer reader"};
    String[] writer = {"Authorization", "Bearer writer"};
    assertThat(site.send("PUT", "/v1/state/a/1", "1", writer).status()).isEqualTo(200);
    assertThat(site.get("/v1/state/a/1", reader).status()).isEqualTo(200);
    assertThat(site.send("PUT", "/v1/state/a/1", "1", reader).status()).isEqualTo(403);
    assertThat(site.ask("POST", "/v1/emit/a/1", reader).status()).isEqualTo(403);
    assertThat(site.get("/v1/state/b", reader).status()).isEqualTo(403);
    assertThat(site.get("/v1/list?pattern=/**", reader).status()).isEqualTo(403);
    assertThat(site.get("/v1/events?pattern=/**", reader).status()).isEqualTo(403);
    assertThat(site.get("/v1/snapshot", reader).status()).isEqualTo(403);
    assertThat(site.get("/v1/snapshot/a", reader).status()).isEqualTo(200);
    for (String path :
        List.of(
            "/v1/state/a/1",
            "/v1/list",
            "/v1/events",
            "/v1/snapshot",
            "/api/a/1",
            "/api/signals")) {
      Answer none = site.get(path);
      assertThat(none.status()).as(path).isEqualTo(401);
      assertThat(none.header("WWW-Authenticate")).startsWith("Bearer");
      assertThat(site.get(path, "Authorization", "Bearer wrong").status()).isEqualTo(401);
      assertThat(site.get(path, "Authorization", "Bearer old").status()).isEqualTo(401);
      assertThat(site.get(path + "?access_token=wrong").status()).isEqualTo(401);
    }
    assertThat(site.get("/v1/state/a/1?access_token=reader").status()).isEqualTo(401);
    assertThat(site.get("/v1/openapi.json").status()).isEqualTo(200);
  }

  @Test
  void pagesOfOthersGetNothing() {
    site.send("PUT", "/v1/state/a", "1");
    for (String origin :
        List.of("https://evil.example", "null", "http://localhost:1", "nonsense")) {
      for (String path : List.of("/v1/state/a", "/v1/events", "/api/a", "/api/health", "/v1")) {
        Answer answer = site.get(path, "Origin", origin);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
      }
      assertThat(site.send("PUT", "/v1/state/a", "2", "Origin", origin).status()).isEqualTo(403);
      assertThat(site.ask("OPTIONS", "/v1/state/a", "Origin", origin).status()).isEqualTo(403);
    }
    assertThat(site.get("/v1/state/a", "Origin", "http://127.0.0.1:" + site.port()).status())
        .isEqualTo(200);
    assertThat(raw("GET /v1/state/a HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403");
  }

  @Test
  void listedOriginsMay() {
    reopen(
        ServerConfig.DEFAULT,
        HttpApiConfig.DEFAULT.withCorsOrigins(java.util.Set.of("https://show.example")));
    String[] page = {"Origin", "https://show.example"};
    assertThat(site.send("PUT", "/v1/state/a", "1", page).header("Access-Control-Allow-Origin"))
        .isEqualTo("https://show.example");
    Answer before =
        site.ask(
            "OPTIONS",
            "/v1/state/a",
            "Origin",
            "https://show.example",
            "Access-Control-Request-Method",
            "PUT");
    assertThat(before.status()).isEqualTo(204);
    assertThat(before.header("Access-Control-Allow-Methods")).contains("PUT");
    assertThat(site.get("/v1/state/none", page).header("Access-Control-Allow-Origin"))
        .isEqualTo("https://show.example");
    assertThat(site.get("/v1/state/a", "Origin", "https://other.example").status()).isEqualTo(403);
  }

  @Test
  void whoAsksTooMuchIsToldWhenToComeBack() {
    reopen(ServerConfig.DEFAULT, HttpApiConfig.DEFAULT.withRequestsPerSecond(1));
    Answer answer = site.get("/v1/list");
    for (int i = 0; i < 20 && answer.status() == 200; i++) {
      answer = site.get("/v1/list");
    }
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
  }

  @Test
  void whatIsNotThereIsTold() {
    assertThat(site.get("/v1/nothing").status()).isEqualTo(404);
    Answer wrong = site.ask("DELETE", "/v1/list");
    assertThat(wrong.status()).isEqualTo(405);
    assertThat(wrong.header("Allow")).isEqualTo("GET, HEAD");
    assertThat(site.get("/v1").text()).contains("/v1/openapi.json");
  }

  @Test
  void theLongestValueFitsAlsoInItsLongestForm() {
    // 65,000 bytes, of which JSON makes six times as many.
    String text = "\\u0001".repeat(65_000);
    assertThat(site.send("PUT", "/v1/state/long", "\"" + text + "\"").status()).isEqualTo(200);
    assertThat(site.get("/v1/state/long").at("value")).isEqualTo(Value.of("\u0001".repeat(65_000)));
  }

  @Test
  void aBodyThatIsTooLongIsAProblemLikeAllOthers() {
    String text = "\"" + "x".repeat(600_000) + "\"";
    Answer answer = site.send("PUT", "/v1/state/long", text);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.at("type")).isEqualTo(Value.of("urn:clasp:problem:too-large"));
    Answer plain = site.send("PUT", "/api/long", text);
    assertThat(plain.status()).isEqualTo(413);
    assertThat(plain.at("error")).isNotEqualTo(Value.NULL);
  }

  @Test
  void aListOfManyComesPageByPage() {
    for (int i = 0; i < 250; i++) {
      site.send("PUT", "/v1/state/many/%03d".formatted(i), "1");
    }
    List<String> seen = new ArrayList<>();
    String after = "";
    do {
      Answer page = site.get("/v1/list?pattern=/many/**&limit=100&after=" + after);
      assertThat(page.at("total")).isEqualTo(Value.of(250L));
      if (page.at("signals") instanceof Value.Array(List<Value> signals)) {
        for (Value each : signals) {
          if (each instanceof Value.Map(Map<String, Value> signal)
              && signal.get("address") instanceof Value.Text(String address)) {
            seen.add(address);
          }
        }
      }
      after = page.at("next") instanceof Value.Text(String next) ? next : "";
    } while (!after.isEmpty());
    assertThat(seen).hasSize(250).isSorted().doesNotHaveDuplicates();
  }
}
