package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.BlockingClient;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.HeldLock;
import dev.clasp.client.Signal;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The screen for trying things out: what it sends and says, seen by clients at the other end. */
@RealProgram
class TestScreenTest {

  @RegisterExtension static final Stage stage = new Stage("--history", "16");

  private static Screen open(String part, String name) {
    return stage
        .screen(stage.browser(), stage.server().page(), Map.of("storage", name))
        .go("test/" + part);
  }

  private static Received<Signal> listen(ClaspClient client, String pattern) {
    Received<Signal> heard = new Received<>("subscription to " + pattern);
    client.subscribe(pattern, heard::add).active().join();
    return heard;
  }

  private static long count(Screen screen, String selector) {
    return Long.parseLong(screen.attribute(selector, "data-count").orElseThrow());
  }

  // --- generators --------------------------------------------------------------------------------

  @Test
  void aGeneratorSendsWhatItShowsAndEndsOnItsLastValue() {
    ClaspClient desk = stage.java("desk");
    Received<Signal> heard = listen(desk, "/gen/**");
    Screen screen = open("generate", "generator");
    screen.click("generator-add");
    screen.fill("generator-address", "/gen/level");
    screen.select("generator-wave", "triangle");
    screen.select("generator-kind", "int");
    screen.fill("generator-high", "127");
    screen.fill("generator-rate", "100");
    screen.click("generator-start");
    List<Signal> first = heard.awaitCount(100);
    assertThat(first)
        .allSatisfy(signal ->
            assertThat(((Signal.Change) signal).value())
                .isInstanceOfSatisfying(
                    Value.Int.class, level -> assertThat(level.value()).isBetween(0L, 127L)));
    screen.click("generator-stop");
    screen.await("[data-testid=generator][data-running=false]");
    long sent = count(screen, "generator-sent");
    assertThat(sent).isGreaterThanOrEqualTo(100);
    // One confirmed write more than the generator has flung.
    heard.awaitAnswer(
        "revision of the last write",
        all ->
            all.stream()
                .filter(signal -> ((Signal.Change) signal).revision() == sent + 1)
                .findFirst());
    assertThat(desk.blocking().get("/gen/level").orElseThrow().revision()).isEqualTo(sent + 1);
    assertThat(count(screen, "generator-refused")).isZero();
  }

  @Test
  void severalRunAtOnceAlsoWhileAnotherScreenIsLookedAtAndAreKeptWithoutRunning() {
    ClaspClient desk = stage.java("desk");
    Received<Signal> heard = listen(desk, "/many/**");
    Screen screen = open("generate", "several");
    screen.click("generator-add");
    screen.fill("generator-address", "/many/pad");
    screen.select("generator-signal", "gesture");
    screen.select("generator-wave", "circle");
    screen.click("generators-start");
    screen.click("generator-add");
    String second = "[data-testid=generator]:nth-of-type(2) ";
    screen.fill(second + "[data-testid=generator-address]", "/many/colour");
    screen.select(second + "[data-testid=generator-signal]", "event");
    screen.select(second + "[data-testid=generator-wave]", "wheel");
    screen.click("generators-start");

    screen.go("snippets");
    // Nobody forgets them there.
    screen.awaitHas("generating", "2 signal generators");
    heard.take();
    heard.awaitFirst("a move", signal -> signal instanceof Signal.Gesture);
    Signal colour = heard.awaitFirst("a colour", signal -> signal instanceof Signal.Event);
    assertThat(((Value.Map) colour.value()).entries()).containsOnlyKeys("r", "g", "b");

    screen.go("test/generate");
    screen.awaitCount("[data-testid=generator][data-running=true]", 2);
    screen.awaitGone("generating");
    screen.click("generators-stop");
    screen.awaitCount("[data-testid=generator][data-running=false]", 2);
    heard.awaitFirst(
        "the end of the gesture",
        signal -> signal instanceof Signal.Gesture gesture && gesture.phase() == GesturePhase.END);

    screen.reload();
    screen.awaitCount("[data-testid=generator][data-running=false]", 2);
    assertThat(screen.value("generator-address")).isEqualTo("/many/pad");
  }

