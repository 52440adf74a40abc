package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bridges on the page, in Chromium, as somebody sees them who has never made one. */
@RealProgram
class BridgesPageTest {

  @RegisterExtension static final Stage stage = new Stage();

  private final OscSocket desk = new OscSocket();
  private PeerClient page = stage.browser().client("bridges page");

  @BeforeEach
  void open() {
    page.call("open", Map.of("url", Json.of(stage.server().page().toString())));
    click("[data-testid=bridges-open]");
    await("[data-testid=bridges-none]");
  }

  @AfterEach
  void close() {
    desk.close();
    JsonNode complaints = page.call("complaints");
    page.call("close-page");
    assertThat(complaints).as(complaints.toString()).allMatch(BridgesPageTest::expected);
  }

  /** Chromium notes every answer that is no success; one is asked for. */
  private static boolean expected(JsonNode complaint) {
    return complaint.asText().contains("status of 400");
  }

  private void await(String selector) {
    page.call("await", Map.of("selector", Json.of(selector)));
  }

  private void click(String selector) {
    page.call("click", Map.of("selector", Json.of(selector)));
  }

  private void fill(String name, String text) {
    page.call(
        "fill", Map.of("selector", Json.of("[data-testid=" + name + "]"), "text", Json.of(text)));
  }

  private String text(String selector) {
    return page.call("text", Map.of("selector", Json.of(selector))).asText();
  }

  @Test
  void aBridgeIsMadeTaughtTriedAndRemoved() throws Exception {
    int port = OscSocket.freePort();
    await("[data-testid=bridge-add]:not([disabled])");
    click("[data-testid=bridge-add]");
    page.call(
        "select",
        Map.of("selector", Json.of("[data-testid=bridge-protocol]"), "text", Json.of("osc")));
    fill("bridge-name", "desk");
    fill("setting-bind", "127.0.0.1:" + port);
    fill("setting-targets", "no port at all:");
    click("[data-testid=bridge-save]");
    await("[data-testid=bridge-problem]");
    fill("setting-targets", "127.0.0.1:" + desk.port());
    click("[data-testid=bridge-save]");
    await("[data-testid=bridge-row] .running");

    click("[data-testid=bridge-edit]");
    click("[data-testid=rule-add]");
    click("[data-testid=rule-learn]");
    // Until the router waits for it.
    AtomicBoolean learned = new AtomicBoolean();
    Thread mover =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; !learned.get(); i++) {
                desk.send(port, "/1/fader1", (i % 100) / 100.0);
                Thread.yield();
              }
            });
    await("[data-testid=rule-learn]:not([disabled])");
    learned.set(true);
    mover.join();
    assertThat(text("[data-testid=bridge-editor]")).doesNotContain("Nothing came");
    fill("rule-to", "/lights/1/level");
    fill(
        "rule-transform",
        "{\"type\":\"scale\",\"from_min\":0,\"from_max\":1,\"to_min\":0,\"to_max\":255}");
    fill("try-value", "0.5");
    click("[data-testid=try]");
    await("[data-testid=tried] li:has-text(\"/lights/1/level = 127.5\")");
    page.call("screenshot", Map.of("file", Json.of(Installation.output("bridges.png").toString())));
    click("[data-testid=bridge-save]");
    await("[data-testid=bridge-row] .running");

    try (ClaspClient client =
        ClaspClient.builder(stage.url().toString())
            .connectTimeout(Patience.START)
            .requestTimeout(Patience.LIMIT)
            .connectBlocking()) {
      Optional<Parameter> level = Optional.empty();
      while (level.isEmpty() || !level.get().value().equals(Value.of(255.0))) {
        // Again each time: the page may still show the bridge as it ran before the change.
        desk.send(port, "/1/fader1", 1);
        level = client.blocking().get("/lights/1/level");
      }
      client.blocking().set("/lights/1/level", Value.of(51.0));
      assertThat(desk.await("/1/fader1").arguments().toString()).contains("0.2");
    }

    click("[data-testid=bridge-switch]");
    await("[data-testid=bridge-row] .stopped");
    click("[data-testid=bridge-remove]");
    click("[data-testid=bridge-remove]");
    await("[data-testid=bridges-none]");
  }
}
