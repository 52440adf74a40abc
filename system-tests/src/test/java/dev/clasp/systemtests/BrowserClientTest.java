package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The published {@code @clasp-to/core}, loaded as it is into pages of Chromium, and the same
 * package in Node.js.
 */
@RealProgram
class BrowserClientTest {

  @RegisterExtension
  static final Stage stage = new Stage("--loops", "2", "--ephemeral", "/presence/*");

  @Test
  void valuesEventsAndStreamsTravelBothWays() {
    PeerClient browser = stage.connect(stage.browser(), "page");
    PeerClient node = stage.connect(stage.node(), "node");
    Watch onPage = browser.subscribe("/web/to-page/**");
    Watch onNode = node.subscribe("/web/to-node/**");

    node.set("/web/to-page/level", 0.25);
    node.emit("/web/to-page/event", Map.of("cue", "intro ☃"));
    node.stream("/web/to-page/stream", Json.bytes(1, 2, 3));
    browser.set("/web/to-node/level", List.of(1, "two", Map.of("three", 3.5)));
    browser.emit("/web/to-node/event", "outro");
    browser.stream("/web/to-node/stream", 8);
    browser.gesture("/web/to-node/pen", 4, "move", Map.of("pressure", 0.5));

    onPage.await("/web/to-page/level", 0.25);
    onPage.await("/web/to-page/event", Map.of("cue", "intro ☃"));
    onPage.await("/web/to-page/stream", Json.bytes(1, 2, 3));
    onNode.await("/web/to-node/level", List.of(1, "two", Map.of("three", 3.5)));
    onNode.await("/web/to-node/event", "outro");
    onNode.await("/web/to-node/stream", 8);
    onNode.await("/web/to-node/pen", Map.of("pressure", 0.5, "phase", "move", "gestureId", 4));
    assertThat(browser.call("complaints")).as("of the browser").isEmpty();
  }

  @Test
  void aPageThatComesLateGetsTheStateAndAsksForMore() {
    PeerClient node = stage.connect(stage.node(), "node");
    node.set("/web/late/x", Map.of("r", 255));
    node.fence();

    PeerClient browser = stage.connect(stage.browser(), "page");

    browser.subscribe("/web/late/*").await("/web/late/x", Map.of("r", 255));
    assertThat(stage.connect(stage.browser(), "other page").get("/web/late/x"))
        .isEqualTo(Json.of(Map.of("r", 255)));
    assertThat(browser.fence().frameTypes()).startsWith(MessageType.WELCOME, MessageType.SNAPSHOT);
  }

  /** Scenario S13: three browsers with cursors as streams and presence as parameters. */
  @Test
  void threePagesSeeEachOthersCursors() {
    List<PeerClient> pages =
        IntStream.range(0, 3).mapToObj(i -> stage.connect(stage.browser(), "page")).toList();
    List<Watch> cursors = pages.stream().map(page -> page.subscribe("/cursors/*")).toList();
    List<Watch> presence = pages.stream().map(page -> page.subscribe("/presence/*")).toList();

    for (PeerClient page : pages) {
      page.set("/presence/" + page.session(), Map.of("name", page.toString()));
      List<Map<String, JsonNode>> moves =
          IntStream.rangeClosed(1, 30)
              .mapToObj(i ->
                  PeerClient.streamStep("/cursors/" + page.session(), Map.of("x", i, "y", 2 * i)))
              .toList();
      page.many(moves);
    }

    for (int i = 0; i < 3; i++) {
      for (PeerClient other : pages) {
        presence.get(i).await("/presence/" + other.session());
        if (other != pages.get(i)) {
          cursors.get(i).await("/cursors/" + other.session(), Map.of("x", 30, "y", 60));
        }
      }
      assertThat(cursors.get(i).addresses())
          .as("never its own echo")
          .hasSize(60)
          .doesNotContain("/cursors/" + pages.get(i).session());
    }

    // The first tab says goodbye and is closed.
    PeerClient leaving = pages.getFirst();
    String address = "/presence/" + leaving.session();
    leaving.set(address, null);
    leaving.fence().call("close-page");
    presence.get(1).await(address, null);
    presence.get(2).await(address, null);
    assertThat(presence.get(2).values().stream().filter(JsonNode::isNull)).hasSize(1);
  }

  /** The end of scenario S13. */
  @Test
  void thePresenceOfATabThatVanishedEndsToo() {
    PeerClient watcher = stage.connect(stage.node(), "watcher");
    PeerClient page = stage.connect(stage.browser(), "page");
    Watch presence = watcher.subscribe("/presence/*");
    String address = "/presence/" + page.session();
    page.set(address, "here");
    presence.await(address, "here");

    page.call("close-page");

    presence.await(address, null);
    watcher.fence();
    assertThat(presence.all()).as("the value, then one null").hasSize(2);
    RawClient late = stage.raw("late");
    late.send(new Message.Get(address));
    Message.Error missing =
        late.await(
            "answer",
            message ->
                message instanceof Message.Error error ? Optional.of(error) : Optional.empty());
    assertThat(missing.code()).isEqualTo(404);
  }
}
