package dev.clasp.systemtests;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Universes on the page, in Chromium: 512 cells that follow what is written. */
@RealProgram
class UniversesPageTest {

  @RegisterExtension static final Stage stage = new Stage();

  @Test
  void cellsFollowSlotsAndWholeUniverses() {
    Screen screen = stage.screen("lighting");
    screen.await("universes-none");
    try (ClaspClient desk =
        ClaspClient.builder(stage.url().toString())
            .connectTimeout(Patience.START)
            .requestTimeout(Patience.LIMIT)
            .connectBlocking()) {
      desk.blocking().set("/artnet/1/1", Value.of(255));
      desk.blocking().set("/artnet/1/512", Value.of(0.5));
      screen.awaitHas("slot-1", "255");
      screen.awaitHas("slot-512", "128");
      screen.awaitHas("universe-lit", "2 of 2 slots");
      desk.blocking().set("/artnet/1/1", Value.of(7));
      screen.awaitHas("slot-1", "7");

      byte[] whole = new byte[512];
      for (int i = 0; i < whole.length; i++) {
        whole[i] = (byte) i;
      }
      desk.blocking().set("/sacn/2", Value.of(whole));
      screen.select("universe-choose", "/sacn/2");
      screen.awaitHas("slot-256", "255");
      screen.awaitHas("universe-lit", "510 of 512 slots");
      screen.screenshot("universes");
      screen.click("universe-percent");
      screen.awaitHas("slot-256", "100");
    }
  }
}
