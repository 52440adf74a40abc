package dev.clasp.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The Operate screen in Chromium: health, plots, log, settings and what is done to a router that
 * runs.
 */
@RealProgram
class OperateScreenTest {

  private static final Path FOLDER = folder();
  private static final Path SETTINGS = FOLDER.resolve("clasp.yaml");

  @RegisterExtension
  static final Stage stage =
      new Stage(
          "--config",
          settings("server: {limits: {max_sessions: 200}}\n").toString(),
          "--data-dir",
          FOLDER.resolve("state").toString());

  /** A router that stands still for a moment, on a busy machine, says that it is not ready. */
  private final Screen page = stage.screen("operate").allow("status of 503");

  private static Path folder() {
    try {
      return Files.createTempDirectory("clasp-operate");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path settings(String text) {
    try {
      return Files.writeString(SETTINGS, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void healthAndPlotsAreThoseOfTheRouter() {
    page.await("[data-testid=health-ok][data-status=ok]");
    page.await("[data-testid=health-ready][data-status=ready]");
    page.await("[data-testid=health-check][data-check=loops]");
    page.await("[data-testid=health-check][data-check=state]");
    ClaspClient desk = stage.java("plotted desk");
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              long value = 0;
              while (!Thread.currentThread().isInterrupted()) {
                desk.blocking().set("/plotted/fader", value++);
              }
            });
    try {
      page.await(
          "[data-plot=messages] [data-testid=plot-value][data-series=in]:text-matches('^[1-9][0-9,]* ')");
      page.await("[data-plot=latency] [data-series=p99]:text-matches('[0-9] (µs|ms|s)$')");
      page.await("[data-plot=memory] [data-series=heap]:text-matches('[1-9].* MiB$')");
      page.await("[data-plot=processor] canvas");
    } finally {
      writer.interrupt();
    }
    page.requireAccessible();
    page.pictures("operate");
    page.click("metrics-pause");
    page.click("metrics-table");
    page.await("[data-testid=metrics-row][data-series=sessions]");
    // A figure, not the dash of what is not known.
    assertThat(page.text("[data-testid=metrics-row][data-series=parameters] td:nth-child(2)"))
        .matches("[0-9,]+");
    page.requireAccessible();
    page.screenshot("operate-table");
  }

  @Test
  void theLogIsLiveAndItsLevelCanBeChanged() throws IOException {
    page.click("part-log");
    page.await("[data-testid=log-level][data-level=info]");
    page.select("log-level", "debug");
    page.await("[data-testid=log-level][data-level=debug]");
    RawClient desk = stage.raw("logged desk");
    page.await("[data-testid=log-row][data-level=debug]");
    page.fill("log-search", "no such words anywhere");
    page.awaitGone("log-row");
    page.fill("log-search", "READY");
    page.awaitGone("log-row");
    page.fill("log-search", "logged desk");
    page.awaitHas("[data-testid=log-message] mark", "desk");
    page.click("log-show-debug");
    page.awaitGone("[data-testid=log-row][data-level=debug]");
    page.click("log-show-debug");
    page.fill("log-search", "");
    page.requireAccessible();
    page.pictures("operate-log");
    String text = Files.readString(page.download("log-export", "log.txt"));
    assertThat(text).contains("DEBUG").contains("logged desk");
    page.click("log-pause");
    page.click("log-clear");
    page.select("log-level", "info");
    page.await("[data-testid=log-level][data-level=info]");
    desk.close();
  }

  @Test
  void whatAReloadWouldChangeIsSeenBeforeItHappens() {
    settings("server: {limits: {max_sessions: 200}}\n");
    page.click("part-settings");
    page.await(
        "[data-testid=setting][data-key='limits.max_sessions'] [data-testid=setting-value]", "200");
    page.awaitHas(
        "[data-testid=setting][data-key='limits.max_sessions'] [data-testid=setting-origin]",
        "clasp.yaml");
    page.awaitGone("[data-testid=setting][data-key='port_that_is_none']");
    page.click("reload-look");
    page.await("reload-nothing");

    settings("server: {name: Renamed, limits: {max_sessions: 300}, mqtt: {port: 18883}}\n");
    page.click("reload-look");
    String sessions = "[data-testid=reload-change][data-key='server.limits.max_sessions']";
    page.await(sessions + " .from", "200");
    page.await(sessions + " .to", "300");
    page.awaitHas("[data-testid=reload-change][data-key='server.mqtt.port']", "after a restart");
    page.await("router-name", "CLASP Router");
    page.requireAccessible();
    page.pictures("operate-settings");
    page.click("reload-apply");
    page.awaitHas("reload-outcome", "server.limits.max_sessions");
    page.await("router-name", "Renamed");
    page.await(
        "[data-testid=setting][data-key='limits.max_sessions'] [data-testid=setting-value]", "300");

    settings("server: {limits: {max_sesions: 5}}\n");
    page.allow("status of 409");
    page.click("reload-look");
    page.awaitHas("reload-problem", "did you mean 'server.limits.max_sessions'?");
    settings("server: {limits: {max_sessions: 200}}\n");
    page.click("reload-look");
    page.click("reload-apply");
    page.await("router-name", "CLASP Router");
  }

  @Test
  void valuesAreWrittenAndDiagnosticsGiven() throws IOException {
    page.click("part-router");
    page.await("router-build");
    assertThat(page.text("router-version")).contains(page.text("router-build"));
    try (ClaspClient desk = stage.java("kept desk")) {
      desk.blocking().set("/kept/value", Value.of(7));
    }
    page.click("snapshot");
    page.await("snapshot-done");
    page.requireAccessible();
    page.pictures("operate-router");
    Map<String, String> files = new TreeMap<>();
    try (ZipInputStream zip =
        new ZipInputStream(Files.newInputStream(page.download("diagnostics", "diagnostics.zip")))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), new String(zip.readAllBytes(), UTF_8));
      }
    }
    assertThat(files.get("clasp-diagnostics/metrics.txt")).contains("clasp_sessions_active");
    assertThat(files.get("clasp-diagnostics/settings.json")).contains("server.limits.max_sessions");
    assertThat(files.get("clasp-diagnostics/status.json")).contains("CLASP console");
    assertThat(files.get("clasp-diagnostics/log.jsonl")).contains("\"level\"");
  }

  @Test
  void aRouterIsStoppedAndThePageSaysSo() {
    try (ServerProcess own = ServerProcess.start()) {
      Screen last =
          stage
              .screen(stage.browser(), own.page(), Map.of())
              .allow(
                  "ERR_CONNECTION_REFUSED",
                  "WebSocket connection",
                  "failed:",
                  "status of 503",
                  "ERR_")
              .go("operate/router");
      last.click("drain");
      last.awaitHas("confirm", "1 session ends");
      last.screenshot("operate-drain");
      last.click("confirm-yes");
      last.await("draining");
      assertThat(own.awaitEnd()).isEqualTo(0);
      last.awaitHas("draining", "The router has stopped.");
      last.screenshot("operate-drained");
      last.close();
    }
  }
}
