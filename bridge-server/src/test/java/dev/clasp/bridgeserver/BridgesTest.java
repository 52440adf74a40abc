package dev.clasp.bridgeserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.server.AdminApi;
import dev.clasp.server.AdminConfig;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ConfigReloads;
import dev.clasp.server.EventFeed;
import dev.clasp.server.MetricsPage;
import dev.clasp.server.Persistence;
import dev.clasp.server.ServerConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bridges beside a real server on a socket of this machine, and what an administrator can do. */
@Timeout(120)
class BridgesTest {

  private static final String DESK = "{\"name\":\"desk\",\"protocol\":\"bell\"}";

  @TempDir private Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private Optional<ClaspServer> running = Optional.empty();

  private Bridges start(BridgesConfig config) {
    return start(config, Duration.ofSeconds(60));
  }

  private Bridges start(BridgesConfig config, Duration patience) {
    Bridges bridges = new Bridges(config);
    running =
        Optional.of(
            ClaspServer.start(
                ServerConfig.DEFAULT
                    .withPort(0)
                    .withCompanions(
                        List.of(
                            bridges.factory(),
                            MetricsPage.factory(new ConfigReloads()),
                            AdminApi.factory(
                                AdminConfig.of(new EventFeed())
                                    .withMore(bridges.routes(patience)))))));
    return bridges;
  }

  @AfterEach
  void stop() {
    running.ifPresent(ClaspServer::close);
    http.close();
  }

  private static FixedBridge fixed(String json, String place) {
    return new FixedBridge(BridgeDefinition.parse(JsonValues.parse(json).orElseThrow(), ""), place);
  }

