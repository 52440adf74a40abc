package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.HeldLock;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Universes in Chromium, with frames of sACN and Art-Net at the other end. */
@RealProgram
class LightingScreenTest {

  @RegisterExtension static final Stage stage = new Stage();

  private final HttpClient http = HttpClient.newHttpClient();
  private final LightSocket lights = new LightSocket();
  private final Screen page = stage.screen("lighting").allow("status of 404");
  private final AtomicBoolean over = new AtomicBoolean();
  private boolean made;

  private int ask(String method, String path, String body)
      throws IOException, InterruptedException {
    URI uri = URI.create(stage.server().page().toString()).resolve("/admin/v1" + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("X-Clasp-Admin", "1")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private void bridge(String definition) throws IOException, InterruptedException {
    assertThat(ask("POST", "/bridges", definition)).isEqualTo(201);
    made = true;
  }

  @AfterEach
  void close() throws Exception {
    over.set(true);
    if (made) {
      assertThat(ask("DELETE", "/bridges/rig", "")).isEqualTo(204);
    }
    lights.close();
    http.close();
  }

  /** Types a command as somebody does who does not use the mouse. */
  private void command(String text) {
    page.fill("light-command", text);
    page.press("light-command", "Enter");
  }

  /** The place of a slot in the cells, from 0 to 1. */
  private double x(int slot) {
    int columns = Integer.parseInt(page.attribute("cells", "data-columns").orElseThrow());
    return ((slot - 1) % columns + 0.5) / columns;
  }

  private double y(int slot) {
    int columns = Integer.parseInt(page.attribute("cells", "data-columns").orElseThrow());
    int rows = Integer.parseInt(page.attribute("cells", "data-rows").orElseThrow());
    return (Math.floorDiv(slot - 1, columns) + 0.5) / rows;
  }

  @Test
  void cellsFollowSlotsAndWholeUniverses() {
    try (ClaspClient desk = stage.java("lighting test")) {
      desk.blocking().set("/dmx/1/1", Value.of(255));
      desk.blocking().set("/dmx/1/512", Value.of(0.5));
      page.go("lighting/dmx/1");
      page.awaitHas("universe-lit", "2 of 2 slots");
      page.awaitHas("slot-info", "Slot 1: 255 (100 %)");
      page.press("cells", "End");
      page.awaitHas("slot-info", "Slot 512: 128 (50 %)");
      desk.blocking().set("/dmx/1/512", Value.of(7));
      page.awaitHas("slot-info", "Slot 512: 7 (3 %)");
      page.await("no-bridge");

      byte[] whole = new byte[512];
      for (int i = 0; i < whole.length; i++) {
        whole[i] = (byte) i;
      }
      desk.blocking().set("/dmx/2", Value.of(whole));
      page.awaitHas("universe-list", "/dmx/2");
      page.check("[data-testid=universe-list] input", true);
      page.awaitCount("universe", 2);
      page.go("lighting/dmx/2");
      page.awaitHas("universe-lit", "510 of 512 slots");
      page.press("cells", "End");
      page.awaitHas("slot-info", "Slot 512: 255 (100 %)");
      page.check("light-heat", true);
      page.select("light-unit", "hex");
      page.pictures("lighting-heat");
      page.requireAccessible();
    }
  }

  @Test
  void aFingerThatScrollsOverTheCellsLeavesTheSelection() {
    try (ClaspClient desk = stage.java("lighting finger")) {
      desk.blocking().set("/dmx/9/1", Value.of(9));
      page.phone().go("lighting/dmx/9");
      page.awaitHas("slot-info", "Slot 1: 9");
      page.press("cells", "Home");
      page.press("cells", "Shift+ArrowRight");
      page.press("cells", "Shift+ArrowRight");
      page.awaitHas("light-selected", "1–3");
      JsonNode before = page.box("cells");
      double top = before.get("y").doubleValue();
      double height = before.get("height").doubleValue();
      // Upwards, in the middle of what a telephone shows.
      page.swipe("cells", 0.5, (600 - top) / height, 0.5, (300 - top) / height);
      Pause.until(
          () -> "the cells are at " + page.box("cells"),
          () -> page.box("cells").get("y").doubleValue() < top - 50);
      page.awaitHas("light-selected", "1–3");
    }
  }

  @Test
  void whoSendsAndWhoWinsIsShown() throws Exception {
    int port = FreePort.find();
    bridge(
        "{\"name\":\"rig\",\"protocol\":\"sacn\",\"settings\":{\"bind\":\"127.0.0.1:"
            + port
            + "\",\"multicast\":false,\"universes\":\"1\"},"
            + "\"mapping\":[{\"from\":\"/1/2\",\"to\":\"/sacn/1/2\"}]}");
    UUID first = UUID.randomUUID();
    UUID second = UUID.randomUUID();
    // As consoles do: again and again.
    Thread consoles =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; !over.get(); i++) {
                lights.sacn(port, first, "Desk A", 100, 1, i & 255, 10, 200, 5);
                lights.sacn(port, second, "Desk B", 120, 1, i & 255, 20);
                LockSupport.parkNanos(20_000_000);
              }
            });
    page.go("lighting/sacn/1");
    page.await("[data-name='Desk A']");
    page.await("[data-name='Desk A'] [data-testid=source-priority]", "100");
    page.await("[data-name='Desk A'] [data-testid=source-slots]", "2");
    page.await("[data-name='Desk B'] [data-testid=source-priority]", "120");
    page.await("[data-name='Desk B'] [data-testid=source-slots]", "1");
    page.awaitHas("slot-info", "Slot 1: 20 (8 %) · from Desk B");
    page.press("cells", "ArrowRight");
    page.awaitHas("slot-info", "Slot 2: 200 (78 %) · from Desk A · mapped: /sacn/1/2");
    page.awaitGone("[data-name='Desk A'] [data-testid=source-rate]", "–");
    page.pictures("lighting-sources");
    page.requireAccessible();
    over.set(true);
    consoles.join();
  }

  @Test
  void levelsAreSetByCommandByPointerByFaderAndDarkened() throws Exception {
    bridge(
        "{\"name\":\"rig\",\"protocol\":\"artnet\",\"settings\":{\"bind\":\"127.0.0.1:0\","
            + "\"send\":\"targets\",\"targets\":[\"127.0.0.1:"
            + lights.port()
            + "\"],\"node\":false,\"poll\":[\"127.0.0.1:"
            + lights.port()
            + "\"],\"output_universes\":[\"3\"]}}");
    page.go("lighting/artnet/3");
    command("1 thru 10 + 12 @ 50");
    page.awaitHas("light-said", "11 slots set to 50 %");
    page.awaitHas("light-selected", "1–10, 12");
    int[] slots =
        lights.await("1 to 10 are half", 3, () -> {}, all -> all[10] == 128 && all[12] == 128);
    assertThat(slots[1]).isEqualTo(128);
    assertThat(slots[11]).isZero();
    try (ClaspClient reader = stage.java("lighting reader")) {
      assertThat(reader.blocking().get("/artnet/3/10").orElseThrow().value())
          .isEqualTo(Value.of(128));

      // What is wrong is said, marked, and not sent.
      command("1 thru 600 @ full");
      page.awaitHas("light-problem", "Slots are 1 to 512 (character 8)");
      command("5 @ full");
      page.awaitHas("light-said", "One slot set to 100 %");
      command("@ -20");
      lights.await("5 is 80 %", 3, () -> {}, all -> all[5] == 204);

      // With the pointer over cells, and with the keyboard.
      page.scrollTo("cells");
      page.drag("cells", x(21), y(21), x(24), y(24));
      page.awaitHas("light-selected", "21–24");
      page.press("cells", "Escape");
      page.awaitHas("light-selected", "No cell");
      page.press("cells", "Home");
      page.press("cells", "Shift+ArrowRight");
      page.press("cells", "Shift+ArrowRight");
      page.awaitHas("light-selected", "1–3");
      page.press("light-fader", "End");
      lights.await("1 to 3 are full", 3, () -> {}, all -> all[1] == 255 && all[3] == 255);
      page.press("light-fader", "ArrowLeft");
      lights.await("a step below", 3, () -> {}, all -> all[1] == 254 && all[3] == 254);

      // A lock of somebody else.
      reader.blocking().set("/artnet/3/40", Value.of(0));
      try (HeldLock _ = reader.blocking().lock("/artnet/3/40")) {
        command("40 @ full");
        page.awaitHas("light-problem", "The router refused");
      }

      page.click("blackout");
      page.awaitHas("blackout", "Darken all of rig");
      page.click("blackout");
      lights.await("all is dark", 3, () -> {}, all -> all[1] == 0 && all[5] == 0);
      page.await("blackout-end");
      page.awaitHas("light-out", "a blackout holds");
      page.awaitHas("node", "Test node");
      page.pictures("lighting-output");
      page.requireAccessible();
      page.click("blackout-end");
      lights.await("the levels are back", 3, () -> {}, all -> all[1] == 254);
      reader.blocking().set("/artnet/blackout", Value.FALSE);
    }
  }
}
