package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspClient;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.PeerProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** EventSource as a browser has it: in Chromium, through a proxy that cuts the connection. */
class BrowserEventsTest {

  private static final Path SCRIPTS =
      Path.of("..", "system-tests", "peers", "node").toAbsolutePath().normalize();
  private static final String INSTALL =
      "apt-get install nodejs npm chromium, and npm ci in " + SCRIPTS;

  @TempDir private Path folder;

  @Test
  void afterACutItGoesOnWhereItWasAndAForeignPageGetsNothing() {
    assertThat(Files.isExecutable(Path.of("/usr/bin/chromium"))).as(INSTALL).isTrue();
    try (Site site = Site.open();
        ClaspClient desk = site.clasp()) {
      desk.blocking().set("/fader", Value.of(1));
      try (PeerProgram page =
          PeerProgram.start(
              INSTALL,
              folder,
              List.of(
                  "node",
                  SCRIPTS.resolve("sse-page.mjs").toString(),
                  "http://127.0.0.1:" + site.port(),
                  "/fader"))) {
        page.awaitLine("open");
        page.type("until 1");
        page.awaitLine("has 1");
        for (int value = 2; value <= 4; value++) {
          page.type("cut");
          page.awaitLine("cut");
          // While nobody listens, and perhaps already while somebody does again.
          desk.blocking().set("/fader", Value.of(value));
          page.awaitLine("resume");
          page.type("until " + value);
          page.awaitLine("has " + value);
        }
        page.type("foreign");
        page.awaitLine("foreign 0 heard");
        page.type("end");
        assertThat(page.awaitLine("result"))
            .contains("\"doubled\":0")
            .contains("\"heard\":4")
            .contains("\"last\":4");
        page.finished();
      }
    }
  }
}
