package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.HeldLock;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Control pages that users make, in Chromium, with a client of ours at the other end. */
@RealProgram
class LayoutsScreenTest {

  private static final String ADMIN = "cpsk_LayoutsScreenTestAdministratorToken0";
  private static final String STAGE_HAND = "cpsk_LayoutsScreenTestStageHandToken0000";

  @RegisterExtension static final Stage stage = new Stage("--name", "Layout stage");

  /** Keeps no values beyond its end. */
  @RegisterExtension static final Stage forgetful = Stage.forRestarts();

  @RegisterExtension
  static final Stage guarded =
      Stage.withTokens(
          ADMIN,
          "--token",
          ADMIN + " admin:/**",
          "--token",
          STAGE_HAND + " read:/console/**,read:/stage/**,write:/stage/mine");

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

  private static void await(ClaspClient client, String address, Object value) {
    await(client, address, now -> now.equals(value(value)));
  }

  private static Value value(Object plain) {
    return plain instanceof Value value
        ? value
        : switch (plain) {
          case Double d -> Value.of(d);
          case Boolean b -> Value.of(b);
          case String s -> Value.of(s);
          default -> throw new IllegalArgumentException(plain.toString());
        };
  }

  private static double number(Value value) {
    return value instanceof Value.Float(double number) ? number : Double.NaN;
  }

  /** A layout as its JSON says it, written by a client that is no console. */
  private static void put(ClaspClient client, String name, String controls) {
    client
        .blocking()
        .set(
            "/console/layouts/" + name,
            "{\"format\":\"clasp-layout\",\"version\":1,\"title\":\"%s\",\"columns\":16,\"pages\":[{\"name\":\"1\",\"controls\":[%s]}]}"
                .formatted(name, controls));
  }

  private static String fader(String id, int x, String address) {
    return "{\"id\":\"%s\",\"kind\":\"fader\",\"x\":%d,\"y\":0,\"w\":2,\"h\":8,\"label\":\"%s\",\"address\":\"%s\"}"
        .formatted(id, x, id, address);
  }

  private static String at(String control, String address) {
    return "[data-testid=" + control + "][data-address='" + address + "']";
  }

  /** A name that nobody else in this class uses, and that says which test it is. */
  private static void create(Screen screen, String name) {
    screen.fill("layout-name", name);
    screen.click("layout-create");
    screen.await("layout-editor");
  }

  /** Adds a control: it takes the focus a frame later, and must not while something is typed. */
  private static void add(Screen screen, String kind) {
    screen.click("add-" + kind);
    screen.awaitFocus("item");
  }

  // --- making ------------------------------------------------------------------------------------

  @Test
  void aLayoutIsMadeKeptByTheRouterAndPlayedBothWays() throws Exception {
    ClaspClient desk = stage.java("desk");
    Screen screen = stage.screen("layouts");
    screen.await("not-kept");
    create(screen, "made");
    add(screen, "fader");
    screen.fill("field-label", "Level");
    screen.fill("field-address", "/made/level");
    screen.fill("field-max", "255");
    add(screen, "button");
    screen.fill("field-label", "Blackout");
    screen.fill("field-address", "/made/blackout");
    screen.select("field-mode", "toggle");
    screen.fill("field-on", "true");
    screen.fill("field-off", "false");
    add(screen, "colour");
    screen.fill("field-address", "/made/colour");
    add(screen, "value");
    screen.fill("field-label", "Cue");
    screen.fill("field-address", "/made/cue");
    screen.requireAccessible();
    screen.pictures("layouts-edit");
    screen.click("save");
    screen.await("save-state", "Saved");

    Parameter kept = await(desk, "/console/layouts/made", now -> now.toString().contains("Cue"));
    JsonNode layout = new JsonMapper().readTree(kept.as(String.class));
    assertThat(layout.at("/format").asText()).isEqualTo("clasp-layout");
    assertThat(layout.at("/pages/0/controls/0/address").asText()).isEqualTo("/made/level");
    assertThat(layout.at("/pages/0/controls/1/on").booleanValue()).isTrue();

    screen.click("layout-done");
    screen.await("layout-play");
    // From here to there.
    screen.drag(at("fader", "/made/level"), 0.5, 0.9, 0.5, 0.02);
    assertThat(number(await(desk, "/made/level", now -> number(now) > 240).value()))
        .isLessThanOrEqualTo(255);
    screen.press(at("fader", "/made/level"), "End");
    await(desk, "/made/level", 255.0);
    screen.press(at("fader", "/made/level"), "Home");
    await(desk, "/made/level", 0.0);
    screen.press(at("fader", "/made/level"), "PageUp");
    await(desk, "/made/level", 25.5);
    screen.click(at("button", "/made/blackout"));
    await(desk, "/made/blackout", true);
    screen.awaitAttribute(at("button", "/made/blackout"), "aria-pressed", "true");
    screen.press(at("button", "/made/blackout"), " ");
    await(desk, "/made/blackout", false);
    screen.drag(at("wheel", "/made/colour"), 0.5, 0.5, 0.5, 0.02);
    await(
        desk,
        "/made/colour",
        now ->
            now instanceof Value.Map map
                && number(map.entries().getOrDefault("r", value(0.0))) == 255
                && number(map.entries().getOrDefault("g", value(255.0))) < 30);
    // And back.
    desk.blocking().set("/made/level", 127.5);
    screen.awaitAttribute(at("fader", "/made/level"), "aria-valuetext", "127.5");
    desk.blocking().set("/made/cue", "Overture");
    screen.await(at("value", "/made/cue"), "Overture");
    desk.blocking().set("/made/blackout", true);
    screen.awaitAttribute(at("button", "/made/blackout"), "aria-pressed", "true");
    screen.requireAccessible();
    screen.pictures("layouts-play");
  }

