package dev.clasp.bridgehttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.BridgeStatus;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.Namespace;
import dev.clasp.bridgehttp.HttpRoom.Server;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bridge in its host, between a real router and a server in Node. */
class HostedTest {

  private final ClaspServer router =
      ClaspServer.start(ServerConfig.DEFAULT.withPort(0).withLoops(1));
  private final ClaspClient desk = client("desk");
  private final BridgeHost host =
      BridgeHost.perBridge(
          List.of(new HttpProvider()),
          name -> CompletableFuture.completedFuture(client(name)),
          _ -> {});
  private final HttpClient http = HttpClient.newHttpClient();

  private ClaspClient client(String name) {
    return ClaspClient.builder(router.url()).name(name).connectBlocking();
  }

  @AfterEach
  void close() {
    http.close();
    host.close();
    desk.close();
    router.close();
  }

  private void bridge(String json) {
    Map<String, Value> settings =
        ((Value.Map) JsonValues.parse(json.replace('\'', '"')).orElseThrow()).entries();
    host.add(BridgeDefinition.of("web", "http", settings).withNamespace(Namespace.parse("/web")));
    Eventually.is(() -> "it runs, but " + status(), () -> status().state() == BridgeState.RUNNING);
  }

  private BridgeStatus status() {
    return host.status("web").orElseThrow();
  }

  private void has(String address, Value value) {
    Eventually.is(
        () -> address + " = " + value + ", it is " + desk.blocking().get(address),
        () -> desk.blocking().get(address).map(Parameter::value).equals(Optional.of(value)));
  }

  private String get(String url) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void whatWasPolledIsNotSentBackAndWhatIsSetIsSent() throws Exception {
    try (Server server = HttpRoom.server()) {
      bridge(
          "{'mode':'client','url':'%s','poll':[{'url':'/hot','every':'100ms','values':{'/sensor/temp':'/temp'}}]}"
              .formatted(server.url()));
      has("/web/temp", Value.of(20.5));
      get(server.url() + "/hot/30");
      has("/web/temp", Value.of(30));
      desk.blocking().set("/web/lamp", 0.5);
      // Only this one is a PUT: polled values would have come before it.
      Map<String, Value> put = server.request("\"method\":\"PUT\"");
      assertThat(HttpRoom.text(put, "url")).isEqualTo("/lamp");
      assertThat(HttpRoom.text(put, "body")).isEqualTo("0.5");
    }
  }

  @Test
  void whatIsReadIsWhatTheRouterHas() throws Exception {
    desk.blocking().set("/web/before", 1);
    bridge(
        "{'mode':'client','bind':'127.0.0.1:0','endpoints':[{'path':'/r/*a','address':'/{a}'},"
            + "{'path':'/w/*a','method':'PUT','address':'/{a}'}]}");
    String url =
        "http://127.0.0.1:"
            + ((Value.Int) status().details().getOrDefault("port", Value.NULL)).value();
    Eventually.is(
        "the value of before",
        () -> {
          try {
            return get(url + "/r/before").equals("{\"address\":\"/before\",\"value\":1}");
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    http.send(
        HttpRequest.newBuilder(URI.create(url + "/w/now"))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"value\":[1,2]}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
    has("/web/now", Value.of(List.of(Value.of(1), Value.of(2))));
    assertThat(get(url + "/r/now")).contains("[1,2]");
  }

  @Test
  void whatIsLostIsCountedAndTheBridgeGoesOn() {
    bridge("{'mode':'client','send':[{'match':'/x','url':'http://127.0.0.1:1/x'}],'attempts':1}");
    desk.blocking().set("/web/x", 1);
    Eventually.is("the request is counted as lost", () -> status().counts().dropped() == 1);
    assertThat(status().state()).isEqualTo(BridgeState.RUNNING);
  }
}
