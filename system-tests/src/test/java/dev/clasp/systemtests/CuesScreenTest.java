package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.HeldLock;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Cue lists and timelines, in Chromium, with a client of ours at the other end. */
@RealProgram
class CuesScreenTest {

  @RegisterExtension static final Stage stage = new Stage("--name", "Cue stage");

  /** Keeps its values beyond its end. */
  @RegisterExtension
  static final Stage own = Stage.forRestarts("--persist", folder(), "--persist-interval", "200ms");

  private static String folder() {
    try {
      return Files.createTempDirectory(Installation.output(""), "state").toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- both ends ---------------------------------------------------------------------------------

  private static Parameter await(ClaspClient client, String address, Predicate<Value> wanted) {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    Optional<Parameter> now = Optional.empty();
    while (System.nanoTime() < end) {
      now = client.blocking().get(address);
      if (now.isPresent() && wanted.test(now.get().value())) {
        return now.get();
      }
    }
    throw new AssertionError(address + " has " + now);
  }

  private static void await(ClaspClient client, String address, double value) {
    await(client, address, now -> now.equals(Value.of(value)));
  }

  private static double number(Value value) {
    return value instanceof Value.Float(double number) ? number : Double.NaN;
  }

  private static void putList(ClaspClient client, String name, String... cues) {
    client
        .blocking()
        .set(
            "/console/cues/" + name,
            "{\"format\":\"clasp-cues\",\"version\":1,\"title\":\"%s\",\"cues\":[%s]}"
                .formatted(name, String.join(",", cues)));
  }

  private static String cue(String id, String number, String more, String values) {
    return "{\"id\":\"%s\",\"number\":\"%s\",\"name\":\"Cue %s\"%s,\"values\":[%s]}"
        .formatted(id, number, number, more, values);
  }

  private static String is(String address, String value) {
    return "{\"a\":\"%s\",\"v\":%s}".formatted(address, value);
  }

  private static void awaitCue(Screen screen, String id, boolean running) {
    screen.await(
        "[data-testid=cue-current][data-cue='%s'][data-running=%s]".formatted(id, running));
  }

  // --- cue lists ---------------------------------------------------------------------------------

  @Test
  void cuesAreCapturedRunByKeysAndFadedByTheRouter() {
    ClaspClient desk = stage.java("desk");
    desk.blocking().set("/show/1/level", 0.0);
    desk.blocking().set("/show/2/level", 0.0);
    desk.blocking().set("/show/title", "before");
    desk.blocking().set("/show/colour", Map.of("r", 0.0, "g", 0.0, "b", 0.0));
    Screen screen = stage.screen("cues");
    screen.await("not-kept");
    screen.fill("lists-name", "evening");
    screen.click("lists-create");
    screen.await("cue-list");

    screen.click("cue-add");
    screen.fill("capture-pattern", "/show/**");
    screen.click("capture");
    screen.await("capture-notice", "4 values captured.");
    screen.fill("cue-name", "Dark");
    screen.fill("cue-fade", "0");
    // The next look, made at the desk.
    desk.blocking().set("/show/1/level", 1.0);
    desk.blocking().set("/show/title", "after");
    desk.blocking().set("/show/colour", Map.of("r", 200.0, "g", 0.0, "b", 0.0));
    screen.click("cue-add");
    screen.fill("capture-pattern", "/show/**");
    screen.click("capture");
    screen.await("capture-notice", "4 values captured.");
    screen.fill("tr[data-cue=q2] [data-testid=cue-name]", "Bright");
    // Long enough to be seen while it runs.
    screen.fill("tr[data-cue=q2] [data-testid=cue-fade]", "8");
    screen.fill(
        "[data-testid=cue-value][data-address='/show/2/level'] [data-testid=cue-value-text]",
        "0.5");
    assertThat(desk.blocking().get("/show/2/level", Double.class))
        .as("edited blindly")
        .contains(0.0);
    screen.click("save");
    screen.await("save-state", "Saved");
    screen.requireAccessible();

    List<Double> levels = Collections.synchronizedList(new ArrayList<>());
    List<Double> reds = Collections.synchronizedList(new ArrayList<>());
    desk.blocking()
        .watch(
            "/show/**",
            event ->
                desk.blocking()
                    .cached("/show/1/level")
                    .ifPresent(p -> levels.add(number(p.value()))));
    desk.blocking()
        .watch(
            "/show/colour",
            event ->
                desk.blocking()
                    .cached("/show/colour")
                    .filter(p -> p.value() instanceof Value.Map)
                    .ifPresent(p ->
                        reds.add(
                            number(
                                ((Value.Map) p.value())
                                    .entries()
                                    .getOrDefault("r", Value.of(0.0))))));
    screen.focus("css=h1");
    screen.press(" ");
    await(desk, "/show/1/level", 0.0);
    await(desk, "/show/title", now -> now.equals(Value.of("before")));
    awaitCue(screen, "q1", false);
    levels.clear();
    screen.press(" ");
    awaitCue(screen, "q2", true);
    screen.screenshot("cues-running");
    await(desk, "/show/1/level", 1.0);
    await(desk, "/show/2/level", 0.5);
    await(desk, "/show/title", now -> now.equals(Value.of("after")));
    awaitCue(screen, "q2", false);
    assertThat(List.copyOf(levels))
        .as("on the way")
        .anyMatch(level -> level > 0.05 && level < 0.95);
    assertThat(List.copyOf(reds)).anyMatch(red -> red > 10 && red < 190);
    screen.await("cue-next", "end of the list");
    screen.press("Backspace");
    awaitCue(screen, "q1", false);
    await(desk, "/show/1/level", 0.0);
    screen.requireAccessible();
    screen.pictures("cues-list");
  }

  @Test
  void twoConsolesGoThroughOneList() {
    ClaspClient desk = stage.java("desk");
    putList(
        desk,
        "both",
        cue("a", "1", "", is("/both/x", "1")),
        cue("b", "2", "", is("/both/x", "2")),
        cue("c", "3", "", is("/both/x", "3")));
    Screen one = stage.screen("cues/list/both");
    Screen two = stage.screen("cues/list/both");
    one.await("cue-next", "1 Cue 1");
    two.await("cue-next", "1 Cue 1");
    one.click("go");
    awaitCue(two, "a", false);
    await(desk, "/both/x", 1);
    two.click("go");
    awaitCue(one, "b", false);
    await(desk, "/both/x", 2);
    one.click("tr[data-cue=a] [data-testid=cue-goto]");
    awaitCue(two, "a", false);
    await(desk, "/both/x", 1);

    // What one changes and saves, the other has.
    one.fill("tr[data-cue=c] [data-testid=cue-name]", "Curtain");
    one.click("save");
    two.awaitValue("tr[data-cue=c] [data-testid=cue-name]", "Curtain");
  }

  @Test
  void whatIsLockedIsNamedAndDoesNotKeepTheRest() {
    ClaspClient desk = stage.java("desk");
    desk.blocking().set("/part/locked", 0.0);
    putList(desk, "part", cue("a", "1", "", is("/part/locked", "1") + "," + is("/part/free", "1")));
    Screen screen = stage.screen("cues/list/part");
    screen.await("cue-next", "1 Cue 1");
    try (HeldLock lock = desk.blocking().lock("/part/locked")) {
      assertThat(lock.isHeld()).isTrue();
      screen.click("go");
      await(desk, "/part/free", 1);
      screen.awaitHas("run-refused", "/part/locked");
      awaitCue(screen, "a", false);
      screen.screenshot("cues-refused");
      assertThat(desk.blocking().get("/part/locked", Double.class)).contains(0.0);
    }
  }

  @Test
  void stopHoldsAFadeAndWhatFollowsGoesByItself() {
    ClaspClient desk = stage.java("desk");
    desk.blocking().set("/hold/x", 0.0);
    putList(
        desk,
        "hold",
        cue("a", "1", ",\"fade\":600", is("/hold/x", "1000000")),
        cue("b", "2", ",\"follow\":0.2", is("/hold/x", "5")),
        cue("c", "3", ",\"delay\":0.2", is("/hold/x", "7")));
    Screen screen = stage.screen("cues/list/hold");
    screen.await("cue-next", "1 Cue 1");
    screen.click("go");
    await(desk, "/hold/x", now -> number(now) > 10);
    screen.focus("css=h1");
    screen.press("Escape");
    awaitCue(screen, "a", false);
    long revision = desk.blocking().get("/hold/x").orElseThrow().revision();
    // Enough frames for a fade that went on to have written.
    desk.blocking().set("/hold/fence", 1.0);
    screen.click("tr[data-cue=a] [data-testid=cue-select]");
    assertThat(desk.blocking().get("/hold/x").orElseThrow().revision()).isEqualTo(revision);
    screen.click("go");
    await(desk, "/hold/x", 7);
    awaitCue(screen, "c", false);
  }

  @Test
  void aFadeOverARestartOfTheRouterEndsWhereItShould() {
    ClaspClient desk = own.java("desk");
    desk.blocking().set("/over/x", 0.0);
    desk.blocking().set("/over/text", "before");
    putList(
        desk,
        "over",
        cue("a", "1", ",\"fade\":10", is("/over/x", "1") + "," + is("/over/text", "\"after\"")));
    desk.close();
    Screen screen =
        own.screen()
            .allow("WebSocket", "ERR_CONNECTION", "Failed to load resource", "failed:")
            .go("cues/list/over");
    screen.await("cue-next", "1 Cue 1");
    screen.click("go");
    awaitCue(screen, "a", true);
    ClaspClient before = own.java("before");
    await(before, "/over/x", now -> number(now) > 0.01);
    before.close();

    own.restartServer();

    ClaspClient after = own.java("after");
    await(after, "/over/x", 1);
    await(after, "/over/text", now -> now.equals(Value.of("after")));
    awaitCue(screen, "a", false);
    assertThat(after.blocking().get("/console/cues/over"))
        .as("a router with a folder keeps the list")
        .isPresent();
  }

  // --- timelines ---------------------------------------------------------------------------------

  @Test
  void aTimelineIsMadePlayedHeldAndScrubbed() {
    ClaspClient desk = stage.java("desk");
    Screen screen = stage.screen("cues");
    screen.fill("timelines-name", "sunrise");
    screen.click("timelines-create");
    screen.await("timeline");
    screen.fill("length", "8");
    screen.press("Tab");
    screen.fill("track-address", "/sun/level");
    screen.click("track-add");
    screen.click("[data-testid=key-add][data-address='/sun/level']");
    screen.fill("key-value", "0");
    screen.select("key-easing", "ease-in-out");
    screen.press("ruler", "End");
    screen.click("[data-testid=key-add][data-address='/sun/level']");
    screen.fill("key-value", "1");
    screen.awaitCount("key", 2);
    // One more in the middle, by mouse, moved by keys, and away again.
    screen.doubleClick("[data-testid=lane][data-address='/sun/level']");
    screen.awaitCount("key", 3);
    screen.awaitValue("key-time", "4");
    screen.press("[data-key='0 4000']", "ArrowRight");
    screen.awaitValue("key-time", "4.1");
    screen.press("[data-key='0 4100']", "Delete");
    screen.awaitCount("key", 2);
    screen.press("Control+z");
    screen.awaitCount("key", 3);
    screen.press("Control+Shift+Z");
    screen.awaitCount("key", 2);
    screen.click("save");
    screen.await("save-state", "Saved");

    screen.press("ruler", "Home");
    await(desk, "/sun/level", 0);
    List<Double> levels = Collections.synchronizedList(new ArrayList<>());
    desk.blocking()
        .watch(
            "/sun/level",
            event ->
                desk.blocking().cached("/sun/level").ifPresent(p -> levels.add(number(p.value()))));
    screen.click("play");
    screen.await("[data-testid=play-state][data-playing=playing]");
    await(desk, "/sun/level", now -> number(now) > 0.2);
    Screen other = stage.screen("cues/timeline/sunrise");
    screen.screenshot("cues-timeline-playing");
    await(desk, "/sun/level", 1);
    screen.await("[data-testid=play-state][data-playing=stopped]");
    other.await("[data-testid=play-state][data-playing=stopped]");
    other.await("position", "8.0 s");
    assertThat(List.copyOf(levels)).as("steady").hasSizeGreaterThan(20).isSorted();

    // A hand on the playhead writes what is there.
    screen.drag("ruler", 0.9, 0.5, 0.5, 0.5);
    await(desk, "/sun/level", now -> Math.abs(number(now) - 0.5) < 0.05);
    screen.press("ruler", "Home");
    await(desk, "/sun/level", 0);
    screen.requireAccessible();
    screen.pictures("cues-timeline");
    screen.fill("length", "600");
    screen.press("Tab");
    screen.click("play");
    screen.await("[data-testid=play-state][data-playing=playing]");
    other.await("[data-testid=play-state][data-playing=playing]");
    other.click("pause");
    screen.await("[data-testid=play-state][data-playing=paused]");
  }

  @Test
  void whatComesIsRecordedAsKeyframes() {
    ClaspClient desk = stage.java("desk");
    desk.blocking().set("/rec/fader", 0.0);
    Screen screen = stage.screen("cues");
    screen.fill("timelines-name", "recorded");
    screen.click("timelines-create");
    screen.await("timeline");
    // It ends by itself at the end, however slow this machine is.
    screen.fill("length", "600");
    screen.press("Tab");
    screen.fill("track-address", "/rec/fader");
    screen.click("track-add");
    screen.check("[data-testid=arm][data-address='/rec/fader']", true);
    screen.click("record");
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger moves = new AtomicInteger();
    Thread mover =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; !done.get(); i++) {
                desk.blocking().set("/rec/fader", Math.abs(Math.sin(i / 20.0)));
                moves.incrementAndGet();
              }
            });
    screen.awaitHas("position", "1.");
    // Several ups and downs, also where not many of them fit into a second.
    Pause.until(() -> moves + " moves", () -> moves.get() > 200);
    screen.click("record-stop");
    done.set(true);
    assertThat(screen.count("key")).isGreaterThan(2);
    screen.click("save");
    Parameter kept =
        await(desk, "/console/timelines/recorded", now -> now.toString().contains("/rec/fader"));
    assertThat(kept.as(String.class)).contains("\"keys\":[{\"t\":0,");
    try {
      mover.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    screen.screenshot("cues-recorded");
  }
}