  @Test
  void controlsAreMovedSizedCopiedAndStepsTakenBackWithMouseAndKeys() {
    Screen screen = stage.screen("layouts");
    create(screen, "arranged");
    add(screen, "fader");
    screen.fill("field-address", "/arranged/1");
    String item = "[data-testid=item][data-id=c1]";
    screen.press(item, "ArrowRight");
    screen.press(item, "ArrowRight");
    screen.press(item, "ArrowDown");
    screen.awaitValue("field-x", "3");
    screen.awaitValue("field-y", "2");
    screen.press(item, "Shift+ArrowRight");
    screen.awaitValue("field-w", "3");
    screen.press(item, "Control+d");
    screen.awaitCount("item", 2);
    screen.awaitValue("field-address", "/arranged/2");
    screen.press("Control+z");
    screen.awaitCount("item", 1);
    screen.press("Control+Shift+Z");
    screen.awaitCount("item", 2);

    double before = screen.box(item).get("x").doubleValue();
    screen.drag(item, 0.5, 0.5, 2.5, 0.5);
    Pause.until(
        () -> "it is at " + screen.box(item) + ", it was at " + before,
        () -> screen.box(item).get("x").doubleValue() > before + 50);
    double width = screen.box(item).get("width").doubleValue();
    screen.click(item);
    screen.drag("corner", 0.5, 0.5, 6.5, 0.5);
    Pause.until(
        () -> "it has " + screen.box(item) + ", its width was " + width,
        () -> screen.box(item).get("width").doubleValue() > width + 20);
    screen.press(item, "Control+a");
    screen.press("Delete");
    screen.awaitCount("item", 0);
    screen.click("undo");
    screen.awaitCount("item", 2);
    screen.press("Control+s");
    screen.await("save-state", "Saved");
  }

  // --- playing -----------------------------------------------------------------------------------

  @Test
  void aFaderUnderAFingerStaysThereAndItsLastValueCounts() {
    ClaspClient desk = stage.java("desk");
    put(desk, "held", fader("a", 0, "/held/a") + "," + fader("b", 3, "/held/b"));
    Screen screen = stage.screen("layouts/held");
    String fader = at("fader", "/held/a");
    screen.dragAndHold(fader, 0.5, 0.9, 0.5, 0.5);
    // Where it rests: what it came by is written too.
    double mine = number(await(desk, "/held/a", now -> Math.abs(number(now) - 0.5) < 0.03).value());

    desk.blocking().set("/held/a", 0.95);
    desk.blocking().set("/held/b", 0.75);
    // What came later is shown, so the other has been there, too.
    screen.awaitAttribute(at("fader", "/held/b"), "aria-valuenow", "0.75");
    assertThat(Double.parseDouble(screen.attribute(fader, "aria-valuenow").orElseThrow()))
        .as("it does not move under the finger")
        .isBetween(0.4, 0.6);
    // A second finger meanwhile.
    screen.swipe(at("fader", "/held/b"), 0.5, 0.8, 0.5, 0.1);
    await(desk, "/held/b", now -> number(now) > 0.85);
    assertThat(Double.parseDouble(screen.attribute(fader, "aria-valuenow").orElseThrow()))
        .isBetween(0.4, 0.6);

    screen.letGo();
    await(desk, "/held/a", now -> Math.abs(number(now) - mine) < 0.05);
    desk.blocking().set("/held/a", 0.1);
    screen.awaitAttribute(fader, "aria-valuenow", "0.1");
  }

