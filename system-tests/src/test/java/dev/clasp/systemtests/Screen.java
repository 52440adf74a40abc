package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The console in Chromium, used as a person uses it: by what is seen, clicked, typed and dragged.
 * Every method that looks for something waits until it is there, up to a minute.
 *
 * <p>A selector of lower-case letters, digits and hyphens alone is a {@code data-testid}: {@code
 * "bridge-row"}. Everything else is CSS with the additions of Playwright ({@code "bridge-row"}
 * inside of something: {@code "tr [data-testid=bridge-row]"}; a tag alone: {@code "css=h1"}).
 *
 * <p>Made by {@link Stage#screen}, it is closed after the test, which fails if the browser
 * complained about anything that was not {@linkplain #allow allowed}: an error or a warning on its
 * console, an exception nobody caught, a request without an answer, a violation of the
 * content-security policy.
 */
final class Screen {

  /** WCAG 2.2 at level AA, and what axe's authors advise beyond it. */
  private static final List<String> RULES =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

  /** More than there is to be reached with Tab on any screen. */
  private static final int FAR = 300;

  private static final Pattern TEST_ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  private final PeerClient client;
  private final URI page;
  private final JsonNode answer;
  private final List<String> allowed = new ArrayList<>();
  private int complaintsSeen;
  private String scheme = "dark";

  private Screen(PeerClient client, URI page, JsonNode answer) {
    this.client = client;
    this.page = page;
    this.answer = answer;
  }

  /**
   * Opens the page in a tab of its own.
   *
   * @param client a name of the browser that no other page has
   * @param page where the router shows it, perhaps with a fragment
   */
  static Screen open(PeerClient client, URI page) {
    return open(client, page, Map.of());
  }

  /**
   * @param options {@code width}, {@code height}, {@code scheme}; {@code storage}: the name of a
   *     profile that only pages with the same name share, for what tabs or installations would
   *     otherwise have in common
   */
  static Screen open(PeerClient client, URI page, Map<String, ?> options) {
    Map<String, JsonNode> arguments = new HashMap<>();
    options.forEach((name, value) -> arguments.put(name, Json.of(value)));
    arguments.put("url", Json.of(page.toString()));
    JsonNode answer = client.call("open", arguments);
    assertThat(answer.get("status").intValue()).isEqualTo(200);
    return new Screen(client, page, answer);
  }

  /** A header of the answer that brought the page; empty if there was none of this name. */
  Optional<String> header(String name) {
    return Optional.ofNullable(answer.get("headers").get(name)).map(JsonNode::asText);
  }

  // --- going about -------------------------------------------------------------------------------

  /** Goes to a screen by its address, as {@code "patch"} or {@code "layouts/stage"}. */
  Screen go(String screen) {
    call("go-to", Map.of("url", page.resolve("#/" + screen).toString()));
    String name = screen.replaceFirst("[/?].*", "");
    return await("main[data-screen='" + name + "']");
  }

  /** Loads another address in this tab. */
  void goTo(URI address) {
    call("go-to", Map.of("url", address.toString()));
  }

  /** Loads the page again. */
  void reload() {
    call("reload");
  }

  void back() {
    call("back");
  }

  String url() {
    return call("url").asText();
  }

  void awaitUrl(String end) {
    call("await-url", Map.of("text", end));
  }

  String title() {
    return call("title").asText();
  }

  /** Gives the token to the page that asks for one. */
  Screen logIn(String token) {
    await("token-form");
    fill("token-input", token);
    click("token-submit");
    return this;
  }

  // --- waiting -----------------------------------------------------------------------------------

  Screen await(String selector) {
    at("await", selector, Map.of());
    return this;
  }

  /** Waits for an element with this text and no other. */
  Screen await(String selector, String text) {
    at("await", selector, Map.of("exactly", text));
    return this;
  }

  /** Waits for an element with this text among others. */
  Screen awaitHas(String selector, String text) {
    at("await", selector, Map.of("has", text));
    return this;
  }

  /** Waits until nothing of the kind is there. */
  Screen awaitGone(String selector) {
    return awaitCount(selector, 0);
  }

  /** Waits until nothing of the kind has this text. */
  Screen awaitGone(String selector, String text) {
    at("await-count", selector, Map.of("exactly", text, "count", 0));
    return this;
  }

  Screen awaitCount(String selector, int count) {
    at("await-count", selector, Map.of("count", count));
    return this;
  }

  Screen awaitAttribute(String selector, String name, String value) {
    at("await-attribute", selector, Map.of("name", name, "text", value));
    return this;
  }

  /** Waits until one of the kind has the focus; that may come a moment after the element itself. */
  Screen awaitFocus(String selector) {
    at("await-focus", selector, Map.of());
    return this;
  }

  /** Waits until an input holds this. */
  Screen awaitValue(String selector, String value) {
    at("await-value", selector, Map.of("text", value));
    return this;
  }

  // --- reading -----------------------------------------------------------------------------------

  /** The text of the first that fits, as it is seen. */
  String text(String selector) {
    return at("text", selector, Map.of()).asText();
  }

  /** The texts of all that are there now. */
  List<String> texts(String selector) {
    return strings(at("texts", selector, Map.of()));
  }

  /** How many are there now. */
  int count(String selector) {
    return at("count", selector, Map.of()).intValue();
  }

  /** What an input holds. */
  String value(String selector) {
    return at("value", selector, Map.of()).asText();
  }

  Optional<String> attribute(String selector, String name) {
    return Optional.of(at("attribute", selector, Map.of("name", name)))
        .filter(node -> !node.isNull())
        .map(JsonNode::asText);
  }

  /** A property of its style, as the browser computes it: {@code "rgb(14, 17, 22)"}. */
  String style(String selector, String property) {
    return at("style", selector, Map.of("name", property)).asText();
  }

  /** Its {@code x}, {@code y}, {@code width} and {@code height} in the window, in CSS pixels. */
  JsonNode box(String selector) {
    return at("box", selector, Map.of());
  }

  boolean checked(String selector) {
    return at("checked", selector, Map.of()).booleanValue();
  }

  boolean enabled(String selector) {
    return at("enabled", selector, Map.of()).booleanValue();
  }

  /** What was copied last. */
  String clipboard() {
    return call("clipboard").asText();
  }

  // --- doing -------------------------------------------------------------------------------------

  void click(String selector) {
    at("click", selector, Map.of());
  }

  void doubleClick(String selector) {
    at("click", selector, Map.of("times", 2));
  }

  void hover(String selector) {
    at("hover", selector, Map.of());
  }

  void focus(String selector) {
    at("focus", selector, Map.of());
  }

  /** Replaces what an input holds. */
  void fill(String selector, String text) {
    at("fill", selector, Map.of("text", text));
  }

  /** Chooses an option by its value or its label. */
  void select(String selector, String option) {
    at("select", selector, Map.of("text", option));
  }

  void check(String selector, boolean on) {
    at("check", selector, Map.of("on", on));
  }

  /** Presses a key where the focus is: {@code "g"}, {@code "Control+k"}, {@code "ArrowUp"}. */
  void press(String keys) {
    call("press", Map.of("keys", keys));
  }

  /** Focuses it, and presses a key there. */
  void press(String selector, String keys) {
    at("press", selector, Map.of("keys", keys));
  }

  /** Goes there with Tab from where the focus is, as somebody without a mouse does. */
  Screen tabTo(String selector) {
    String target = css(selector);
    String focused = ":is(" + target + "):focus";
    for (int keys = 0; keys < FAR && count(focused) == 0; keys++) {
      press("Tab");
    }
    return awaitFocus(target);
  }

  /** Types where the focus is, a key for each character. */
  void type(String text) {
    call("type", Map.of("text", text));
  }

  /** Drags inside an element; places are said from 0 to 1, from its top left corner. */
  void drag(String selector, double fromX, double fromY, double toX, double toY) {
    at("drag", selector, Map.of("from", List.of(fromX, fromY), "to", List.of(toX, toY)));
  }

  /** The same without letting go. */
  void dragAndHold(String selector, double fromX, double fromY, double toX, double toY) {
    at(
        "drag",
        selector,
        Map.of("from", List.of(fromX, fromY), "to", List.of(toX, toY), "hold", true));
  }

  void letGo() {
    call("let-go");
  }

  /** Drags from the middle of one element to the middle of another. */
  void dragTo(String selector, String target) {
    at("drag", selector, Map.of("target", css(target)));
  }

  /** Touches it with a finger: touch events, and the click that browsers make of them. */
  void tap(String selector) {
    at("finger", selector, Map.of());
  }

  /** Draws a finger over it; places as for {@link #drag}. */
  void swipe(String selector, double fromX, double fromY, double toX, double toY) {
    at("finger", selector, Map.of("from", List.of(fromX, fromY), "to", List.of(toX, toY)));
  }

  /** Turns the wheel over it, in CSS pixels. */
  void wheel(String selector, int down) {
    at("wheel", selector, Map.of("y", down));
  }

  void scrollTo(String selector) {
    at("scroll-to", selector, Map.of());
  }

  /**
   * Clicks, and keeps the file that the page gives.
   *
   * @param name below {@code target}, for a look afterwards
   */
  Path download(String selector, String name) {
    Path file = Installation.output(name);
    at("download", selector, Map.of("file", file.toString()));
    return file;
  }

  /** Gives a file to an input, or to a button that asks for one. */
  void upload(String selector, String name, String text) {
    at("upload", selector, Map.of("name", name, "text", text));
  }

  // --- the device --------------------------------------------------------------------------------

  /** A telephone: 390 × 844, a finger instead of a mouse. */
  Screen phone() {
    call("touch", Map.of("on", true));
    return resize(390, 844);
  }

  Screen desktop() {
    call("touch", Map.of("on", false));
    return resize(1280, 800);
  }

  Screen resize(int width, int height) {
    call("resize", Map.of("width", width, "height", height));
    return this;
  }

  /** {@code dark} or {@code light}, as the system says it. */
  Screen scheme(String name) {
    scheme = name;
    call("media", Map.of("scheme", name));
    return this;
  }

  Screen reducedMotion(boolean on) {
    call("media", Map.of("motion", on ? "reduce" : "no-preference"));
    return this;
  }

  /** Cuts the network of all pages that share a profile; connections that are open stay. */
  void offline(boolean on) {
    call("offline", Map.of("on", on));
  }

  /** Paths of what the service worker has kept. */
  List<String> kept() {
    return strings(call("kept"));
  }

  /** The page, its address and what it has stored, to look for what must not be there. */
  String remains() {
    return call("remains").asText();
  }

  /** {@code paints} by name, and {@code resources} with url, start, end (ms) and bytes. */
  JsonNode timing() {
    return call("timing");
  }

  /** A method of the debugging protocol of Chromium. */
  JsonNode debug(String method) {
    return call("debug", Map.of("method", method));
  }

  // --- what comes of it --------------------------------------------------------------------------

  /** Keeps a picture below {@code target}. */
  Path screenshot(String name) {
    Path file = Installation.output(name + ".png");
    call("screenshot", Map.of("file", file.toString()));
    return file;
  }

  /** Keeps pictures of the screen in dark, in light and on a telephone: for a look, all of them. */
  void pictures(String name) {
    scheme("dark").screenshot(name + "-dark");
    scheme("light").screenshot(name + "-light");
    phone();
    screenshot(name + "-phone-light");
    scheme("dark").screenshot(name + "-phone-dark");
    desktop();
  }

  /**
   * Asserts that axe finds nothing in what is shown, dark and light.
   *
   * @param without rules that do not apply, each with its reason beside the call
   */
  void requireAccessible(String... without) {
    String before = scheme;
    for (String each : List.of("dark", "light")) {
      scheme(each);
      JsonNode found = call("axe", Map.of("tags", RULES, "without", List.of(without)));
      assertThat(found.get("passes").intValue()).as("axe looked at the page").isPositive();
      assertThat(found.get("violations"))
          .as(
              "what axe finds at %s in %s: %s",
              url(), each, found.get("violations").toPrettyString())
          .isEmpty();
    }
    scheme(before);
  }

  /** What contains this is no complaint: Chromium notes every answer that is no success, say. */
  Screen allow(String... parts) {
    allowed.addAll(List.of(parts));
    return this;
  }

  /**
   * For tests in which the router refuses: answers 401 and 403, the ERROR that the client prints,
   * and the connection that the page then gives up.
   */
  Screen allowRefusals() {
    return allow(
        "status of 401",
        "status of 403",
        "CLASP error 30",
        "WebSocket is closed before the connection is established");
  }

  /** What the browser complained about since the last time, allowed or not. */
  List<String> takeComplaints() {
    List<String> all = strings(call("complaints"));
    List<String> taken = all.subList(complaintsSeen, all.size());
    complaintsSeen = all.size();
    return taken;
  }

  /** Asserts that the browser has not complained; what contains one of these parts is allowed. */
  void requireNoComplaints(String... alsoAllowed) {
    Set<String> parts =
        Set.copyOf(Stream.concat(allowed.stream(), Stream.of(alsoAllowed)).toList());
    assertThat(takeComplaints())
        .as("complaints of the browser at %s", page)
        .filteredOn(complaint -> parts.stream().noneMatch(complaint::contains))
        .isEmpty();
  }

  /** What an attacker would try; true if it ran. */
  boolean injectionRuns() {
    return call("inject").booleanValue();
  }

  /** Asserts that there were no complaints, and closes the tab. */
  void close() {
    try {
      requireNoComplaints();
    } finally {
      call("close-page");
    }
  }

  // --- commands ----------------------------------------------------------------------------------

  private static String css(String selector) {
    return TEST_ID.matcher(selector).matches() ? "[data-testid=" + selector + "]" : selector;
  }

  private JsonNode at(String what, String selector, Map<String, ?> more) {
    Map<String, Object> arguments = new HashMap<>(more);
    arguments.put("selector", css(selector));
    return call(what, arguments);
  }

  private JsonNode call(String what) {
    return call(what, Map.of());
  }

  private JsonNode call(String what, Map<String, ?> arguments) {
    Map<String, JsonNode> nodes = new HashMap<>();
    arguments.forEach((name, value) -> nodes.put(name, Json.of(value)));
    return client.call(what, nodes);
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }
}
