package dev.clasp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server that routers are compared to, over real sockets. */
class BareNettyTest {

  private static BenchPlan.Builder plan() {
    return BenchPlan.builder()
        .duration(Duration.ofMillis(400))
        .warmup(Duration.ofMillis(50))
        .runs(1)
        .subscribers(3)
        .window(16);
  }

  private static double figure(BenchReport report, String scenario, String name) {
    return report.results().stream()
        .filter(result -> result.scenario().equals(scenario))
        .flatMap(result -> result.figure(name).stream())
        .findFirst()
        .orElseThrow(() -> new AssertionError(scenario + " has no " + name))
        .value();
  }

  @ParameterizedTest
  @EnumSource(BareNetty.Style.class)
  void deliversEverythingToEverybodyElse(BareNetty.Style style) {
    try (BareNetty server = BareNetty.start(style, 2)) {
      BenchReport report =
          Bench.run(
              plan()
                  .loops(2)
                  .target(BenchTarget.at(server.uri()))
                  .scenarios(List.of(Scenario.HOP, Scenario.HOP_OPEN, Scenario.FANOUT))
                  .build(),
              BenchListener.SILENT);
      assertThat(figure(report, "hop", "latency loss")).isZero();
      assertThat(figure(report, "hop", "messages")).isPositive();
      assertThat(figure(report, "hop-open", "loss")).isZero();
      assertThat(figure(report, "fanout", "saturated loss")).isZero();
      assertThat(figure(report, "fanout", "last loss")).isZero();
      assertThat(figure(report, "fanout", "deliveries")).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(BareNetty.Style.class)
  void acknowledgesEverySet(BareNetty.Style style) {
    try (BareNetty server = BareNetty.start(style, 1)) {
      BenchReport report =
          Bench.run(
              plan()
                  .target(BenchTarget.at(server.uri()))
                  .scenarios(List.of(Scenario.SET_ACK, Scenario.SET_ACK_PIPELINED))
                  .build(),
              BenchListener.SILENT);
      assertThat(figure(report, "set-ack", "acks")).isPositive();
      assertThat(figure(report, "set-ack-pipelined", "acks")).isPositive();
    }
  }

  @Test
  void runsAsProcessesThatAlternateWithTheTarget() {
    try (BareNetty target = BareNetty.start(BareNetty.Style.BATCH, 1)) {
      BenchReport report =
          Bench.run(
              plan()
                  .target(BenchTarget.at(target.uri()))
                  .compareNetty(true)
                  .runs(2)
                  .scenarios(List.of(Scenario.HOP, Scenario.CODEC))
                  .build(),
              BenchListener.SILENT);
      assertThat(report.results())
          .filteredOn(result -> result.scenario().equals("hop"))
          .extracting(result -> result.side() + " " + result.run())
          .containsExactly(
              "target 1",
              "netty-batch 1",
              "netty-flush 1",
              "netty-flush 2",
              "netty-batch 2",
              "target 2");
      assertThat(report.results())
          .filteredOn(result -> result.side().startsWith("netty"))
          .allSatisfy(result -> assertThat(result.figure("target cpu").isPresent()).isFalse())
          .hasSize(4);
      assertThat(report.ratios())
          .filteredOn(ratio -> ratio.figure().equals("messages"))
          .extracting(Ratio::to)
          .containsExactly("netty-batch", "netty-flush");
      assertThat(report.ratios()).filteredOn(ratio -> ratio.scenario().equals("codec")).isEmpty();
    }
  }
}
