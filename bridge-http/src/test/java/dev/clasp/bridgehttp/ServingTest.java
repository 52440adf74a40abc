package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.RouterDoors;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.FakeAuthenticator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The HTTP API on a port of its own, and endpoints for callers with tokens, at a real router. */
class ServingTest {

  private final FakeAuthenticator tokens = new FakeAuthenticator();
  private final ClaspServer server =
      ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(1).withAuthenticator(tokens));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  private HttpRoom room(String json) {
    HttpRoom room = new HttpRoom(json);
    room.context.router = Optional.of(RouterDoors.inProcess(server::doorFor, server.loops()));
    return room.start();
  }

  private String ask(String method, String url, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + " " + response.body();
  }

  private Value value(String token, String address) throws Exception {
    try (ClaspClient client =
        ClaspClient.builder(server.doorFor("reader", "192.0.2.1:1"))
            .token(token)
            .loops(server.loops())
            .connect()
            .get(30, TimeUnit.SECONDS)) {
      return client.get(address).get(30, TimeUnit.SECONDS).orElseThrow().value();
    }
  }

  @Test
  void theApiIsServedWithTheRightsOfTheCallersToken() throws Exception {
    tokens.admit("full", "admin:/**");
    tokens.admit("reader", "read:/**");
    try (HttpRoom room = room("{'bind':'127.0.0.1:0','base_path':'/house','mount':'/stage'}")) {
      String url = room.url();
      assertThat(ask("PUT", url + "/house/lamp", "0.5", "Authorization", "Bearer full"))
          .startsWith("200 {\"address\":\"/stage/lamp\",\"value\":0.5");
      assertThat(value("full", "/stage/lamp")).isEqualTo(Value.of(0.5));
      assertThat(ask("GET", url + "/house/lamp", "", "Authorization", "Bearer reader"))
          .startsWith("200 ");
      assertThat(ask("PUT", url + "/house/lamp", "1", "Authorization", "Bearer reader"))
          .startsWith("403 ");
      assertThat(ask("PUT", url + "/house/lamp", "1", "Authorization", "Bearer wrong"))
          .startsWith("401 ");
      assertThat(ask("GET", url + "/v1/state/stage/lamp", "", "Authorization", "Bearer full"))
          .startsWith("200 ");
      assertThat(room.context.awaitTold("up")).endsWith("/house");
    }
  }

  @Test
  void anEndpointWithAScopeIsDoneWithTheRightsOfTheCaller() throws Exception {
    tokens.admit("full", "admin:/**");
    tokens.admit("doors", "write:/door/**");
    try (HttpRoom room =
        room(
            "{'mode':'client','bind':'127.0.0.1:0','endpoints':["
                + "{'path':'/in/*what','method':'PUT','clasp_address':'/{what}',"
                + "'required_scope':'write:/door/**'},"
                + "{'path':'/in/*what','clasp_address':'/{what}','scope':'read:/**'}]}")) {
      String url = room.url();
      assertThat(ask("PUT", url + "/in/door/a", "true", "Authorization", "Bearer doors"))
          .isEqualTo("200 {\"address\":\"/door/a\",\"value\":true,\"status\":\"set\"}");
      assertThat(value("full", "/door/a")).isEqualTo(Value.TRUE);
      assertThat(ask("PUT", url + "/in/lamp/a", "true", "Authorization", "Bearer doors"))
          .startsWith("403 ");
      assertThat(ask("PUT", url + "/in/door/a", "true")).startsWith("401 ");
      assertThat(ask("PUT", url + "/in/door/a", "true", "Authorization", "Bearer wrong"))
          .startsWith("401 ");
      assertThat(ask("GET", url + "/in/door/a", "", "Authorization", "Bearer full"))
          .isEqualTo("200 {\"address\":\"/door/a\",\"value\":true}");
      assertThat(ask("GET", url + "/in/door/b", "", "Authorization", "Bearer full"))
          .startsWith("404 ");
      assertThat(room.context.parcels).isEmpty();
    }
  }

  @Test
  void aHostWithoutAWayToTheRouterCannotServeTheApi() {
    try (HttpRoom room = new HttpRoom("{'bind':'127.0.0.1:0'}")) {
      assertThatThrownBy(room::start)
          .isInstanceOf(BridgeException.class)
          .hasMessageContaining("way to the router");
    }
  }
}
