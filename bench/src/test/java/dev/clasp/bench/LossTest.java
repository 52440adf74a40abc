package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the scenarios say of servers that lose messages, or repeat them. */
class LossTest {

  private static RunResult run(URI uri, Scenario scenario) {
    return Bench.run(
            BenchPlan.builder()
                .target(BenchTarget.at(uri))
                .scenarios(List.of(scenario))
                .duration(Duration.ofMillis(400))
                .warmup(Duration.ZERO)
                .runs(1)
                .subscribers(3)
                .rate(500)
                .build(),
            BenchListener.SILENT)
        .results()
        .getFirst();
  }

  private static double figure(RunResult result, String name) {
    return result
        .figure(name)
        .orElseThrow(() -> new AssertionError(name + " is missing in " + result))
        .value();
  }

  @Test
  void aLostMessageIsCountedAndDoesNotStopTheRun() {
    // Every second one: also when a busy machine sends only a few in the time of the test.
    try (LossyServer server = new LossyServer(2, 0)) {
      RunResult result = run(server.uri(), Scenario.FANOUT);
      assertThat(figure(result, "saturated loss")).isPositive();
      assertThat(figure(result, "last loss")).isPositive();
      assertThat(figure(result, "deliveries")).isPositive();
    }
  }

  @Test
  void anOpenLoopCountsWhatNeverArrives() {
    try (LossyServer server = new LossyServer(2, 0)) {
      RunResult result = run(server.uri(), Scenario.HOP_OPEN);
      // Every second one, and an odd number makes it a little more or less than half.
      assertThat(figure(result, "loss")).isBetween(30.0, 70.0);
    }
  }

  @Test
  void repeatedMessagesAreCountedApart() {
    try (LossyServer server = new LossyServer(1, 2)) {
      RunResult result = run(server.uri(), Scenario.HOP_OPEN);
      assertThat(figure(result, "loss")).isZero();
      assertThat(figure(result, "repeated")).isPositive();
    }
  }
}
