package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The traffic of the page, as it shows it, while clients make it. */
@RealProgram
class MonitorScreenTest {

  private static final String ADMIN = "cpsk_monitoradmin0000000000000000000000";
  private static final String LIGHTS = "cpsk_monitorlights000000000000000000000";

  @RegisterExtension
  static final Stage stage = Stage.withTokens(ADMIN, "--token-file", tokens().toString());

  private static Path tokens() {
    try {
      Path file = Files.createTempDirectory("clasp-monitor").resolve("tokens.txt");
      return Files.write(
          file, List.of(ADMIN + " admin:/**", LIGHTS + " read:/lights/**,write:/lights/**"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Screen monitor(String token, String name) {
    Screen screen =
        stage
            .screen(stage.browser(), stage.server().page(), Map.of("storage", name))
            .allowRefusals()
            .logIn(token);
    return screen.go("monitor");
  }

  private static Screen monitor(String name) {
    return monitor(ADMIN, name).await("[data-testid=monitor-answer][data-answer=ready]");
  }

  private static ClaspClient desk() {
    return stage.java("lighting desk", settings -> settings.token(ADMIN));
  }

  private static String row(String kind, String address) {
    return "[data-testid=monitor-row][data-kind=" + kind + "][data-address='" + address + "']";
  }

  private static long total(Screen screen) {
    return Long.parseLong(screen.attribute("monitor-counts", "data-total").orElseThrow());
  }

  @Test
  void everyMessageIsARowWithAllThatItHas() throws Exception {
    Screen screen = monitor("rows");
    ClaspClient desk = desk();
    long revision = desk.blocking().set("/lights/1/level", 0.25).revision().orElseThrow();
    desk.blocking().emit("/cue/go", Map.of("cue", "intro"));
    desk.blocking().stream("/sensor/level", 0.5);
    desk.blocking().set("/lights/1/name", "Bühne ☃");

    screen.await(row("set", "/lights/1/level") + " [data-testid=monitor-value]", "0.25");
    screen.await(row("event", "/cue/go") + " [data-testid=monitor-value]", "{\"cue\": \"intro\"}");
    screen.await(row("stream", "/sensor/level"));
    screen.await(row("set", "/lights/1/name") + " [data-testid=monitor-value]", "\"Bühne ☃\"");

    screen.fill("monitor-address", "/lights/1/level");
    screen.awaitCount("monitor-row", 1);
    screen.click(row("set", "/lights/1/level"));
    screen.await("detail-address", "/lights/1/level");
    assertThat(screen.text("detail-message")).contains("0.25").contains("revision");
    // 0.25 as a float of 64 bits, and the magic of the frame.
    assertThat(screen.text("detail-hex")).startsWith("0000  53").contains("3f d0 00 00");
    assertThat(screen.text("monitor-detail")).contains(Long.toString(revision));
    screen.click("detail-who");
    screen.await("detail-writer");
    assertThat(screen.text("detail-writer"))
        .containsAnyOf("lighting desk", desk.session().substring(0, 8));

    desk.blocking().set("/lights/1/level", 0.5);
    // The question and its answer are messages of this page too.
    screen.awaitCount("monitor-row", 4);
    screen.click("detail-who");
    screen.awaitHas("detail-writer", "overwritten");
    screen.focus("[role=table]");
    screen.press("ArrowDown");
    screen.await("detail-kind", "get (GET)");
    screen.press("Escape");
    screen.awaitGone("monitor-detail");
  }

  @Test
  void whatThePageSendsIsThereTooAndAnAnswerIsBesideItsQuestion() {
    Screen screen = monitor("both-ways");
    screen.await(row("subscribe", "/**") + "[data-direction=out]");
    screen.fill("monitor-pattern", "/lights/**");
    screen.click("monitor-subscribe");
    screen.await(row("subscribe", "/lights/**") + "[data-direction=out]");
    screen.select("monitor-direction", "in");
    screen.awaitGone("[data-testid=monitor-row][data-direction=out]");
  }

  @Test
  void filtersLeaveWhatTheyAreAskedFor() {
    Screen screen = monitor("filters");
    ClaspClient desk = desk();
    IntStream.range(0, 5).forEach(i -> desk.blocking().set("/filter/a/" + i, i));
    IntStream.range(0, 3).forEach(i -> desk.blocking().emit("/filter/b/" + i, "intro " + i));
    screen.fill("monitor-address", "/filter/**");
    screen.awaitCount("monitor-row", 8);
    screen.click("[data-testid=monitor-kind][data-kind=event]");
    screen.awaitCount("monitor-row", 5);
    screen.click("[data-testid=monitor-kind][data-kind=event]");
    screen.fill("monitor-text", "INTRO");
    screen.awaitCount("monitor-row", 3);
    screen.fill("monitor-text", "");
    screen.fill("monitor-address", "/filter/*/1");
    screen.awaitCount("monitor-row", 2);
    screen.fill("monitor-session", "me");
    screen.await("monitor-none");
    screen.click("monitor-reset");
    screen.await("[data-testid=monitor-row][data-kind=hello], [data-testid=monitor-row]");
  }

  @Test
  void aPauseHoldsWhatIsShownAndCountsOn() {
    Screen screen = monitor("pause");
    ClaspClient desk = desk();
    screen.fill("monitor-address", "/pause/**");
    desk.blocking().set("/pause/before", 1);
    screen.awaitCount("monitor-row", 1);
    screen.click("monitor-pause");
    screen.await("monitor-waiting");
    long before = total(screen);
    IntStream.range(0, 20).forEach(i -> desk.blocking().set("/pause/during", i));
    Pause.until(() -> total(screen) + " after " + before, () -> total(screen) >= before + 20);
    assertThat(screen.count("monitor-row")).isEqualTo(1);
    screen.click("monitor-pause");
    screen.awaitCount("monitor-row", 21);
    screen.click("monitor-clear");
    screen.await("monitor-none");
    desk.blocking().set("/pause/after", 1);
    screen.await(row("set", "/pause/after"));
  }

  @Test
  void allOfAFloodIsCountedTheNewestKeptAndOnlyWhatIsInSightIsDrawn() {
    Screen screen = monitor("flood");
    ClaspClient desk = desk();
    screen.fill("monitor-address", "/flood");
    long before = total(screen);
    int flood = 12_000;
    CompletableFuture<?>[] sent =
        IntStream.rangeClosed(1, flood)
            .mapToObj(i -> desk.emit("/flood", Value.of((long) i)))
            .toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(sent).join();

    screen.await(row("event", "/flood") + " [data-testid=monitor-value]", Integer.toString(flood));
    assertThat(total(screen)).isGreaterThanOrEqualTo(before + flood);
    int shown = Integer.parseInt(screen.attribute("monitor-counts", "data-shown").orElseThrow());
    assertThat(shown).isBetween(9_000, 10_000);
    assertThat(screen.count("monitor-row")).isBetween(5, 80);
  }

  @Test
  void theExportHasEveryMessageThatIsShown() throws Exception {
    Screen screen = monitor("export");
    ClaspClient desk = desk();
    screen.fill("monitor-address", "/export/**");
    desk.blocking().set("/export/float", 0.1);
    desk.blocking().set("/export/int", 42L);
    desk.blocking().set("/export/bytes", Value.of(new byte[] {1, 2, 3}));
    desk.blocking().set("/export/text", "two\nlines");
    screen.awaitCount("monitor-row", 4);

    List<JsonNode> lines =
        Files.readAllLines(screen.download("monitor-json-export", "traffic.jsonl")).stream()
            .map(Json::parse)
            .toList();
    assertThat(lines)
        .extracting(line -> line.get("address").asText())
        .containsExactly("/export/float", "/export/int", "/export/bytes", "/export/text");
    assertThat(lines.get(0).get("value").doubleValue()).isEqualTo(0.1);
    assertThat(lines.get(1).get("value").isIntegralNumber()).isTrue();
    assertThat(lines.get(2).get("value").get("$bytes").asText()).isEqualTo("AQID");
    assertThat(lines.get(3).get("value").asText()).isEqualTo("two\nlines");
    List<String> text = Files.readAllLines(screen.download("monitor-text-export", "traffic.txt"));
    assertThat(text).hasSize(4).allMatch(line -> line.split("\t", -1).length == 7);

    // The page says HELLO with its token when it connects again; nobody gets that out of it.
    screen.go("sessions");
    screen.click(
        "[data-testid=session-row]:has([data-testid=session-self]) [data-testid=session-disconnect]");
    screen.click("confirm-yes");
    screen.awaitGone("confirm-yes");
    screen.go("monitor");
    screen.click("monitor-reset");
    screen.fill("monitor-text", "HELLO");
    screen.awaitHas("monitor-row", "HELLO");
    assertThat(Files.readString(screen.download("monitor-json-export", "traffic-hello.jsonl")))
        .contains("\"type\":\"HELLO\"", "\"token\":\"•••\"")
        .doesNotContain(ADMIN);
  }

  @Test
  void aNarrowTokenSeesItsPartAndIsToldThatThereIsMore() {
    Screen screen = monitor(LIGHTS, "narrow");
    screen.await("[data-testid=monitor-answer][data-answer=refused]");
    screen.await("monitor-narrow");
    screen.fill("monitor-pattern", "/lights/**");
    screen.click("monitor-subscribe");
    screen.await("[data-testid=monitor-answer][data-answer=ready]");
    ClaspClient desk = desk();
    desk.blocking().set("/secret/level", 0.75);
    desk.blocking().set("/lights/9/level", 0.75);
    screen.await(row("set", "/lights/9/level"));
    screen.fill("monitor-text", "/secret");
    screen.await("monitor-none");
  }

  @Test
  void itIsAccessibleInBothThemesAndOnATelephone() {
    Screen screen = monitor("access");
    ClaspClient desk = desk();
    for (int i = 0; i < 40; i++) {
      desk.blocking().set("/lights/" + i % 4 + "/level", i / 40.0);
    }
    desk.blocking().emit("/cue/go", "intro");
    // So few that all are in sight: rows are used again when the list moves under the pointer.
    screen.fill("monitor-address", "/lights/3/level");
    screen.await(row("set", "/lights/3/level") + " [data-testid=monitor-value]", "0.975");
    screen.click("monitor-pause");
    screen.await("monitor-waiting");
    screen.click(row("set", "/lights/3/level") + " >> nth=0");
    screen.await("detail-address", "/lights/3/level");
    screen.requireAccessible();
    screen.pictures("monitor");
  }
}
