package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page that the server shows, in Chromium, while published clients do what it shows. */
@RealProgram
class ConsolePageTest {

  @RegisterExtension static final Stage stage = new Stage("--name", "Main stage");

  private final PageView page = PageView.open(stage);

  @AfterEach
  void theBrowserDidNotComplain() {
    assertThat(page.complaints()).isEmpty();
    page.close();
  }

  @Test
  void showsNameVersionAndThatItIsLive() {
    page.await("[data-testid=router-name]", "Main stage");
    page.await("[data-testid=connection-state][data-state=live]");
    assertThat(page.text("[data-testid=router-version]")).contains(Installation.version());
  }

  @Test
  void showsWhoIsConnected() {
    PeerClient desk = stage.connect(stage.node(), "lighting desk");

    page.await("[data-testid=session-name]", desk.toString());
    page.await("[data-testid=session-name]", "CLASP console");

    desk.close();
    page.awaitGone("[data-testid=session-name]", desk.toString());
  }

  @Test
  void valuesChangeWhileAClientSetsThem() throws Exception {
    PeerClient desk = stage.connect(stage.node(), "desk");
    desk.set("/console/fader", 0.25);
    desk.set("/console/name", "sunset ☃");
    desk.set("/console/on", true);
    desk.set("/console/colour", Map.of("r", 255, "g", 180, "b", 100));

    page.awaitValue("/console/fader", "0.25");
    page.awaitValue("/console/name", "sunset ☃");
    for (int i = 1; i <= 20; i++) {
      desk.set("/console/fader", i / 20.0);
    }
    page.awaitValue("/console/fader", "1");
    desk.set("/console/fader", 0.7);
    page.awaitValue("/console/fader", "0.7");
    desk.emit("/console/go", Map.of("cue", "intro"));
    page.await("[data-testid=event-row][data-address='/console/go']");

    page.await("[data-testid=session-name]", desk.toString());
    Path picture = Installation.output("console.png");
    page.screenshot(picture);
    assertThat(Files.size(picture)).isGreaterThan(10_000);
  }

  @Test
  void showsWhatWasThereBeforeIt() {
    PeerClient desk = stage.connect(stage.node(), "desk");
    desk.set("/console/before", "already here");
    desk.fence();

    PageView late = PageView.open(stage);

    late.awaitValue("/console/before", "already here");
    assertThat(late.complaints()).isEmpty();
    late.close();
  }

  @Test
  void noForeignScriptRunsOnIt() {
    JsonNode policy = page.header("content-security-policy");
    assertThat(policy.asText())
        .contains("default-src 'none'")
        .contains("script-src 'self'")
        .doesNotContain("unsafe");

    assertThat(page.injectionRuns()).isFalse();

    assertThat(page.takeComplaints())
        .as("the browser tells that it was blocked")
        .singleElement()
        .asString()
        .contains("Content Security Policy");
  }

  /** A view of a page of the router. */
  private static final class PageView {
    private static int pages;

    private final PeerClient client;
    private final JsonNode answer;
    private int complaintsSeen;

    private PageView(PeerClient client, JsonNode answer) {
      this.client = client;
      this.answer = answer;
    }

    static PageView open(Stage stage) {
      PeerClient client = stage.browser().client("console " + ++pages);
      JsonNode answer =
          client.call("open", Map.of("url", Json.of(stage.server().page().toString())));
      assertThat(answer.get("status").intValue()).isEqualTo(200);
      return new PageView(client, answer);
    }

    JsonNode header(String name) {
      return answer.get("headers").get(name);
    }

    void await(String selector) {
      client.call("await", Map.of("selector", Json.of(selector)));
    }

    /** Waits for an element with exactly this text. */
    void await(String selector, String text) {
      await(selector + ":text-is(\"" + text + "\")");
    }

    void awaitGone(String selector, String text) {
      Map<String, JsonNode> arguments = new HashMap<>();
      arguments.put("selector", Json.of(selector + ":text-is(\"" + text + "\")"));
      arguments.put("state", Json.of("detached"));
      client.call("await", arguments);
    }

    /** Waits until the row of this parameter shows this text. */
    void awaitValue(String address, String text) {
      await(
          "[data-testid=param-row][data-address='" + address + "'] [data-testid=param-value]",
          text);
    }

    String text(String selector) {
      return client.call("text", Map.of("selector", Json.of(selector))).asText();
    }

    void screenshot(Path file) {
      client.call("screenshot", Map.of("file", Json.of(file.toString())));
    }

    boolean injectionRuns() {
      return client.call("inject").booleanValue();
    }

    /** Errors and warnings of the browser's console. */
    List<String> complaints() {
      List<String> all = new ArrayList<>();
      client.call("complaints").forEach(complaint -> all.add(complaint.asText()));
      return all.subList(complaintsSeen, all.size());
    }

    List<String> takeComplaints() {
      List<String> taken = complaints();
      complaintsSeen += taken.size();
      return taken;
    }

    void close() {
      client.call("close-page");
    }
  }
}