  @Test
  void whatIsLockedIsSaidAtTheControl() {
    ClaspClient desk = stage.java("desk");
    desk.blocking().set("/locked/a", 0.25);
    put(desk, "locked", fader("a", 0, "/locked/a"));
    Screen screen = stage.screen("layouts/locked");
    screen.awaitAttribute(at("fader", "/locked/a"), "aria-valuenow", "0.25");
    try (HeldLock lock = desk.blocking().lock("/locked/a")) {
      assertThat(lock.isHeld()).isTrue();
      screen.press(at("fader", "/locked/a"), "End");
      screen.await("control-problem", "locked by somebody else");
      screen.awaitAttribute(at("fader", "/locked/a"), "aria-valuenow", "0.25");
      screen.screenshot("layouts-locked");
    }
    Optional<Parameter> now = Optional.empty();
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (System.nanoTime() < end
        && !now.map(p -> p.value().equals(Value.of(1.0))).orElse(false)) {
      // The lock is given back in its own time.
      screen.press(at("fader", "/locked/a"), "End");
      now = desk.blocking().get("/locked/a");
    }
    await(desk, "/locked/a", 1.0);
    screen.awaitGone("control-problem");
  }

  @Test
  void onATelephoneItFillsTheScreenAndListensToFingers() {
    ClaspClient desk = stage.java("desk");
    put(
        desk,
        "pocket",
        fader("a", 0, "/pocket/a")
            + ","
            + fader("b", 8, "/pocket/b")
            + ",{\"id\":\"go\",\"kind\":\"button\",\"x\":12,\"y\":0,\"w\":4,\"h\":3,\"label\":\"Flash\",\"address\":\"/pocket/flash\"}");
    Screen screen = stage.screen().phone();
    screen.goTo(stage.server().page().resolve("#/layouts/pocket/full"));
    screen.await("layout-play");
    assertThat(screen.box("layout-play").get("y").doubleValue()).isZero();
    assertThat(screen.count("layout-edit")).isZero();
    JsonNode first = screen.box(at("fader", "/pocket/a"));
    assertThat(first.get("width").doubleValue()).as("wide enough for a finger").isGreaterThan(40);
    screen.swipe(at("fader", "/pocket/b"), 0.5, 0.9, 0.5, 0.1);
    await(desk, "/pocket/b", now -> number(now) > 0.8);
    screen.tap(at("button", "/pocket/flash"));
    await(desk, "/pocket/flash", 0.0);
    assertThat(desk.blocking().get("/pocket/flash").orElseThrow().revision())
        .as("on, and off")
        .isGreaterThanOrEqualTo(2);
    screen.requireAccessible();
    screen.screenshot("layouts-telephone");
    screen.click("layout-leave-full");
    screen.click("layout-share");
    screen.await("share-url");
    assertThat(screen.text("share-url")).endsWith("#/layouts/pocket/full");
    screen.screenshot("layouts-share");
    screen.click("share-close");
  }

  // --- several people ----------------------------------------------------------------------------

  @Test
  void twoPeopleDoNotOverwriteEachOther() {
    ClaspClient desk = stage.java("desk");
    put(desk, "shared", fader("a", 0, "/shared/a"));
    Screen one = stage.screen(stage.browser(), stage.server().page(), Map.of("storage", "one"));
    Screen two = stage.screen(stage.browser(), stage.server().page(), Map.of("storage", "two"));
    one.go("layouts/shared/edit").await("layout-editor");
    two.go("layouts/shared/edit").await("layout-editor");
    add(two, "button");
    two.fill("field-address", "/shared/theirs");
    add(one, "label");
    one.click("save");
    one.await("save-state", "Saved");

    two.await("conflict");
    two.click("save");
    two.requireAccessible();
    two.screenshot("layouts-conflict");
    assertThat(desk.blocking().get("/console/layouts/shared", String.class).orElseThrow())
        .as("a save on an old state changes nothing")
        .doesNotContain("/shared/theirs");
    two.click("conflict-copy");
    two.awaitUrl("#/layouts/shared%202/edit");
    two.awaitCount("item", 2);
    await(desk, "/console/layouts/shared 2", now -> now.toString().contains("/shared/theirs"));
    await(desk, "/console/layouts/shared", now -> now.toString().contains("label"));
  }

  @Test
  void whatAForgetfulRouterHasLostIsPutBackFromThisBrowser() {
    Screen screen =
        forgetful
            .screen(forgetful.browser(), forgetful.server().page(), Map.of("storage", "copies"))
            .allow("WebSocket", "ERR_CONNECTION", "Failed to load resource", "failed:")
            .go("layouts");
    create(screen, "lost");
    add(screen, "fader");
    screen.fill("field-address", "/lost/a");
    screen.click("save");
    screen.await("save-state", "Saved");
    screen.go("layouts");

    forgetful.restartServer();

    screen.await("[data-testid=lost-row][data-name=lost]");
    screen.screenshot("layouts-lost");
    screen.click("put-back");
    screen.await("[data-testid=layout-row][data-name=lost]");
    ClaspClient desk = forgetful.java("desk");
    await(desk, "/console/layouts/lost", now -> now.toString().contains("/lost/a"));
  }

