package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every scenario against the real server, for a moment: counts are right, times are not looked at.
 */
class ScenarioSmokeTest {

  private static ClaspServer server;

  @BeforeAll
  static void start() {
    server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static BenchReport run(Scenario... scenarios) {
    return Bench.run(
        BenchPlan.builder()
            .target(BenchTarget.embedded(URI.create(server.url())))
            .scenarios(List.of(scenarios))
            .duration(Duration.ofMillis(200))
            .warmup(Duration.ofMillis(50))
            .runs(2)
            .build(),
        BenchListener.SILENT);
  }

  @Test
  void setAck() throws Exception {
    BenchReport report = run(Scenario.SET_ACK, Scenario.SET_ACK_PIPELINED);
    ReportFormat.TEXT.write(report, System.out);
    assertThat(report.results()).hasSize(4);
  }
}
