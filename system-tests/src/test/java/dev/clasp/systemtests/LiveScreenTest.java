package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.SetOptions;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Live screen of the console: what it says of parameters, and what is written with it. */
@RealProgram
class LiveScreenTest {

  @RegisterExtension static final Stage stage = new Stage();

  /** Its router forgets soon, and tells nobody. */
  @RegisterExtension static final Stage forgetful = new Stage("--param-ttl", "1s");

  private final Screen screen = stage.screen("live");
  private final ClaspClient desk = stage.java("light desk");

  private static String row(String address) {
    return "[data-testid=param-row][data-address='" + address + "']";
  }

  private static String in(String address, String part) {
    return row(address) + " [data-testid=" + part + "]";
  }

  private void edit(String address) {
    screen.click(row(address) + " .edit");
    screen.await("[data-testid=editor][data-address='" + address + "']");
  }

  /** The editor stands over other rows. */
  private void leave() {
    screen.press("editor", "Escape");
    screen.awaitGone("editor");
  }

  private void awaitStored(String address, Value value) {
    Pause.until(
        () -> address + " is " + desk.blocking().get(address),
        () -> desk.blocking().get(address).map(p -> p.value().equals(value)).orElse(false));
  }

  @Test
  void aRowSaysValueTypeRevisionWriterLifetimeAndLock() {
    desk.blocking().set("/live/level", 0.25);
    desk.blocking().set("/live/level", 0.5);
    desk.blocking().set("/live/cue", 12);
    desk.blocking()
        .set(
            "/live/brief",
            Value.of("soon over"),
            SetOptions.CONFIRM.withTtl(new Ttl.Absolute(600)).locking());

    screen.await(in("/live/level", "param-value"), "0.5");
    screen.await(in("/live/level", "param-type"), "float");
    screen.await(in("/live/level", "param-revision"), "2");
    screen.await(in("/live/level", "param-writer"), "light desk");
    screen.await(in("/live/cue", "param-type"), "integer");
    screen.awaitHas(in("/live/brief", "param-ttl"), "9 min");
    screen.awaitAttribute(in("/live/brief", "param-lock"), "aria-label", "Locked by light desk");
    assertThat(screen.count(in("/live/level", "param-lock"))).isZero();
  }

  @Test
  void whatTheRouterForgetsWithoutAWordDisappears() throws InterruptedException {
    ClaspClient writer = forgetful.java("brief desk");
    Screen live = forgetful.screen("live");
    AtomicBoolean seen = new AtomicBoolean();
    Thread keeper =
        Thread.ofVirtual()
            .start(() -> {
              for (long value = 0; !seen.get(); value++) {
                writer.blocking().set("/brief/level", value);
                LockSupport.parkNanos(20_000_000);
              }
            });
    try {
      live.await(row("/brief/level"));
    } finally {
      seen.set(true);
      keeper.join();
    }

    live.awaitGone(row("/brief/level"));
    assertThat(writer.blocking().get("/brief/level")).isEmpty();
  }

  @Test
  void everyKindOfValueHasItsControl() {
    desk.blocking().set("/live/fader", 0.25);
    desk.blocking().set("/live/count", 10);
    desk.blocking().set("/live/on", false);
    desk.blocking().set("/live/hex", "#ff0000");
    desk.blocking().set("/live/name", "dawn");
    desk.blocking().set("/live/list", Value.of(List.of(Value.of(1), Value.of(2.0))));
    desk.blocking().set("/live/xy", Value.of(Map.of("x", Value.of(0.5), "y", Value.of(0.5))));
    desk.blocking().set("/live/bytes", Value.of(new byte[] {1}));
    // The last that was written: no row moves any more when one is clicked.
    screen.await(row("/live/bytes"));

    edit("/live/fader");
    screen.press("editor-fader", "End");
    awaitStored("/live/fader", Value.of(1.0));
    screen.fill("editor-number", "0.75");
    screen.press("editor-number", "Enter");
    awaitStored("/live/fader", Value.of(0.75));
    screen.awaitHas("editor-state", "Written");
    screen.await(in("/live/fader", "param-value"), "0.75");
    leave();

    edit("/live/count");
    screen.press("editor-fader", "ArrowRight");
    awaitStored("/live/count", Value.of(11));
    leave();

    edit("/live/on");
    screen.click("editor-toggle");
    awaitStored("/live/on", Value.of(true));
    leave();

    edit("/live/hex");
    screen.fill("editor-colour", "#0000ff");
    awaitStored("/live/hex", Value.of("#0000ff"));
    leave();

    edit("/live/name");
    screen.fill("editor-text", "dusk");
    screen.press("editor-text", "Enter");
    awaitStored("/live/name", Value.of("dusk"));
    leave();

    edit("/live/list");
    screen.fill("editor-text", "[1, ");
    screen.click("editor-write");
    screen.awaitHas("editor-state", "Something is missing");
    screen.fill("editor-text", "[1, 1.0, \"x\"]");
    screen.click("editor-write");
    awaitStored("/live/list", Value.of(List.of(Value.of(1), Value.of(1.0), Value.of("x"))));
    leave();

    edit("/live/bytes");
    screen.fill("editor-text", "ff 00");
    screen.click("editor-write");
    awaitStored("/live/bytes", Value.of(new byte[] {(byte) 0xff, 0}));
    leave();

    edit("/live/xy");
    screen.drag("editor-pad", 0.5, 0.5, 1.0, 0.0);
    awaitStored("/live/xy", Value.of(Map.of("x", Value.of(1.0), "y", Value.of(1.0))));
    leave();
  }