  @Test
  void aTokenPlaysWhatItMayAndIsToldOfTheRest() {
    ClaspClient desk = guarded.java("desk", builder -> builder.token(ADMIN));
    desk.blocking().set("/stage/mine", 0.0);
    desk.blocking().set("/stage/theirs", 0.5);
    desk.blocking().set("/secret", 0.5);
    put(
        desk,
        "guarded",
        fader("mine", 0, "/stage/mine")
            + ","
            + fader("theirs", 3, "/stage/theirs")
            + ","
            + fader("secret", 6, "/secret"));
    Screen screen = guarded.screen().allowRefusals().logIn(STAGE_HAND).go("layouts/guarded");
    screen.awaitAttribute(at("fader", "/stage/theirs"), "aria-valuenow", "0.5");
    screen.press(at("fader", "/stage/mine"), "End");
    await(desk, "/stage/mine", 1.0);
    screen.press(at("fader", "/stage/theirs"), "End");
    screen.awaitCount("control-problem", 2);
    screen.awaitAttribute(at("fader", "/stage/theirs"), "aria-valuenow", "0.5");
    assertThat(screen.texts("control-problem")).containsOnly("not allowed");
    assertThat(desk.blocking().get("/stage/theirs", Double.class)).contains(0.5);
    screen.screenshot("layouts-narrow-token");
  }

  // --- files -------------------------------------------------------------------------------------

  @Test
  void layoutsComeFromTouchOscAndGoAndComeAsFiles() throws Exception {
    ClaspClient desk = stage.java("desk");
    Screen screen = stage.screen("layouts");
    String fader =
        "<node ID='1' type='FADER'><properties><property"
            + " type='s'><key><![CDATA[name]]></key><value><![CDATA[fader1]]></value></property><property"
            + " type='r'><key><![CDATA[frame]]></key><value><x>0</x><y>0</y><w>100</w><h>400</h></value></property></properties>"
            + "<messages><osc><enabled>1</enabled><path><partial><type>CONSTANT</type><value><![CDATA[/1/fader1]]></value></partial></path>"
            + "<arguments><partial><type>VALUE</type><value>x</value><scaleMin>0</scaleMin><scaleMax>127</scaleMax></partial></arguments></osc></messages></node>";
    screen.upload(
        "layout-import",
        "desk.tosc",
        "<?xml version='1.0'?><lexml version='3'><node ID='0' type='GROUP'><properties><property"
            + " type='r'><key>frame</key>"
            + "<value><x>0</x><y>0</y><w>1000</w><h>500</h></value></property></properties><children>"
            + fader
            + "<node ID='2' type='RADAR'><properties/></node><node ID='3'"
            + " type='BOX'><properties/></node></children></node></lexml>");
    screen.awaitHas("layouts-notice", "boxes without function");
    screen.click("[data-testid=layout-row][data-name=desk] [data-testid=layout-open]");
    screen.press(at("fader", "/osc/1/fader1"), "End");
    await(desk, "/osc/1/fader1", 127.0);

    screen.go("layouts");
    for (String hostile :
        new String[] {
          "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><lexml>&b;</lexml>",
          "<lexml version='3'><node",
          "{\"format\":\"clasp-layout\",\"version\":1,\"columns\":8,\"pages\":[{\"controls\":[{\"kind\":\"<img"
              + " src=x onerror=alert(1)>\"}]}]}",
          "x"
        }) {
      screen.upload("layout-import", "hostile.tosc", hostile);
      screen.awaitHas("layouts-problem", "hostile.tosc cannot be imported");
    }
    assertThat(screen.count("[data-testid=layout-row][data-name=hostile]")).isZero();

    Path file =
        screen.download(
            "[data-testid=layout-row][data-name=desk] [data-testid=layout-export]",
            "desk-layout.json");
    String exported = Files.readString(file);
    screen.upload("layout-import", "again.json", exported);
    screen.await("[data-testid=layout-row][data-name=again]");
    JsonMapper json = new JsonMapper();
    assertThat(
            json.readTree(
                desk.blocking().get("/console/layouts/again", String.class).orElseThrow()))
        .isEqualTo(
            json.readTree(
                desk.blocking().get("/console/layouts/desk", String.class).orElseThrow()));
    screen.requireAccessible();
    screen.pictures("layouts-list");
    screen.click("[data-testid=layout-row][data-name=again] [data-testid=layout-remove]");
    screen.click("[data-testid=layout-row][data-name=again] [data-testid=layout-remove]");
    screen.awaitGone("[data-testid=layout-row][data-name=again]");
  }
}
