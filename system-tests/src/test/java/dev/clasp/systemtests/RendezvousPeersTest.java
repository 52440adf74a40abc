package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.discovery.Registration;
import dev.clasp.discovery.RendezvousClient;
import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.security.Authenticator;
import dev.clasp.server.RendezvousStation;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.HttpReply;
import dev.clasp.transport.PageServer;
import dev.clasp.transport.TrustedProxies;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A rendezvous server and those who ask it from JavaScript: a program, and pages in Chromium. */
@RealProgram
class RendezvousPeersTest {

  @RegisterExtension static final Stage stage = new Stage();

  private final RendezvousStation station =
      RendezvousStation.start(
          "127.0.0.1",
          0,
          ConnectionLimits.DEFAULT,
          Optional.empty(),
          RendezvousConfig.DEFAULT,
          Authenticator.OPEN,
          false);
  private final String url = "http://127.0.0.1:" + station.address().getPort();
  private final RendezvousClient client = new RendezvousClient(url, Optional.empty());
  private final EventLoops loops = EventLoops.create("pages", 1);

  /** Pages of somebody else, which may ask whom they like. */
  private final PageServer elsewhere =
      new PageServer(
          "127.0.0.1",
          0,
          loops,
          ConnectionLimits.DEFAULT,
          TrustedProxies.NONE,
          Optional.empty(),
          _ ->
              new HttpReply(200, "text/html", new byte[0])
                  .withHeader("Content-Security-Policy", "default-src *"));

  @AfterEach
  void stop() {
    elsewhere.close();
    loops.close();
    client.close();
    station.close();
  }

  private void register(String name, String ws) {
    client.register(
        new Registration(
            name, Map.of("ws", ws), Optional.empty(), List.of("param"), List.of(), Map.of()));
  }

  /** D-25: discovery.md 7. */
  @Test
  void d25TheDiscoverOfTheJavaScriptSdkFindsUrls() {
    register("Main stage", "ws://192.0.2.1:7330/clasp");
    JsonNode found = stage.node().client("sdk").call("sdk-discover", Map.of("url", Json.of(url)));
    assertThat(found).hasSize(1);
    assertThat(found.get(0).get("name").asText()).isEqualTo("Main stage");
    assertThat(found.get(0).get("url").asText()).isEqualTo("ws://192.0.2.1:7330/clasp");
  }

  /** D-17, in a browser that means it. */
  @Test
  void d17PagesOfStrangersListAndDoNotRegister() {
    elsewhere.start();
    register("Main stage", "ws://192.0.2.1:7330/clasp");
    List<String> command = new ArrayList<>(Installation.browser());
    command.add("--host-resolver-rules=MAP evil.example 127.0.0.1");
    Peer browser = stage.with(Peer.program("chromium with names", command));
    int port = elsewhere.address().getPort();

    PeerClient stranger = browser.client("stranger");
    stranger.call("open", Map.of("url", Json.of("http://evil.example:" + port + "/")));
    assertThat(fetch(stranger, "GET", "/discover").get("body").asText()).contains("Main stage");
    assertThat(fetch(stranger, "POST", "/api/v1/register").get("status").asInt()).isZero();
    assertThat(fetch(stranger, "DELETE", "/api/v1/unregister/x").get("status").asInt()).isZero();
    stranger.call("close-page");

    PeerClient ours = browser.client("ours");
    ours.call("open", Map.of("url", Json.of("http://localhost:" + port + "/")));
    assertThat(fetch(ours, "POST", "/api/v1/register").get("status").asInt()).isEqualTo(201);
    assertThat(fetch(ours, "DELETE", "/api/v1/unregister/x").get("status").asInt()).isEqualTo(404);
    ours.call("close-page");
    assertThat(client.discover(Optional.empty(), Optional.empty())).hasSize(2);
  }

  private JsonNode fetch(PeerClient page, String method, String path) {
    Map<String, Object> options = new HashMap<>(Map.of("method", method));
    if (method.equals("POST")) {
      options.put("headers", Map.of("Content-Type", "application/json"));
      options.put("body", "{\"name\":\"from a page\",\"endpoints\":{}}");
    }
    return page.call("fetch", Map.of("url", Json.of(url + path), "options", Json.of(options)));
  }
}