  @Test
  void aGeneratorCountsWhatTheRouterRefusesAndSaysWhy() {
    ClaspClient owner = stage.java("owner");
    owner.blocking().set("/locked/level", 1.0);
    try (HeldLock lock = owner.blocking().lock("/locked/level")) {
      assertThat(lock.isHeld()).isTrue();
      Screen screen = open("generate", "refused");
      screen.click("generator-add");
      screen.fill("generator-address", "/locked/level");
      screen.click("generator-start");
      screen.awaitHas("generator-problem", "LockHeld");
      assertThat(count(screen, "generator-refused")).isPositive();
      screen.click("generator-stop");
      screen.await("[data-testid=generator][data-running=false]");
    }
    assertThat(owner.blocking().get("/locked/level", Double.class)).hasValue(1.0);
  }

  // --- bench -------------------------------------------------------------------------------------

  @Test
  void theBenchShowsWhatItsSubscriptionGetsAndNothingElse() {
    ClaspClient desk = stage.java("desk");
    BlockingClient blocking = desk.blocking();
    for (int i = 1; i <= 5; i++) {
      blocking.set("/bench/level", i);
    }
    Screen screen = open("bench//bench/**", "bench-subscribe");
    assertThat(screen.value("bench-pattern")).isEqualTo("/bench/**");
    screen.fill("bench-history", "3");
    screen.check("bench-type-param", true);
    screen.click("bench-subscribe");
    screen.await("bench-state", "active");
    screen.awaitCount("[data-testid=bench-arrival][data-address='/bench/level']", 3);
    assertThat(screen.texts("bench-arrived")).containsExactly("3", "4", "5");

    blocking.emit("/bench/event", 1);
    blocking.set("/elsewhere", 1);
    blocking.set("/bench/level", 6);
    screen.await("bench-arrived", "6");
    assertThat(screen.texts("bench-arrived")).containsExactly("3", "4", "5", "6");
    screen.click("bench-close");
    screen.awaitGone("bench-subscription");
  }

  @Test
  void everyOperationOfTheBenchArrivesAtTheOtherEnd() {
    ClaspClient desk = stage.java("desk");
    Received<Signal> heard = listen(desk, "/b/**");
    Screen screen = open("bench", "bench-send");

    screen.fill("bench-address", "/b/param");
    screen.fill("bench-value", "42");
    screen.click("bench-send");
    screen.awaitHas("bench-said", "revision 1");
    assertThat(desk.blocking().get("/b/param").orElseThrow().value()).isEqualTo(Value.of(42L));

    screen.fill("bench-value", "{\"x\": 1.0, \"y\": [true, null]}");
    screen.select("bench-operation", "fire");
    screen.click("bench-send");
    heard.awaitFirst(
        "the map",
        signal ->
            signal instanceof Signal.Change change
                && change
                    .value()
                    .equals(
                        Value.of(
                            Map.of(
                                "x",
                                Value.of(1.0),
                                "y",
                                Value.of(List.of(Value.of(true), Value.NULL))))));

    screen.select("bench-operation", "get");
    screen.click("bench-send");
    screen.awaitHas("bench-said", "\"x\": 1.0");

    screen.fill("bench-address", "/b/signal");
    for (String operation : List.of("emit", "stream", "gesture", "bundle")) {
      screen.select("bench-operation", operation);
      screen.fill("bench-value", "7");
      screen.click("bench-send");
    }
    heard.awaitFirst("event", signal -> signal instanceof Signal.Event);
    heard.awaitFirst("sample", signal -> signal instanceof Signal.Stream);
    heard.awaitFirst("gesture", signal -> signal instanceof Signal.Gesture);
    heard.awaitFirst(
        "write of the bundle",
        signal -> signal instanceof Signal.Change && signal.address().equals("/b/signal"));

    screen.select("bench-operation", "timeline");
    screen.fill("bench-value", "9.5");
    screen.click("bench-send");
    heard.awaitFirst(
        "end of the timeline",
        signal -> signal instanceof Signal.Change change && change.value().equals(Value.of(9.5)));

    screen.select("bench-operation", "query");
    screen.fill("bench-address", "/b/**");
    screen.click("bench-send");
    screen.awaitHas("bench-said", "0 definitions");
    screen.select("bench-operation", "ping");
    screen.click("bench-send");
    screen.await("bench-said", "PONG");

    // What is refused is said in the words of the router.
    screen.select("bench-operation", "set");
    screen.fill("bench-address", "/b/param");
    screen.fill("bench-revision", "99");
    screen.click("bench-send");
    screen.awaitHas("[data-testid=bench-answer][data-bad=true]", "RevisionConflict");
  }