  @Test
  void aMovementArrivesAndItsEndIsConfirmed() {
    desk.blocking().set("/live/move", 0.0);
    Watch watch = stage.connect(stage.node(), "watcher").subscribe("/live/move");

    edit("/live/move");
    screen.dragAndHold("editor-fader", 0.02, 0.5, 0.6, 0.5);
    // The finger rests and is not lifted.
    screen.awaitHas("editor-state", "Written");
    double resting = desk.blocking().get("/live/move", Double.class).orElseThrow();
    assertThat(resting).isBetween(0.5, 0.7);
    screen.letGo();
    screen.awaitHas("editor-state", "Written");

    Pause.until(
        () -> "seen " + watch.values(),
        () -> watch.values().stream().anyMatch(v -> v.asDouble() == resting));
    assertThat(watch.values().size()).as("not only the end").isGreaterThan(1);
  }

  @Test
  void aRefusalStandsAtTheRowAndTheLockCanBeTaken() {
    desk.blocking().set("/live/locked", Value.of(1), SetOptions.CONFIRM.locking());

    edit("/live/locked");
    screen.fill("editor-number", "2");
    screen.press("editor-number", "Enter");
    screen.awaitHas(in("/live/locked", "param-refusal"), "Locked by another session");
    screen.await("editor-lock", "Locked by light desk");
    assertThat(desk.blocking().get("/live/locked", Long.class)).contains(1L);

    screen.click("editor-break-lock");
    screen.await("editor-lock", "Not locked");
    screen.click("editor-take-lock");
    screen.await("editor-lock", "Locked by this page");
    assertThatThrownBy(() -> desk.blocking().set("/live/locked", 3))
        .isInstanceOf(ClaspException.class)
        .hasMessageContaining("LockHeld");
    screen.click("editor-unlock");
    screen.await("editor-lock", "Not locked");
    assertThat(desk.blocking().get("/live/locked", Long.class)).as("unchanged").contains(1L);
    desk.blocking().set("/live/locked", 3);
    screen.awaitGone(in("/live/locked", "param-refusal"));
  }

  @Test
  void keysGoThroughTheTree() {
    desk.blocking().set("/tree/a/1", 1);
    desk.blocking().set("/tree/a/2", 2);
    desk.blocking().set("/tree/b", 3);
    screen.fill("filter", "/tree/");
    // The last that was written.
    screen.await(row("/tree/b"));
    assertThat(screen.texts("#grid .address .cut")).containsExactly("tree", "a", "1", "2", "b");

    screen.focus("#grid");
    screen.press("ArrowDown");
    screen.awaitAttribute("#grid", "aria-activedescendant", "grid-1");
    screen.press("ArrowLeft");
    screen.awaitGone(row("/tree/a/1"));
    screen.awaitAttribute("#grid-1", "aria-expanded", "false");
    screen.press("ArrowRight");
    screen.await(row("/tree/a/1"));
    screen.press("ArrowRight");
    screen.awaitAttribute("#grid", "aria-activedescendant", "grid-2");
    screen.press("Enter");
    screen.await("[data-testid=editor][data-address='/tree/a/1']");
    leave();
    screen.awaitFocus("#grid");

    screen.press(" ");
    screen.awaitCount(row("/tree/a/1"), 2);
    screen.reload();
    screen.fill("filter", "/tree/");
    screen.awaitCount(row("/tree/a/1"), 2);
    screen.click("view-list");
    screen.awaitGone("[data-testid=branch-row][data-address='/tree/a']");
  }

  @Test
  void itIsAccessibleAndLooksAsItShould() {
    desk.blocking().set("/look/fader", 0.7);
    desk.blocking().set("/look/on", true);
    desk.blocking()
        .set(
            "/look/colour",
            Value.of(Map.of("r", Value.of(1.0), "g", Value.of(0.5), "b", Value.of(0.0))));
    screen.await(row("/look/colour"));
    screen.requireAccessible();
    screen.pictures("live");
    edit("/look/colour");
    screen.requireAccessible();
    screen.pictures("live-editor");
  }
}
