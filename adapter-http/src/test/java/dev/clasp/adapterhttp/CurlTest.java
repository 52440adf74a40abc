package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With curl: Debian package curl. */
final class CurlTest {

  @TempDir private Path folder;

  private Process curl(Path out, String... arguments) {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "60"));
    command.addAll(List.of(arguments));
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(out.toFile())
          .start();
    } catch (IOException e) {
      throw new AssertionError("curl is needed: apt-get install curl", e);
    }
  }

  private String run(String... arguments) throws Exception {
    Path out = Files.createTempFile(folder, "curl", ".out");
    Process process = curl(out, arguments);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(out);
  }

  @Test
  void writesReadsAndListens() throws Exception {
    try (Site site = Site.open()) {
      String state = site.uri("/v1/state/lights/1/level").toString();
      assertThat(run("-X", "PUT", "-H", "Content-Type: application/json", "-d", "0.8", state))
          .isEqualTo("{\"address\":\"/lights/1/level\",\"value\":0.8,\"revision\":1}\n");
      assertThat(run("-H", "Accept: text/plain", state)).isEqualTo("0.8");
      assertThat(run("-i", "-H", "If-None-Match: \"1\"", state)).startsWith("HTTP/1.1 304");
      assertThat(run("-d", "1", "-X", "PUT", state)).contains("\"status\":415");
      Path events = folder.resolve("events");
      Process listening = curl(events, "-N", site.uri("/v1/events?pattern=/lights/**").toString());
      try {
        Eventually.is("the present value", () -> text(events).contains("\"value\":0.8"));
        run("-X", "POST", site.uri("/v1/emit/lights/go").toString());
        Eventually.is("the event", () -> text(events).contains("\"address\":\"/lights/go\""));
      } finally {
        listening.destroy();
      }
      assertThat(run(site.uri("/v1/snapshot/lights").toString()).lines()).hasSize(1);
    }
  }

  @Test
  void listensOverHttp2() throws Exception {
    try (Site site = Site.open()) {
      String state = site.uri("/v1/state/lights/1").toString();
      assertThat(
              run(
                  "--http2-prior-knowledge",
                  "-i",
                  "-X",
                  "PUT",
                  "-H",
                  "Content-Type: application/json",
                  "-d",
                  "1",
                  state))
          .startsWith("HTTP/2 200");
      Path events = folder.resolve("events2");
      Process listening =
          curl(
              events,
              "--http2-prior-knowledge",
              "-i",
              "-N",
              site.uri("/v1/events?pattern=/lights/**").toString());
      try {
        Eventually.is(
            "the present value",
            () -> text(events).startsWith("HTTP/2 200") && text(events).contains("\"value\":1"));
        run("--http2-prior-knowledge", "-X", "PUT", "--json", "2", state);
        Eventually.is("the next value", () -> text(events).contains("\"value\":2"));
      } finally {
        listening.destroy();
      }
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
