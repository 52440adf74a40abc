package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Universes on the page, in Chromium: 512 cells that follow what is written. */
@RealProgram
class UniversesPageTest {

  @RegisterExtension static final Stage stage = new Stage();

  private final PeerClient page = stage.browser().client("universes page");

  private void await(String selector) {
    page.call("await", Map.of("selector", Json.of(selector)));
  }

  private void click(String selector) {
    page.call("click", Map.of("selector", Json.of(selector)));
  }

  @Test
  void cellsFollowSlotsAndWholeUniverses() {
    page.call("open", Map.of("url", Json.of(stage.server().page().toString())));
    click("[data-testid=universes-open]");
    await("[data-testid=universes-none]");
    try (ClaspClient desk =
        ClaspClient.builder(stage.url().toString())
            .connectTimeout(Patience.START)
            .requestTimeout(Patience.LIMIT)
            .connectBlocking()) {
      desk.blocking().set("/artnet/1/1", Value.of(255));
      desk.blocking().set("/artnet/1/512", Value.of(0.5));
      await("[data-testid=slot-1]:has-text(\"255\")");
      await("[data-testid=slot-512]:has-text(\"128\")");
      await("[data-testid=universe-lit]:has-text(\"2 of 2 slots\")");
      desk.blocking().set("/artnet/1/1", Value.of(7));
      await("[data-testid=slot-1]:has-text(\"7\")");

      byte[] whole = new byte[512];
      for (int i = 0; i < whole.length; i++) {
        whole[i] = (byte) i;
      }
      desk.blocking().set("/sacn/2", Value.of(whole));
      page.call(
          "select",
          Map.of("selector", Json.of("[data-testid=universe-choose]"), "text", Json.of("/sacn/2")));
      await("[data-testid=slot-256]:has-text(\"255\")");
      await("[data-testid=universe-lit]:has-text(\"510 of 512 slots\")");
      page.call(
          "screenshot", Map.of("file", Json.of(Installation.output("universes.png").toString())));
      click("[data-testid=universe-percent]");
      await("[data-testid=slot-256]:has-text(\"100\")");
    }
    JsonNode complaints = page.call("complaints");
    page.call("close-page");
    assertThat(complaints).as(complaints.toString()).isEmpty();
  }
}
