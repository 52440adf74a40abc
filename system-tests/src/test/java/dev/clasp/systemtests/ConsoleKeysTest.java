package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the screens are for, done by somebody who has no mouse: Tab, Enter, arrows and what is
 * typed, with the router as the witness. Live, Timelines &amp; cues, Layouts and Security have such
 * a test of their own.
 */
@RealProgram
class ConsoleKeysTest {

  @RegisterExtension static final Stage stage = new Stage();

  private static void awaitValue(ClaspClient client, String address, Value value) {
    Pause.until(
        () -> address + " is " + client.blocking().get(address),
        () -> client.blocking().get(address).filter(p -> p.value().equals(value)).isPresent());
  }

  @Test
  void patchMakesSwitchesAndRemovesABridge() {
    Screen page = stage.screen("patch").await("[data-testid=bridge-add]:not([disabled])");
    page.tabTo("bridge-add").press("Enter");
    page.await("bridge-editor").tabTo("bridge-name").type("keys");
    page.tabTo("bridge-protocol").type("o");
    page.awaitValue("bridge-protocol", "osc");
    page.tabTo("setting-bind").type("127.0.0.1:" + FreePort.find());
    page.press("Enter");
    page.awaitUrl("#/patch/keys");
    page.await(".running[data-testid=bridge-state]");
    page.go("patch").await("[data-name=keys] .running");
    page.tabTo("[data-name=keys] [data-testid=bridge-switch]").press("Enter");
    page.await("[data-name=keys] .stopped");
    page.tabTo("[data-name=keys] [data-testid=bridge-remove]").press("Enter");
    page.press("Enter");
    page.awaitGone("[data-name=keys]");
  }

  @Test
  void lightingSetsALevel() {
    try (ClaspClient desk = stage.java("keys of lighting")) {
      desk.blocking().set("/dmx/7/1", Value.of(0));
      // Cells are there before the connection is: a level of the router comes with it.
      Screen page = stage.screen("lighting/dmx/7").awaitHas("slot-info", "Slot 1: 0");
      page.tabTo("light-command").type("5 @ full");
      page.press("Enter");
      awaitValue(desk, "/dmx/7/5", Value.of(255));
    }
  }

  @Test
  void monitorFiltersOpensAMessageAndPauses() {
    try (ClaspClient desk = stage.java("keys of monitor")) {
      Screen page = stage.screen("monitor");
      page.await("[data-testid=monitor-answer][data-answer=ready]");
      page.tabTo("monitor-address").type("/keys/monitor");
      desk.blocking().set("/keys/monitor", Value.of(1));
      page.awaitCount("monitor-row", 1);
      page.tabTo("[role=table]").press("ArrowDown");
      page.await("detail-address", "/keys/monitor");
      page.press("Escape");
      page.awaitGone("monitor-detail");
      page.press(".");
      page.await("monitor-waiting");
      page.press(".");
      page.awaitGone("monitor-waiting");
    }
  }

  @Test
  void sessionsDisconnects() {
    RawClient raw = stage.raw("keys of sessions");
    Screen page = stage.screen("sessions").await("session-row");
    page.tabTo("session-filter").type("keys of sessions");
    page.awaitCount("session-row", 1);
    page.tabTo("session-disconnect").press("Enter");
    page.await("disconnect-reason").tabTo("disconnect-reason").type("by keys");
    page.tabTo("confirm-yes").press("Enter");
    assertThat(raw.awaitClose().text()).isEqualTo("disconnected by an administrator: by keys");
  }

  @Test
  void discoverRemembersARouter() {
    Screen page = stage.screen("discover").await("known");
    page.tabTo("known-name").type("Workshop");
    page.tabTo("known-address").type("workshop.example");
    page.press("Enter");
    page.await("[data-testid=known-row][data-url='http://workshop.example:7330/']");
    page.tabTo("known-remove").press("Enter");
    page.awaitGone("known-row");
  }

  @Test
  void operateSearchesTheLog() {
    Screen page = stage.screen("operate").await("part-log");
    page.tabTo("part-log").press("Enter");
    page.await("log-row").tabTo("log-search").type("listening");
    page.awaitHas("[data-testid=log-message] mark", "listening");
  }

  @Test
  void testSendsASignal() {
    try (ClaspClient desk = stage.java("keys of test")) {
      Received<Signal> heard = new Received<>("subscription");
      desk.subscribe("/keys/level", heard::add).active().join();
      Screen page = stage.screen("test/generate").await("generator-add");
      page.tabTo("generator-add").press("Enter");
      page.await("generator-address").tabTo("generator-address").press("Control+a");
      page.type("/keys/level");
      page.tabTo("generator-start").press("Enter");
      heard.awaitCount(5);
      page.tabTo("generator-stop").press("Enter");
      page.await("[data-testid=generator][data-running=false]");
    }
  }

  @Test
  void snippetsAreCopied() {
    Screen page = stage.screen("snippets").await("snippet-copy");
    page.tabTo("snippet-copy");
    Pause.until(
        () -> "the button says " + page.text("snippet-copy"),
        () -> {
          page.press("Enter");
          return page.text("snippet-copy").strip().equals("Copied");
        });
    assertThat(page.clipboard()).contains(stage.url().getAuthority());
  }
}