  // --- measuring ---------------------------------------------------------------------------------

  @Test
  void latencyIsMeasuredByRealWrites() {
    ClaspClient desk = stage.java("desk");
    Received<Signal> heard = listen(desk, "/test/latency");
    Screen screen = open("latency", "latency");
    screen.fill("latency-count", "50");
    screen.click("latency-run");
    screen.await("[data-testid=latency-progress][data-going=false]");
    screen.await("[data-testid=latency-result][data-kind=round][data-count='50']");
    screen.await("[data-testid=latency-result][data-kind=delivery][data-count='50']");
    // The page may have heard of the last before this client does.
    heard.awaitCount(50);
    double median =
        Double.parseDouble(
            screen.text("[data-kind=round] [data-testid=latency-median]").replace(" ms", ""));
    double max =
        Double.parseDouble(
            screen.text("[data-kind=round] [data-testid=latency-max]").replace(" ms", ""));
    assertThat(median).isPositive().isLessThanOrEqualTo(max);
    screen.requireAccessible();
    screen.screenshot("test-latency");
  }

  @Test
  void aLifetimeEndsForEverybody() {
    ClaspClient desk = stage.java("desk");
    Received<Signal> heard = listen(desk, "/test/lifetime");
    Screen screen = open("lifetime", "lifetime");
    screen.fill("lifetime-seconds", "1");
    screen.click("lifetime-run");
    screen.await("[data-testid=lifetime-row][data-state=over]");
    screen.awaitHas("lifetime-line", "ended after");
    heard.awaitFirst("the value", signal -> !signal.value().equals(Value.NULL));
    heard.awaitFirst("its end", signal -> signal.value().equals(Value.NULL));
    screen.requireAccessible();
  }

  // --- locks and conflicts -----------------------------------------------------------------------

  private static Screen conflicts(String name, String address) {
    Screen screen = open("conflicts", name);
    screen.fill("conflicts-address", address);
    screen.click("conflicts-begin");
    return screen.await("[data-testid=conflicts-live][data-live=true]");
  }

  @Test
  void aLockKeepsTheOtherOutUntilItIsGivenBack() {
    ClaspClient desk = stage.java("desk");
    Screen screen = conflicts("lock", "/c/lock");
    screen.fill("conflicts-a-input", "0.5");
    screen.click("conflicts-a-write-lock");
    screen.await("conflicts-a-lock");
    screen.await("conflicts-b-value", "0.5");
    screen.fill("conflicts-b-input", "0.75");
    screen.click("conflicts-b-set");
    screen.awaitHas("[data-testid=conflicts-b-said][data-refused=true]", "LockHeld");
    assertThat(desk.blocking().get("/c/lock", Double.class)).hasValue(0.5);
    screen.awaitHas("[data-testid=conflicts-wire][data-type=ERROR][data-side=b]", "LockHeld");

    screen.click("conflicts-a-unlock");
    screen.awaitGone("conflicts-a-lock");
    screen.click("conflicts-b-set");
    screen.await("[data-testid=conflicts-b-said][data-refused=false]");
    assertThat(desk.blocking().get("/c/lock", Double.class)).hasValue(0.75);
    screen.requireAccessible();
    screen.pictures("test-conflicts");
  }

