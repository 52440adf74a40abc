package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Sessions screen in Chromium, while clients of every kind come, work, lock and go. */
@RealProgram
class SessionsScreenTest {

  @RegisterExtension static final Stage stage = new Stage("--max-sessions", "0");

  private final Screen page = stage.screen("sessions");

  private static String row(String name) {
    return "[data-testid=session-row][data-name='" + name + "']";
  }

  @Test
  void showsWhoIsThereAndDisconnectsWithAReason() {
    RawClient raw = stage.raw("raw desk");
    PeerClient node = stage.connect(stage.node(), "node desk");
    page.await(row("raw desk")).await(row(node.toString()));
    page.await(row("CLASP console") + " [data-testid=session-self]");

    page.fill("session-filter", "raw");
    page.awaitCount("session-row", 1);
    page.click("session-disconnect");
    page.fill("disconnect-reason", "line check");
    page.screenshot("sessions-disconnect");
    page.click("confirm-yes");
    page.awaitGone(row("raw desk"));
    assertThat(raw.awaitClose().text()).isEqualTo("disconnected by an administrator: line check");

    page.fill("session-filter", "");
    page.await(row(node.toString()));
    node.close();
    page.awaitGone(row(node.toString()));
  }

  @Test
  void oneSessionIsShownWithAllThatItHasAndItsLockIsTakenAway() {
    ClaspClient desk = stage.java("lock desk");
    desk.blocking().set("/locked/fader", Value.of(0.5));
    var _ = desk.lock("/locked/fader").join();
    var _ = desk.subscribe("/lights/**", _ -> {});
    assertThat(desk.blocking().get("/nothing/here")).isEmpty();

    page.click(row("lock desk") + " [data-testid=session-name]");
    page.await("session-detail");
    page.awaitHas("session-lock", "/locked/fader");
    page.awaitHas("session-subscription", "/lights/**");
    page.awaitHas("session-error", "/nothing/here");
    page.awaitHas("session-features", "param");
    page.await("session-scope", "admin:/**");
    page.requireAccessible();
    page.pictures("sessions-detail");

    try (ClaspClient other = stage.java("other desk")) {
      assertThat(refused(other)).isTrue();
      page.click("lock-take");
      page.click("confirm-yes");
      page.await("session-no-locks");
      other.blocking().set("/locked/fader", Value.of(0.25));
      assertThat(desk.blocking().get("/locked/fader", Double.class)).hasValue(0.25);
    }
    page.click("session-back");
    page.await(row("lock desk"));
  }

  private static boolean refused(ClaspClient client) {
    try {
      client.blocking().set("/locked/fader", Value.of(1.0));
      return false;
    } catch (ClaspException e) {
      return true;
    }
  }

  @Test
  void ratesAreThoseOfTheTraffic() {
    ClaspClient desk = stage.java("busy desk");
    page.await(row("busy desk"));
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              long value = 0;
              while (!Thread.currentThread().isInterrupted()) {
                desk.blocking().set("/busy/fader", value++);
              }
            });
    try {
      page.await(row("busy desk") + " [data-testid=session-in]:text-matches('^[1-9]')");
      page.click("sort-in");
      page.await("[data-testid=session-row]:nth-child(1)[data-name='busy desk']");
    } finally {
      writer.interrupt();
    }
  }

  @Test
  void whatWaitsForAClientThatDoesNotReadIsShown() {
    RawClient slow = stage.kept(RawClient.connectSmall(stage.url()));
    slow.hello("slow desk");
    slow.send(Frames.subscribe(1, "/queue/**"));
    slow.exchange();
    RawClient writer = stage.raw("queue writer");
    String queued = row("slow desk") + " [data-testid=session-queued]";
    page.await(queued, "0");

    slow.pause();
    try {
      // Until socket and queue are full. What waits for a moment only, while the router is busy,
      // has soon gone, and the page may not have seen it: then there is more.
      Pause.until(
          () -> "of it the router says " + waiting("slow desk"),
          () -> {
            JsonNode now = waiting("slow desk");
            boolean full = now.get("queued").longValue() > 0 && now.get("dropped").longValue() > 0;
            if (!full) {
              for (int k = 0; k < 100; k++) {
                Value value = Value.of(System.nanoTime() + "x".repeat(2000));
                writer.send(Frames.set("/queue/" + k % 10, value), Qos.FIRE);
              }
              writer.exchange();
            }
            return full && page.count(queued + ":text-matches('^[1-9]')") > 0;
          });
      page.screenshot("sessions-queue");
    } finally {
      slow.resume();
    }
    page.await(queued, "0");
  }

  private static JsonNode waiting(String name) {
    return StatusPage.read(stage.server()).session(name);
  }

  @Test
  void aThousandSessionsAreNoTrouble() {
    List<RawClient> crowd = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      crowd.add(stage.raw("crowd " + i));
    }
    page.fill("session-filter", "crowd");
    page.awaitHas("session-count", "1,000 of");
    assertThat(page.count("session-row")).as("only what is in sight").isLessThan(80);
    page.click("sort-name");
    page.await("[data-testid=session-row]:nth-child(1)[data-name='crowd 0']");
    page.click("sort-name");
    page.await("[data-testid=session-row]:nth-child(1)[data-name='crowd 999']");
    page.fill("session-filter", "crowd 500*");
    page.awaitCount("session-row", 1);
    page.fill("session-filter", "");
    page.requireAccessible();
    page.pictures("sessions");
    assertThat(crowd).hasSize(1000);
  }
}
