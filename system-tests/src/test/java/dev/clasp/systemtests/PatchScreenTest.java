package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bridges, mappings and the flow of signals, in Chromium, with OSC at the other end. */
@RealProgram
class PatchScreenTest {

  @RegisterExtension static final Stage stage = new Stage();

  private final OscSocket desk = new OscSocket();
  private final Screen page = stage.screen("patch");

  /** Whoever still moves something stops. */
  private final AtomicBoolean over = new AtomicBoolean();

  @BeforeEach
  void allow() {
    // Chromium notes every answer that is no success, and some are asked for here.
    page.allow("status of 400");
  }

  @AfterEach
  void close() {
    over.set(true);
    for (String name : List.of("desk", "other", "home", "lamp")) {
      page.go("patch");
      if (page.await("bridge-add").count("[data-name=" + name + "]") > 0) {
        remove(name);
      }
    }
    desk.close();
  }

  private static String of(String name, String part) {
    return "[data-name=" + name + "] [data-testid=" + part + "]";
  }

  private void remove(String name) {
    page.click(of(name, "bridge-remove"));
    page.click(of(name, "bridge-remove"));
    page.awaitGone("[data-name=" + name + "]");
  }

  /** A bridge to the socket of this test, made with the form. */
  private int make(String name) {
    int port = FreePort.find();
    page.await("[data-testid=bridge-add]:not([disabled])");
    page.click("bridge-add");
    page.select("bridge-protocol", "osc");
    page.fill("bridge-name", name);
    page.fill("setting-bind", "127.0.0.1:" + port);
    page.fill("setting-targets", "127.0.0.1:" + desk.port());
    page.click("bridge-save");
    page.awaitUrl("#/patch/" + name);
    page.await(".running[data-testid=bridge-state]");
    return port;
  }

  /** Moves a control until something else is true. */
  private Thread moving(int port, String address, AtomicBoolean enough) {
    return Thread.ofVirtual()
        .start(() -> {
          for (int i = 0; !enough.get() && !over.get(); i++) {
            desk.send(port, address, (i % 100) / 100.0);
            // As fast as a hand on a fader.
            LockSupport.parkNanos(5_000_000);
          }
        });
  }

  private static void awaitValue(ClaspClient client, Runnable again, String address, double value) {
    Pause.until(
        () -> address + " is not " + value + " but " + client.blocking().get(address),
        () -> {
          again.run();
          return client
              .blocking()
              .get(address)
              .map(level -> level.value().equals(Value.of(value)))
              .orElse(false);
        });
  }

