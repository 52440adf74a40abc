package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is around every screen of the console: navigation, keys, palette, themes. */
@RealProgram
class ShellTest {

  @RegisterExtension static final Stage stage = new Stage("--name", "Main stage");

  /** A profile for each test: choices of one are not those of the next. */
  private Screen shell(String profile) {
    Screen screen =
        stage.screen(stage.browser(), stage.server().page(), Map.of("storage", profile));
    screen.await("router-name", "Main stage");
    return screen.await("[data-testid=connection-state][data-state=live]");
  }

  @Test
  void everyScreenIsReachedByItsKeyAndSaysWhereOneIs() {
    Screen screen = shell("keys");
    screen.press("?");
    screen.await("keys");
    screen.requireAccessible();
    // What is pressed here does not go to the page behind.
    screen.press("g");
    screen.press("m");
    screen.press("Escape");
    screen.awaitGone("keys");
    screen.await("screen-title", "Live");

    // At once, as a person does it: the second key has a second and a half, which a busy machine
    // may need for it.
    Pause.until(
        screen::url,
        () -> {
          screen.type("gp");
          return screen.url().endsWith("#/patch");
        });
    screen.await("screen-title", "Patch");
    screen.awaitUrl("#/patch");
    // Who does not see the page hears it.
    screen.awaitFocus("screen-title");
    assertThat(screen.title()).isEqualTo("Patch · Main stage");
    assertThat(screen.count("css=h1")).isEqualTo(1);
    screen.click("go-discover");
    screen.awaitAttribute("go-discover", "aria-current", "page");
    screen.await("network");
    screen.back();
    screen.await("screen-title", "Patch");
  }

  @Test
  void keysWithoutCtrlCanBeSwitchedOff() {
    Screen screen = shell("single keys");
    screen.click("keys-open");
    screen.check("keys-single", false);
    screen.click("keys-close");
    screen.awaitGone("keys");
    screen.reload();
    screen.await("router-name", "Main stage");

    screen.press("?");
    screen.press("Control+k");

    screen.await("palette");
    assertThat(screen.count("keys")).isZero();
  }

  @Test
  void thePaletteFindsScreensAndAddresses() {
    PeerClient desk = stage.connect(stage.node(), "desk");
    desk.set("/shell/palette/found", 1);
    desk.set("/shell/palette/other", 2);
    desk.fence();
    Screen screen = shell("palette");
    screen.await("[data-testid=param-row][data-address='/shell/palette/found']");

    screen.press("Control+k");
    screen.awaitFocus("palette-input");
    screen.requireAccessible();
    screen.screenshot("palette");
    screen.type("palette/f");
    screen.awaitHas("palette-entry", "/shell/palette/found");
    screen.press("Enter");
    screen.awaitGone("palette");
    screen.awaitUrl("#/live//shell/palette/found");
    screen.await("[data-testid=param-row][data-address='/shell/palette/found']");

    screen.click("palette-open");
    screen.awaitFocus("palette-input");
    screen.type("cues");
    screen.press("ArrowDown");
    screen.press("ArrowUp");
    screen.press("Enter");
    screen.await("screen-title", "Timelines & cues");
    screen.press("Meta+k");
    screen.awaitFocus("palette-input");
    screen.type("no such thing");
    screen.await("palette-nothing");
  }

  @Test
  void theThemeOfTheSystemIsFollowedUntilOneIsChosen() {
    Screen screen = shell("themes");
    screen.scheme("light");
    assertThat(screen.style("css=body", "background-color")).isEqualTo("rgb(242, 244, 247)");
    screen.select("theme", "dark");
    screen.reload();
    screen.await("router-name", "Main stage");
    assertThat(screen.style("css=body", "background-color")).isEqualTo("rgb(14, 17, 22)");
    assertThat(screen.attribute("css=meta[name=theme-color][media*=light]", "content"))
        .hasValue("#0e1116");
  }

  @Test
  void theSidebarIsNarrowForWhoWantsItSo() {
    Screen screen = shell("sidebar");
    double wide = screen.box("navigation").get("width").doubleValue();
    screen.click("sidebar-width");
    screen.awaitAttribute("sidebar-width", "aria-expanded", "false");
    screen.requireAccessible();
    screen.screenshot("sidebar-narrow");
    screen.reload();
    screen.await("router-name", "Main stage");
    assertThat(screen.box("navigation").get("width").doubleValue()).isLessThan(wide / 2);
  }

  @Test
  void aTelephoneHasABarAndAMenu() {
    Screen screen = shell("telephone").phone();
    screen.requireAccessible();
    screen.tap("menu-open");
    screen.await("menu");
    screen.requireAccessible();
    screen.screenshot("menu-phone");
    screen.tap("menu-go-discover");
    screen.awaitGone("menu");
    screen.await("screen-title", "Discover");
    screen.tap("go-lighting");
    screen.await("screen-title", "Lighting");
    assertThat(screen.box("css=body").get("width").doubleValue()).isEqualTo(390);
    assertThat(screen.box("menu-open").get("height").doubleValue()).isGreaterThanOrEqualTo(40);
  }

  @Test
  void whoComesByKeyboardSkipsTheNavigation() {
    Screen screen = shell("skip");
    screen.press("Tab");
    screen.awaitFocus("a.skip");
    screen.press("Enter");
    screen.awaitFocus("css=main");
  }

  /**
   * Under a second on this machine; how long exactly depends on what else it does, so the test is
   * about what has to come before: the page, a script and a style, and those of the first screen.
   */
  @Test
  void littleHasToComeBeforeTheFirstScreenIsSeen() {
    JsonNode timing = shell("first").timing();
    double painted = timing.get("paints").get("first-contentful-paint").doubleValue();
    List<JsonNode> before =
        StreamSupport.stream(timing.get("resources").spliterator(), false)
            .filter(resource -> resource.get("url").asText().matches(".*(/|\\.js|\\.css)"))
            .toList();
    int bytes = before.stream().mapToInt(resource -> resource.get("bytes").intValue()).sum();
    System.out.printf(
        "console: first contentful paint after %.0f ms, %d files, %d bytes%n",
        painted, before.size(), bytes);

    assertThat(before).hasSizeBetween(3, 9);
    assertThat(bytes).isBetween(10_000, 90_000);
    assertThat(before).allMatch(r -> r.get("bytes").intValue() <= r.get("decoded").intValue());
  }

  /** The tests of each screen look closer, at what it does; this one is for all of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "live",
        "monitor",
        "lighting",
        "layouts",
        "cues",
        "patch",
        "discover",
        "sessions",
        "security",
        "operate",
        "test",
        "snippets"
      })
  void everyScreenIsAccessible(String name) {
    Screen screen = stage.screen(name);
    if (name.equals("security")) {
      // A router that wants no tokens has no list of them.
      screen.allow("status of 501");
    }
    screen.await("[data-testid=connection-state][data-state=live]");
    screen.requireAccessible();
    screen.pictures("screen-" + name);
  }
}
