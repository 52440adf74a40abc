package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
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

  /** Chromium notes every answer that is no success; one is asked for. */
  private final Screen screen = stage.screen("patch").allow("status of 400");

  @BeforeEach
  void begun() {
    screen.await("bridges-none");
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void aBridgeIsMadeTaughtTriedAndRemoved() throws Exception {
    int port = OscSocket.freePort();
    screen.await("[data-testid=bridge-add]:not([disabled])");
    screen.click("bridge-add");
    screen.select("bridge-protocol", "osc");
    screen.fill("bridge-name", "desk");
    screen.fill("setting-bind", "127.0.0.1:" + port);
    screen.fill("setting-targets", "no port at all:");
    screen.click("bridge-save");
    screen.await("bridge-problem");
    screen.fill("setting-targets", "127.0.0.1:" + desk.port());
    screen.click("bridge-save");
    screen.await("[data-testid=bridge-row] .running");

    screen.click("bridge-edit");
    screen.click("rule-add");
    screen.click("rule-learn");
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
    screen.await("[data-testid=rule-learn]:not([disabled])");
    learned.set(true);
    mover.join();
    assertThat(screen.text("bridge-editor")).doesNotContain("Nothing came");
    screen.fill("rule-to", "/lights/1/level");
    screen.fill(
        "rule-transform",
        "{\"type\":\"scale\",\"from_min\":0,\"from_max\":1,\"to_min\":0,\"to_max\":255}");
    screen.fill("try-value", "0.5");
    screen.click("try");
    screen.awaitHas("[data-testid=tried] li", "/lights/1/level = 127.5");
    screen.screenshot("bridges");
    screen.click("bridge-save");
    screen.await("[data-testid=bridge-row] .running");

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

    screen.click("bridge-switch");
    screen.await("[data-testid=bridge-row] .stopped");
    screen.click("bridge-remove");
    screen.click("bridge-remove");
    screen.await("bridges-none");
  }
}
