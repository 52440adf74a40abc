package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.bench.Scenario;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command in front of the benchmark; what is measured is tested in its own module. */
class BenchCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** One run, as short as it gets. */
  private static final List<String> SHORT =
      List.of(
          "bench", "--scenario", "set-ack", "--duration", "500ms", "--warmup", "0", "--runs", "1");

  @TempDir Path folder;

  private final TestTerminal terminal = new TestTerminal();

  private static String[] line(List<String> first, String... more) {
    List<String> words = new ArrayList<>(first);
    words.addAll(Arrays.asList(more));
    return words.toArray(String[]::new);
  }

  @Test
  void theHelpListsTheScenarios() {
    assertThat(terminal.run("bench", "--help")).isZero();
    for (Scenario scenario : Scenario.values()) {
      assertThat(terminal.out()).containsPattern("\\n  " + scenario.key() + " +\\w");
    }
    assertThat(terminal.out()).contains("(default: 10%)").contains("--max-regress 10%\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--scenario hopp",
        "--embedded --url ws://localhost:1",
        "--embedded --pid 1",
        "--transport quic",
        "--duration 0",
        "--runs 0",
        "--payload 7",
        "--max-regress much",
        "--output xml",
      })
  void aWrongCommandLineIsAUsageError(String options) {
    assertThat(terminal.run(line(List.of("bench"), options.split(" "))))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).startsWith("clasp: ").contains("'clasp bench --help'.");
  }

  @Test
  void onlyTheBenchmarkWritesCsv() {
    assertThat(terminal.run("get", "/a", "--output", "csv")).isEqualTo(ExitStatus.USAGE);
    assertThat(terminal.err()).contains("clasp bench");
  }

  @Test
  void withoutARouterItIsStatus69() {
    assertThat(terminal.run(line(SHORT, "--url", "ws://127.0.0.1:1")))
        .isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(terminal.err()).contains("No router answers at ws://127.0.0.1:1");
  }

  @Test
  void measuresARouterThatItStartsItself() throws Exception {
    assertThat(terminal.run(line(SHORT, "--embedded", "--output", "json"))).isZero();
    JsonNode report = JSON.readTree(terminal.out());
    assertThat(report.get("summary")).isNotEmpty();
    assertThat(report.get("summary").get(0).get("scenario").asText()).isEqualTo("set-ack");
    assertThat(terminal.err()).contains("1/1  set-ack");
  }

  @Test
  void comparesWithAnEarlierReport() throws Exception {
    Path saved = folder.resolve("saved.json");
    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0))) {
      assertThat(terminal.run(line(SHORT, "--url", server.url(), "--save", saved.toString())))
          .isZero();
      assertThat(terminal.out()).contains("set-ack").contains("ack p50");

      Path better = folder.resolve("better.json");
      scale(saved, better, 1e-6);
      TestTerminal worse = new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
      assertThat(worse.run(line(SHORT, "--baseline", better.toString(), "-q")))
          .isEqualTo(ExitStatus.FAILURE);
      assertThat(worse.err()).contains("% worse");

      Path bad = folder.resolve("bad.json");
      scale(saved, bad, 1e6);
      TestTerminal fine = new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
      assertThat(fine.run(line(SHORT, "--baseline", bad.toString(), "-q", "--output", "csv")))
          .isZero();
      assertThat(fine.err()).contains("nothing is more than 10% worse");
      assertThat(fine.out()).startsWith("scenario,variant,");

      TestTerminal missing = new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
      assertThat(missing.run(line(SHORT, "--baseline", folder.resolve("no.json").toString())))
          .isEqualTo(ExitStatus.FAILURE);
      assertThat(missing.err()).contains("does not exist");
    }
  }

  /** A report whose latencies are so many times as long, and whose rates so many times lower. */
  private static void scale(Path from, Path to, double factor) throws Exception {
    JsonNode report = JSON.readTree(from.toFile());
    for (JsonNode holder : report.findParents("better")) {
      ObjectNode figure = (ObjectNode) holder;
      double times = figure.get("better").asText().equals("higher") ? 1 / factor : factor;
      figure.properties().stream()
          .filter(property -> property.getValue().isNumber())
          .map(Map.Entry::getKey)
          .filter(key -> !key.equals("runs"))
          .toList()
          .forEach(key -> figure.put(key, figure.get(key).asDouble() * times));
    }
    JSON.writeValue(to.toFile(), report);
  }
}
