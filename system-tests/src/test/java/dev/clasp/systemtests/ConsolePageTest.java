package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page that the server shows, in Chromium, while published clients do what it shows. */
@RealProgram
class ConsolePageTest {

  @RegisterExtension static final Stage stage = new Stage("--name", "Main stage");

  private final Screen screen = stage.screen();

  /** The row of a parameter in the table. */
  private static String valueOf(String address) {
    return "[data-testid=param-row][data-address='" + address + "'] [data-testid=param-value]";
  }

  @Test
  void showsNameVersionAndThatItIsLive() {
    screen.await("router-name", "Main stage");
    screen.await("[data-testid=connection-state][data-state=live]");
    assertThat(screen.text("router-version")).contains(Installation.version());
  }

  @Test
  void showsWhoIsConnected() {
    PeerClient desk = stage.connect(stage.node(), "lighting desk");

    screen.go("sessions");
    screen.await("session-name", desk.toString());
    screen.await("session-name", "CLASP console");

    desk.close();
    screen.awaitGone("session-name", desk.toString());
  }

  @Test
  void valuesChangeWhileAClientSetsThem() throws Exception {
    PeerClient desk = stage.connect(stage.node(), "desk");
    desk.set("/console/fader", 0.25);
    desk.set("/console/name", "sunset ☃");
    desk.set("/console/on", true);
    desk.set("/console/colour", Map.of("r", 255, "g", 180, "b", 100));

    screen.await(valueOf("/console/fader"), "0.25");
    screen.await(valueOf("/console/name"), "sunset ☃");
    for (int i = 1; i <= 20; i++) {
      desk.set("/console/fader", i / 20.0);
    }
    screen.await(valueOf("/console/fader"), "1");
    desk.set("/console/fader", 0.7);
    screen.await(valueOf("/console/fader"), "0.7");
    desk.emit("/console/go", Map.of("cue", "intro"));
    screen.await("[data-testid=event-row][data-address='/console/go']");

    assertThat(Files.size(screen.screenshot("console"))).isGreaterThan(10_000);
  }

  @Test
  void showsWhatWasThereBeforeIt() {
    PeerClient desk = stage.connect(stage.node(), "desk");
    desk.set("/console/before", "already here");
    desk.fence();

    stage.screen().await(valueOf("/console/before"), "already here");
  }

  @Test
  void noForeignScriptRunsOnIt() {
    assertThat(screen.header("content-security-policy").orElseThrow())
        .contains("default-src 'none'")
        .contains("script-src 'self'")
        .doesNotContain("unsafe");

    assertThat(screen.injectionRuns()).isFalse();

    assertThat(screen.takeComplaints())
        .as("the browser tells that it was blocked")
        .isNotEmpty()
        .allMatch(c -> c.contains("Content Security Policy") || c.startsWith("policy: script-src"));
  }
}