  @Test
  void aBridgeIsMadeTaughtTriedAndRemoved() throws Exception {
    page.await("bridges-none");
    page.await("[data-testid=bridge-add]:not([disabled])");
    page.click("bridge-add");
    page.select("bridge-protocol", "osc");
    page.fill("bridge-name", "desk");
    int port = FreePort.find();
    page.fill("setting-bind", "127.0.0.1:" + port);
    page.fill("setting-targets", "no port at all:");
    page.click("bridge-save");
    // The router's sentence stands at the field that it is about.
    page.awaitAttribute("setting-targets", "aria-invalid", "true");
    page.awaitHas("help-targets", "behind host:port");
    page.fill("setting-targets", "127.0.0.1:" + desk.port());
    page.click("bridge-save");
    page.awaitUrl("#/patch/desk");
    page.await(".running[data-testid=bridge-state]");

    page.click("rule-add");
    page.click("rule-learn");
    // Until the router waits for it.
    AtomicBoolean learned = new AtomicBoolean();
    Thread mover = moving(port, "/1/fader1", learned);
    page.awaitValue("rule-from", "/1/fader1");
    learned.set(true);
    mover.join();

    try (ClaspClient client = stage.java("patch test")) {
      // The router side teaches too: whatever is written next. What is on its way of the fader may
      // be heard first, and is learned instead: then once more.
      AtomicBoolean written = new AtomicBoolean();
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; !written.get() && !over.get(); i++) {
                  client.blocking().set("/lights/1/level", Value.of(i / 1000.0));
                }
              });
      Pause.until(
          () -> "it has learned " + page.value("rule-to"),
          () -> {
            if (page.count("[data-testid=rule-learn-to]:not([disabled])") == 0) {
              return false;
            }
            boolean right = page.value("rule-to").equals("/lights/1/level");
            if (!right) {
              page.click("rule-learn-to");
            }
            return right;
          });
      written.set(true);
      writer.join();

      page.select("transform-add", "scale");
      page.fill("[data-testid=parameter-to_max]", "255");
      page.select("transform-add", "round");
      // The preview follows what really comes, through each step: by UDP, behind what was moved.
      Pause.until(
          () -> "the preview says " + page.text("preview-in-steps"),
          () -> {
            desk.send(port, "/1/fader1", 0.5);
            return page.count("[data-testid=preview-in-steps]:has-text('scale 127.5')") > 0;
          });
      page.awaitHas("preview-in-steps", "0.5");
      page.awaitHas("preview-in-steps", "scale 127.5");
      page.awaitHas("preview-in-steps", "round 128");
      page.awaitHas("preview-in-steps", "/lights/1/level = 128");
      client.blocking().set("/lights/1/level", Value.of(51.0));
      page.awaitHas("preview-out-steps", "51");
      page.awaitHas("preview-out-steps", "/1/fader1 = 0.2");
      page.pictures("patch-rule");
      page.requireAccessible();

      page.click("bridge-save");
      page.awaitHas("bridge-saved", "Saved");
      awaitValue(client, () -> desk.send(port, "/1/fader1", 1), "/lights/1/level", 255);
      // The snapshot for the new rule may have brought the 255 as a 1 before, and a last 1 of the
      // fader may come behind the 51.
      Pause.until(
          () -> "no 0.2 came",
          () -> {
            client.blocking().set("/lights/1/level", Value.of(51.0));
            return desk.has("/1/fader1", 0.2);
          });
    }

    page.click("bridge-cancel");
    page.click(of("desk", "bridge-switch"));
    page.await("[data-name=desk] .stopped");
    page.click(of("desk", "bridge-switch"));
    page.await("[data-name=desk] .running");
    page.click(of("desk", "bridge-restart"));
    page.await("[data-name=desk] .running");
    page.pictures("patch-list");
    page.requireAccessible();
    remove("desk");
    page.await("bridges-none");
  }

  @Test
  void rulesMoveAreSwitchedOffAndComeBackFromText() throws Exception {
    make("desk");
    for (String path : List.of("/a", "/b", "/c")) {
      page.click("rule-add");
      int i = page.count("rule") - 1;
      page.fill("[data-rule='" + i + "'] [data-testid=rule-from]", path);
      page.fill("[data-rule='" + i + "'] [data-testid=rule-to]", "/to" + path);
      page.click("[data-rule='" + i + "'] [data-testid=rule-more]");
    }
    // With the keyboard: the first becomes the second, and keeps the focus.
    page.press("[data-rule='0'] [data-testid=rule-grip]", "ArrowDown");
    page.awaitValue("[data-rule='1'] [data-testid=rule-from]", "/a");
    page.await("[data-rule='1'] [data-testid=rule-grip]:focus");
    page.awaitHas("mapping-said", "Rule 1 is now rule 2");
    // With the pointer: the last to the top. Both ends must be in sight.
    page.resize(1280, 1600);
    page.dragTo("[data-rule='2'] [data-testid=rule-grip]", "mapping-said");
    page.awaitValue("[data-rule='0'] [data-testid=rule-from]", "/c");
    page.check("[data-rule='0'] [data-testid=rule-enabled]", false);

    page.click("mapping-text");
    JsonNode mapping = new ObjectMapper().readTree(page.value("mapping-json"));
    assertThat(mapping.at("/rules/0/from").asText()).isEqualTo("/c");
    assertThat(mapping.at("/rules/0/enabled").asBoolean(true)).isFalse();
    assertThat(mapping.at("/rules").findValuesAsText("from")).containsExactly("/c", "/b", "/a");
    page.fill(
        "mapping-json",
        "{\"match\":\"all\",\"rules\":[{\"from\":[\"/x\",\"/y\"],\"to\":\"/xy\",\"collect\":true}]}");
    page.click("mapping-text");
    page.awaitValue("rule-from", "/x\n/y");
    page.click("bridge-save");
    page.awaitHas("bridge-saved", "Saved");
    page.reload();
    page.await("[data-rule='0']").click("mapping-text");
    JsonNode kept = new ObjectMapper().readTree(page.value("mapping-json"));
    assertThat(kept.at("/match").asText()).isEqualTo("all");
    assertThat(kept.at("/rules/0/collect").asBoolean()).isTrue();
  }

  @Test
  void whatWasNotSavedStaysAndAChangeFromElsewhereIsSaid() {
    make("desk");
    page.fill("bridge-namespace", "/mine");
    page.await("bridge-unsaved");
    page.go("snippets");
    page.go("patch/desk");
    page.awaitValue("bridge-namespace", "/mine");
    page.go("patch");
    page.click(of("desk", "bridge-switch"));
    page.await("[data-name=desk] .stopped");
    page.go("patch/desk");
    page.await("bridge-overtaken");
    page.awaitValue("bridge-namespace", "/mine");
    page.click("bridge-drop");
    page.awaitGone("bridge-unsaved");
    page.awaitGone("bridge-overtaken");
    page.awaitValue("bridge-direction", "both");
  }

  @Test
  void anExpressionThatIsWrongIsMarkedWhereItIs() {
    make("desk");
    page.click("rule-add");
    page.fill("rule-from", "/1/x");
    page.fill("rule-to", "/x");
    page.select("rule-direction", "in");
    page.select("transform-add", "expression");
    page.fill("parameter-expr", "value * (2 +");
    page.fill("preview-in-address", "/1/x");
    page.fill("preview-in-value", "4");
    page.await("expression-mistake");
    page.awaitHas("parameter-problem-expr", "at character 13");
    page.screenshot("patch-expression");
    page.fill("parameter-expr", "value * (2 + 1)");
    page.awaitGone("expression-mistake");
    page.awaitHas("preview-in-steps", "expression 12");
    page.awaitHas("preview-in-steps", "/x = 12");
    // What a transform needs is asked for with its limits.
    page.select("transform-add", "average");
    page.fill("[data-testid=parameter-window_size]", "5000");
    page.awaitHas("[data-testid=parameter-problem-window_size]", "1000");
    page.fill("[data-testid=parameter-window_size]", "5");
    page.awaitGone("[data-testid=parameter-problem-window_size]");
  }

  @Test
  void whatIsNoNumberIsMarkedAtItsFieldAndNotSaved() throws Exception {
    make("desk");
    page.click("rule-add");
    page.fill("rule-from", "/1/x");
    page.fill("rule-to", "/marked");
    page.fill("rule-rate", "3o");
    page.press("rule-rate", "Tab");
    page.awaitAttribute("rule-rate", "aria-invalid", "true");
    page.awaitHas("rule-rate-problem", "This must be a number");
    page.select("transform-add", "scale");
    page.fill("[data-testid=parameter-to_max]", "1oo");
    page.awaitAttribute("[data-testid=parameter-to_max]", "aria-invalid", "true");
    page.awaitHas("[data-testid=parameter-problem-to_max]", "This must be a number");
    page.requireAccessible();
    page.screenshot("patch-numbers");
    page.click("bridge-save");
    page.awaitHas("rule-problem", "Not saved");
    assertThat(definitions()).doesNotContain("/marked");
    // What was typed is still there to be mended.
    page.awaitValue("rule-rate", "3o");
    page.awaitValue("[data-testid=parameter-to_max]", "1oo");

    page.fill("rule-rate", "30");
    page.fill("[data-testid=parameter-to_max]", "");
    page.focus("[data-testid=parameter-to_max]");
    page.type("-0.5");
    page.awaitValue("[data-testid=parameter-to_max]", "-0.5");
    page.click("bridge-save");
    page.awaitHas("bridge-saved", "Saved");
    page.awaitAttribute("rule-rate", "aria-invalid", "false");
    assertThat(definitions()).contains("/marked", "\"rate\":30", "\"to_max\":-0.5");
  }

  /** What the router has. */
  private static String definitions() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = stage.server().page().resolve("/admin/v1/bridges");
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  @Test
  void aCurveIsDrawnWithThePointerAndTheKeyboardAsTheRouterCalculatesIt() {
    make("desk");
    page.click("rule-add");
    page.fill("rule-from", "/1/x");
    page.fill("rule-to", "/x");
    page.select("rule-direction", "in");
    page.select("transform-add", "curve");
    page.await("curve-checked");
    page.select("curve-name", "bounce_out");
    page.await("curve-checked");
    page.select("curve-kind", "gamma");
    page.fill("curve-gamma", "3");
    page.press("curve-gamma", "Tab");
    page.fill("preview-in-address", "/1/x");
    page.fill("preview-in-value", "0.5");
    page.awaitHas("preview-in-steps", "curve 0.125");

    page.click("curve-as-points");
    page.await("curve-handle-4");
    page.press("curve-handle-2", "ArrowUp");
    page.awaitHas("preview-in-steps", "curve 0.135");
    page.press("curve-handle-2", "Shift+ArrowUp");
    page.awaitHas("preview-in-steps", "curve 0.235");
    // The plot shows −0.25 to 1.25: 1 is a sixth from the top.
    double one = 0.25 / 1.5;
    page.scrollTo("curve-plot");
    page.drag("curve-plot", 0.5, (1.25 - 0.235) / 1.5, 0.5, one);
    page.awaitHas("preview-in-steps", "curve 1");
    page.await("curve-checked");
    page.pictures("patch-curve");
    page.requireAccessible();
  }

  @Test
  void bridgesAreSavedToAFileWithoutSecretsAndLoaded() throws Exception {
    page.await("[data-testid=bridge-add]:not([disabled])");
    page.click("bridge-add");
    page.select("bridge-protocol", "mqtt");
    page.fill("bridge-name", "home");
    page.fill("setting-broker", "mqtt://127.0.0.1:1");
    page.click("[data-testid=settings-security] summary");
    page.fill("setting-user", "me");
    page.fill("setting-password", "hunter2");
    page.click("bridge-save");
    page.awaitUrl("#/patch/home");
    page.go("discover");
    page.fill("known-name", "Workshop");
    page.fill("known-address", "https://user:secret@workshop.example/?token=x");
    page.click("known-add");
    page.await("known-row");
    page.go("patch");
    page.await("[data-name=home]");
    Path file = page.download("bridges-save", "bridges.json");
    String text = Files.readString(file);
    assertThat(text)
        .contains("\"broker\"", "\"me\"", "\"Workshop\"", "\"https://workshop.example/\"")
        .doesNotContain("hunter2", "*****", "secret", "token");
    page.awaitHas("bridges-said", "without one secret");
    remove("home");
    page.upload("bridges-file", "bridges.json", text);
    page.awaitHas("bridges-said", "One bridge is there. One router is in your list.");
    page.await("[data-name=home]");
    page.go("discover");
    page.click("known-remove");
    page.awaitGone("known-row");
    page.go("patch");
    page.await("bridge-add");
    page.upload("bridges-file", "bridges.json", text);
    page.awaitHas("bridges-said", "One router is in your list.");
    page.go("discover");
    page.await("[data-testid=known-row][data-url='https://workshop.example/']");
    page.go("patch");
    page.await("bridge-add");
    page.upload(
        "bridges-file", "wrong.json", "{\"bridges\":[{\"name\":\"lamp\",\"protocol\":\"gong\"}]}");
    page.awaitHas("bridges-problem", "gong");
  }

  @Test
  void settingsOfferWhatTheMachineHasAndHardwareThatIsMissingIsSaid() {
    page.await("[data-testid=bridge-add]:not([disabled])");
    page.click("bridge-add");
    page.select("bridge-protocol", "sacn");
    page.await("devices-interfaces");
    page.awaitHas("devices-interfaces", "127.0.0.1");
    page.select("devices-interfaces", "lo");
    page.awaitValue("setting-interfaces", "lo");
    page.select("bridge-protocol", "dmx");
    page.fill("bridge-name", "lamp");
    page.fill("setting-port", "/dev/nothing-is-here");
    page.click("bridge-save");
    page.awaitUrl("#/patch/lamp");
    page.await(".degraded[data-testid=bridge-state]");
    page.awaitHas("[aria-labelledby$=-now]", "/dev/nothing-is-here");
  }

  @Test
  void theFlowShowsWhoSpeaksAndLeadsThere() throws Exception {
    int port = make("desk");
    try (ClaspClient client = stage.java("flow reader")) {
      client.subscribe("/osc/**", _ -> {}).active().get();
      page.click("view-flow");
      AtomicBoolean seen = new AtomicBoolean();
      Thread mover = moving(port, "/1/fader1", seen);
      page.await("[data-testid=flow-source][data-id='bridge:desk']");
      page.await("[data-testid=flow-target][data-id='bridge:desk']");
      page.awaitHas("[data-testid=flow-target]", "flow reader");
      // A rate that is not nothing.
      page.await(
          "[data-testid=flow-source][data-id='bridge:desk']:not([data-rate='0']):not([data-rate=''])");
      page.pictures("patch-flow");
      page.requireAccessible();
      seen.set(true);
      mover.join();
      page.click("flow-table-switch");
      page.awaitHas("flow-table", "desk");
      page.click("flow-table-switch");
      page.click("[data-testid=flow-source][data-id='bridge:desk']");
      page.awaitUrl("#/patch/desk");
      page.await("bridge-editor");
    }
  }
}