  @Test
  void aWriteThatExpectsARevisionIsRefusedWhenSomebodyWasFaster() {
    ClaspClient desk = stage.java("desk");
    desk.blocking().set("/c/cas", 1);
    Screen screen = conflicts("cas", "/c/cas");
    screen.await("conflicts-a-revision", "revision 1");
    screen.fill("conflicts-a-input", "2");
    screen.click("conflicts-a-cas");
    screen.await("[data-testid=conflicts-a-said][data-refused=false]");
    screen.await("conflicts-a-revision", "revision 2");
    assertThat(desk.blocking().get("/c/cas").orElseThrow().value()).isEqualTo(Value.of(2L));
  }

  @Test
  void theStrategyOfTheRouterDecidesAmongBoth() {
    ClaspClient desk = stage.java("desk");
    Screen screen = conflicts("strategies", "/c/max");
    screen.select("conflicts-strategy", "max");
    screen.click("conflicts-announce");
    screen.await("[data-testid=conflicts-announced][data-strategy=max]");
    screen.fill("conflicts-count", "25");
    screen.click("conflicts-race");
    screen.awaitHas("conflicts-result", "Stored: 50 ");
    assertThat(desk.blocking().get("/c/max").orElseThrow().value()).isEqualTo(Value.of(50L));
    screen.fill("conflicts-b-input", "3");
    screen.click("conflicts-b-set");
    screen.awaitHas("[data-testid=conflicts-b-said][data-refused=true]", "ConflictRejected");
    screen.click("conflicts-end");

    screen.fill("conflicts-address", "/c/merge");
    screen.click("conflicts-begin");
    screen.await("[data-testid=conflicts-live][data-live=true]");
    screen.select("conflicts-strategy", "merge");
    screen.click("conflicts-announce");
    screen.await("[data-testid=conflicts-announced][data-strategy=merge]");
    screen.fill("conflicts-count", "3");
    screen.click("conflicts-race");
    screen.awaitHas("conflicts-result", "0 refused");
    assertThat(desk.blocking().get("/c/merge").orElseThrow().value())
        .isEqualTo(Value.of(Map.of("a", Value.of(5L), "b", Value.of(6L))));
  }

  // --- health ------------------------------------------------------------------------------------

  @Test
  void healthIsAskedOfTheRouter() {
    // A loop that stands still for a moment, on a busy machine, is not well: then it is asked
    // again.
    Screen screen = open("health", "health").allow("status of 503");
    for (String card : List.of("health", "ready", "session", "status", "info", "bridges")) {
      String at = "[data-testid=health-card][data-card=" + card + "]";
      Pause.until(
          () -> screen.text(at),
          () -> {
            if (screen.count(at + "[data-state=bad]") > 0) {
              screen.click(at + " [data-testid=health-check]");
            }
            return screen.count(at + "[data-state=ok]") > 0;
          });
    }
    assertThat(screen.text("[data-card=ready]")).contains("ready").contains("loops: ok");
    screen.click("[data-card=ready] [data-testid=health-check]");
    screen.await("[data-testid=health-card][data-card=ready][data-state=ok]");
    screen.requireAccessible();
    screen.screenshot("test-health");
  }

  @Test
  void generatorsAndBenchAreAccessible() {
    Screen screen = open("generate", "access");
    screen.click("generator-add");
    screen.await("generator");
    screen.requireAccessible();
    screen.pictures("test-generate");
    screen.go("test/bench");
    screen.click("bench-subscribe");
    screen.await("bench-state", "active");
    screen.click("bench-send");
    screen.await("bench-arrival");
    screen.requireAccessible();
    screen.pictures("test-bench");
  }
}