  private HttpResponse<String> send(String method, String path, String body) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(running.orElseThrow().consoleUrl()).resolve(path))
              .timeout(Duration.ofSeconds(60))
              .header("X-Clasp-Admin", "1")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private Value.Map ask(String method, String path, String body, int status) {
    HttpResponse<String> response = send(method, "/admin/v1" + path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return (Value.Map) JsonValues.parse(response.body()).orElseThrow();
  }

  private String refused(String method, String path, String body, int status) {
    HttpResponse<String> response = send(method, "/admin/v1" + path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return response.body();
  }

  private void done(String method, String path) {
    HttpResponse<String> response = send(method, "/admin/v1" + path, "{}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private boolean is(String name, String state) {
    return Value.of(state).equals(ask("GET", "/bridges/" + name, "", 200).entries().get("state"));
  }

  @Test
  void whatTheConfigurationDefinesRunsAndIsChangedThere() throws Exception {
    start(new BridgesConfig(List.of(fixed(DESK, "clasp.yaml, line 3")), Optional.empty()));
    await("it runs", () -> is("desk", "running"));
    try (ClaspClient client = ClaspClient.builder(running.orElseThrow().url()).connectBlocking()) {
      CompletableFuture<Value> heard = new CompletableFuture<>();
      client
          .subscribe(
              "/bell/**",
              signal -> {
                if (signal instanceof dev.clasp.client.Signal.Change change) {
                  heard.complete(change.value());
                }
              })
          .active()
          .get(30, TimeUnit.SECONDS);
      BellProvider.ring("front", "/1", 0.5);
      assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo(Value.of(0.5));
    }
    Value.Map view = ask("GET", "/bridges/desk", "", 200);
    assertThat(view.entries().get("fixed")).isEqualTo(Value.of("clasp.yaml, line 3"));
    assertThat(view.entries().get("detail")).isEqualTo(Value.of("at the front door"));
    assertThat(String.valueOf(view.entries().get("sources"))).contains("/1");
    assertThat(refused("PUT", "/bridges/desk", DESK, 409)).contains("clasp.yaml, line 3");
    assertThat(refused("DELETE", "/bridges/desk", "", 409)).contains("change it there");
    assertThat(send("GET", "/metrics", "").body())
        .contains("clasp_bridge_up{bridge=\"desk\",protocol=\"bell\"} 1")
        .contains(
            "clasp_bridge_messages_total{bridge=\"desk\",direction=\"in\",protocol=\"bell\"} 1");
    // Switching off is no change of the configuration.
    done("POST", "/bridges/desk/disable");
    await("it is closed", () -> !BellProvider.open("front"));
    done("POST", "/bridges/desk/enable");
    await("it is open again", () -> BellProvider.open("front"));
  }

  /** A key that was held when the server stopped is not held when it comes again. */
  @Test
  void whatABridgeLetsGoWhenTheServerStopsIsHeardAndKept() throws Exception {
    ServerConfig config =
        ServerConfig.DEFAULT
            .withPort(0)
            .withPersistence(
                new Persistence(folder.resolve("state"), Persistence.DEFAULT_INTERVAL));
    Bridges bridges =
        new Bridges(new BridgesConfig(List.of(fixed(DESK, "clasp.yaml")), Optional.empty()));
    CompletableFuture<Value> released = new CompletableFuture<>();
    CompletableFuture<Value> held = new CompletableFuture<>();
    ClaspServer server = ClaspServer.start(config.withCompanions(List.of(bridges.factory())));
    running = Optional.of(server);
    await("the door is open", () -> BellProvider.open("front"));
    try (ClaspClient client = ClaspClient.builder(server.url()).connectBlocking()) {
      client
          .subscribe(
              "/bell/held",
              signal -> {
                if (signal instanceof dev.clasp.client.Signal.Change change) {
                  (change.value().equals(Value.of(1.0)) ? held : released).complete(change.value());
                }
              })
          .active()
          .get(30, TimeUnit.SECONDS);
      BellProvider.ring("front", BellProvider.HELD, 1);
      held.get(30, TimeUnit.SECONDS);
      server.close();
      assertThat(released.get(30, TimeUnit.SECONDS)).isEqualTo(Value.of(0.0));
    }
    try (ClaspServer again = ClaspServer.start(config);
        ClaspClient client = ClaspClient.builder(again.url()).connectBlocking()) {
      assertThat(client.get("/bell/held").get(30, TimeUnit.SECONDS).toString()).contains("0.0");
    }
  }

  @Test
  void whatIsMadeHereOutlivesTheServer() throws Exception {
    Path file = folder.resolve("bridges.json");
    start(new BridgesConfig(List.of(), Optional.of(file)));
    ask(
        "POST",
        "/bridges",
        "{\"name\":\"back\",\"protocol\":\"bell\",\"settings\":{\"door\":\"back\",\"code\":\"1234\"}}",
        201);
    await("it runs", () -> is("back", "running"));
    assertThat(refused("POST", "/bridges", "{\"name\":\"back\",\"protocol\":\"bell\"}", 409))
        .contains("already");
    String shown = send("GET", "/admin/v1/bridges", "").body();
    assertThat(shown)
        .contains("\"code\":\"********\"")
        .doesNotContain("1234")
        .contains("\"kept\":true");
    // Whoever sends back what is shown keeps the secret.
    ask(
        "PUT",
        "/bridges/back",
        "{\"protocol\":\"bell\",\"settings\":{\"door\":\"side\",\"code\":\"********\"}}",
        200);
    await("it is at the other door", () -> BellProvider.open("side"));
    assertThat(Files.readString(file)).contains("1234").contains("side");

    running.orElseThrow().close();
    assertThat(BellProvider.open("side")).isFalse();
    start(new BridgesConfig(List.of(), Optional.of(file)));
    await("it runs again", () -> is("back", "running"));
    done("DELETE", "/bridges/back");
    await("it is closed", () -> !BellProvider.open("side"));
    assertThat(refused("GET", "/bridges/back", "", 404)).contains("no bridge back");
  }

  @Test
  void aDeviceTeachesAndAPreviewSendsNothing() throws Exception {
    start(new BridgesConfig(List.of(fixed(DESK, "here")), Optional.empty()));
    await("it runs", () -> is("desk", "running"));
    CompletableFuture<Value.Map> heard =
        CompletableFuture.supplyAsync(
            () -> ask("POST", "/bridges/desk/learn", "{\"seconds\":60}", 200));
    while (!heard.isDone()) {
      BellProvider.ring("front", "/button/7", 1);
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(heard.get().toString()).contains("/button/7");
    refused("POST", "/bridges/desk/learn", "{\"seconds\":0}", 400);

    Value.Map preview =
        ask(
            "POST",
            "/bridge-preview",
            "{\"bridge\":\"desk\",\"direction\":\"in\",\"address\":\"/x\",\"value\":0.5}",
            200);
    assertThat(String.valueOf(preview.entries().get("signals"))).contains("/bell/x");
    assertThat(
            ask(
                    "POST",
                    "/bridge-preview",
                    "{\"definition\":"
                        + DESK
                        + ",\"direction\":\"out\",\"address\":\"/elsewhere\",\"value\":1}",
                    200)
                .entries()
                .get("signals"))
        .isEqualTo(Value.of(List.<Value>of()));
    refused("POST", "/bridge-preview", "{\"bridge\":\"desk\",\"direction\":\"up\"}", 400);
    refused("POST", "/bridge-preview", "{\"direction\":\"in\",\"address\":\"/x\"}", 400);
  }

  @Test
  void aPreviewShowsEachStepOfEachRule() {
    start(BridgesConfig.NONE);
    Value.Map preview =
        ask(
            "POST",
            "/bridge-preview",
            "{\"definition\":{\"name\":\"a\",\"protocol\":\"bell\",\"mapping\":{\"match\":\"all\","
                + "\"rules\":[{\"name\":\"faders\",\"from\":\"/f{n}\",\"to\":\"/l/{n}\",\"transform\":"
                + "[\"invert\",{\"type\":\"scale\",\"to_max\":200}]},"
                + "{\"from\":\"/g\",\"to\":\"/h\"}]}},"
                + "\"direction\":\"in\",\"address\":\"/f3\",\"value\":0.25}",
            200);
    assertThat(JsonValues.text(preview))
        .contains("\"captures\":{\"n\":\"3\"}")
        .contains(
            "\"stages\":[{\"transform\":\"invert\",\"value\":0.75},{\"transform\":\"scale\",\"value\":150.0}]")
        .contains("\"refusal\":\"the address does not match /g\"")
        .contains("\"address\":\"/l/3\"");
  }

  @Test
  void transformsAreDescribedAndTried() {
    start(BridgesConfig.NONE);
    String types = JsonValues.text(ask("GET", "/transforms", "", 200));
    assertThat(types)
        .contains("\"type\":\"one_euro\"")
        .contains("\"choices\":[\"above\",\"below\",\"equal\",\"at_least\"]")
        .contains("\"name\":\"sine_in_out\"");
    Value.Map tried =
        ask(
            "POST",
            "/transform-preview",
            "{\"transform\":{\"type\":\"edge\"},\"values\":[0,1,1,0,1],\"seconds\":0.1}",
            200);
    assertThat(JsonValues.text(tried))
        .isEqualTo("{\"results\":[{},{\"value\":1.0},{},{},{\"value\":1.0}]}");
    assertThat(
            JsonValues.text(
                ask(
                    "POST",
                    "/transform-preview",
                    "{\"transform\":[{\"type\":\"scale\",\"to_max\":10}],\"values\":[0.5]}",
                    200)))
        .contains("\"results\":[{\"value\":5.0}]", "\"inverse\":", "\"from_max\":10.0");
    assertThat(
            refused(
                "POST", "/transform-preview", "{\"transform\":\"= value *\",\"values\":[]}", 400))
        .contains("expr: a value is missing at character 8");
    assertThat(refused("POST", "/transform-preview", "{\"transform\":\"abs\"}", 400))
        .contains("values");
    assertThat(
            refused(
                "POST",
                "/transform-preview",
                "{\"transform\":\"abs\",\"values\":[],\"seconds\":-1}",
                400))
        .contains("seconds");
  }

  @Test
  void devicesOfThisMachineAndUniversesAreTold() {
    start(new BridgesConfig(List.of(fixed(DESK, "here")), Optional.empty()));
    await("it runs", () -> is("desk", "running"));
    assertThat(JsonValues.text(ask("GET", "/bridge-protocols/bell/devices", "", 200)))
        .contains("\"devices\":{\"door\":[{", "\"value\":\"front\"", "\"notes\":[]");
    assertThat(refused("GET", "/bridge-protocols/gong/devices", "", 404)).contains("gong");
    assertThat(JsonValues.text(ask("GET", "/bridges/desk/universe?number=7", "", 200)))
        .isEqualTo("{\"in\":{\"merge\":\"htp\"}}");
    assertThat(refused("GET", "/bridges/desk/universe?number=8", "", 404)).contains("universe 8");
    refused("GET", "/bridges/desk/universe", "", 400);
    refused("GET", "/bridges/nobody/universe?number=7", "", 404);
  }

  @Test
  void aDriverThatHangsLetsNobodyWait() {
    start(new BridgesConfig(List.of(), Optional.empty()), Duration.ofMillis(200));
    BellProvider.driver = new CompletableFuture<>();
    try {
      for (int i = 0; i < 2; i++) {
        assertThat(JsonValues.text(ask("GET", "/bridge-protocols/bell/devices", "", 200)))
            .contains("\"devices\":{}", "the system has not said within");
      }
    } finally {
      BellProvider.driver.complete(null);
    }
    await(
        "it is asked again",
        () ->
            JsonValues.text(ask("GET", "/bridge-protocols/bell/devices", "", 200))
                .contains("\"value\":\"front\""));
  }

  @Test
  void theConfigurationIsReadAgainAllOrNothing() {
    FixedBridge desk = fixed(DESK, "line 1");
    FixedBridge back =
        fixed(
            "{\"name\":\"back\",\"protocol\":\"bell\",\"settings\":{\"door\":\"back\"}}", "line 2");
    Bridges bridges = start(new BridgesConfig(List.of(desk), Optional.empty()));
    await("it runs", () -> is("desk", "running"));
    FixedBridge wrong = fixed("{\"name\":\"x\",\"protocol\":\"gong\"}", "line 9");
    assertThatThrownBy(() -> bridges.reconfigure(List.of(back, wrong)))
        .isInstanceOf(BridgeException.class)
        .hasMessageStartingWith("line 9: ")
        .hasMessageContaining("gong");
    assertThat(is("desk", "running")).isTrue();
    assertThat(bridges.reconfigure(List.of(back)))
        .containsExactly("bridge desk is gone", "bridge back is new");
    await("the other runs", () -> is("back", "running"));
    assertThat(bridges.reconfigure(List.of(back))).isEmpty();
    assertThatThrownBy(() -> new Bridges(new BridgesConfig(List.of(desk, desk), Optional.empty())))
        .hasMessageContaining("already");
  }

  @Test
  void whatCannotBeIsRefusedWithASentence() {
    start(BridgesConfig.NONE);
    assertThat(refused("POST", "/bridges", "{\"protocol\":\"gong\"}", 400)).contains("bell");
    assertThat(refused("POST", "/bridges", "[]", 400)).contains("object");
    assertThat(
            refused(
                "POST",
                "/bridges",
                "{\"name\":\"a\",\"protocol\":\"bell\",\"settings\":{\"dor\":\"x\"}}",
                400))
        .contains("dor")
        .contains("door");
    assertThat(refused("PUT", "/bridges/a", "{\"name\":\"b\",\"protocol\":\"bell\"}", 400))
        .contains("another name");
    for (String what : List.of("enable", "disable", "restart", "learn")) {
      refused("POST", "/bridges/nobody/" + what, "{}", 404);
    }
    assertThat(send("GET", "/admin/v1/bridge-protocols", "").body()).contains("Bells at doors");
  }

  @Test
  void theDescriptionOfTheApiHasTheseCalls() throws Exception {
    Set<String> described = new TreeSet<>();
    String path = "";
    for (String line : Files.readAllLines(Path.of("..", "docs", "api", "openapi.yaml"))) {
      Matcher start = Pattern.compile("  (/\\S*):").matcher(line);
      Matcher method = Pattern.compile("    (get|put|post|delete):").matcher(line);
      if (start.matches()) {
        path = start.group(1);
      } else if (method.matches()
          && (path.startsWith("/admin/v1/bridge") || path.startsWith("/admin/v1/transform"))) {
        described.add(method.group(1).toUpperCase(Locale.ROOT) + " " + path);
      }
    }
    assertThat(described)
        .isEqualTo(
            new Bridges(BridgesConfig.NONE)
                .routes().stream()
                    .map(route -> route.method() + " /admin/v1" + route.path())
                    .collect(Collectors.toCollection(TreeSet::new)));
  }
}
